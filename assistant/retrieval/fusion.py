"""Puts what several searches found into one order: pure functions of ranks and scores."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

DENSE_WEIGHT = 0.5
"""Weight of the dense side; both are scaled over their own list."""


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate with the parts of its score."""

    number: int
    score: float
    text_rank: int
    dense_rank: int


def fuse(
    full_text: Sequence[tuple[int, float]], dense: Sequence[tuple[int, float]], dense_weight: float = DENSE_WEIGHT
) -> list[Found]:
    """Add up both searches, each scaled to 0..1 over its own list.

    Args:
        full_text: (passage number, BM25), best first.
        dense: (passage number, cosine), best first.
        dense_weight: Weight of the dense part.

    Returns:
        Every passage of either list, best first. One that a list does not hold gets 0 from it.
    """
    text_at, dense_at = _scaled(full_text), _scaled(dense)
    found = []
    for number in text_at.keys() | dense_at.keys():
        text_rank, text_score = text_at.get(number, (0, 0.0))
        dense_rank, dense_score = dense_at.get(number, (0, 0.0))
        found.append(Found(number, text_score + dense_weight * dense_score, text_rank, dense_rank))
    return sorted(found, key=lambda item: (-item.score, item.number))


def _scaled(ranked: Sequence[tuple[int, float]]) -> dict[int, tuple[int, float]]:
    """Passage number -> (rank from 1, score between 0 for the last of the list and 1 for the first)."""
    if not ranked:
        return {}
    low, high = ranked[-1][1], ranked[0][1]
    spread = (high - low) or 1.0
    return {number: (rank, (score - low) / spread) for rank, (number, score) in enumerate(ranked, 1)}


def reciprocal_ranks(lists: Sequence[Sequence[Found]], k: int) -> dict[int, float]:
    """Passage number -> sum of (k + 1) / (k + rank) over the lists (Cormack et al. 2009, there without the k + 1)."""
    total: defaultdict[int, float] = defaultdict(float)
    for each in lists:
        for rank, item in enumerate(each, 1):
            total[item.number] += (k + 1) / (k + rank)
    return dict(total)


def with_shares(found: Sequence[Found], shares: Sequence[Sequence[Found]]) -> list[Found]:
    """All lists in one, by the sum of 1 / rank.

    The best of each share stands early, and earlier still what several of them hold. Without shares nothing changes.
    """
    lists = [*shares, found]
    items = {item.number: item for each in lists for item in each}
    total = reciprocal_ranks(lists, 0)
    return [items[number] for number in sorted(total, key=lambda number: -total[number])]
