"""Runs: rows, errors, threads, resuming after a kill."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import RunError, UsageError
from assistant.types import Answer, Article, Filters, Hit
from eval.cases import Case, Evidence
from eval.runner import Job, read_rows, run
from tests.conftest import ROOT
from tests.eval.conftest import Done, write_own

TEXT = "The bridge closed on Monday."
TEXTS: dict[int | str, tuple[str, str]] = {"bridge": ("Bridge shut", TEXT)}


class Declining:
    """An assistant that declines, records questions, and fails on chosen ones."""

    def __init__(self, breaks: Sequence[str] = (), ends: str = "") -> None:
        self.asked: list[str] = []
        self._breaks = breaks
        self._ends = ends

    def answer(
        self,
        question: str,
        history: Sequence[Mapping[str, str]] = (),
        filters: Filters | None = None,
        as_of: date | None = None,
    ) -> Answer:
        self.asked.append(question)
        if question == self._ends:
            raise KeyboardInterrupt
        if question in self._breaks:
            raise RunError("The library went away.")
        return Answer(question, question, "abstained", (), (), (), "quotations", 0.1, "I do not find this.")

    def search(self, query: str, k: int = 10, filters: Filters | None = None, as_of: date | None = None) -> list[Hit]:
        self.asked.append(query)
        return []


def cases(count: int = 5) -> list[Case]:
    found = [
        Case(f"q{i}", f"Question {i}?", must_include=(("Monday",),), evidence=(Evidence("bridge", 0, 28),))
        for i in range(count)
    ]
    return found


def find(_: str) -> Article | None:
    return None


def job(folder: Path, **change: Any) -> Job:
    return Job(
        **{
            "cases": cases(),
            "mode": "answer",
            "texts": TEXTS,
            "find": find,
            "out": folder,
            "manifest": {"data": "d"},
            **change,
        }
    )


def test_there_is_a_row_per_question_in_their_order(tmp_path: Path) -> None:
    seen: list[str] = []
    rows = run(job(tmp_path, threads=3), Declining(), lambda row: seen.append(row["id"]))
    assert [row["id"] for row in rows] == ["q0", "q1", "q2", "q3", "q4"]
    assert sorted(seen) == [row["id"] for row in rows]
    assert read_rows(tmp_path / "rows.jsonl") == rows
    assert rows[0]["scores"]["over_refusal"] == [1.0, 1.0]
    assert rows[0]["timings"]["whole"] >= 0


def test_an_error_is_a_row_and_is_asked_again(tmp_path: Path) -> None:
    rows = run(job(tmp_path), Declining(breaks=["Question 2?"]))
    assert [row["status"] for row in rows] == ["ok", "ok", "error", "ok", "ok"]
    assert rows[2]["error"] == "RunError: The library went away."
    again = Declining()
    rows = run(job(tmp_path), again)
    assert again.asked == ["Question 2?"]
    assert [row["status"] for row in rows] == ["ok"] * 5


def test_a_finished_run_asks_nothing_again(tmp_path: Path) -> None:
    rows = run(job(tmp_path), Declining())
    again = Declining()
    assert run(job(tmp_path), again) == rows
    assert again.asked == []


def test_a_last_line_that_was_cut_off_is_asked_again(tmp_path: Path) -> None:
    run(job(tmp_path), Declining())
    path = tmp_path / "rows.jsonl"
    whole = path.read_text("utf-8")
    for cut in (whole[:-1], whole[:-40]):  # the second is complete except for its line break
        path.write_text(cut, "utf-8")
        again = Declining()
        rows = run(job(tmp_path), again)
        assert [row["id"] for row in rows] == ["q0", "q1", "q2", "q3", "q4"]
        assert again.asked == (["Question 4?"] if cut != whole[:-1] else [])


def test_a_damaged_line_in_the_middle_is_named(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"id": "q0"\n{"id": "q1"}\n', "utf-8")
    with pytest.raises(UsageError, match=r"rows\.jsonl:1: this row is not valid JSON"):
        read_rows(tmp_path / "rows.jsonl")


def test_stopping_keeps_what_was_done(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(job(tmp_path, threads=1), Declining(ends="Question 3?"))
    kept = {row["id"] for row in read_rows(tmp_path / "rows.jsonl")}
    again = Declining()
    run(job(tmp_path), again)
    assert kept | {question[9] and f"q{question[9]}" for question in again.asked} == {f"q{i}" for i in range(5)}
    assert not kept & {f"q{question[9]}" for question in again.asked}


def test_a_folder_of_another_run_is_refused_and_left_alone(tmp_path: Path) -> None:
    run(job(tmp_path), Declining())
    before = (tmp_path / "rows.jsonl").read_bytes()
    with pytest.raises(UsageError, match="holds a run of other code, data, models or questions"):
        run(job(tmp_path, manifest={"data": "e"}), Declining())
    assert (tmp_path / "rows.jsonl").read_bytes() == before
    (tmp_path / "run.json").unlink()
    with pytest.raises(UsageError, match=r"has rows but no run\.json"):
        run(job(tmp_path), Declining())


def test_gold_that_does_not_fit_is_found_before_anything_is_asked(tmp_path: Path) -> None:
    assistant = Declining()
    with pytest.raises(UsageError, match=r"evidence\.0\.end: expected at most 5"):
        run(job(tmp_path, texts={"bridge": ("Bridge shut", "Short")}), assistant)
    assert assistant.asked == []


def test_a_search_suite_searches(tmp_path: Path) -> None:
    rows = run(job(tmp_path, mode="search"), Declining())
    assert rows[0]["answer"] is None
    assert rows[0]["stage"] == "not retrieved"


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.models
def test_a_killed_run_goes_on_where_it_stopped(tmp_path: Path, byline: Callable[..., Done]) -> None:
    own = write_own(tmp_path, copies=20)
    out, home = tmp_path / "run", tmp_path / "data"
    code = [sys.executable, "-c", "from assistant.cli.main import main; main()"]
    arguments = ["--home", str(home), "eval", "run", *own.options, "--out", str(out)]
    rows = out / "rows.jsonl"
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen([*code, *arguments], cwd=ROOT, stdout=log, stderr=log) as process,
    ):
        for _ in range(1200):
            if rows.exists() and rows.read_text("utf-8").count("\n") >= 3 or process.poll() is not None:
                break
            time.sleep(0.02)
        process.kill()
    kept = [json.loads(line) for line in rows.read_text("utf-8").splitlines(keepends=True) if line.endswith("\n")]
    assert 3 <= len(kept) < 80, (tmp_path / "log").read_text()
    with rows.open("a", encoding="utf-8") as file:  # a kill may come in the middle of a line
        file.write('{"id": "kettle-19", "status": "o')
    done = byline(*arguments)
    assert done.code == 0, done.err
    whole = {row["id"]: row for row in read_rows(rows)}
    assert len(whole) == 80
    assert [whole[row["id"]] for row in kept] == kept  # with the timings of the first start
    assert json.loads((out / "summary.json").read_text("utf-8"))["counts"] == {"ok": 80, "error": 0, "skipped": 0}
