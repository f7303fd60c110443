"""The real application on a real port, in a thread of the test process, so that its places and threads can be counted."""

from __future__ import annotations

import gc
import http.client
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from assistant.answering.pipeline import Assistant
from assistant.ui.application import build_application
from assistant.ui.server.loader import Loader
from assistant.ui.server.options import Options
from assistant.ui.server.request_queue import QuestionQueue

PAGE = {"x-byline": "1"}
"""The header that the page's own posts carry."""


class House:
    """Serves an assistant until it is closed.

    Args:
        assistant: What answers; stays open.
        options: As `byline serve` takes them.
        watched: Wraps the application, to see what comes and goes.
    """

    def __init__(
        self, assistant: Assistant, options: Options | None = None, watched: Callable[[Any], Any] = lambda app: app
    ) -> None:
        options = options or Options()
        loader = Loader(assistant.settings, lambda _: assistant)
        self.questions = QuestionQueue(loader, options.at_once, options.waiting)
        with _gradio_leaves_loops():
            self.app = build_application(loader, self.questions, options)
        config = uvicorn.Config(watched(self.app), host="127.0.0.1", port=0, ws="none", log_level="error",
                                timeout_graceful_shutdown=2)  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="house", daemon=True)
        self._thread.start()
        loader.start()
        until = time.monotonic() + 60
        while not self._server.started and time.monotonic() < until:
            time.sleep(0.02)
        loader.wait()
        self.port = int(self._server.servers[0].sockets[0].getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"

    def client(self, **named: Any) -> httpx.Client:
        """A client that is a page of this site."""
        return httpx.Client(base_url=self.url, headers=PAGE, timeout=60, **named)

    def raw(self) -> RawClient:
        """A client that sends a path as it stands; httpx would tidy it first."""
        return RawClient("127.0.0.1", self.port)

    @property
    def connections(self) -> int:
        """Open connections of all clients."""
        return len(self._server.server_state.connections)

    def close(self) -> None:
        """Stop listening and wait."""
        self._server.should_exit = True
        self._thread.join(20)
        assert not self._thread.is_alive(), "the server did not stop"
        with _gradio_leaves_loops():
            del self.app, self._server


@contextmanager
def _gradio_leaves_loops() -> Iterator[None]:
    """Gradio makes event loops that it never closes; they are collected here and not in the middle of a test."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
        gc.collect()


class RawClient(http.client.HTTPConnection):
    """One connection; paths go out byte by byte."""

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """(status, content) of a request."""
        self.request(method, path, body, {**PAGE, **(headers or {})})
        with self.getresponse() as reply:
            return reply.status, reply.read()


def all_routes(app: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    """(method, path) of every route, those of included routers and mounted applications too."""
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, Mount):
            inner = route.original_route.app
            place = prefix + route.original_route.path
            if getattr(inner, "routes", None):
                yield from all_routes(inner, place)
            else:
                yield "GET", f"{place}/{{path:path}}"
            continue
        for method in sorted(route.methods or ("GET", "POST", "DELETE")):
            yield method, prefix + str(route.path)


def files_below(*folders: Path) -> set[str]:
    """Everything that lies in some folders."""
    return {str(path) for folder in folders for path in folder.rglob("*")}
