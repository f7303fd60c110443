"""From hits to the sentences to quote, and to whether there is an answer at all.

The reader gives logits; here they become an order of passages, a few sentences with exact offsets,
and a confidence. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from assistant.query.parsed import ParsedQuestion, grounded, parse_question
from assistant.reading.addressed import Screen, forged
from assistant.reading.confidence import features, logistic
from assistant.reading.evidence import Evidence, choose
from assistant.reading.model import Reading, format_header
from assistant.reading.scoring import Weights
from assistant.reading.sentence_ranker import LOOKED_AGAIN, Candidate, look_again, score_sentences
from assistant.types import SHAPED, Hit, QuestionKind

WIDE: frozenset[QuestionKind] = SHAPED | {"definition", "quotation", "why"}
"""Kinds that are answered from many sentences."""
LOOKED_WIDE = 40
"""Sentences that are re-scored for those."""
AHEAD = 1.0
"""Log odds by which a withheld sentence is ahead of the best other one before that one is no answer."""


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
        evidence: What to quote for a fact, best first; empty when nothing was found.
        confidence: 0 to 1, that the passages hold the answer.
        candidates: The sentences, best first; the first of them were re-scored with their likeness.
        asked: The part, parsed, with names as the passages write them.
    """

    part: str
    hits: tuple[Hit, ...]
    evidence: tuple[Evidence, ...]
    confidence: float
    candidates: tuple[Candidate, ...] = ()
    asked: ParsedQuestion | None = None


def read_part(
    reader: PassageReader,
    question: str,
    hits: Sequence[Hit],
    weights: Weights,
    part: int = 0,
    *,
    newest: bool = False,
    kind: QuestionKind = "fact",
    screen: Screen = forged,
) -> Finding:
    """Read the hits for one question.

    Args:
        reader: The reader.
        question: One part, standalone.
        hits: From the retriever, best first.
        weights: How scores are combined.
        part: The part's number.
        newest: Whether the latest is asked for.
        kind: What is asked for; some kinds need more sentences than a fact.
        screen: Which sentences are not quoted.

    Returns:
        Reordered hits, the scored sentences, those to quote for a fact, the confidence.
    """
    weights = weights.fitting(question)
    ordered, readings = read_hits(reader, question, hits, weights, newest=newest)
    if not ordered:
        return Finding(question, (), (), 0.0)
    asked = grounded(parse_question(question), [hit.passage.text for hit in ordered])
    scored = replace(asked, wanted="time") if kind == "timeline" else asked
    count = LOOKED_WIDE if kind in WIDE else LOOKED_AGAIN
    ranked = rank_sentences(reader, scored, ordered, readings, weights, count, screen)
    candidates = [item for item in ranked if not item.withheld]
    evidence = [] if _only_withheld(ranked) else choose(ordered, candidates, weights, part)
    sure = 0.0
    if evidence:
        values = evidence_features(asked, ordered, readings, candidates, evidence)
        sure = logistic(weights.confidence, values)
    return Finding(question, tuple(ordered), tuple(evidence), sure, tuple(candidates), asked)


def sure_findings(findings: Sequence[Finding], weights: Weights, kind: QuestionKind = "fact") -> list[Finding]:
    """The parts that have an answer: where one is sure, the others need less."""
    found = [finding for finding in findings if finding.evidence]
    threshold = weights.shaped if kind in WIDE else weights.threshold
    threshold = min(threshold, weights.quoted) if kind == "quotation" else threshold
    sure = max((finding.confidence for finding in found), default=0.0)
    least = min(weights.further, threshold) if sure >= threshold else threshold
    return [finding for finding in found if finding.confidence >= least]


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
    reader: PassageReader,
    asked: ParsedQuestion,
    hits: Sequence[Hit],
    readings: Sequence[Reading],
    weights: Weights,
    count: int = LOOKED_AGAIN,
    screen: Screen = forged,
) -> list[Candidate]:
    """The sentences of hits that were read, best first; the first `count` are re-scored where the weights have coefficients."""
    candidates = score_sentences(asked, hits, readings, weights.sentence, screen)
    if not weights.looked:
        return candidates
    return look_again(asked.text, hits, candidates, reader.likeness, weights.looked, count)


def _only_withheld(ranked: Sequence[Candidate]) -> bool:
    """Whether the best sentence is withheld and no other answers: then nothing is quoted in its place."""
    left = next((item for item in ranked if not item.withheld), None)
    if not ranked or not ranked[0].withheld:
        return False
    return left is None or (ranked[0].score - left.score > AHEAD and left.logits[0] < 0)


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
    asked: ParsedQuestion,
    hits: Sequence[Hit],
    readings: Sequence[Reading],
    candidates: Sequence[Candidate],
    evidence: Sequence[Evidence],
) -> list[float]:
    """The features of the best quotation; see `assistant.reading.confidence.FEATURES`."""
    best = candidates[0]
    texts = [hit.passage.text for hit in hits]
    return features(asked, readings, best, texts, header(hits[best.place]), evidence[0].text)


def _read_hit(hit: Hit, reading: Reading, score: float, rank: int) -> Hit:
    why = replace(hit.why, relevance=reading.relevance, answerable=reading.answerable)
    return replace(hit, rank=rank, score=score, why=why)


def _passage_score(hit: Hit, reading: Reading, weights: Weights) -> float:
    found = weights.retrieval * hit.score - weights.place * (hit.rank - 1)
    return found + weights.relevance * reading.relevance + weights.answerable * reading.answerable
