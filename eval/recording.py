"""Records what a remote chat model says, once, and replays it: a gate without a key and without a network.

The key is a hash of the model's name and the messages. A miss in a replay is an error that names the
command to record; it is never a call.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from assistant.errors import RunError, UsageError
from assistant.models.chat import ChatModel, Messages
from assistant.models.profile import ChatProfile

COMMAND = "byline eval record --to FILE"


class MissingReplyError(RunError):
    """The recording holds no reply for a request."""


def request_key(model: str, messages: Messages) -> str:
    """The key of a request: SHA-256 of the model's name and the messages."""
    plain = json.dumps([model, [list(message) for message in messages]], ensure_ascii=False)
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


class RecordingChatModel:
    """Passes a chat model's text on and writes each finished reply down; known requests are not sent again.

    Args:
        inner: The model that is asked.
        path: The recording; replies are appended to it.
    """

    def __init__(self, inner: ChatModel, path: Path) -> None:
        """Open the recording."""
        self.name = inner.name
        self.profile = inner.profile
        self._inner = inner
        self._path = path
        self._lock = threading.Lock()
        self._known = read_recording(path) if path.exists() else {}

    def stream(self, messages: Messages, stop: threading.Event | None = None) -> Iterator[str]:
        """Yield the text piece by piece; a reply that was cut off is not kept."""
        key = request_key(self.name, messages)
        if key in self._known:
            yield from self._known[key]
            return
        pieces: list[str] = []
        for piece in self._inner.stream(messages, stop):
            pieces.append(piece)
            yield piece
        if stop is None or not stop.is_set():
            self._keep(key, messages, pieces)

    def complete(
        self, messages: Messages, stop: threading.Event | None = None, schema: Mapping[str, Any] | None = None
    ) -> str:
        """The whole reply, recorded like a streamed one."""
        key = request_key(self.name, messages)
        if key not in self._known:
            reply = self._inner.complete(messages, stop, schema)
            if stop is not None and stop.is_set():
                return reply
            self._keep(key, messages, [reply])
        return "".join(self._known[key])

    def _keep(self, key: str, messages: Messages, pieces: list[str]) -> None:
        entry = {"key": key, "model": self.name, "messages": [list(message) for message in messages], "pieces": pieces}
        with self._lock:
            self._known[key] = pieces
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Close the model."""
        self._inner.close()


class ReplayingChatModel:
    """Answers from a recording alone.

    Args:
        name: The model that was recorded.
        path: The recording.
        profile: What the model can be trusted with.

    Raises:
        UsageError: It cannot be read, or holds nothing of this model.
    """

    def __init__(self, name: str, path: Path, profile: ChatProfile) -> None:
        """Read the recording."""
        self.name = name
        self.profile = profile
        self._path = path
        self._known = read_recording(path)
        self.missing: list[str] = []
        """Keys that were asked for and are not there."""

    def stream(self, messages: Messages, stop: threading.Event | None = None) -> Iterator[str]:
        """Yield the recorded text.

        Raises:
            MissingReplyError: The request was not recorded.
        """
        key = request_key(self.name, messages)
        if key not in self._known:
            self.missing.append(key)
            raise MissingReplyError(
                f"No reply of {self.name!r} to request {key[:12]} in {self._path.name!r}: prompts, passages or model "
                f"changed since it was recorded; run `{COMMAND}` with the model at hand."
            )
        yield from self._known[key]

    def complete(
        self, messages: Messages, stop: threading.Event | None = None, schema: Mapping[str, Any] | None = None
    ) -> str:
        """The whole recorded reply."""
        return "".join(self.stream(messages, stop))

    def close(self) -> None:
        """Nothing is open."""


def read_recording(path: Path) -> dict[str, list[str]]:
    """Read a recording: key -> pieces of text.

    Raises:
        UsageError: It cannot be read, or a line does not fit.
    """
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"Expected a recording at {str(path)!r}, which cannot be read; make it with `{COMMAND}`."
        ) from error
    known: dict[str, list[str]] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            key, pieces = _entry(path, number, line)
            known[key] = pieces
    return known


def _entry(path: Path, number: int, line: str) -> tuple[str, list[str]]:
    try:
        entry: Any = json.loads(line)
        return str(entry["key"]), [str(piece) for piece in entry["pieces"]]
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path.name}:{number}: expected a recorded reply with key and pieces, found {str(error)[:80]}."
        ) from error
