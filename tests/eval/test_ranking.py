"""The ranking formulas: against ir_measures where they are standard, by hand where they are not."""

from __future__ import annotations

import random

import ir_measures
import pytest
from ir_measures import AP, RR, R, Success, nDCG

from eval import ranking
from eval.ranking import fact_ranking

Ranking = list[frozenset[int]]


def drawn(seed: int) -> tuple[Ranking, int]:
    """A ranking in which every hit covers at most one span and no span is covered twice, and how many spans there are."""
    chance = random.Random(seed)
    gold = chance.randint(1, 6)
    found = chance.sample(range(gold), chance.randint(0, gold))
    hits = [frozenset([i]) for i in found] + [frozenset()] * chance.randint(1, 25)
    chance.shuffle(hits)
    return hits, gold


def judged(hits: Ranking, gold: int) -> dict[str, float]:
    """The same ranking for ir_measures: a document per hit, and one that is never found per span without a hit."""
    names = {i: f"span{i}" for i in range(gold)}
    run = [
        ir_measures.ScoredDoc("q", names[next(iter(covered))] if covered else f"other{rank}", float(-rank))
        for rank, covered in enumerate(hits)
    ]
    measures = [R @ 10, Success @ 1, Success @ 5, RR @ 10, nDCG @ 10, AP]
    found = ir_measures.calc_aggregate(measures, [ir_measures.Qrel("q", name, 1) for name in names.values()], run)
    return {str(measure): value for measure, value in found.items()}


@pytest.mark.parametrize("seed", range(40))
def test_standard_metrics_are_those_of_ir_measures(seed: int) -> None:
    hits, gold = drawn(seed)
    ours = {
        "R@10": ranking.recall_at(hits, gold, 10),
        "Success@1": ranking.success_at(hits, 1),
        "Success@5": ranking.success_at(hits, 5),
        "RR@10": ranking.reciprocal_rank(hits, 10),
        "nDCG@10": ranking.ndcg(hits, gold, 10),
        "AP": ranking.average_precision(hits, gold),
    }
    assert ours == pytest.approx(judged(hits, gold), abs=1e-9)


def test_a_span_that_two_hits_cover_counts_at_the_first() -> None:
    twice = [frozenset([0]), frozenset([0]), frozenset([1])]
    assert ranking.relevance(twice, 2) == ([True, False, True], 2)
    assert ranking.average_precision(twice, 2) == pytest.approx((1 + 2 / 3) / 2)


def test_spans_that_one_hit_covers_together_are_one_item() -> None:
    together = [frozenset(), frozenset([0, 1]), frozenset([2])]
    assert ranking.relevance(together, 3) == ([False, True, True], 2)
    assert ranking.ndcg([frozenset([0, 1, 2])], 3) == 1.0
    assert ranking.recall_at(together, 3, 2) == pytest.approx(2 / 3)


def test_all_evidence_needs_every_span() -> None:
    hits = [frozenset([0]), frozenset(), frozenset([1])]
    assert [ranking.all_evidence_at(hits, 2, k) for k in (1, 2, 3)] == [0.0, 0.0, 1.0]


def test_multihops_scoring_ignores_spaces_and_newlines_and_keeps_case() -> None:
    passages = ["The mill at\nTarn  burnt down.", "the mill at tarn burnt down.", "The mill at Tarn burnt"]
    assert fact_ranking(passages, ["The mill at Tarn burnt down.", "mill at Tarn"]) == [
        frozenset([0, 1]), frozenset(), frozenset([1]),
    ]  # fmt: skip
    # only spaces and newlines are removed; tabs stay, as in its script
    assert fact_ranking(["The\tmill"], ["The mill"]) == [frozenset()]
