from __future__ import annotations

import numpy as np
import pytest

from eval import statistics
from eval.statistics import Resampler, area_under_risk, difference, flips, holm, interval, risk_coverage


def shares(*right: int) -> statistics.Floats:
    return np.array([(value, 1) for value in right], np.float64)


def names(count: int) -> list[str]:
    return [f"a{i}" for i in range(count)]


def test_a_run_against_itself_differs_by_nothing() -> None:
    parts = shares(1, 0, 1, 1, 0, 1)
    found = difference(Resampler(names(6)), parts, parts)
    assert (found.change, found.low, found.high, found.p, found.spread) == (0.0, 0.0, 0.0, 1.0, 0.0)


def test_the_same_rows_give_the_same_figures() -> None:
    before, after = shares(1, 1, 0, 1, 0, 1, 1, 0), shares(1, 0, 0, 1, 1, 0, 1, 0)
    assert difference(Resampler(names(8)), before, after) == difference(Resampler(names(8)), before, after)


def test_a_clear_fall_has_a_small_p_and_an_interval_below_zero() -> None:
    found = difference(Resampler(names(60)), shares(*[1] * 60), shares(*[0] * 12, *[1] * 48))
    assert found.change == pytest.approx(-0.2)
    assert found.low is not None and found.high is not None
    assert found.low < -0.2 < found.high < 0
    # every resample falls: p is as small as 10,000 draws can say
    assert found.p == pytest.approx(2 / 10_001, rel=2)


def test_the_interval_is_that_of_the_binomial_when_every_row_is_its_own_cluster() -> None:
    ends = interval(Resampler(names(400)), shares(*[1] * 200, *[0] * 200))
    assert ends is not None
    # 0.5 +- 1.96 * sqrt(0.25 / 400)
    assert ends == pytest.approx((0.451, 0.549), abs=0.004)


def test_rows_of_one_article_are_drawn_together() -> None:
    parts = shares(*[1] * 50, *[0] * 50)
    alone = interval(Resampler(names(100)), parts)
    together = interval(Resampler([f"a{i // 10}" for i in range(100)]), parts)
    assert alone is not None and together is not None
    # ten clusters of ten alike: the variance is ten times as large
    assert (together[1] - together[0]) / (alone[1] - alone[0]) == pytest.approx(10**0.5, rel=0.15)


def test_a_metric_that_applies_to_nothing_has_no_difference() -> None:
    nothing = np.zeros((4, 2))
    found = difference(Resampler(names(4)), nothing, shares(1, 0, 1, 0))
    assert (found.before, found.after, found.change, found.p, found.count) == (None, 0.5, None, 1.0, 4)
    assert interval(Resampler(names(4)), nothing) is None


def test_mcnemar_is_the_binomial_over_the_questions_that_changed() -> None:
    before, after = [True] * 6 + [False] * 4, [False] * 5 + [True] + [True] + [False] * 3
    # 5 lost, 1 won: 2 * (C(6,0) + C(6,1)) / 2^6 = 14 / 64
    assert flips(before, after) == statistics.Flips(5, 1, pytest.approx(14 / 64))
    assert flips(before, before) == statistics.Flips(0, 0, 1.0)
    assert flips([True, False], [False, True]).p == 1.0


def test_holm_by_hand() -> None:
    # sorted 0.01, 0.02, 0.04 times 3, 2, 1, never falling
    assert holm({"a": 0.04, "b": 0.01, "c": 0.02}) == pytest.approx({"a": 0.04, "b": 0.03, "c": 0.04})
    assert holm({}) == {}


def test_the_smallest_visible_change() -> None:
    # 2 * 0.5^6 = 0.031 < 0.05 <= 2 * 0.5^5; for 10 tests 2 * 0.5^9 = 0.0039 < 0.005
    assert statistics.smallest_visible(100) == pytest.approx(0.06)
    assert statistics.smallest_visible(100, 10) == pytest.approx(0.09)
    assert statistics.smallest_visible(5) is None


def test_wilsons_interval() -> None:
    # 8 of 10: centre (0.8 + 1.92073 / 10) / 1.384146, by hand 0.4902 to 0.9433
    assert statistics.share_interval(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-3)
    assert statistics.share_interval(0, 0) is None


def test_auc_counts_ties_half() -> None:
    # pairs: 0.9 beats both, 0.4 ties one and loses to none below: (1 + 1 + 0.5 + 1) / 4
    assert statistics.area_under_roc([0.9, 0.4], [0.4, 0.1]) == pytest.approx(0.875)
    assert statistics.area_under_roc([], [0.1]) is None


def test_risk_and_coverage_by_hand() -> None:
    curve = risk_coverage([0.9, 0.2, 0.7], [True, False, False])
    assert [x for x, _ in curve] == pytest.approx([1 / 3, 2 / 3, 1])
    assert [risk for _, risk in curve] == pytest.approx([0, 1 / 2, 2 / 3])
    assert area_under_risk(curve) == pytest.approx((0 + 1 / 2 + 2 / 3) / 3)
    assert area_under_risk([]) is None


def test_equal_confidences_share_their_risk_whatever_their_order() -> None:
    assert (
        risk_coverage([0.5, 0.5], [True, False]) == risk_coverage([0.5, 0.5], [False, True]) == [(0.5, 0.5), (1.0, 0.5)]
    )


def test_quantiles() -> None:
    assert statistics.quantile([1, 2, 3, 4], 0.5) == 2.5
    assert statistics.quantile([], 0.5) is None
