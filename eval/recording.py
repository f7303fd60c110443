"""Records what a chat model answers, and replays it: a run without a key and without a network.

A prompt is known by the SHA-1 of its messages. Answers are kept in one file, a JSON object a line ("key", "text"), or in
a folder, one text file a prompt. They can be recorded from a model, or written by hand: a run writes down each prompt that
has no answer yet and stops that question there; the next run goes one step further (plan, answer, repair).
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from assistant.errors import RunError, UsageError
from assistant.models.chat import ChatModel, Messages
from assistant.models.profile import ChatProfile

COMMAND = "byline eval record"
KEY = 16
"""Hex digits of a prompt's key."""

_PIECE = re.compile(r"\s*\S+|\s+")


class MissingReplyError(RunError):
    """No answer is recorded for a prompt."""


def message_records(messages: Messages) -> list[dict[str, str]]:
    """The messages as an OpenAI-compatible server receives them."""
    return [{"role": role, "content": text} for role, text in messages]


def request_key(messages: Messages) -> str:
    """The key of a prompt: the first 16 hex digits of the SHA-1 of its messages as JSON."""
    plain = json.dumps(message_records(messages), ensure_ascii=False)
    return hashlib.sha1(plain.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()[:KEY]


class RecordingChatModel:
    """Passes a chat model's text on and records each finished answer; known prompts are not sent again.

    Args:
        inner: The model that is asked.
        path: The recording; answers are appended to it.
    """

    def __init__(self, inner: ChatModel, path: Path) -> None:
        """Open the recording."""
        self.name = inner.name
        self.profile = inner.profile
        self._inner = inner
        self._path = path
        self._lock = threading.Lock()
        self._known = read_answers(path) if path.exists() else {}

    def stream(self, messages: Messages, stop: threading.Event | None = None) -> Iterator[str]:
        """Yield the text piece by piece; an answer that was stopped is not recorded."""
        key = request_key(messages)
        if key in self._known:
            yield from pieces_of(self._known[key])
            return
        pieces: list[str] = []
        for piece in self._inner.stream(messages, stop):
            pieces.append(piece)
            yield piece
        if stop is None or not stop.is_set():
            self._keep(key, "".join(pieces))

    def complete(
        self, messages: Messages, stop: threading.Event | None = None, schema: Mapping[str, Any] | None = None
    ) -> str:
        """The whole answer, recorded like a streamed one."""
        key = request_key(messages)
        if key not in self._known:
            reply = self._inner.complete(messages, stop, schema)
            if stop is not None and stop.is_set():
                return reply
            self._keep(key, reply)
        return self._known[key]

    def _keep(self, key: str, text: str) -> None:
        with self._lock:
            self._known[key] = text
            append_answer(self._path, key, text)

    def close(self) -> None:
        """Close the model."""
        self._inner.close()


class ReplayingChatModel:
    """Answers from recorded answers alone.

    Args:
        name: The model's name in answers and reports.
        answers: Prompt key -> text; see `read_answers`.
        profile: What the model can be trusted with.
        prompts: Folder for prompts without an answer, one JSON file each; None writes none.

    Attributes:
        used: Key -> text of the answers that were asked for.
        missing: Keys that were asked for and have no answer.
    """

    def __init__(
        self, name: str, answers: Mapping[str, str], profile: ChatProfile, prompts: Path | None = None
    ) -> None:
        """Keep the answers at hand."""
        self.name = name
        self.profile = profile
        self.used: dict[str, str] = {}
        self.missing: list[str] = []
        self._answers = answers
        self._prompts = prompts

    def stream(self, messages: Messages, stop: threading.Event | None = None) -> Iterator[str]:
        """Yield the recorded text word by word.

        Raises:
            MissingReplyError: No answer is recorded for the prompt.
        """
        for piece in pieces_of(self.complete(messages)):
            if stop is not None and stop.is_set():
                return
            yield piece

    def complete(
        self, messages: Messages, stop: threading.Event | None = None, schema: Mapping[str, Any] | None = None
    ) -> str:
        """The whole recorded answer.

        Raises:
            MissingReplyError: No answer is recorded for the prompt.
        """
        key = request_key(messages)
        if key in self._answers:
            self.used[key] = self._answers[key]
            return self._answers[key]
        self.missing.append(key)
        if self._prompts is None:
            raise MissingReplyError(
                f"No recorded answer to prompt {key}: prompts, passages or code changed since the recording; run `{COMMAND}`."
            )
        self._prompts.mkdir(parents=True, exist_ok=True)
        records = json.dumps(message_records(messages), ensure_ascii=False, indent=1)
        (self._prompts / f"{key}.json").write_text(records, "utf-8")
        raise MissingReplyError(f"Prompt {key} has no answer yet.")

    def close(self) -> None:
        """Nothing is open."""


def pieces_of(text: str) -> list[str]:
    """A text cut into words, the space before each included, as a model would stream it."""
    return _PIECE.findall(text)


def append_answer(path: Path, key: str, text: str) -> None:
    """Add an answer to a recording."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"key": key, "text": text}, ensure_ascii=False) + "\n")


def write_answers(path: Path, answers: Mapping[str, str]) -> None:
    """Write a recording, in the order of its keys, so that two of the same answers are the same file."""
    path.unlink(missing_ok=True)
    for key in sorted(answers):
        append_answer(path, key, answers[key])


def read_answers(path: Path) -> dict[str, str]:
    """Read recorded answers: prompt key -> text.

    Args:
        path: A recording, or a folder with `KEY.txt` files.

    Raises:
        UsageError: It cannot be read, or a line does not fit.
    """
    try:
        if path.is_dir():
            return {file.stem: file.read_text("utf-8").strip() for file in sorted(path.glob("*.txt"))}
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"Cannot read recorded answers from {str(path)!r}; make them with `{COMMAND}`.") from error
    return dict(_entry(path, number, line) for number, line in enumerate(lines, 1) if line.strip())


def _entry(path: Path, number: int, line: str) -> tuple[str, str]:
    try:
        entry: Any = json.loads(line)
        return str(entry["key"]), str(entry["text"])
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path.name}:{number}: expected a recorded answer with key and text, found {str(error)[:80]}."
        ) from error
