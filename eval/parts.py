"""What one row adds to a metric, and how ranking measures are applied to a row's hits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from eval import ranking

Row = Mapping[str, Any]


class Part(NamedTuple):
    """What one row adds to a metric: a run's value is the sum of `above` over the sum of `below`."""

    above: float
    below: float = 1.0


Scorer = Callable[[Row], Part | None]
Measure = Callable[[ranking.Ranking, int], float]


def _over_hits(key: str, items: str, measure: Measure, source: Callable[..., object], k: int = 0) -> Scorer:
    """Make a metric of a ranking measure.

    Args:
        key: Where a hit lists what it covers.
        items: Where the row lists what there is to cover; a row without any is not counted.
        measure: Covered items per hit and how many there are -> value.
        source: The function of `ranking` that holds formula and source.
        k: The depth, for the description.
    """

    def part(row: Row) -> Part | None:
        if row["status"] != "ok" or not row[items]:
            return None
        return Part(measure([frozenset(hit[key]) for hit in row["hits"]], len(row[items])))

    part.__doc__ = f"{source.__doc__ or ''}{f' Here k = {k}.' if k else ''}"
    return part


def over_evidence(measure: Measure, source: Callable[..., object], k: int = 0) -> Scorer:
    """A ranking measure over gold spans; see `_over_hits`."""
    return _over_hits("gold", "evidence", measure, source, k)


def over_facts(measure: Measure, source: Callable[..., object], k: int = 0) -> Scorer:
    """A ranking measure over MultiHop-RAG's facts; see `_over_hits`."""
    return _over_hits("facts", "facts", measure, source, k)
