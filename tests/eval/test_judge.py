"""The judge model: optional, and never part of the gate."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.testing import ScriptedChatModel
from eval.judge import opinions, request, told
from eval.runner import write_rows
from tests.eval.conftest import Done
from tests.eval.made import GOOD, answered, cite, declined, failed, row, unanswerable

ROWS = [
    row("a"),
    row("b", answered([("In {May}.", [1])], [cite(1, "In {May}.")])),
    row("c"),
    row("d", declined()),
    unanswerable("e", GOOD),
    failed("f"),
]


def test_every_answer_to_an_answerable_question_is_judged_once() -> None:
    model = ScriptedChatModel("YES", "No, it says May.", "I cannot tell.")
    found = list(opinions(ROWS, model))
    assert [(item["id"], item["verdict"]) for item in found] == [("a", "yes"), ("b", "no"), ("c", "unclear")]
    assert {item["model"] for item in found} == {"scripted"}
    assert len(model.calls) == 3
    assert told(ROWS, found).startswith("3 answers to answerable questions: yes 1, no 1, unclear 1.\n")
    assert "end-to-end score agree on 2 of 2" in told(ROWS, found)


def test_the_judge_sees_question_wanted_answer_and_quotations() -> None:
    text = request(ROWS[1])[1][1]
    for part in ("When did the bridge close?", "says: Monday", "In {May}.", "[1] In {May}."):
        assert part in text


def test_the_command_writes_beside_the_run_and_needs_a_model(
    byline: Callable[..., Done], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_rows(tmp_path / "rows.jsonl", ROWS)
    done = byline("eval", "judge", tmp_path)
    assert done.code == 1
    assert "There is no chat model to judge with. Name one with --model" in done.err
    before = (tmp_path / "rows.jsonl").read_bytes()
    monkeypatch.setattr("assistant.models.chat.make_chat_model", lambda _: ScriptedChatModel("YES", "NO", "PARTLY"))
    done = byline("eval", "judge", tmp_path, "--model", "openai:any")
    assert done.code == 0, done.err
    assert "yes 1, no 1, partly 1" in done.out
    lines = (tmp_path / "judge.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["verdict"] for line in lines] == ["yes", "no", "partly"]
    assert (tmp_path / "rows.jsonl").read_bytes() == before
