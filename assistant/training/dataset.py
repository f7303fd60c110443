"""Questions with what was found and read for each: what the weights are chosen on, whatever weights those are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from assistant.models import assets
from assistant.models.embeddings import OnnxEmbedder, Vectors
from assistant.query.parsed import ParsedQuestion, grounded, parse_question
from assistant.query.understanding import Coverage, understand
from assistant.reading.evidence import Evidence
from assistant.reading.model import Reader, Reading
from assistant.reading.pipeline import Finding, header, rank_sentences, read_part
from assistant.reading.scoring import Weights
from assistant.reading.sentence_ranker import Candidate
from assistant.retrieval.hybrid import HybridRetriever
from assistant.training.mining import whole_library
from assistant.types import Hit
from eval.text_metrics import covers_groups

DEV_WEIGHT = 4
"""A dev question counts as so many of ours: they are few, and are the kind that is asked."""


@dataclass(slots=True)
class Asked:
    """A question with what was found and read for each of its parts."""

    row: dict[str, Any]
    parts: list[tuple[str, list[Hit], list[Reading]]]
    weight: int = 1


@cache
def _embedder() -> OnnxEmbedder:
    return OnnxEmbedder()


@cache
def _vector(text: str) -> Vectors:
    return np.asarray(_embedder().encode([text])[0])


class Remembered:
    """Gives the readings that were made before, and every likeness at the cost of one."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self._readings = readings

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        """The first readings, as many as there are passages."""
        return list(self._readings[: len(passages)])

    def likeness(self, question: str, texts: Sequence[str]) -> list[float]:
        """The question's cosine with each text."""
        return [float(_vector(text) @ _vector(question)) for text in texts]


def gather(rows: Iterable[dict[str, Any]], data: Path, work: Path, model: Path, candidates: int) -> list[Asked]:
    """Search and read for every question."""
    library, embedder = whole_library(data, work)
    retriever = HybridRetriever(library=library, embedder=embedder)
    reader = Reader(model, assets.tokenizer_file())
    outlets = library.catalogue.outlets()
    found = []
    for row in rows:
        query = understand(row["question"], row.get("history") or (), coverage=Coverage(tuple(outlets)))
        parts = []
        for part in query.parts:
            hits = retriever.find(query, part, candidates)
            parts.append((part, hits, reader.read(part, [(header(hit), hit.passage.text) for hit in hits])))
        found.append(Asked(row, parts, DEV_WEIGHT if row["id"].startswith("dev") else 1))
    library.close()
    return found


def findings(item: Asked, weights: Weights) -> list[Finding]:
    """What reading gives for each part under these weights."""
    return [
        read_part(Remembered(readings), part, hits, weights, number)
        for number, (part, hits, readings) in enumerate(item.parts)
    ]


def scored(item: Asked, weights: Weights) -> list[tuple[Finding, list[Reading], list[Candidate]]]:
    """Of each part what was found, the readings in the order of its hits, and the sentences, best first."""
    parts = []
    for (_part, hits, readings), finding in zip(item.parts, findings(item, weights), strict=True):
        by_id = {hit.passage.id: reading for hit, reading in zip(hits, readings, strict=True)}
        ordered = [by_id[hit.passage.id] for hit in finding.hits]
        asked = asked_of(finding)
        parts.append((finding, ordered, rank_sentences(Remembered(readings), asked, finding.hits, ordered, weights)))
    return parts


def asked_of(finding: Finding) -> ParsedQuestion:
    """The finding's part, parsed as it was read."""
    return grounded(parse_question(finding.part), [hit.passage.text for hit in finding.hits])


def is_gold(hit: Hit, row: dict[str, Any]) -> bool:
    """Whether a passage covers evidence."""
    p = hit.passage
    return any(
        e["doc_id"] == hit.headline.source_id and p.start < e["end"] and e["start"] < p.end for e in row["evidence"]
    )


def is_evidence(hit: Hit, span: tuple[int, int], row: dict[str, Any]) -> bool:
    """Whether a sentence covers most of an evidence, or most of it is evidence."""
    return any(
        e["doc_id"] == hit.headline.source_id
        and min(span[1], e["end"]) - max(span[0], e["start"]) > 0.5 * min(span[1] - span[0], e["end"] - e["start"])
        for e in row["evidence"]
    )


def right(item: Asked, evidence: Sequence[Evidence]) -> tuple[bool, int]:
    """Whether the quotations answer and one of them is evidence; how many of them are."""
    text = " ".join(e.text for e in evidence)
    groups = item.row.get("must_include") or [item.row["answers"]]
    good = sum(
        any(
            g["doc_id"] == e.hit.headline.source_id and e.start < g["end"] and g["start"] < e.end
            for g in item.row["evidence"]
        )
        for e in evidence
    )
    return covers_groups(text, groups) and good > 0, good
