"""Finds what a newspaper took back: a notice of correction about the very thing that a sentence says.

Recognised by the words that newspapers use for it, in an article of the same outlet that is not older. What is corrected
is told by what the notice repeats of the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.text.lexical import content_words, numbers, word_roots
from assistant.types import Hit, Passage

REPEATED = 3
"""Word roots and numbers of a sentence that a notice repeats when it is about that sentence."""
FOLLOWING = 2
"""Sentences after a notice that may say what is right."""

_TITLE = re.compile(r"\b(?:corrections?|clarifications?)\b", re.I)
_NOTICE = re.compile(
    r"\b(?:we\s+(?:also\s+|wrongly\s+|incorrectly\s+)?(?:wrote|said|reported|stated|published|gave)|"
    r"(?:article|report|story|headline|version|caption|post)\b[^.]{0,160}?\b(?:also\s+)?(?:said|stated|gave|named|misstated|"
    r"misidentified|misspelled|wrongly|incorrectly|in\s+error)|(?:wrongly|incorrectly|mistakenly)\s+\w+ed|"
    r"correct\s+(?:number|figure|name|date|amount|title|spelling)\s+is)\b",
    re.I,
)
_RIGHT_HERE = re.compile(
    r"\bnot\b|\binstead\b|\brather\s+than\b|\bshould\s+have\b|\bin\s+fact\b|\bcorrect\s+\w+\s+is\b", re.I
)

Offsets = tuple[int, int]


def is_notice(sentence: str, title: str) -> bool:
    """Whether a sentence says that something published before was wrong; in an article called a correction, or by itself."""
    if _TITLE.search(title):
        return bool(_NOTICE.search(sentence) or _RIGHT_HERE.search(sentence))
    return bool(re.search(r"\b(?:earlier|previous)\s+version\s+of\s+this\b", sentence, re.I)) or bool(
        re.match(r"\W*(?:correction|clarification)\b\s*(?:\([^)]*\))?\s*[:—–-]", sentence, re.I)
    )


def completed(passage: Passage, index: int, title: str) -> int:
    """Index of the last sentence of a notice: it goes on until what is right has been said."""
    last = index
    while last < min(index + FOLLOWING, len(passage.sentences) - 1) and not _RIGHT_HERE.search(passage.sentence(last)):
        if last > index and (numbers(passage.sentence(last)) or len(content_words(passage.sentence(last))) > 1):
            break
        last += 1
    return last


def find_correction(hits: Sequence[Hit], quoted: Hit, sentence: str) -> tuple[Hit, Offsets] | None:
    """The notice among the hits that corrects a sentence.

    Args:
        hits: What was read.
        quoted: Where the sentence stands.
        sentence: Its text.

    Returns:
        The hit and the offsets of the notice in its article, or None.
    """
    said, counted = word_roots(sentence), numbers(sentence)
    best: tuple[int, Hit, Offsets] | None = None
    for hit in hits:
        head = hit.headline
        if head.outlet != quoted.headline.outlet or (head.published_at or "") < (quoted.headline.published_at or ""):
            continue
        for index, (start, _) in enumerate(hit.passage.sentences):
            text = hit.passage.sentence(index)
            if text == sentence or not is_notice(text, head.title):
                continue
            shared = len(said & word_roots(text)) + len(counted & numbers(text))
            if shared >= REPEATED and (best is None or shared > best[0]):
                best = shared, hit, (start, hit.passage.sentences[completed(hit.passage, index, head.title)][1])
    return best[1:] if best else None
