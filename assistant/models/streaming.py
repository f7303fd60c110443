"""Reads a provider's blocking stream with a deadline, and cuts its connections when it is no longer wanted."""

from __future__ import annotations

import queue
import socket
import threading
import time
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(slots=True)
class _Ended:
    error: BaseException | None = None


class Connections:
    """The connections of one request, which can be cut while a thread waits on them.

    Closing a socket does not wake the thread that reads from it; shutting it down does.
    """

    def __init__(self, timeouts: httpx.Timeout) -> None:
        self._sockets: list[socket.socket] = []
        self.client = httpx.Client(
            timeout=timeouts, follow_redirects=False, trust_env=True, event_hooks={"request": [self._watch]}
        )

    def _watch(self, request: httpx.Request) -> None:
        request.extensions["trace"] = self._traced

    def _traced(self, event: str, info: dict[str, Any]) -> None:
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            found = info["return_value"].get_extra_info("socket")
            if found is not None:
                self._sockets.append(found)

    def cut(self) -> None:
        """End every connection at once."""
        for sock in self._sockets:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:  # it was closed already
                continue
        self.client.close()


class StreamReader:
    """Reads a blocking stream in a thread, so that waiting has a deadline and can be cut.

    Attributes:
        ended_by: Why the model stopped, in its own word; empty when it did not say.
    """

    def __init__(self, open_stream: Any, line: Connections) -> None:
        self.ended_by = ""
        self._pieces: queue.Queue[str | _Ended] = queue.Queue()
        self._line = line
        self._closed = False
        self._thread = threading.Thread(target=self._run, args=(open_stream,), name="byline-chat", daemon=True)
        self._thread.start()

    def _run(self, open_stream: Any) -> None:
        try:
            for chunk in open_stream():
                if self._closed:
                    break
                told = chunk.response_metadata
                self.ended_by = str(told.get("finish_reason") or told.get("stop_reason") or self.ended_by)
                text = chunk.text if isinstance(chunk.text, str) else chunk.text()
                if text:
                    self._pieces.put(text)
            self._pieces.put(_Ended())
        except BaseException as error:  # handed to the reader of the pump, which turns it into one sentence
            self._pieces.put(_Ended(error))

    def next(self, seconds: float, stop: threading.Event | None) -> str | None:
        """The next piece; None at the end or when stopped."""
        until = time.monotonic() + max(seconds, 0)
        while True:
            if stop is not None and stop.is_set():
                return None
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            try:
                piece = self._pieces.get(timeout=min(left, 0.1))
            except queue.Empty:
                continue
            if isinstance(piece, _Ended):
                if piece.error is not None:
                    raise piece.error
                return None
            return piece

    def close(self) -> None:
        """Cut the connection; the model's server stops its work when it notices."""
        self._closed = True
        self._line.cut()
        self._thread.join(timeout=1)
