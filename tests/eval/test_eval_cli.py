"""`byline eval` as a user runs it: a run of the user's files, its reports, exit codes 0, 1, 2 and 3."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from assistant.answering.pipeline import Assistant
from assistant.errors import RunError
from assistant.types import Answer
from eval import gate, metrics
from eval.faults import always_abstain
from eval.runner import read_rows, write_rows
from tests.eval.conftest import Done, Own
from tests.eval.made import row

Byline = Callable[..., Done]
FILES = {"rows.jsonl", "run.json", "summary.json", "summary.md", "junit.xml", "report.html"}


def faulty(monkeypatch: pytest.MonkeyPatch, change: Callable[[Answer], Answer]) -> None:
    """Plant a fault into the assistant that every command builds."""
    sound = Assistant.answer
    monkeypatch.setattr(Assistant, "answer", lambda *given, **named: change(sound(*given, **named)))


def run(byline: Byline, home: Path, own: Own, out: Path, *more: str) -> Done:
    return byline("--home", home, "eval", "run", *own.options, "--out", out, *more)


@pytest.fixture
def baselines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder for baselines."""
    monkeypatch.setattr(gate, "BASELINES", tmp_path / "baselines")
    return tmp_path / "baselines"


def test_a_run_is_made_repeated_compared_blessed_and_gated(
    byline: Byline, own: Own, tmp_path: Path, baselines: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, first, second = tmp_path / "data", tmp_path / "R1", tmp_path / "R2"
    done = run(byline, home, own, first, "--gate")
    assert done.code == 3  # the reports are written; there is no baseline
    assert "Gate: no baseline" in done.out
    assert {path.name for path in first.iterdir()} == FILES
    assert run(byline, home, own, second).code == 0

    plain = [[{**row, "timings": None} for row in read_rows(folder / "rows.jsonl")] for folder in (first, second)]
    assert plain[0] == plain[1]
    done = byline("eval", "compare", first, second)
    assert done.code == 0
    assert "Same code, prompts, models and index." in done.out
    compared = [line for line in done.out.splitlines() if "->" in line]
    assert compared
    assert all("+0.0000 (+0.0000 to +0.0000)  p = 1" in line for line in compared)

    assert byline("eval", "bless", first).code == 0
    assert {path.name for path in baselines.iterdir()} == {"own.json", "own.jsonl"}
    done = run(byline, home, own, second, "--gate")
    assert (done.code, "Gate: passed" in done.out) == (0, True), done.err

    faulty(monkeypatch, always_abstain)
    done = run(byline, home, own, tmp_path / "R3", "--gate")
    assert done.code == 2
    assert "Gate: FAILED" in done.out
    assert "End-to-end score, lower on: " in done.out
    lost = next(line for line in done.out.splitlines() if line.startswith("Right before, wrong now"))
    summary = json.loads((tmp_path / "R3" / "summary.json").read_text("utf-8"))
    assert summary["gate"]["code"] == 2
    assert all(name in lost for name in summary["gate"]["lost"])
    tree = ElementTree.parse(tmp_path / "R3" / "junit.xml").getroot()
    failed = {case.attrib["name"] for case in tree if case.find("failure") is not None}
    assert {*summary["gate"]["lost"], "end_to_end"} <= failed
    assert byline("eval", "compare", first, tmp_path / "R3").code == 2

    done = byline("eval", "table", first, second)
    assert done.code == 0
    assert "| | own (4) | own (4) |" in done.out
    assert "| End-to-end score |" in done.out


def test_the_summary_holds_every_metric_and_what_the_run_was_made_of(byline: Byline, own: Own, tmp_path: Path) -> None:
    run(byline, tmp_path / "data", own, tmp_path / "R1")
    summary = json.loads((tmp_path / "R1" / "summary.json").read_text("utf-8"))
    assert summary["schema"] == 1
    assert summary["metrics"].keys() == metrics.BY_NAME.keys()
    assert summary["hashes"].keys() == {"code", "data", "prompts", "model", "index", "retrieval", "selection"}
    assert summary["metrics"]["hop_mrr_10"]["value"] is None
    assert summary["metrics"]["end_to_end"]["n"] == 4
    assert sum(summary["stages"].values()) == 4
    assert {"plan", "gather", "quote", "total", "whole"} <= summary["latency"].keys()
    text = (tmp_path / "R1" / "summary.md").read_text("utf-8")
    assert text.startswith("## Byline evaluation: own")
    assert "| End-to-end score |" in text


def test_a_question_that_breaks_is_a_row_and_exit_code_one(
    byline: Byline, own: Own, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(answer: Answer) -> Answer:
        if "kettle" in answer.question:
            raise RunError("The kettle is hot.")
        return answer

    faulty(monkeypatch, breaks)
    done = run(byline, tmp_path / "data", own, tmp_path / "R1")
    assert done.code == 1
    assert "1 of 4 questions ended in an error; kettle-0: RunError: The kettle is hot." in done.err
    assert [row["status"] for row in read_rows(tmp_path / "R1" / "rows.jsonl")] == ["ok", "ok", "ok", "error"]
    assert "1 ended in an error" in (tmp_path / "R1" / "report.html").read_text("utf-8")
    assert run(byline, tmp_path / "data", own, tmp_path / "R2", "--gate").code == 2  # no error row is allowed


def test_multihops_form_of_ones_own_is_searched(byline: Byline, own: Own, tmp_path: Path) -> None:
    fact = {"fact": "A return ticket will cost 27 crowns."}
    entries = [
        {
            "query": "What will a return ticket cost?",
            "answer": "27",
            "question_type": "inference_query",
            "evidence_list": [fact],
        },
        {
            "query": "Who won?",
            "answer": "Insufficient information.",
            "question_type": "null_query",
            "evidence_list": [],
        },
    ]
    questions = tmp_path / "hop.json"
    questions.write_text(json.dumps(entries), "utf-8")
    out = tmp_path / "R1"
    done = byline(
        "--home", tmp_path / "data", "eval", "run", "--articles", own.articles, "--questions", questions, "--out", out
    )
    assert done.code == 0, done.err
    found = json.loads((out / "summary.json").read_text("utf-8"))["metrics"]
    assert (found["hop_hits_10"]["value"], found["hop_hits_10"]["n"]) == (1.0, 1)
    assert found["end_to_end"]["value"] is None
    assert "MultiHop-RAG" in byline("eval", "table", out).out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("eval", "run", "--suite", "none"),
            "There is no suite 'none'; the suites are sample, news, multihop, reporter, shapes, follow-ups.",
        ),
        (
            ("eval", "run", "--articles", "x"),
            "Use either --suite NAME, or --articles PATH together with --questions FILE",
        ),
        (("eval", "run", "--suite", "news", "--data", "nowhere"), "name their folder with --data"),
        (("eval", "compare", "nowhere", "nowhere"), "'nowhere' is not the folder of a finished run"),
        (("eval", "bless", "nowhere"), "Cannot read the rows of a run"),
    ],
)
def test_a_failure_of_the_harness_is_one_sentence_and_exit_code_one(
    byline: Byline, arguments: tuple[str, ...], said: str
) -> None:
    done = byline(*arguments)
    assert done.code == 1
    assert said in done.err
    assert "Traceback" not in done.err


def test_the_drops_are_simulated_with_the_rows_of_a_run(byline: Byline, tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.jsonl", [row(f"q{i}") for i in range(60)])
    done = byline("eval", "selftest", tmp_path, "--no-faults", "--trials", "4")
    assert done.code == 0, done.err
    assert "60 questions, 4 simulated runs each" in done.out
    drops = [line.split("|")[1].strip() for line in done.out.splitlines() if line.startswith("| ") and "%" in line]
    assert drops == ["none", "2 points", "5 points", "10 points"]


def test_a_bad_question_file_is_named_before_anything_is_asked(byline: Byline, own: Own, tmp_path: Path) -> None:
    with own.questions.open("a", encoding="utf-8") as file:
        file.write('{"id": "x", "question": "Who?", "kind": "fact"}\n')
    done = run(byline, tmp_path / "data", own, tmp_path / "R1")
    assert done.code == 1
    assert "questions.jsonl:5: answerable: Field required" in done.err
    assert not (tmp_path / "R1" / "rows.jsonl").exists()


def test_runs_over_other_questions_are_not_compared(byline: Byline, own: Own, tmp_path: Path) -> None:
    run(byline, tmp_path / "data", own, tmp_path / "R1")
    run(byline, tmp_path / "data", own, tmp_path / "R2", "--limit", "2")
    done = byline("eval", "compare", tmp_path / "R1", tmp_path / "R2")
    assert done.code == 1
    assert "differ in selection" in done.err
