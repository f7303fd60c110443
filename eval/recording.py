"""Records what a chat model answers, and replays it: a run without a key and without a network.

Answers are kept in one file, a JSON object a line, or in a folder, one text file a prompt (`eval/recorded.py`). They can be
recorded from a model, or written by hand: a run writes down each prompt that has no answer yet and stops that question
there; the next run goes one step further (plan, answer, repair).
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from assistant.errors import RunError
from assistant.models.chat import ChatModel, Messages
from assistant.models.profile import ChatProfile
from eval.recorded import (
    COMMAND,
    Recorded,
    Recording,
    append_answer,
    message_records,
    read_answers,
    recorded,
    request_key,
)

_PIECE = re.compile(r"\s*\S+|\s+")


class MissingReplyError(RunError):
    """No answer is recorded for a prompt."""


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
        self._known = Recording(read_answers(path) if path.exists() else ())

    def stream(self, messages: Messages, stop: threading.Event | None = None) -> Iterator[str]:
        """Yield the text piece by piece; an answer that was stopped is not recorded."""
        known = self._known.reply(messages)
        if known is not None:
            yield from pieces_of(known)
            return
        pieces: list[str] = []
        for piece in self._inner.stream(messages, stop):
            pieces.append(piece)
            yield piece
        if stop is None or not stop.is_set():
            self._keep(recorded(messages, "".join(pieces)))

    def complete(
        self, messages: Messages, stop: threading.Event | None = None, schema: Mapping[str, Any] | None = None
    ) -> str:
        """The whole answer, recorded like a streamed one."""
        known = self._known.reply(messages)
        if known is not None:
            return known
        reply = self._inner.complete(messages, stop, schema)
        if stop is None or not stop.is_set():
            self._keep(recorded(messages, reply))
        return reply

    def _keep(self, answer: Recorded) -> None:
        with self._lock:
            self._known.add(answer)
            append_answer(self._path, answer)

    def close(self) -> None:
        """Close the model."""
        self._inner.close()


class ReplayingChatModel:
    """Answers from recorded answers alone.

    Args:
        name: The model's name in answers and reports.
        answers: The recorded answers.
        profile: What the model can be trusted with.
        prompts: Folder for prompts without an answer, one JSON file each; None writes none.

    Attributes:
        used: Prompt key -> answer, of those that were asked for.
        missing: Keys that were asked for and have no answer.
    """

    def __init__(self, name: str, answers: Recording, profile: ChatProfile, prompts: Path | None = None) -> None:
        """Keep the answers at hand."""
        self.name = name
        self.profile = profile
        self.used: dict[str, Recorded] = {}
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
        reply = self._answers.reply(messages)
        if reply is not None:
            self.used[key] = recorded(messages, reply)
            return reply
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
