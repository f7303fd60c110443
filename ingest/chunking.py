"""Cuts an article into passages of whole sentences with exact offsets.

Sentences come from `sentencex`, a paragraph at a time (it joins across line breaks). What this
module adds: exact offsets, sentences kept whole while a quotation is open, boilerplate left out,
and passages that overlap by one short sentence so that a pronoun keeps its neighbour.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

import sentencex

from assistant.types import Article, Passage, Span

MAX_PASSAGE = 900
"""Longest passage in characters, unless one sentence or quotation is longer."""
MAX_OVERLAP = 200
"""The last sentence of a passage is repeated in the next when it is no longer than this."""
MIN_CAPTION = 4
"""Words; a shorter caption ("AP Photo") says nothing to search for."""
MAX_SENTENCE = 1200
"""Longer runs without an end (tables, lists, damaged text) are cut at white space."""
MAX_STRETCH = 2_500
"""Longest text that the library is given at once, in characters: its time grows with the square of unclosed quotations."""
MAX_QUOTATION = 700
"""An open quotation holds its sentences together up to this length, so a lost mark does no harm."""

_CLOCK_END = re.compile(r"\b[ap]\.m\.\s*$", re.I)
_CLOCK_NEXT = re.compile(
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:on|and|to|local|E[DS]?T|P[DS]?T|GMT|BST|CET|Eastern|Pacific)\b)"
)


def split_sentences(text: str, language: str | None = None, skip: Sequence[Span] = ()) -> list[tuple[int, int]]:
    """Find the sentences of a text.

    Args:
        text: Any text; lines are paragraphs.
        language: ISO 639-1 code; English rules when not given.
        skip: Spans to leave out, in order; a sentence never reaches into one.

    Returns:
        (start, end) offsets into `text` without surrounding white space, in order.
    """
    sentences: list[tuple[int, int]] = []
    for start, end in _paragraphs(text, skip):
        pieces = _pieces(text[start:end], language or "en")
        for low, high in _joined(text[start:end], pieces):
            sentences += _trimmed(text, start + low, start + high)
    return sentences


def cut_passages(article: Article) -> list[Passage]:
    """Cut an article into passages of at most `MAX_PASSAGE` characters of whole sentences.

    Returns:
        Passages in order; together they hold every sentence that is not boilerplate. A caption is a passage of its
        own, which lies inside its span of `article.boilerplate`.
    """
    sentences = split_sentences(article.text, article.language, article.boilerplate)
    passages: list[Passage] = []
    group: list[tuple[int, int]] = []
    for sentence in sentences:
        if group and (sentence[1] - group[0][0] > MAX_PASSAGE or _apart(article, group[-1], sentence)):
            passages.append(_passage(article, group))
            last = group[-1]
            keep = last[1] - last[0] <= MAX_OVERLAP and len(group) > 1 and not _apart(article, last, sentence)
            group = [last] if keep and sentence[1] - last[0] <= MAX_PASSAGE else []
        group.append(sentence)
    if group:
        passages.append(_passage(article, group))
    return sorted([*passages, *_captions(article)], key=lambda passage: passage.start)


def _captions(article: Article) -> list[Passage]:
    """A passage for each caption: it names people and places that the story may not name."""
    found = []
    for span in article.boilerplate:
        text = article.text[span.start : span.end]
        if span.kind == "caption" and len(text.split()) >= MIN_CAPTION:
            sentences = split_sentences(text, article.language)
            found.append(_passage(article, [(span.start + low, span.start + high) for low, high in sentences]))
    return found


def _apart(article: Article, before: tuple[int, int], after: tuple[int, int]) -> bool:
    """Whether boilerplate stands between two sentences: a passage is one unbroken stretch of story."""
    return any(before[1] <= span.start < after[0] for span in article.boilerplate)


def _passage(article: Article, sentences: list[tuple[int, int]]) -> Passage:
    start, end = sentences[0][0], sentences[-1][1]
    name = hashlib.sha256(f"{article.version}:{start}:{end}".encode()).hexdigest()[:20]
    text = article.text[start:end]
    return Passage(name, article.id, article.version, start, end, text, tuple(sentences))


def _paragraphs(text: str, skip: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """Lines of the text, cut further where a skipped span stands."""
    position = 0
    spans = iter([*skip, None])
    span = next(spans)
    for line in text.split("\n"):
        start, end = position, position + len(line)
        position = end + 1
        while span is not None and span.start < end:
            if start < span.start:
                yield start, span.start
            start = max(start, min(span.end, end))
            if span.end > end:
                break
            span = next(spans)
        if start < end:
            yield start, end


def _pieces(paragraph: str, language: str) -> list[tuple[int, int]]:
    """Sentence boundaries by the library, as offsets."""
    if len(paragraph) <= MAX_STRETCH:
        return _library_pieces(paragraph, language)
    pieces: list[tuple[int, int]] = []
    start = 0
    while start < len(paragraph):
        stretch = paragraph[start : start + MAX_STRETCH]
        found = _library_pieces(stretch, language)
        if start + len(stretch) < len(paragraph):
            if len(found) > 1:
                found.pop()  # it may go on after the stretch, and is found again at the start of the next
            elif (space := stretch.rfind(" ")) > 0:
                found = [(0, space + 1)]
        pieces += [(start + low, start + high) for low, high in found]
        start += found[-1][1]
    return pieces


def _library_pieces(text: str, language: str) -> list[tuple[int, int]]:
    """What the library finds in a short text; it gives back every character."""
    pieces, position = [], 0
    for piece in sentencex.segment(language, text):
        pieces.append((position, position + len(piece)))
        position += len(piece)
    if position != len(text):  # not lossless for this text: one piece rather than wrong offsets
        return [(0, len(text))]
    return pieces


def _joined(paragraph: str, pieces: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Pieces joined while a quotation is open, and after "5 p.m." before a day."""
    start: int | None = None
    for index, (low, high) in enumerate(pieces):
        start = low if start is None else start
        following = paragraph[high : high + 24]
        held = _quotation_open(paragraph[start:high]) and _closes(paragraph, start, high)
        clock = _CLOCK_END.search(paragraph[low:high]) and _CLOCK_NEXT.match(following.lstrip())
        if index + 1 < len(pieces) and (held or clock):
            continue
        yield start, high
        start = None


def _quotation_open(text: str) -> bool:
    return text.count("“") > text.count("”") or text.count('"') % 2 == 1


def _closes(paragraph: str, start: int, high: int) -> bool:
    """Whether the quotation that is open at `high` is closed soon enough to wait for."""
    ahead = paragraph[high : start + MAX_QUOTATION]
    return "”" in ahead or '"' in ahead


def _trimmed(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The stretch without surrounding white space, cut at white space where it is too long."""
    found = []
    while start < end:
        while start < end and text[start].isspace():
            start += 1
        stop = end
        if stop - start > MAX_SENTENCE:
            space = max(
                text.rfind(" ", start + 1, start + MAX_SENTENCE), text.rfind("\t", start + 1, start + MAX_SENTENCE)
            )
            stop = space if space > 0 else start + MAX_SENTENCE
        last = stop
        while last > start and text[last - 1].isspace():
            last -= 1
        if last > start:
            found.append((start, last))
        start = stop
    return found
