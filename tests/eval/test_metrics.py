"""Every metric against values computed by hand."""

from __future__ import annotations

from typing import Any

import pytest

from eval import metrics
from eval.stages import STAGES
from tests.eval.made import GOOD, answered, cite, declined, failed, hit, row, unanswerable


def value(name: str, *rows: dict[str, Any]) -> tuple[float | None, int]:
    return metrics.value(rows, name)


WRONG = answered([("The bridge closed in May.", [1])], [cite(1, "The bridge closed in May.")])
ELSEWHERE = answered([("It closed on Monday.", [1])], [cite(1, "It closed on Monday.", gold=False)])


def test_end_to_end_asks_for_the_right_words_and_the_right_source() -> None:
    # right: the good answer and the declined one; wrong: words, source, an answer to nothing, an error
    rows = [
        row(),
        row("w", WRONG),
        row("c", ELSEWHERE),
        row("d", declined()),
        unanswerable(),
        unanswerable("a", GOOD),
        failed(),
    ]
    assert value("end_to_end", *rows) == (pytest.approx(2 / 7), 7)


def test_correctness_counts_answered_answerable_questions_only() -> None:
    rows = [row(), row("w", WRONG), row("c", ELSEWHERE), row("d", declined()), unanswerable("a", GOOD)]
    assert value("correctness", *rows) == (pytest.approx(2 / 3), 3)


def test_a_group_needs_one_alias_and_every_group_counts() -> None:
    groups = [["Monday", "9 March"], ["bridge"]]
    said = answered([("On 9 March the bridge was shut.", [1])], [cite(1)])
    half = answered([("On 9 March it was shut.", [1])], [cite(1)])
    assert value("correctness", row("a", said, must_include=groups), row("b", half, must_include=groups)) == (0.5, 2)


def test_answer_inside_looks_at_the_quotations_and_counts_abstentions_as_misses() -> None:
    loose = answered([("It closed on Monday.", [1])], [cite(1, "It closed then.")])
    assert value("answer_inside", row(), row("l", loose), row("d", declined()), unanswerable()) == (
        pytest.approx(1 / 3),
        3,
    )


def test_token_f1_is_squads() -> None:
    # "the bridge closed on monday": 4 tokens without the article, 1 wanted, 1 shared: 2 * 1 / (4 + 1)
    assert value("token_f1", row()) == (pytest.approx(0.4), 1)
    # the best of several references: 2 * 3 / (4 + 3)
    assert value("token_f1", row(answers=["Monday", "bridge closed Monday"])) == (pytest.approx(6 / 7), 1)
    assert value("token_f1", row("d", declined()), unanswerable()) == (None, 0)


def test_citation_precision_and_recall() -> None:
    # sentences cite [good, bad], [bad], [] and [good]: precision 2 / 4, recall 2 / 4
    sentences = [("One.", [1, 2]), ("Two.", [2]), ("Three.", []), ("Four.", [1])]
    said = answered(sentences, [cite(1), cite(2, gold=False)])
    assert value("citation_precision", row(answer=said)) == (0.5, 1)
    assert value("citation_recall", row(answer=said)) == (0.5, 1)
    assert value("uncited", row(answer=said)) == (0.25, 1)
    # sums over sentences, not a mean over answers: (2 + 1) / (4 + 1)
    assert value("citation_precision", row(answer=said), row("b")) == (pytest.approx(0.6), 2)


def test_a_marker_that_names_nothing_counts_below_the_line() -> None:
    said = answered([("One.", [1, 7])], [cite(1)], markers={"total": 2, "valid": 1})
    assert value("citation_precision", row(answer=said)) == (0.5, 1)
    assert value("citation_validity", row(answer=said), row("b")) == (pytest.approx(2 / 3), 2)


def test_quotation_exactness_is_exact_quotations_over_all() -> None:
    said = answered([("One.", [1, 2])], [cite(1), cite(2, exact=False)])
    assert value("quotation_exactness", row(answer=said), row("b")) == (pytest.approx(2 / 3), 2)


def test_fidelity_counts_names_numbers_and_dates_in_what_the_sentence_cites() -> None:
    # names and numbers: Arne (not there), 40 (quote), Rook (author), March (date of publication), 17 (not there)
    said = answered(
        [("Yesterday Arne sold 40 boats, Rook wrote in March, 17 of them new.", [1])], [cite(1, "He sold 40 boats.")]
    )
    assert value("fidelity", row(answer=said)) == (pytest.approx(3 / 5), 1)
    # a fact in the citation of another sentence does not count
    split = answered([("We met Arne.", [2])], [cite(1, "Arne came."), cite(2, "He left.")])
    assert value("fidelity", row(answer=split)) == (0.0, 1)
    assert value("fidelity", row(answer=answered([("it closed then.", [1])], [cite(1)]))) == (None, 0)


def test_abstention() -> None:
    # answerable: 3 answered, 1 declined; unanswerable: 2 declined, 1 answered; an error belongs to neither
    rows = [row("1"), row("2"), row("3", WRONG), row("4", declined())]
    rows += [unanswerable("5"), unanswerable("6"), unanswerable("7", GOOD), failed("8")]
    assert value("abstention_precision", *rows) == (pytest.approx(2 / 3), 3)
    assert value("abstention_recall", *rows) == (pytest.approx(2 / 3), 3)
    assert value("over_refusal", *rows) == (0.25, 4)


TWO = [{"doc_id": "bridge", "start": s, "end": s + 9, "title": "", "text": "x"} for s in (0, 50)]


def test_ranking_metrics_of_a_row() -> None:
    # evidence 0 at ranks 2 and 3 (counts once), evidence 1 at rank 4
    ranked = row(hits=[hit(), hit(0), hit(0), hit(1)], evidence=TWO)
    assert value("evidence_first", ranked) == (0.0, 1)
    assert value("evidence_in_5", ranked) == (1.0, 1)
    assert value("recall_10", ranked) == (1.0, 1)
    assert value("all_evidence_10", ranked) == (1.0, 1)
    assert value("mrr_10", ranked) == (0.5, 1)
    assert value("map", ranked) == (pytest.approx((1 / 2 + 2 / 4) / 2), 1)
    # (1/log2(3) + 1/log2(5)) / (1/log2(2) + 1/log2(3)) = (0.63093 + 0.43068) / 1.63093
    assert value("ndcg_10", ranked)[0] == pytest.approx(0.65092, abs=1e-5)


def test_what_lies_behind_rank_ten_does_not_count() -> None:
    late = row(hits=[hit()] * 10 + [hit(0)])
    for name in ("recall_10", "mrr_10", "ndcg_10", "all_evidence_10", "evidence_in_5"):
        assert value(name, late) == (0.0, 1)
    assert value("map", late) == (pytest.approx(1 / 11), 1)


def test_multihop_metrics_look_at_facts_and_leave_null_questions_out() -> None:
    hop = {"facts": ["one", "two"], "evidence": [], "answer": None}
    first = row("a", hits=[hit(), hit(facts=[1]), *[hit()] * 3, hit(facts=[0])], **hop)
    second = row("b", hits=[hit()] * 5 + [hit(facts=[0])], **hop)
    null = row("c", None, facts=[], evidence=[], answerable=False)
    assert value("hop_mrr_10", first, second, null) == (pytest.approx((1 / 2 + 1 / 6) / 2), 2)
    assert value("hop_hits_4", first, second, null) == (0.5, 2)
    assert value("hop_hits_10", first, second, null) == (1.0, 2)
    assert value("hop_recall_10", first, second, null) == (0.75, 2)
    assert value("end_to_end", first, second, null) == (None, 0)


def test_an_error_row_counts_against_the_score_and_nowhere_else() -> None:
    assert failed()["scores"] == {"end_to_end": [0.0, 1.0]}


def test_what_does_not_apply_is_none_with_its_count_and_never_zero() -> None:
    for metric in metrics.METRICS:
        assert metrics.value([], metric.name) == (None, 0)
    assert value("recall_10", unanswerable()) == (None, 0)
    assert value("abstention_recall", row()) == (None, 0)


def test_every_metric_says_its_formula() -> None:
    for metric in metrics.METRICS:
        assert metric.part.__doc__, metric.name
        assert metrics.BY_NAME[metric.name] is metric


@pytest.mark.parametrize(
    ("made", "stage"),
    [
        (row(), "right"),
        (unanswerable(), "right"),
        (row(answer=WRONG), "read but answered wrong"),
        (row(answer=ELSEWHERE), "wrong citation"),
        (row(answer=declined()), "wrongly abstained"),
        (row(answer=WRONG, hits=[hit()]), "not retrieved"),
        (row(answer=declined(), hits=[hit()]), "not retrieved"),
        (row(answer=WRONG, hits=[*[hit()] * 5, hit(0)]), "retrieved but not read"),
        (unanswerable(answer=GOOD), "wrongly answered"),
        (failed(), "error"),
        (row(answer=None), "right"),
        (row(answer=None, hits=[hit()]), "not retrieved"),
    ],
)
def test_the_first_stage_that_lost_a_question_is_named(made: dict[str, Any], stage: str) -> None:
    assert made["stage"] == stage
    assert stage in STAGES
