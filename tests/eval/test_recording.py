"""Recording a chat model and replaying it; a miss is an error that says what to do, never a call."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.errors import UsageError
from assistant.settings import BUNDLED_CHAT, load_settings
from assistant.testing import CAPABLE, ScriptedChatModel
from eval.recording import MissingReplyError, RecordingChatModel, ReplayingChatModel, read_recording, request_key
from eval.runner import read_rows
from eval.suites import ready_suite
from eval.workbench import Choice, chat_model
from tests.eval.conftest import Done, Own

ASK = [("system", "Be brief."), ("user", "Who?")]


def test_a_recording_gives_back_the_very_pieces(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "recording.jsonl"
    model = RecordingChatModel(ScriptedChatModel("Ada Lund said so [1]."), path)
    said = list(model.stream(ASK))
    assert list(ReplayingChatModel("scripted", path, CAPABLE).stream(ASK)) == said
    assert "".join(said) == "Ada Lund said so [1]."


def test_what_is_recorded_is_not_asked_again(tmp_path: Path) -> None:
    path = tmp_path / "recording.jsonl"
    list(RecordingChatModel(ScriptedChatModel("One."), path).stream(ASK))
    empty = ScriptedChatModel()  # would fail if it were called
    assert list(RecordingChatModel(empty, path).stream(ASK)) == ["One."]
    assert empty.calls == []


def test_a_reply_that_was_stopped_is_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "recording.jsonl"
    stop = threading.Event()
    stream = RecordingChatModel(ScriptedChatModel("A long reply that is cut."), path).stream(ASK, stop)
    next(stream)
    stop.set()
    list(stream)
    assert not path.exists()


def test_a_miss_names_the_command_and_calls_nobody(tmp_path: Path) -> None:
    path = tmp_path / "recording.jsonl"
    list(RecordingChatModel(ScriptedChatModel("One."), path).stream(ASK))
    replaying = ReplayingChatModel("scripted", path, CAPABLE)
    with pytest.raises(MissingReplyError, match=r"No reply of 'scripted'.*run `byline eval record --to FILE`"):
        list(replaying.stream([("user", "Another?")]))
    assert replaying.missing == [request_key("scripted", [("user", "Another?")])]


def test_the_key_is_of_model_and_messages() -> None:
    assert request_key("a", ASK) == request_key("a", [tuple(message) for message in ASK])
    assert (
        len({request_key("a", ASK), request_key("b", ASK), request_key("a", ASK[:1]), request_key("a", ASK[::-1])}) == 4
    )


def test_a_recording_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be read; make it with `byline eval record --to FILE`"):
        ReplayingChatModel("scripted", tmp_path / "none.jsonl", CAPABLE)
    path = tmp_path / "recording.jsonl"
    path.write_text('\n{"key": "k"}\n', "utf-8")
    with pytest.raises(UsageError, match=r"recording\.jsonl:2: expected a recorded reply with key and pieces"):
        read_recording(path)


def test_without_a_chat_model_there_is_nothing_to_record(tmp_path: Path) -> None:
    choice = Choice(ready_suite("sample"), record=tmp_path / "recording.jsonl")
    with pytest.raises(UsageError, match="set BYLINE_CHAT_MODEL"):
        chat_model(load_settings(home=tmp_path), choice, None)


def test_a_run_is_recorded_and_replayed_without_its_model(
    own: Own, byline: Callable[..., Done], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BYLINE_CHAT_MODEL", BUNDLED_CHAT)
    recording, home = tmp_path / "recording.jsonl", ("--home", tmp_path / "data")
    few = (*own.options, "--limit", "1")  # the bundled model takes seconds for each
    done = byline(*home, "eval", "record", *few, "--to", recording, "--out", tmp_path / "R1")
    assert done.code == 0, done.err
    kept = read_recording(recording)
    assert kept
    monkeypatch.setattr("assistant.models.chat._start_llama", lambda *_: pytest.fail("the model was started"))
    done = byline(*home, "eval", "run", *few, "--replay", recording, "--out", tmp_path / "R2")
    assert done.code == 0, done.err
    first, second = (read_rows(tmp_path / name / "rows.jsonl") for name in ("R1", "R2"))
    assert [row["answer"] for row in first] == [row["answer"] for row in second]
    # a question that was not recorded is an error row; the command says which, and how to record it
    entry = json.loads(recording.read_text("utf-8").splitlines()[0])
    recording.write_text(json.dumps({**entry, "key": "0" * 64}) + "\n", "utf-8")
    done = byline(*home, "eval", "run", *few, "--replay", recording, "--out", tmp_path / "R3")
    assert done.code == 1
    assert "ended in an error" in done.err
    assert "run `byline eval record --to FILE` with the model at hand" in done.err
