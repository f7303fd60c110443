"""Fakes for faults and for exact control: each records its calls and fails loudly when it runs out.

For what the real parts do on command there is no fake here: tests use the real models.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.errors import ModelError
from assistant.models.chat import Messages
from assistant.models.profile import ChatProfile
from assistant.text.lexical import content_words

CAPABLE = ChatProfile(True, 12, 40, 40_000, 1_200, 0.0)
SMALL = ChatProfile(False, 5, 5, 12_000, 400, 0.0)
"""The profiles of a capable and of a small chat model."""


class ScriptedChatModel:
    """Streams prepared replies, one per call, in pieces of a few characters.

    Args:
        replies: What to write; an exception among them is raised instead.
        piece: Characters per piece.
        profile: What it can be trusted with.
    """

    name = "scripted"

    def __init__(self, *replies: str | ModelError, piece: int = 7, profile: ChatProfile = CAPABLE) -> None:
        self.profile = profile
        self._replies = list(replies)
        self._piece = piece
        self.calls: list[Messages] = []
        self.closed = False

    def stream(self, messages: Messages, stop: threading.Event | None = None) -> Iterator[str]:
        """Yield the next reply."""
        self.calls.append(messages)
        if not self._replies:
            raise AssertionError(f"the scripted chat model was called {len(self.calls)} times and has no reply left")
        reply = self._replies.pop(0)
        if isinstance(reply, ModelError):
            raise reply
        for start in range(0, len(reply), self._piece):
            if stop is not None and stop.is_set():
                return
            yield reply[start : start + self._piece]

    def complete(
        self, messages: Messages, stop: threading.Event | None = None, schema: Mapping[str, Any] | None = None
    ) -> str:
        """The next reply in one piece."""
        return "".join(self.stream(messages, stop))

    def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True


class HashingEmbedder:
    """A tiny deterministic embedder: words hashed into 64 places, length one."""

    name = "hashing"
    width = 64

    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """The same as for passages."""
        return self.encode(texts)

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """float32 [len(texts), 64]; records what it was given."""
        self.texts += texts
        rows = np.full((len(texts), self.width), 1e-3, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in content_words(text):
                row[zlib.crc32(word.encode()) % self.width] += 1
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)
