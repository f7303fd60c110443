"""Chooses how long questions, which ask for several articles at once, are read: on MultiHop-RAG's dev questions.

On those of which no evidence stands in a taught article; the ones over odd-numbered articles alone are left for reporting.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.models import assets
from assistant.query.understanding import Coverage, understand
from assistant.reading.model import Reader
from assistant.reading.pipeline import header
from assistant.reading.scoring import Weights
from assistant.retrieval.hybrid import HybridRetriever
from assistant.training.mining import taught_articles, whole_library
from eval import ranking
from eval.cases import Case
from eval.suites import ready_suite

MOST = 60
"""Passages of each question that are read to choose from."""
DEPTH = 10

Read = tuple[npt.NDArray[np.float64], list[frozenset[int]], int]
"""Per passage in the retriever's order: its score, relevance, answerable; the facts in it; how many facts there are."""


def untaught(data: Path) -> list[Case]:
    """The questions to choose by."""
    taught = {article["id"] for article in taught_articles(data)}
    entries = json.loads((data / "multihop_rag" / "questions_dev.json").read_text("utf-8"))
    seen = {f"mhr-{e['id']}" for e in entries if any(fact["doc_id"] in taught for fact in e["evidence_list"])}
    cases = ready_suite("multihop", data).cases()
    return [case for case in cases if case.facts and case.split == "tune" and case.id not in seen]


def read_all(cases: Sequence[Case], data: Path, work: Path, model: Path) -> list[Read]:
    """Search and read for every question."""
    library, embedder = whole_library(data, work)
    retriever, reader = HybridRetriever(library=library, embedder=embedder), Reader(model, assets.tokenizer_file())
    outlets, found = library.catalogue.outlets(), []
    for case in cases:
        query = understand(case.question, coverage=Coverage(tuple(outlets)))
        hits = retriever.find(query, query.standalone, MOST)
        readings = reader.read(query.standalone, [(header(hit), hit.passage.text) for hit in hits])
        scores = [(h.score, r.relevance, r.answerable) for h, r in zip(hits, readings, strict=True)]
        facts = ranking.fact_ranking([hit.passage.text for hit in hits], case.facts)
        found.append((np.array(scores, float).reshape(-1, 3), facts, len(case.facts)))
    library.close()
    return found


def four_figures(facts: Sequence[frozenset[int]], wanted: int) -> tuple[float, float, float, float]:
    """MRR@10, Hits@4, Hits@10 and evidence recall@10 of one question, its passages' facts given best first."""
    return (
        ranking.reciprocal_rank(facts, DEPTH), ranking.success_at(facts, 4), ranking.success_at(facts, DEPTH),
        ranking.recall_at(facts, wanted, DEPTH),
    )  # fmt: skip


def quality(read: Sequence[Read], trial: tuple[int, float, float, float, float]) -> dict[str, float]:
    """MRR@10, Hits@4, Hits@10 and evidence recall@10 under candidates, place, retrieval, relevance and answerable."""
    figures = []
    for scores, facts, wanted in read:
        scores = scores[: trial[0]]
        order = np.argsort(trial[1] * np.arange(len(scores)) - scores @ np.array(trial[2:]), kind="stable")
        figures.append(four_figures([facts[i] for i in order], wanted))
    return dict(zip(("mrr", "hits_4", "hits_10", "recall_10"), np.mean(figures, axis=0).round(4).tolist(), strict=True))


def tune_long(read: Sequence[Read], weights: Weights) -> Weights:
    """The weights with the best sum of the four figures; as few candidates as give it."""
    small = (0.0, 0.05, 0.1, 0.2, 0.4)
    trials = list(product((24, 40, MOST), (0.0, 0.02, 0.04, 0.08), (0.5, 1.0, 2.0), small, small))
    best = max(trials, key=lambda trial: (sum(quality(read, trial).values()), -trial[0]))
    print("retrieval alone:", quality(read, (24, 1.0, 0.0, 0.0, 0.0)))
    print("long questions:", best, quality(read, best), flush=True)
    return replace(weights, long=best)
