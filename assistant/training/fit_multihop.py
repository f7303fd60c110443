"""Chooses the order of a long question's passages: `python -m assistant.training.fit_multihop --data DIR --work DIR`.

On the tuning part of MultiHop-RAG's dev questions; the ones over odd-numbered articles alone are left for reporting.
Prints the coefficients for `ORDER` and `ORDER_AGAIN` of `assistant.retrieval.multihop_rerank`, and what questions left out of the
fitting gain by them. Those for `ORDER_AGAIN` are of the passages that come first by `ORDER` as it stands.
"""

from __future__ import annotations

import argparse
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.models.embeddings import cosines
from assistant.query.parsed import is_long
from assistant.query.understanding import Coverage, understand
from assistant.retrieval.fusion import with_shares
from assistant.retrieval.hybrid import HybridRetriever
from assistant.retrieval.multihop_rerank import COMPARED, LOOKED_AT, ORDER, ORDER_FEATURES, likenesses, order_features
from assistant.training.fit_sentences import fit_choice
from assistant.training.mining import whole_library
from assistant.training.tune_multihop import four_figures
from eval import ranking
from eval.suites import ready_suite

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Ranked:
    """A question's passages in the order before, their features, the facts in each, how many facts there are.

    Attributes:
        near: The passages that are ordered again.
        again: Their features, likeness last.
    """

    id: str
    values: npt.NDArray[np.float64]
    near: npt.NDArray[np.int64]
    again: npt.NDArray[np.float64]
    facts: list[frozenset[int]]
    wanted: int


def gather(data: Path, work: Path) -> list[Ranked]:
    """Search for every long question of the tuning part."""
    library, embedder = whole_library(data, work)
    retriever, outlets = HybridRetriever(library=library, embedder=embedder), library.catalogue.outlets()
    oldest = date.fromisoformat(library.catalogue.days()[0])
    ranked = []
    for case in ready_suite("multihop", data).cases():
        if not case.facts or case.split != "tune" or not is_long(case.question):
            continue
        query = understand(case.question, coverage=Coverage(tuple(outlets), oldest))
        lists = retriever.search_all(query, query.standalone)
        found = with_shares(lists[-1], lists[:-1])[:LOOKED_AT]
        stored = library.catalogue.passages([item.number for item in found])
        values = np.array(order_features(query, found, lists, stored))
        passages = [stored[item.number][0] for item in found]
        near = _best_first(values, ORDER)[:COMPARED]
        alike = likenesses(query.standalone, [passages[i] for i in near], partial(cosines, embedder))
        again = np.column_stack([values[near], alike])
        facts = ranking.fact_ranking([passage.text for passage in passages], case.facts)
        ranked.append(Ranked(case.id, values, near, again, facts, len(case.facts)))
    library.close()
    return ranked


def _best_first(values: npt.NDArray[np.float64], coefficients: Sequence[float]) -> npt.NDArray[np.int64]:
    return np.argsort(-(values @ np.array(coefficients)), kind="stable")


def quality(ranked: Ranked, order: npt.NDArray[np.int64]) -> tuple[float, float, float, float]:
    """MRR@10, Hits@4, Hits@10 and evidence recall@10 of an order of its passages, or of the first of them."""
    return four_figures([ranked.facts[i] for i in order], ranked.wanted)


def by_order(ranked: Ranked, coefficients: Sequence[float]) -> npt.NDArray[np.int64]:
    """All passages, best first."""
    return _best_first(ranked.values, coefficients)


def by_order_again(ranked: Ranked, coefficients: Sequence[float]) -> npt.NDArray[np.int64]:
    """The passages that are ordered again, best first."""
    return ranked.near[_best_first(ranked.again, coefficients)]


def fit(ranked: Sequence[Ranked]) -> tuple[float, ...]:
    """Coefficients for `ORDER`, none of them negative."""
    return _fit([(item.values, item.facts) for item in ranked])


def fit_again(ranked: Sequence[Ranked]) -> tuple[float, ...]:
    """The same for `ORDER_AGAIN`."""
    return _fit([(item.again, [item.facts[i] for i in item.near]) for item in ranked])


def _fit(rows: Sequence[tuple[npt.NDArray[np.float64], list[frozenset[int]]]]) -> tuple[float, ...]:
    tables = [(values, np.array([bool(f) for f in facts]), 1.0) for values, facts in rows if any(facts)]
    features = tables[0][0].shape[1]
    return fit_choice(tables, [0.0] * features, [False] * features)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    given = parser.parse_args()
    ranked = gather(given.data, given.work)
    print(f"{len(ranked)} questions: MRR@10, Hits@4, Hits@10, evidence recall@10")
    print("order before:", _mean([quality(item, np.arange(len(item.facts))) for item in ranked]))
    steps = (
        ("ORDER", fit, by_order, ORDER_FEATURES),
        ("ORDER_AGAIN", fit_again, by_order_again, (*ORDER_FEATURES, "alike")),
    )
    for name, fitted, ordered, features in steps:
        left_out = []
        for fold in range(FOLDS):
            inside = [zlib.crc32(item.id.encode()) % FOLDS == fold for item in ranked]
            found = fitted([item for item, out in zip(ranked, inside, strict=True) if not out])
            left_out += [quality(item, ordered(item, found)) for item, out in zip(ranked, inside, strict=True) if out]
        print("fitted, on those left out:", _mean(left_out))
        print(name, "=", fitted(ranked), "for", features)


def _mean(figures: Sequence[tuple[float, float, float, float]]) -> list[float]:
    found: list[float] = np.mean(figures, axis=0).round(3).tolist()
    return found


if __name__ == "__main__":
    main()
