"""Chooses the sentences to quote for a fact: complete, in order, with their speaker, and with a source that disagrees."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.reading.corrections import completed, find_correction, is_notice
from assistant.reading.quotable import stands_alone
from assistant.reading.scoring import Weights
from assistant.reading.sentence_ranker import LOOKED_AT, Candidate, sentence_text
from assistant.text.lexical import content_words, fold, names, numbers, word_roots
from assistant.types import Hit

MAX_QUOTED = 3
"""Most sentences quoted for one question, one that says otherwise included."""
LONGEST = 600
"""Characters of the longest quotation that a sentence is completed to."""
SURE = 0.5
"""Logits that both the sentence and the answer in it must reach before a source is said to disagree."""
BEFORE = 2
"""Sentences before a quoted one that may say who "he" is."""
GAP = 2
"""Most characters between two sentences that follow one another: a space, or the break of a paragraph."""
MIN_SHARED = 2
"""Content words that two sentences share before their numbers are taken to be about the same."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Sentences of one passage, next to each other, that answer.

    Attributes:
        hit: Their passage.
        start: First character in the article's text.
        end: One past the last.
        score: The best of its sentences' scores.
        part: Which part of the question it answers, from 0.
        differs: Whether another source among the evidence gives another number for the same.
        corrects: Whether it takes back what the evidence after it says.
        answer: The words in it that the reader points at; empty when it points at none.
    """

    hit: Hit
    start: int
    end: int
    score: float
    part: int = 0
    differs: bool = False
    corrects: bool = False
    answer: str = ""

    @property
    def text(self) -> str:
        """The quotation."""
        passage = self.hit.passage
        return passage.text[self.start - passage.start : self.end - passage.start]


def choose(hits: Sequence[Hit], candidates: Sequence[Candidate], weights: Weights, part: int) -> list[Evidence]:
    """The sentences to quote: the best, those about as likely, and one of another source that says otherwise."""
    kept: list[Candidate] = []
    for item, share in _likely(hits, candidates[:LOOKED_AT]):
        near = any(_joins(hits, item, other) for other in kept)
        fits = share >= weights.second or (near and kept[0].score - item.score <= weights.beside)
        if len(kept) < MAX_QUOTED and (fits or not kept):
            kept.append(item)
    other = _contrary(hits, candidates, weights)
    if other is not None:
        kept = kept[: MAX_QUOTED - 1]
    evidence = _joined([(item, *completed_span(hits, item)) for item in kept], hits, part)
    if corrected := _corrected(hits, kept, part):
        return [corrected, *(e for e in evidence if not _overlap(e, corrected))][:MAX_QUOTED]
    if other is not None:
        if not any(same_sentence(hits, other, item) for item in kept):
            evidence += _joined([(other, *completed_span(hits, other))], hits, part)
        names_both = {hits[candidates[0].place].headline.article_id, hits[other.place].headline.article_id}
        evidence = [replace(e, differs=e.hit.headline.article_id in names_both) for e in evidence]
    return evidence


def _likely(hits: Sequence[Hit], candidates: Sequence[Candidate]) -> list[tuple[Candidate, float]]:
    """Each sentence once, best first, with how likely it is the one: its share of the exponentiated scores.

    One that occurs in several passages or copies has the shares of all of them.
    """
    found: list[tuple[Candidate, float]] = []
    sizes = [math.exp(item.score - candidates[0].score) for item in candidates]
    total = sum(sizes)
    for item, size in zip(candidates, sizes, strict=True):
        share = size / total
        for at, (other, so_far) in enumerate(found):
            if same_sentence(hits, item, other):
                found[at] = (other, so_far + share)
                break
        else:
            found.append((item, share))
    return found


def _corrected(hits: Sequence[Hit], kept: Sequence[Candidate], part: int) -> Evidence | None:
    """What the newspaper took back of the best sentence."""
    if not kept:
        return None
    best = kept[0]
    found = find_correction(hits, hits[best.place], sentence_text(hits, best))
    return Evidence(found[0], *found[1], best.score, part, corrects=True) if found else None


def _overlap(one: Evidence, two: Evidence) -> bool:
    return one.hit.passage.version == two.hit.passage.version and one.start < two.end and two.start < one.end


def _contrary(hits: Sequence[Hit], candidates: Sequence[Candidate], weights: Weights) -> Candidate | None:
    """The best sentence of another article that gives another number for the same thing."""
    if not candidates or not (ours := numbers(candidates[0].answer)):
        return None
    best = candidates[0]
    topic, counted = set(content_words(sentence_text(hits, best))), _counted(sentence_text(hits, best), best.answer)
    for item in candidates[1:]:
        if item.score < best.score - weights.contrary:
            return None
        if min(item.logits) < SURE or not counted & _counted(sentence_text(hits, item), item.answer):
            continue
        theirs = numbers(item.answer)
        alone = hits[item.place].headline.article_id != hits[best.place].headline.article_id
        shared = len(topic & set(content_words(sentence_text(hits, item))))
        if alone and theirs and not ours & theirs and shared >= MIN_SHARED:
            return item
    return None


def _counted(sentence: str, answer: str) -> set[str]:
    """What the numbers of an answer count: the words right after them in its sentence."""
    start = max(0, sentence.find(answer))
    words = re.findall(r"[\w,.-]*\w", sentence[start : start + len(answer) + 40])
    after = [words[i + 1 : i + 3] for i, word in enumerate(words) if numbers(word) and numbers(word) <= numbers(answer)]
    return {root for pair in after for root in word_roots(" ".join(pair))}


def _joins(hits: Sequence[Hit], item: Candidate, kept: Candidate) -> bool:
    """Whether a sentence is next to one that is kept, in its passage too: else it would be a quotation of its own."""
    (a, b), (c, d), passage = item.span, kept.span, hits[kept.place].passage
    same = hits[item.place].passage.version == passage.version and passage.start <= a and b <= passage.end
    return same and (0 <= c - b <= GAP or 0 <= a - d <= GAP)


def same_sentence(hits: Sequence[Hit], first: Candidate, second: Candidate) -> bool:
    """Overlapping passages hold the same sentence twice; copies of a story hold it in two articles."""
    one, two = hits[first.place].passage, hits[second.place].passage
    if one.version == two.version and first.span[0] < second.span[1] and second.span[0] < first.span[1]:
        return True
    return fold(sentence_text(hits, first)) == fold(sentence_text(hits, second))


_PRONOUN = re.compile(
    r"\b(?:he|she)\b|\bthey\s+(?:\w+\s+)?(?:said|say|added|told|wrote)\b|"
    r"^\W*(?:they|it|this|that|these|those|his|her|their|its)\b",
    re.I,
)


def completed_span(hits: Sequence[Hit], item: Candidate) -> tuple[int, int]:
    """The offsets of a sentence in its article, made complete.

    With the sentences before where only they name who "he" is, the one after a colon or after a heading, and what comes
    right after a notice of correction.
    """
    passage, title = hits[item.place].passage, hits[item.place].headline.title
    (start, end), text, first = item.span, sentence_text(hits, item), item.index
    while first > max(0, item.index - BEFORE) and _PRONOUN.search(text) and not names(text):
        first -= 1
        if end - passage.sentences[first][0] > LONGEST:
            break
        text = passage.sentence(first)
        if names(text):
            start = passage.sentences[first][0]
    said = passage.sentence(item.index)
    last = item.index + (said.endswith(":") or not stands_alone(said))
    if is_notice(said, title):
        last = completed(passage, item.index, title)
    if last < len(passage.sentences) and passage.sentences[last][1] - start <= LONGEST:
        end = passage.sentences[last][1]
    return start, end


def _joined(chosen: Sequence[tuple[Candidate, int, int]], hits: Sequence[Hit], part: int) -> list[Evidence]:
    """Evidence in order of score; sentences that follow one another become one quotation."""
    found: list[Evidence] = []
    for item, start, end in chosen:
        hit = hits[item.place]
        for at, other in enumerate(found):
            same = other.hit.passage.version == hit.passage.version
            fits = min(start, other.start) >= other.hit.passage.start and max(end, other.end) <= other.hit.passage.end
            if same and fits and start <= other.end + GAP and other.start <= end + GAP:
                found[at] = replace(other, start=min(start, other.start), end=max(end, other.end))
                break
        else:
            found.append(Evidence(hit, start, end, item.score, part, answer=item.answer))
    return found
