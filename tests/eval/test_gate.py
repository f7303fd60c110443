"""The gate: invariants, margins, question by question, statistics, exit codes, the baseline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant.errors import UsageError
from eval import gate
from eval.gate import FAILED, NO_BASELINE, PASSED, bless, check_alike, judge, read_baseline
from tests.eval.made import answered, cite, declined, failed, row, unanswerable

WRONG = answered([("It closed in May.", [1])], [cite(1, "It closed in May.")])


def run(wrong: int = 0, size: int = 100) -> list[dict[str, Any]]:
    """A run whose first questions are answered wrong and whose last ten are unanswerable."""
    rows = [row(f"q{i}", WRONG) if i < wrong else row(f"q{i}") for i in range(size - 10)]
    return rows + [unanswerable(f"u{i}") for i in range(10)]


def by_name(judgement: gate.Judgement) -> dict[str, gate.Compared]:
    return {item.name: item for item in judgement.compared}


def test_the_same_rows_pass_with_difference_nought_and_p_one() -> None:
    found = judge(run(), run(), "itself")
    assert (found.code, found.reasons, found.lost, found.won, found.mcnemar_p) == (PASSED, (), (), (), 1.0)
    assert found.compared
    for item in found.compared:
        assert (item.change, item.low, item.high, item.p) == (0.0, 0.0, 0.0, 1.0)


def test_a_fall_within_its_margin_passes_and_still_lists_the_question() -> None:
    found = judge(run(1), run(), "before")  # one of 100: end to end falls by 0.01, its margin is 0.02
    assert found.code == PASSED
    assert found.lost == ("q0",)
    assert by_name(found)["end_to_end"].change == pytest.approx(-0.01)


def test_a_fall_beyond_its_margin_fails_and_names_metric_and_questions() -> None:
    found = judge(run(3), run(), "before")
    assert found.code == FAILED
    assert any(
        reason.startswith("End-to-end score: was 1, now 0.97 (more than its margin of 0.02)")
        for reason in found.reasons
    )
    assert by_name(found)["end_to_end"].questions == ("q0", "q1", "q2")
    assert found.lost == ("q0", "q1", "q2")


def test_a_fall_that_is_its_margin_exactly_passes() -> None:
    assert judge(run(2), run(), "before").code == PASSED


def test_a_gain_passes() -> None:
    found = judge(run(), run(20), "before")
    assert (found.code, found.lost, len(found.won)) == (PASSED, (), 20)
    assert found.mcnemar_p < 0.001


def test_many_lost_among_many_won_is_seen_question_by_question() -> None:
    before, after = run(), run()
    for i in range(30):
        (after if i < 16 else before)[i] = row(f"q{i}", WRONG)
    found = judge(after, before, "before")
    assert (len(found.lost), len(found.won)) == (16, 14)


def test_where_lower_is_better_a_rise_fails() -> None:
    after = run()
    after[:4] = [row(f"q{i}", declined()) for i in range(4)]
    found = judge(after, run(), "before")
    assert by_name(found)["over_refusal"].fallen
    assert any(reason.startswith("Over-refusal: was 0, now 0.04444") for reason in found.reasons)
    assert by_name(found)["over_refusal"].questions == ("q0", "q1", "q2", "q3")


def test_a_small_steady_fall_is_found_by_statistics_when_the_margin_lets_it_pass() -> None:
    # 20 of 2,000 questions fall: half of the margin, but significant
    found = judge(run(20, 2000), run(0, 2000), "before")
    assert not by_name(found)["end_to_end"].fallen
    assert by_name(found)["end_to_end"].worse
    assert found.code == FAILED
    assert any("after Holm" in reason for reason in found.reasons)


def test_a_gated_metric_that_applies_to_nothing_any_more_fails() -> None:
    after = [row(f"q{i}", declined()) for i in range(90)] + [unanswerable(f"u{i}") for i in range(10)]
    found = judge(after, run(), "before")
    assert by_name(found)["citation_precision"].after is None
    assert any("applies to no question now" in reason for reason in found.reasons)


@pytest.mark.parametrize(
    ("broken", "label"),
    [
        (failed("q0"), "Error rows"),
        (row("q0", answered([("x", [1])], [cite(1)], markers={"total": 2, "valid": 1})), "Citation validity"),
        (row("q0", answered([("x", [1])], [cite(1, exact=False)])), "Quotation exactness"),
        (row("q0", answered([("x", [1]), ("y", [])], [cite(1)])), "Sentences without a citation"),
    ],
)
def test_one_broken_invariant_fails_without_any_margin(broken: dict[str, Any], label: str) -> None:
    rows = [broken, *run()[1:]]
    for baseline in (None, rows):  # neither without a baseline nor with one that is as bad
        found = judge(rows, baseline)
        assert found.code == FAILED
        assert found.reasons[0].startswith(f"{label}: expected")
        assert [item.broken_by for item in found.invariants if not item.holds] == [("q0",)]


def test_without_a_baseline_the_code_is_three() -> None:
    found = judge(run(), None, "none yet")
    assert (found.code, found.baseline) == (NO_BASELINE, "none yet")


def test_a_question_that_the_baseline_does_not_hold_is_named() -> None:
    with pytest.raises(UsageError, match=r"Not in the baseline are 1 of the questions \(new\).*bless"):
        judge([*run(), row("new")], run())
    assert judge(run()[:50], run()).code == PASSED  # a subset is compared with the same questions of the baseline


SUMMARY = {
    "schema": 1, "suite": "own", "mode": "answer", "questions": 100, "chat_model": "quotations", "made_at": "2026-03-09T08:00:00",
    "hashes": {"data": "d", "selection": "s", "code": "c"}, "metrics": {"end_to_end": {"value": 1.0, "n": 100}},
}  # fmt: skip


def test_a_blessed_run_is_the_next_runs_baseline(tmp_path: Path) -> None:
    bless(run(1), SUMMARY, tmp_path)
    rows, name = read_baseline("own", "d", tmp_path)
    assert name == "baseline of 2026-03-09"
    assert rows is not None
    assert judge(run(1), rows, name).code == PASSED
    assert judge(run(5), rows, name).lost == ("q1", "q2", "q3", "q4")


def test_a_baseline_over_other_articles_or_questions_is_none(tmp_path: Path) -> None:
    bless(run(), SUMMARY, tmp_path)
    assert read_baseline("own", "other", tmp_path) == (None, "the baseline of 'own' is over other articles or questions: "
                                                       "look at the run, then `byline eval bless` it")  # fmt: skip
    assert read_baseline("sample", "d", tmp_path)[0] is None


def test_a_run_that_breaks_an_invariant_cannot_be_blessed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="breaks: Error rows"):
        bless([failed(), *run()], SUMMARY, tmp_path)
    assert not list(tmp_path.iterdir())


def test_unlike_runs_are_not_compared() -> None:
    hashes = {"data": "d", "selection": "s", "code": "other code is what comparing is for"}
    check_alike(SUMMARY, {**SUMMARY, "hashes": hashes})
    other = {**SUMMARY, "mode": "search", "hashes": {"data": "x", "selection": "s"}}
    with pytest.raises(UsageError, match="differ in mode, data"):
        check_alike(SUMMARY, other)
