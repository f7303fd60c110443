"""Question files: what is accepted, and how errors name a line."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import UsageError
from eval.case_forms import load_multihop
from eval.cases import Evidence, check_evidence, half_of, load_cases
from eval.suites import SUITES, own_suite, ready_suite, select
from tests.conftest import SHARED

GOOD = {
    "id": "q1", "question": "When did the bridge close?", "answerable": True, "kind": "fact", "must_include": [["Monday"]],
    "evidence": [{"doc_id": "bridge", "start": 0, "end": 28}],
}  # fmt: skip
HOP = {
    "query": "Which town?", "answer": "Tarn", "question_type": "inference_query",
    "evidence_list": [{"fact": "Tarn it was.", "title": "x"}],
}  # fmt: skip


def written(folder: Path, *lines: Any, name: str = "q.jsonl") -> Path:
    path = folder / name
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), "utf-8")
    return path


def test_a_whole_line_is_read(tmp_path: Path) -> None:
    history = [{"role": "user", "content": "Is there a bridge?"}, {"role": "assistant", "content": "Yes."}]
    line = {**GOOD, "history": history, "as_of": "2026-03-10", "answers": ["on Monday"], "split": "tune"}
    (case,) = load_cases(written(tmp_path, "", line, ""))
    assert case.as_of == date(2026, 3, 10)
    assert list(case.history) == history
    assert case.evidence == (Evidence("bridge", 0, 28),)
    assert case.must_include == (("Monday",),)
    assert (case.cluster, case.where) == ("article:bridge", "q.jsonl:2")


def test_answers_stand_in_for_must_include(tmp_path: Path) -> None:
    (case,) = load_cases(written(tmp_path, {**GOOD, "must_include": [], "answers": ["Monday", "9 March"]}))
    assert case.must_include == (("Monday", "9 March"),)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"question": ""}, "question: String should have at least 1 character, found ''"),
        ({"question": None}, "question:"),
        ({"answerable": "yes please"}, "answerable:"),
        ({"kind": 3}, "kind: Input should be a valid string, found 3"),
        ({"as_of": "soon"}, "as_of:"),
        ({"evidence": [{"doc_id": "a", "start": 9, "end": 9}]}, "evidence.0: expected start < end, found 9..9"),
        ({"evidence": [{"doc_id": "a", "start": -1, "end": 9}]}, "evidence.0.start:"),
        ({"evidence": [{"doc_id": 1.5, "start": 1, "end": 9}]}, "evidence.0.doc_id:"),
        ({"evidence": []}, "evidence: expected at least one span for an answerable question, found none"),
        ({"answerable": False}, "evidence: expected none for an unanswerable question, found some"),
        ({"must_include": []}, "must_include: expected it or answers"),
        ({"must_include": [[]]}, "must_include.0:"),
        ({"history": [{"role": "narrator", "content": "x"}]}, "history.0.role:"),
        ({"evidense": []}, "evidense: Extra inputs are not permitted"),
        ({"split": "train"}, "split:"),
    ],
)  # fmt: skip
def test_a_bad_line_is_named_by_file_line_and_field(change: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_cases(written(tmp_path, {**GOOD, "id": "q0"}, {**GOOD, **change}))
    assert f"q.jsonl:2: {said}" in str(caught.value)
    assert "q.jsonl:1:" not in str(caught.value)


def test_a_missing_field_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"q\.jsonl:1: kind: Field required"):
        load_cases(written(tmp_path, {name: value for name, value in GOOD.items() if name != "kind"}))


def test_every_bad_line_is_listed_up_to_twenty(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load_cases(written(tmp_path, *["{"] * 22, [1]))
    lines = str(caught.value).split("\n")
    assert lines[0] == "23 problems in the questions:"
    assert lines[1].startswith("q.jsonl:1: this is not a JSON object")
    assert len(lines) == 22
    assert lines[-1] == "... and 3 more"


def test_an_id_is_used_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"q\.jsonl:2: id: expected a new one, found 'q1' as in q\.jsonl:1"):
        load_cases(written(tmp_path, GOOD, GOOD))


def test_no_questions_no_file_and_other_bytes_are_each_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There are no questions"):
        load_cases(written(tmp_path, ""))
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        load_cases(tmp_path / "none.jsonl")
    (tmp_path / "latin.jsonl").write_bytes(b'{"id": "\xe9"}')
    with pytest.raises(UsageError, match="not UTF-8"):
        load_cases(tmp_path / "latin.jsonl")


def test_multihops_form_is_read(tmp_path: Path) -> None:
    null = {**HOP, "question_type": "null_query", "answer": "Insufficient information.", "evidence_list": []}
    path = tmp_path / "hop.json"
    known = {**HOP, "id": 7, "evidence_list": [{"fact": "Tarn it was.", "title": "x", "doc_id": 0}, {"fact": "So."}]}
    path.write_text(json.dumps([known, HOP, null]), "utf-8")
    first, second, third = load_multihop(path)
    assert [case.cluster for case in (first, second, third)] == ["article:0", "article:x", "question:mhr-3"]
    assert (first.id, second.id, first.kind) == ("mhr-7", "mhr-2", "inference")
    assert (first.facts, first.must_include) == (("Tarn it was.", "So."), (("Tarn",),))
    assert (third.answerable, third.answers, third.facts) == (False, (), ())


def test_multihops_questions_over_odd_numbered_articles_alone_are_for_reporting(tmp_path: Path) -> None:
    def made(*articles: int) -> dict[str, object]:
        return {**HOP, "evidence_list": [{"fact": "Tarn it was.", "doc_id": number} for number in articles]}

    path = tmp_path / "hop.json"
    path.write_text(json.dumps([made(1, 3), made(1, 2), HOP]), "utf-8")
    assert [case.split for case in load_multihop(path)] == ["report", "tune", ""]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[{}]", r"hop\.json: entry 1: query: Field required"),
        (json.dumps([HOP, {**HOP, "evidence_list": [{"title": "x"}]}]), r"entry 2: evidence_list\.0\.fact: Field required"),
        ("{}", "is not a JSON list of questions but dict"),
        ("[", "is not a JSON list of questions"),
    ],
)  # fmt: skip
def test_a_bad_entry_of_multihops_form_is_named(content: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "hop.json"
    path.write_text(content, "utf-8")
    with pytest.raises(UsageError, match=said):
        load_multihop(path)


def test_gold_spans_are_compared_with_the_articles(tmp_path: Path) -> None:
    spans = [
        {"doc_id": "gone", "start": 0, "end": 5},
        {"doc_id": "a", "start": 0, "end": 99},
        {"doc_id": "a", "start": 5, "end": 7},
    ]
    cases = load_cases(written(tmp_path, {**GOOD, "evidence": spans}))
    with pytest.raises(UsageError) as caught:
        check_evidence(cases, {"a": "words  more"}.get)
    assert str(caught.value).split("\n")[1:] == [
        "q.jsonl:1: evidence.0.doc_id: expected an article's id, found 'gone'",
        "q.jsonl:1: evidence.1.end: expected at most 11 (the article's length), found 99",
        "q.jsonl:1: evidence.2: expected words, found white space",
    ]


def test_a_selection_is_spread_over_the_file(tmp_path: Path) -> None:
    cases = load_cases(
        written(tmp_path, *[{**GOOD, "id": f"q{i}", "split": "tune" if i % 2 else "report"} for i in range(10)])
    )
    assert [case.id for case in select(cases, limit=3)] == ["q0", "q3", "q6"]
    assert [case.id for case in select(cases, split="tune", limit=2)] == ["q1", "q5"]
    halves = [{case.id for case in select(cases, half=half)} for half in ("A", "B")]
    assert halves[0] | halves[1] == {case.id for case in cases}
    assert not halves[0] & halves[1]
    assert all(half_of(name) == "A" for name in halves[0])
    with pytest.raises(UsageError, match="No question has split"):
        select(cases[:1], split="tune")


def test_the_sample_suite_is_what_it_promises() -> None:
    cases = ready_suite("sample").cases()
    assert len(cases) >= 150
    kinds = {case.kind for case in cases}
    assert kinds >= {
        "fact", "quote", "number_date", "follow_up", "two_articles", "contradiction", "corrected", "as_of", "false_premise",
        "absent", "off_topic", "injected",
    }  # fmt: skip
    for kind in kinds:
        assert {case.split for case in cases if case.kind == kind} == {"tune", "report"}, kind


def test_a_suite_that_is_not_there_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(
        UsageError,
        match="There is no suite .none.; the suites are sample, news, multihop, reporter, shapes, follow-ups",
    ):
        ready_suite("none")
    with pytest.raises(UsageError, match=r"The articles of the suite .* are missing: .*corpus\.json.*--data"):
        ready_suite("news", tmp_path)
    with pytest.raises(UsageError, match="The questions of the suite"):
        own_suite(tmp_path, tmp_path / "q.jsonl")


def test_the_public_suites_load() -> None:
    if not (SHARED / "data" / "multihop_rag").exists():
        pytest.skip("../shared/data is absent: the suites news and multihop need it")
    loaded = {name: ready_suite(name).cases() for name in SUITES}
    assert all(case.facts for case in loaded["multihop"] if case.answerable)
    assert all(case.evidence for case in loaded["news"] if case.answerable)
