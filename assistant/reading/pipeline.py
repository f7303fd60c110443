"""From hits to the sentences to quote, and to whether there is an answer at all.

The reader gives logits; here they become an order of passages, a few sentences with exact offsets,
and a confidence. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from assistant.answering.extractive import Evidence, choose
from assistant.reading.confidence import features, logistic
from assistant.reading.model import Reading, format_header
from assistant.reading.scoring import Weights
from assistant.reading.sentence_ranker import Candidate, look_again, score_sentences
from assistant.types import Hit


class PassageReader(Protocol):
    """What reads: the trained reader, or a plain one to compare with."""

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        """One reading per (header, text), in the order given."""
        ...

    def likeness(self, question: str, texts: Sequence[str]) -> list[float]:
        """The question's cosine with each text."""
        ...


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


def read_part(
    reader: PassageReader,
    question: str,
    hits: Sequence[Hit],
    weights: Weights,
    part: int = 0,
    *,
    newest: bool = False,
) -> Finding:
    """Read the hits for one question.

    Args:
        reader: The reader.
        question: One part, standalone.
        hits: From the retriever, best first.
        weights: How scores are put together.
        part: The part's number.
        newest: Whether the latest is asked for.

    Returns:
        Reordered hits (reader scores in `why`), the sentences to quote, the confidence.
    """
    weights = weights.fitting(question)
    ordered, readings = read_hits(reader, question, hits, weights, newest=newest)
    if not ordered:
        return Finding(question, (), (), 0.0)
    candidates = rank_sentences(reader, question, ordered, readings, weights)
    evidence = choose(ordered, candidates, weights, part)
    sure = 0.0
    if evidence:
        values = evidence_features(question, ordered, readings, candidates, evidence)
        sure = logistic(weights.confidence, values)
    return Finding(question, tuple(ordered), tuple(evidence), sure)


def read_hits(
    reader: PassageReader, question: str, hits: Sequence[Hit], weights: Weights, *, newest: bool = False
) -> tuple[list[Hit], list[Reading]]:
    """The candidates among the hits in the order that reading gives them, and their readings.

    Args:
        reader: The reader.
        question: One part, standalone.
        hits: From the retriever, best first.
        weights: Those fitting the question.
        newest: Whether the latest is asked for.
    """
    chosen = list(hits[: weights.candidates])
    if not chosen:
        return [], []
    readings = reader.read(question, [(header(hit), hit.passage.text) for hit in chosen])
    bonus = [weights.newest * share for share in recency(chosen)] if newest else [0.0] * len(chosen)
    scored = sorted(
        (
            (_passage_score(hit, reading, weights) + extra, hit, reading)
            for hit, reading, extra in zip(chosen, readings, bonus, strict=True)
        ),
        key=lambda item: (-item[0], item[1].rank),
    )
    ordered = [_read_hit(hit, reading, score, rank) for rank, (score, hit, reading) in enumerate(scored, 1)]
    return ordered, [reading for _, _, reading in scored]


def rank_sentences(
    reader: PassageReader, question: str, hits: Sequence[Hit], readings: Sequence[Reading], weights: Weights
) -> list[Candidate]:
    """The sentences of hits that were read, best first; the best of them looked at again where the weights say so."""
    candidates = score_sentences(question, hits, readings, weights.sentence)
    if not weights.looked:
        return candidates
    return look_again(question, hits, candidates, reader.likeness, weights.looked)


def header(hit: Hit) -> str:
    """The line the reader sees above a passage."""
    head = hit.headline
    day = date.fromisoformat(head.published_at[:10]) if head.published_at else None
    return format_header(head.outlet or "", day, head.title)


def recency(hits: Sequence[Hit]) -> list[float]:
    """For each hit the share of the other days that are earlier than its own: 1 for the newest, 0 without a date."""
    days = sorted({hit.headline.published_at[:10] for hit in hits if hit.headline.published_at})
    places = {day: place / max(1, len(days) - 1) for place, day in enumerate(days)}
    return [places[hit.headline.published_at[:10]] if hit.headline.published_at else 0.0 for hit in hits]


def evidence_features(
    question: str,
    hits: Sequence[Hit],
    readings: Sequence[Reading],
    candidates: Sequence[Candidate],
    evidence: Sequence[Evidence],
) -> list[float]:
    """The features of the best quotation; see `assistant.reading.confidence.FEATURES`."""
    best = candidates[0]
    around, line = hits[best.place].passage.text, header(hits[best.place])
    every = [item.logits[0] for item in candidates]
    return features(question, readings, best.place, best.logits, every, around, line, evidence[0].text)


def _read_hit(hit: Hit, reading: Reading, score: float, rank: int) -> Hit:
    why = {**hit.why, "relevance": reading.relevance, "answerable": reading.answerable}
    return replace(hit, rank=rank, score=score, why=why)


def _passage_score(hit: Hit, reading: Reading, weights: Weights) -> float:
    found = weights.retrieval * hit.score - weights.place * (hit.rank - 1)
    return found + weights.relevance * reading.relevance + weights.answerable * reading.answerable
