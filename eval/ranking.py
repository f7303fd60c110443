"""Ranking metrics over gold spans and over MultiHop-RAG's facts: pure functions.

A ranking is a list with, for each hit in order, the set of gold spans (by number) that it covers whole.
A span that several hits cover counts at the first of them. Gold spans first covered together by one hit
are one relevant item, so that a hit is relevant or not, as the standard formulas want it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

Ranking = Sequence[frozenset[int]]


def relevance(ranking: Ranking, gold: int) -> tuple[list[bool], int]:
    """Turn covered spans into standard binary relevance.

    Args:
        ranking: For each hit, the numbers of the gold spans it covers.
        gold: How many gold spans there are.

    Returns:
        For each hit whether it covers a gold span that no earlier hit covered, and the number of relevant
        items (gold spans, those first covered together counted once).
    """
    seen: set[int] = set()
    flags, items = [], gold
    for covered in ranking:
        fresh = covered - seen
        flags.append(bool(fresh))
        items -= max(0, len(fresh) - 1)
        seen |= fresh
    return flags, items


def recall_at(ranking: Ranking, gold: int, k: int) -> float:
    """Gold spans covered within the first k hits / gold spans (recall@k; Manning et al., IR book, ch. 8)."""
    return len(frozenset().union(*ranking[:k])) / gold


def success_at(ranking: Ranking, k: int) -> float:
    """1 if any of the first k hits covers a gold span, else 0 (success@k, also called hit rate)."""
    return float(any(ranking[:k]))


def all_evidence_at(ranking: Ranking, gold: int, k: int) -> float:
    """1 if every gold span is covered within the first k hits, else 0."""
    return float(len(frozenset().union(*ranking[:k])) == gold)


def reciprocal_rank(ranking: Ranking, k: int = 10) -> float:
    """1 / rank of the first hit that covers a gold span, 0 if none within k (Voorhees, TREC-8)."""
    return next((1 / rank for rank, covered in enumerate(ranking[:k], 1) if covered), 0.0)


def ndcg(ranking: Ranking, gold: int, k: int = 10) -> float:
    """Normalised discounted cumulative gain with binary gains.

    DCG = sum over relevant ranks r <= k of 1 / log2(r + 1), divided by the DCG of all relevant items on
    top (Järvelin and Kekäläinen 2002, in trec_eval's form).
    """
    flags, items = relevance(ranking, gold)
    gain = sum(1 / math.log2(rank + 1) for rank, flag in enumerate(flags[:k], 1) if flag)
    best = sum(1 / math.log2(rank + 1) for rank in range(1, min(items, k) + 1))
    return gain / best


def average_precision(ranking: Ranking, gold: int) -> float:
    """Mean over relevant items of the precision at their ranks, 0 for those not found (AP; IR book, ch. 8)."""
    flags, items = relevance(ranking, gold)
    found, total = 0, 0.0
    for rank, flag in enumerate(flags, 1):
        if flag:
            found += 1
            total += found / rank
    return total / items


def squeeze(text: str) -> str:
    """MultiHop-RAG's normal form: spaces and newlines removed, case kept."""
    return text.replace(" ", "").replace("\n", "")


def fact_ranking(passages: Sequence[str], facts: Sequence[str]) -> list[frozenset[int]]:
    """For each passage, the facts that it wholly contains in MultiHop-RAG's normal form.

    Source: retrieval_evaluate.py of yixuantt/MultiHop-RAG, by meaning. Its Hits@k and MRR@10 are
    `success_at` and `reciprocal_rank` over this ranking; null questions are left out.
    """
    gold = [squeeze(fact) for fact in facts]
    texts = [squeeze(passage) for passage in passages]
    return [frozenset(i for i, fact in enumerate(gold) if fact in text) for text in texts]
