"""From hits to the sentences to quote, and to whether there is an answer at all.

The reader gives logits; here they become an order of passages, a few sentences with exact offsets,
and a confidence. Nothing is written here.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Protocol

from assistant.domain import Hit
from assistant.errors import ModelError
from assistant.orders import is_order, sets_a_task
from assistant.reader import Reading, format_header, sentence_scores, span_scores
from assistant.words import content_words, fold, names, numbers

MAX_QUOTED = 3
"""Most sentences quoted for one question."""


class PassageReader(Protocol):
    """What reads: the trained reader, or a plain one to compare with."""

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        """One reading per (header, text), in the order given."""
        ...


@dataclass(frozen=True, slots=True)
class Weights:
    """How scores are put together; chosen on the tuning halves, stored beside the reader.

    Attributes:
        candidates: Passages read per part of a question.
        retrieval: Weight of the retrieval score in the passage's score.
        relevance: Weight of the reader's relevance in the passage's score.
        answerable: Weight of "holds the answer" in the passage's score.
        span: Weight of the best answer span in a sentence's score.
        passage: Weight of its passage in a sentence's score.
        second: A further sentence is quoted when its score is at most this much below the best.
        confidence: Coefficients of the logistic confidence (see `confidence`), the constant last.
        threshold: Below this confidence the question is declined.
    """

    candidates: int = 24
    retrieval: float = 1.0
    relevance: float = 0.5
    answerable: float = 0.5
    span: float = 0.25
    passage: float = 0.5
    second: float = 1.0
    confidence: tuple[float, ...] = (0.6, 0.2, 0.2, 0.1, 1.0, 1.0, -1.5)
    threshold: float = 0.5


@dataclass(frozen=True, slots=True)
class Evidence:
    """Sentences of one passage, next to each other, that answer.

    Attributes:
        hit: Where they stand.
        start: First character in the article's text.
        end: One past the last.
        score: The best of its sentences' scores.
        part: Which part of the question it answers, from 0.
    """

    hit: Hit
    start: int
    end: int
    score: float
    part: int = 0

    @property
    def text(self) -> str:
        """The quotation."""
        passage = self.hit.passage
        return passage.text[self.start - passage.start : self.end - passage.start]


@dataclass(frozen=True, slots=True)
class Finding:
    """What reading gave for one part of a question.

    Attributes:
        part: The question that was read.
        hits: The passages, best first.
        evidence: What to quote, best first; empty when nothing was found.
        confidence: 0 to 1, that the passages hold the answer.
    """

    part: str
    hits: tuple[Hit, ...]
    evidence: tuple[Evidence, ...]
    confidence: float


def load_weights(path: Path) -> Weights:
    """Read the weights stored beside the reader; its file names are those of `Weights`.

    Raises:
        ModelError: The file is missing or does not fit.
    """
    try:
        given = json.loads(path.read_text("utf-8"))
        return Weights(**{**given, "confidence": tuple(given["confidence"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelError(
            f"The reader's weights {path.name} were expected and cannot be read ({error}); run `make setup`."
        ) from error


def read_part(
    reader: PassageReader, question: str, hits: Sequence[Hit], weights: Weights, part: int = 0, *, rest: bool = False
) -> Finding:
    """Read the hits for one question.

    Args:
        reader: The reader.
        question: One part, standalone.
        hits: From the retriever, best first.
        weights: How scores are put together.
        part: The part's number.
        rest: Whether hits beyond the candidates follow unread.

    Returns:
        Reordered hits (reader scores in `why`), the sentences to quote, the confidence.
    """
    chosen = list(hits[: weights.candidates])
    if not chosen:
        return Finding(question, (), (), 0.0)
    passages = [(header(hit), hit.passage.text) for hit in chosen]
    readings = reader.read(question, passages)
    scored = sorted(
        ((_passage_score(hit, reading, weights), hit, reading) for hit, reading in zip(chosen, readings, strict=True)),
        key=lambda item: (-item[0], item[1].rank),
    )
    ordered = tuple(
        replace(
            hit,
            rank=rank,
            score=score,
            why={**hit.why, "relevance": reading.relevance, "answerable": reading.answerable},
        )
        for rank, (score, hit, reading) in enumerate(scored, 1)
    )
    if rest:
        ordered += tuple(hits[len(chosen) :])
    evidence = _choose(ordered, [reading for _, _, reading in scored], weights, part)
    sure = confidence(question, ordered, [reading for _, _, reading in scored], evidence, weights)
    return Finding(question, ordered, tuple(evidence), sure)


def header(hit: Hit) -> str:
    """The line the reader sees above a passage."""
    head = hit.headline
    day = None
    if head.published_at:
        day = date.fromisoformat(head.published_at[:10])
    return format_header(head.outlet or "", day, head.title)


def confidence(
    question: str, hits: Sequence[Hit], readings: Sequence[Reading], evidence: Sequence[Evidence], weights: Weights
) -> float:
    """How likely the passages hold the answer, 0 to 1: a logistic function of `features`."""
    if not evidence:
        return 0.0
    values = [*features(question, hits, readings, evidence), 1.0]
    return 1 / (1 + math.exp(-sum(w * v for w, v in zip(weights.confidence, values, strict=True))))


def features(
    question: str, hits: Sequence[Hit], readings: Sequence[Reading], evidence: Sequence[Evidence]
) -> list[float]:
    """What the confidence is made of.

    Returns:
        Best "answerable" logit, relevance of that passage, best evidence sentence's score, margin of
        the best "answerable" to the second, share of the question's names found in the quoted
        passage and its header, share of its numbers.
    """
    order = sorted(range(len(readings)), key=lambda i: -readings[i].answerable)
    best = readings[order[0]]
    margin = best.answerable - readings[order[1]].answerable if len(order) > 1 else 0.0
    hit = evidence[0].hit
    around = f"{header(hit)} {hit.passage.text}"
    return [
        best.answerable,
        best.relevance,
        evidence[0].score,
        margin,
        named_share(question, around),
        number_share(question, around),
    ]


def named_share(question: str, text: str) -> float:
    """Share of the question's names of which a word stands in the text; 1 when it names nothing."""
    named = names(question)
    folded = set(content_words(text))
    return sum(bool(set(content_words(name)) & folded) for name in named) / len(named) if named else 1.0


def number_share(question: str, text: str) -> float:
    """Share of the question's numbers that stand in the text; 1 when it has none."""
    wanted = numbers(question)
    return len(wanted & numbers(text)) / len(wanted) if wanted else 1.0


def _passage_score(hit: Hit, reading: Reading, weights: Weights) -> float:
    return (
        weights.retrieval * hit.score + weights.relevance * reading.relevance + weights.answerable * reading.answerable
    )


@dataclass(frozen=True, slots=True)
class _Candidate:
    score: float
    place: int  # of its passage in the order read
    index: int  # of the sentence in its passage
    span: tuple[int, int]  # in the article's text


def _choose(hits: Sequence[Hit], readings: Sequence[Reading], weights: Weights, part: int) -> list[Evidence]:
    """The sentences to quote: the best, and those nearly as good, each only once."""
    candidates: list[_Candidate] = []
    for place, (hit, reading) in enumerate(zip(hits, readings, strict=False)):
        inside = [(start - hit.passage.start, end - hit.passage.start) for start, end in hit.passage.sentences]
        for index, (evidence, span) in enumerate(
            zip(sentence_scores(reading, inside), span_scores(reading, inside), strict=True)
        ):
            words = hit.passage.text[slice(*inside[index])]
            if is_order(words) or sets_a_task(words):
                continue
            score = evidence + weights.span * span + weights.passage * hit.score
            candidates.append(_Candidate(score, place, index, hit.passage.sentences[index]))
    candidates.sort(key=lambda item: (-item.score, item.place, item.index))
    kept: list[_Candidate] = []
    for item in candidates:
        if kept and item.score < kept[0].score - weights.second:
            break
        if not any(_same_sentence(hits, item, other) for other in kept):
            kept.append(item)
        if len(kept) == MAX_QUOTED - 1:
            break
    return _joined([_with_speaker(hits, item) for item in kept], hits, part)


def _same_sentence(hits: Sequence[Hit], first: _Candidate, second: _Candidate) -> bool:
    """Overlapping passages hold the same sentence twice; copies of a story hold it in two articles."""
    one, two = hits[first.place].passage, hits[second.place].passage
    if one.version == two.version and first.span[0] < second.span[1] and second.span[0] < first.span[1]:
        return True
    texts = [fold(p.text[i.span[0] - p.start : i.span[1] - p.start]) for p, i in ((one, first), (two, second))]
    return texts[0] == texts[1]


_UNNAMED_SPEAKER = re.compile(
    r"(?:[”\"'’,]\s*(?:he|she|they)\s+(?:\w+\s+){0,2}?(?:said|says|added|told|wrote|continued|explained|argued|noted|joked|insisted)|"
    r"\b(?:he|she|they)\s+(?:said|says|added|told|wrote|continued|explained|argued|noted|also said)\b|"
    r"\b(?:said|says|added|wrote|continued|explained)\s+(?:he|she)\b)",
    re.I,
)
_LEADING_PRONOUN = re.compile(r"^\W*(?:he|she|they|it|this|that|these|those|his|her|their)\b", re.I)


def _with_speaker(hits: Sequence[Hit], item: _Candidate) -> tuple[_Candidate, int, int]:
    """The sentence's offsets, begun one sentence earlier where only that one names who "he" is."""
    passage = hits[item.place].passage
    start, end = item.span
    text = passage.text[start - passage.start : end - passage.start]
    if item.index and (_UNNAMED_SPEAKER.search(text) or _LEADING_PRONOUN.search(text)) and not names(text):
        before = passage.sentences[item.index - 1]
        if names(passage.text[before[0] - passage.start : before[1] - passage.start]) and end - before[0] <= 600:
            start = before[0]
    return item, start, end


def _joined(chosen: Sequence[tuple[_Candidate, int, int]], hits: Sequence[Hit], part: int) -> list[Evidence]:
    """Evidence in order of score; sentences that follow one another become one quotation."""
    found: list[Evidence] = []
    for item, start, end in chosen:
        hit = hits[item.place]
        for at, other in enumerate(found):
            same = other.hit.passage.version == hit.passage.version
            fits = min(start, other.start) >= other.hit.passage.start and max(end, other.end) <= other.hit.passage.end
            if same and fits and start <= other.end + 2 and other.start <= end + 2:
                found[at] = replace(other, start=min(start, other.start), end=max(end, other.end))
                break
        else:
            found.append(Evidence(hit, start, end, item.score, part))
    return found
