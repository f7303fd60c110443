"""Recording a chat model, replaying it, and answering prompts by hand in rounds."""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.answering.pipeline import Assistant
from assistant.errors import UsageError
from assistant.settings import BUNDLED_CHAT, load_settings
from assistant.testing import CAPABLE, ScriptedChatModel
from eval.recorded import Recorded, Recording, read_answers, recorded, request_key, write_answers
from eval.recording import MissingReplyError, RecordingChatModel, ReplayingChatModel, pieces_of
from eval.runner import read_rows
from eval.session import RECORDED, RunConfig, chat_model
from eval.suites import ready_suite
from tests.eval.conftest import Done, Own

ASK = [("system", "Be brief."), ("user", "Who said “so”?")]
SAID = "Ada Lund said so [1]."


def test_a_recorded_answer_is_replayed_with_its_words(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "recording.jsonl"
    list(RecordingChatModel(ScriptedChatModel(SAID), path).stream(ASK))
    replayed = list(ReplayingChatModel("x", Recording(read_answers(path)), CAPABLE).stream(ASK))
    assert "".join(replayed) == SAID
    assert len(replayed) == 5, "it streams word by word"


@pytest.mark.parametrize("text", ["", " a  b\n\n- c [1]\n", "one", "\n\n"])
def test_pieces_make_up_the_text(text: str) -> None:
    assert "".join(pieces_of(text)) == text


def test_a_recorded_prompt_is_not_sent_again(tmp_path: Path) -> None:
    path = tmp_path / "recording.jsonl"
    list(RecordingChatModel(ScriptedChatModel("One."), path).stream(ASK))
    empty = ScriptedChatModel()  # fails when it is called
    again = RecordingChatModel(empty, path)
    assert ("".join(again.stream(ASK)), again.complete(ASK)) == ("One.", "One.")
    assert empty.calls == []


def test_an_answer_that_was_stopped_is_not_recorded(tmp_path: Path) -> None:
    path = tmp_path / "recording.jsonl"
    stop = threading.Event()
    stream = RecordingChatModel(ScriptedChatModel("A long reply that is cut."), path).stream(ASK, stop)
    next(stream)
    stop.set()
    list(stream)
    assert not path.exists()


def test_a_stopped_replay_ends() -> None:
    stop = threading.Event()
    stream = ReplayingChatModel("x", Recording([recorded(ASK, "one two three")]), CAPABLE).stream(ASK, stop)
    assert next(stream) == "one"
    stop.set()
    assert list(stream) == []


def test_a_missing_answer_names_the_command() -> None:
    replaying = ReplayingChatModel("x", Recording(), CAPABLE)
    with pytest.raises(MissingReplyError, match=r"No recorded answer to prompt .*run `byline eval record`"):
        list(replaying.stream(ASK))
    assert replaying.missing == [request_key(ASK)]


def test_the_key_is_the_sha1_of_the_messages_as_a_server_gets_them() -> None:
    body = '[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Who said “so”?"}]'
    assert request_key(ASK) == hashlib.sha1(body.encode()).hexdigest()[:16]
    assert len({request_key(ASK), request_key(ASK[:1]), request_key(ASK[::-1])}) == 3


def _prompt(*passages: str, question: str = "Who ran?") -> list[tuple[str, str]]:
    key = secrets.token_hex(6)  # another one for every request, as the real prompt has
    blocks = "\n".join(
        f"[{number}] <passage {key}>\nThe Herald · {text.split()[0]}\n{text}\n</passage {key}>"
        for number, text in enumerate(passages, 1)
    )
    return [("system", "Be brief."), ("user", f"Passages:\n{blocks}\n\nQuestion: {question}")]


def test_an_answer_is_found_again_when_its_passages_come_in_another_order() -> None:
    answer = recorded(_prompt("Ada ran.", "Bo sat.", "Cy ran."), "Ada ran [1], and so did Cy. [3][1]")
    assert answer.cited == {"1": "The Herald · Ada\nAda ran.", "3": "The Herald · Cy\nCy ran."}
    recording = Recording([answer])
    assert recording.reply(_prompt("Cy ran.", "Ada ran.", "Bo sat.")) == "Ada ran [2], and so did Cy. [1][2]"
    assert recording.reply(_prompt("Di ran.", "Cy ran.")) == "Ada ran, and so did Cy. [2]", "Ada's is not there"
    assert recording.reply(_prompt("Ada ran.", question="Who sat?")) is None


def test_the_answer_to_the_very_prompt_goes_before_one_that_asks_the_same() -> None:
    first, second = _prompt("Ada ran."), _prompt("Bo ran.")
    recording = Recording([recorded(first, "Ada [1]."), recorded(second, "Bo [1].")])
    assert (recording.reply(first), recording.reply(second)) == ("Ada [1].", "Bo [1].")
    assert request_key(first) == request_key(_prompt("Ada ran.")), "the key of the tags changes with every request"


def test_answers_come_from_a_file_or_from_a_folder_of_texts(tmp_path: Path) -> None:
    (tmp_path / "k1.txt").write_text("One.\n", "utf-8")
    (tmp_path / "k0.txt").write_text("Nought.", "utf-8")
    known = read_answers(tmp_path)
    assert known == [Recorded("k0", "", "Nought."), Recorded("k1", "", "One.")]
    write_answers(tmp_path / "a.jsonl", known)
    write_answers(tmp_path / "a.jsonl", reversed(known))  # replaces the file; the order is that of the keys
    assert read_answers(tmp_path / "a.jsonl") == known
    assert [json.loads(line)["key"] for line in (tmp_path / "a.jsonl").read_text().splitlines()] == ["k0", "k1"]


def test_answers_that_cannot_be_read_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"Cannot read recorded answers from .*; make them with `byline eval record`"):
        read_answers(tmp_path / "none.jsonl")
    path = tmp_path / "recording.jsonl"
    path.write_text('\n{"key": "k"}\n', "utf-8")
    with pytest.raises(UsageError, match=r"recording\.jsonl:2: this is not a recorded answer with key and text"):
        read_answers(path)


def test_without_a_chat_model_there_is_nothing_to_record(tmp_path: Path) -> None:
    config = RunConfig(ready_suite("sample"), record=tmp_path / "recording.jsonl")
    with pytest.raises(UsageError, match="There is no chat model to record"):
        chat_model(load_settings(home=tmp_path), config, None)


def test_a_replay_needs_no_chat_model_in_the_settings(tmp_path: Path) -> None:
    write_answers(tmp_path / "a.jsonl", [Recorded("k", "", "x")])
    model = chat_model(
        load_settings(home=tmp_path), RunConfig(ready_suite("sample"), replay=tmp_path / "a.jsonl"), None
    )
    assert model is not None
    assert (model.name, model.profile.capable) == (RECORDED, True)


def test_failed_sentences_are_repaired_from_recorded_answers(sample_assistant: Assistant, tmp_path: Path) -> None:
    """Plan by rules, writing, verification, repair: each prompt is written down before its answer is known."""
    known: list[Recorded] = []
    written = ["Kim pledged a thousand horses [1]. Kim promised “full support” for Russia's army [1].", "A: DROP"]
    for reply in written:
        model = ReplayingChatModel(RECORDED, Recording(known), CAPABLE, tmp_path)
        with pytest.raises(MissingReplyError):
            Assistant(replace(sample_assistant.parts, chat_model=model)).answer("What did Kim pledge?")
        (key,) = model.missing
        messages = json.loads((tmp_path / f"{key}.json").read_text("utf-8"))
        assert [message["role"] for message in messages] == ["system", "user"]
        known.append(Recorded(key, "", reply))
    assert "thousand horses" in messages[1]["content"], "the second prompt asks to repair what failed"
    model = ReplayingChatModel(RECORDED, Recording(known), CAPABLE)
    answer = Assistant(replace(sample_assistant.parts, chat_model=model)).answer("What did Kim pledge?")
    assert model.missing == []
    assert {key: answer.text for key, answer in model.used.items()} == {answer.key: answer.text for answer in known}
    assert not any("horses" in sentence.text for sentence in answer.sentences)
    assert any("horses" in dropped for dropped in answer.dropped)


@pytest.mark.models
def test_prompts_are_answered_by_hand_in_rounds_until_none_is_missing(
    own: Own, byline: Callable[..., Done], tmp_path: Path
) -> None:
    home, prompts, answers = tmp_path / "data", tmp_path / "prompts", tmp_path / "answers"
    recording = tmp_path / "recording.jsonl"
    answers.mkdir()
    arguments = ("--home", home, "eval", "record", *own.options, "--prompts", prompts, "--answers", answers)
    rounds = 0
    while (done := byline(*arguments, "--to", recording)).code == 1:
        assert "have no answer yet. Answer them and run the command again." in done.err
        waiting = [path.stem for path in prompts.iterdir() if not (answers / f"{path.stem}.txt").exists()]
        assert waiting, "a prompt that has an answer is not asked for again"
        for key in waiting:
            asked = json.loads((prompts / f"{key}.json").read_text("utf-8"))[-1]["content"]
            said = "The old paper mill at Tarn burnt down on Sunday night [1]." if "burn down" in asked else "NOT FOUND"
            (answers / f"{key}.txt").write_text(said, "utf-8")
        rounds += 1
        assert rounds < 6
    assert done.code == 0, done.err
    assert "No prompt is missing" in done.out
    assert [(a.key, a.text) for a in read_answers(recording)] == [(a.key, a.text) for a in read_answers(answers)]
    replay = byline("--home", home, "eval", "run", *own.options, "--replay", recording, "--out", tmp_path / "R")
    assert replay.code == 0, replay.err
    rows = {row["id"]: row for row in read_rows(tmp_path / "R" / "rows.jsonl")}
    assert rows["when-0"]["answer"]["model"] == RECORDED
    assert rows["when-0"]["stage"] == "right"
    assert rows["kettle-0"]["answer"]["status"] == "abstained"
    assert json.loads((tmp_path / "R" / "summary.json").read_text("utf-8"))["suite"] == "own-replay"


@pytest.mark.parametrize("arguments", [(), ("--to", "x.jsonl", "--answers", "y")])
def test_recording_says_what_it_needs(arguments: tuple[str, ...], byline: Callable[..., Done]) -> None:
    done = byline("eval", "record", *arguments)
    assert done.code == 1
    assert "Use --to FILE to record the chat model, or --prompts DIR with --answers PATH" in done.err


@pytest.mark.models
def test_a_run_is_recorded_and_replayed_without_its_model(
    own: Own, byline: Callable[..., Done], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BYLINE_CHAT_MODEL", BUNDLED_CHAT)
    recording, home = tmp_path / "recording.jsonl", ("--home", tmp_path / "data")
    few = (*own.options, "--limit", "1")  # the bundled model takes seconds for each
    done = byline(*home, "eval", "record", *few, "--to", recording, "--out", tmp_path / "R1")
    assert done.code == 0, done.err
    assert read_answers(recording)
    monkeypatch.setattr("assistant.models.chat._start_llama", lambda *_: pytest.fail("the model was started"))
    done = byline(*home, "eval", "run", *few, "--replay", recording, "--out", tmp_path / "R2")
    assert done.code == 0, done.err
    first, second = (read_rows(tmp_path / name / "rows.jsonl") for name in ("R1", "R2"))
    assert [row["answer"] for row in first] == [row["answer"] for row in second]
    # a prompt that was not recorded is an error row; the command says which, and how to record it
    write_answers(recording, [Recorded("0" * 16, "", "One.")])
    done = byline(*home, "eval", "run", *few, "--replay", recording, "--out", tmp_path / "R3")
    assert done.code == 1
    assert "ended in an error" in done.err
    assert "run `byline eval record`" in done.err
