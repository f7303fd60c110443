"""Chooses the order of a long question's passages: `python -m assistant.training.fit_order --data DIR --work DIR`.

On the tuning part of MultiHop-RAG's dev questions; the ones over odd-numbered articles alone are left for reporting.
Prints the coefficients for `assistant.long_questions.ORDER`, and what questions left out of the fitting gain by them.
"""

from __future__ import annotations

import argparse
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.fusion import with_shares
from assistant.long_questions import LOOKED_AT, ORDER_FEATURES, order_features
from assistant.query import understand
from assistant.retriever import HybridRetriever
from assistant.training.examples import whole_library
from assistant.training.fit_sentences import fit_choice
from assistant.training.tune_long import four_figures
from assistant.weights import is_long
from eval import ranking
from eval.suites import ready_suite

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Ranked:
    """A question's passages in the order before, their features, the facts in each, how many facts there are."""

    id: str
    values: npt.NDArray[np.float64]
    facts: list[frozenset[int]]
    wanted: int


def gather(data: Path, work: Path) -> list[Ranked]:
    """Search for every long question of the tuning part."""
    library, embedder = whole_library(data, work)
    retriever, outlets = HybridRetriever(library=library, embedder=embedder), library.catalogue.outlets()
    ranked = []
    for case in ready_suite("multihop", data).cases():
        if not case.facts or case.split != "tune" or not is_long(case.question):
            continue
        query = understand(case.question, outlets=outlets)
        lists = retriever.search_all(query, query.standalone)
        found = with_shares(lists[-1], lists[:-1])[:LOOKED_AT]
        stored = library.catalogue.passages([item.number for item in found])
        values = np.array(order_features(query, found, lists, stored))
        texts = [stored[item.number][0].text for item in found]
        ranked.append(Ranked(case.id, values, ranking.fact_ranking(texts, case.facts), len(case.facts)))
    library.close()
    return ranked


def quality(ranked: Ranked, coefficients: Sequence[float] | None) -> tuple[float, float, float, float]:
    """MRR@10, Hits@4, Hits@10 and evidence recall@10; in the order before when there are no coefficients."""
    order = np.arange(len(ranked.facts))
    if coefficients is not None:
        order = np.argsort(-(ranked.values @ np.array(coefficients)), kind="stable")
    return four_figures([ranked.facts[i] for i in order], ranked.wanted)


def fit(ranked: Sequence[Ranked]) -> tuple[float, ...]:
    """Coefficients, none of them negative."""
    tables = [(item.values, np.array([bool(f) for f in item.facts]), 1.0) for item in ranked if any(item.facts)]
    return fit_choice(tables, [0.0] * len(ORDER_FEATURES), [False] * len(ORDER_FEATURES))


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    given = parser.parse_args()
    ranked = gather(given.data, given.work)
    print(f"{len(ranked)} questions: MRR@10, Hits@4, Hits@10, evidence recall@10")
    print("order before:", np.mean([quality(item, None) for item in ranked], axis=0).round(3).tolist())
    left_out = []
    for fold in range(FOLDS):
        inside = [zlib.crc32(item.id.encode()) % FOLDS == fold for item in ranked]
        found = fit([item for item, out in zip(ranked, inside, strict=True) if not out])
        left_out += [quality(item, found) for item, out in zip(ranked, inside, strict=True) if out]
    print("fitted, on those left out:", np.mean(left_out, axis=0).round(3).tolist())
    print("ORDER =", fit(ranked), "for", ORDER_FEATURES)


if __name__ == "__main__":
    main()
