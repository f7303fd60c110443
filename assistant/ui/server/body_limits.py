"""Limits for the body of a request: how large it may be on each route, and how slowly it may come."""

from __future__ import annotations

import asyncio
import time

from starlette.types import Message, Receive, Scope

MEGABYTE = 1_000_000
LIMITS = (
    ("/byline/upload", 100 * MEGABYTE),
    ("/byline/export", 12 * MEGABYTE),
    ("/byline/case", 12 * MEGABYTE),
    ("/gradio_api/queue/join", 12 * MEGABYTE),
    ("/gradio_api/run", 12 * MEGABYTE),
    ("/byline/login", 10_000),
)
"""Path prefix -> bytes. Conversations are kept in the browser and sent with their questions, hence twelve megabytes."""
OTHERS = MEGABYTE
PAUSE_SECONDS = 15.0
"""Longest pause within a body."""
SLOWEST = 20_000
"""Bytes per second that a body must come with on average, after the first pause is used up."""


def limit_of(path: str) -> int:
    """The largest body of a path, in bytes."""
    return next((limit for prefix, limit in LIMITS if path.startswith(prefix)), OTHERS)


class LimitedBody:
    """A request's `receive` that ends the body when it is too large or too slow; `refused` says which.

    Args:
        scope: The request.
        receive: What it is received by.
        pause: Longest pause, in seconds.
    """

    def __init__(self, scope: Scope, receive: Receive, pause: float = PAUSE_SECONDS) -> None:
        self.limit = limit_of(scope["path"])
        self.refused = 0
        self._receive = receive
        self._pause = pause
        self._began = time.monotonic()
        self._bytes = 0
        self._complete = False

    @property
    def reason(self) -> str:
        """The refusal in one sentence."""
        if self.refused == 413:
            size = f"{self.limit // MEGABYTE} MB" if self.limit >= MEGABYTE else f"{self.limit // 1_000} kB"
            return f"The request is too large (limit {size})."
        return "The request took too long to arrive."

    def declared(self, length: str | None) -> bool:
        """Whether the size that the client announces is allowed."""
        if length is not None and (not length.isdecimal() or int(length) > self.limit):
            self.refused = 413
        return not self.refused

    async def receive(self) -> Message:
        """The next message of the request."""
        if self._complete:
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), self._pause)
        except TimeoutError:
            return self._refuse(408)
        if message["type"] != "http.request":
            return message
        self._bytes += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        if self._bytes > self.limit:
            return self._refuse(413)
        if not self._complete and time.monotonic() - self._began > self._pause + self._bytes / SLOWEST:
            return self._refuse(408)
        return message

    def _refuse(self, status: int) -> Message:
        self.refused, self._complete = status, True
        return {"type": "http.disconnect"}
