"""Statistics over rows: clustered bootstrap, McNemar, Holm, the smallest detectable change, ranking by confidence.

Pure functions over arrays; the random numbers start from a fixed seed, so the same rows give the same figures.
scipy and statsmodels take seconds to import, and the page imports this: they are imported where they are used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Row = Mapping[str, Any]

RESAMPLES = 10_000
SEED = 20_260_824
LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Difference:
    """A metric in two runs over the same questions.

    Attributes:
        before: Its value in the first run, or None.
        after: Its value in the second, or None.
        change: `after` - `before`.
        low: Lower end of the change's 95% interval.
        high: Upper end.
        p: Two-sided p by the bootstrap.
        spread: The bootstrap's standard error of the change.
        count: Questions that count in either run.
    """

    before: float | None
    after: float | None
    change: float | None
    low: float | None
    high: float | None
    p: float
    spread: float
    count: int


class Resampler:
    """Draws articles with replacement, the same draws for every metric.

    Args:
        clusters: For each row, what it is resampled with.
        resamples: How many draws.
    """

    def __init__(self, clusters: Sequence[str], resamples: int = RESAMPLES) -> None:
        names = {name: i for i, name in enumerate(dict.fromkeys(clusters))}
        self._index = np.array([names[name] for name in clusters], np.int64)
        self._size = len(names)
        chance = np.full(self._size, 1 / self._size)
        self._draws = np.random.default_rng(SEED).multinomial(self._size, chance, size=resamples).astype(np.float64)

    def ratios(self, parts: Floats) -> Floats:
        """Resampled values of sum(numerators) / sum(denominators).

        Args:
            parts: [rows, 2], numerator and denominator, zeros where the metric does not apply.

        Returns:
            [resamples]; nan where a draw has nothing that counts.
        """
        sums = np.zeros((self._size, 2))
        np.add.at(sums, self._index, parts)
        drawn = self._draws @ sums
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(drawn[:, 0] / drawn[:, 1], np.float64)


def parts_of(rows: Sequence[Row], name: str) -> Floats:
    """A metric's numerators and denominators, [rows, 2]; zeros where it does not apply."""
    return np.array([row["scores"].get(name, (0.0, 0.0)) for row in rows], np.float64).reshape(len(rows), 2)


def ratio(parts: Floats) -> float | None:
    """Sum of numerators / sum of denominators, or None when nothing counts."""
    above, below = parts.sum(axis=0)
    return float(above / below) if below else None


def interval(resampler: Resampler, parts: Floats) -> tuple[float, float] | None:
    """95% percentile interval of a metric, by articles (Efron and Tibshirani 1993, ch. 13)."""
    drawn = resampler.ratios(parts)
    drawn = drawn[~np.isnan(drawn)]
    return (float(np.quantile(drawn, 0.025)), float(np.quantile(drawn, 0.975))) if len(drawn) else None


def difference(resampler: Resampler, before: Floats, after: Floats) -> Difference:
    """Compare a metric in two runs, question by question in the same order (paired bootstrap).

    p = 2 min((1 + #{d <= 0}) / (B + 1), (1 + #{d >= 0}) / (B + 1)), at most 1, d the resampled changes
    (Davison and Hinkley 1997, ch. 4); runs that are alike give exactly 1.
    """
    first, second = ratio(before), ratio(after)
    count = int(((before[:, 1] > 0) | (after[:, 1] > 0)).sum())
    if first is None or second is None:
        return Difference(first, second, None, None, None, 1.0, 0.0, count)
    if np.array_equal(before, after):  # every resample would be equal
        return Difference(first, second, 0.0, 0.0, 0.0, 1.0, 0.0, count)
    drawn = resampler.ratios(after) - resampler.ratios(before)
    drawn = np.where(np.abs(drawn[~np.isnan(drawn)]) < 1e-12, 0.0, drawn[~np.isnan(drawn)])
    tails = ((drawn <= 0).sum(), (drawn >= 0).sum())
    p = min(1.0, 2 * (1 + int(min(tails))) / (len(drawn) + 1))
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Difference(first, second, second - first, float(low), float(high), p, float(drawn.std()), count)


@dataclass(frozen=True, slots=True)
class Flips:
    """Questions that changed sides between two runs, with McNemar's exact p."""

    lost: int
    won: int
    p: float


def flips(before: Sequence[bool], after: Sequence[bool]) -> Flips:
    """Exact McNemar test for right and wrong (McNemar 1947; binomial over the questions that changed)."""
    lost = sum(a and not b for a, b in zip(before, after, strict=True))
    won = sum(b and not a for a, b in zip(before, after, strict=True))
    if not lost + won:
        return Flips(0, 0, 1.0)
    from statsmodels.stats.contingency_tables import mcnemar

    test = mcnemar([[0, lost], [won, 0]], exact=True)
    return Flips(lost, won, min(1.0, float(test.pvalue)))


def holm(values: Mapping[str, float]) -> dict[str, float]:
    """Holm's step-down adjusted p values (Holm 1979)."""
    if not values:
        return {}
    from statsmodels.stats.multitest import multipletests

    adjusted = multipletests(list(values.values()), alpha=LEVEL, method="holm")[1]
    return {name: float(p) for name, p in zip(values, adjusted, strict=True)}


def smallest_visible(count: int, tests: int = 1) -> float | None:
    """The smallest one-way change of right/wrong that `count` questions can detect.

    It is k / count with k the fewest flips, all one way, for which McNemar's exact p = 2 * 0.5^k stays below
    0.05 / tests (the first step of Holm). None when even all questions flipping would not show.
    """
    flipped = next(k for k in range(1, 64) if 2 * 0.5**k < LEVEL / tests)
    return flipped / count if flipped <= count else None


def share_interval(right: int, count: int) -> tuple[float, float] | None:
    """Wilson's 95% interval of a share; for small groups, where a bootstrap is too narrow."""
    if not count:
        return None
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(right, count, alpha=LEVEL, method="wilson")
    return float(low), float(high)


def area_under_roc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Chance that a positive scores above a negative, ties half: U / (n1 n2) (Mann and Whitney 1947)."""
    if not positive or not negative:
        return None
    from scipy.stats import mannwhitneyu

    return float(mannwhitneyu(positive, negative).statistic) / (len(positive) * len(negative))


def risk_coverage(confidence: Sequence[float], right: Sequence[bool]) -> list[tuple[float, float]]:
    """The risk-coverage curve (El-Yaniv and Wiener 2010).

    Returns:
        For each number i of most confident answers: (i / n, expected share of wrong ones among them). Where
        confidences are equal the order is unknown, so the wrong ones are spread evenly over the tie.
    """
    order = sorted(range(len(confidence)), key=lambda i: -confidence[i])
    wrong: list[float] = []
    start = 0
    while start < len(order):
        stop = start
        while stop < len(order) and confidence[order[stop]] == confidence[order[start]]:
            stop += 1
        share = sum(not right[i] for i in order[start:stop]) / (stop - start)
        wrong += [share] * (stop - start)
        start = stop
    total, curve = 0.0, []
    for i, loss in enumerate(wrong, 1):
        total += loss
        curve.append((i / len(order), total / i))
    return curve


def area_under_risk(curve: Sequence[tuple[float, float]]) -> float | None:
    """AURC: the mean risk over all coverages (Geifman and El-Yaniv 2017); lower is better."""
    return sum(risk for _, risk in curve) / len(curve) if curve else None


def quantile(values: Sequence[float], share: float) -> float | None:
    """A quantile by linear interpolation, or None without values."""
    return float(np.quantile(np.array(values), share)) if values else None
