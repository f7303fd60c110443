"""`byline serve`: shows a loading page within a second, then the real page.

Importing Gradio takes seconds, so a small ASGI application opens the port first.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.responses import HTMLResponse, JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.errors import RunError
from assistant.settings import Settings
from assistant.ui.server.loader import Loader
from assistant.ui.server.options import STATIC, Options
from assistant.ui.server.protocol import TimedProtocol
from assistant.ui.server.request_queue import QuestionQueue

log = logging.getLogger(__name__)
KEEP_ALIVE = 75
"""Seconds that an idle connection stays open: longer than clients and proxies keep theirs (httpx 5, nginx 60). When both
sides close at the same moment, a question sent just then is lost."""


@dataclass
class StartingApp:
    """The ASGI application: the loading page until the real one is built."""

    loader: Loader
    options: Options
    _page: ASGIApp | None = None
    _failed: str = ""
    _open: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the start and stop of the server."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif self._page is not None:
            await self._page(scope, receive, send)
        elif scope["type"] == "http":
            await self._loading(scope, receive, send)

    async def _loading(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/health":
            reply: HTMLResponse | JSONResponse = JSONResponse({"page": False, "loading": "Loading"})
        else:
            text = (STATIC / "loading.html").read_text(encoding="utf-8").replace("{failed}", self._failed)
            reply = HTMLResponse(text, status_code=200 if scope["path"] == "/" else 503)
        reply.headers["content-security-policy"] = (
            "default-src 'none'; script-src 'sha256-" + _loading_script_hash() + "'; style-src 'unsafe-inline'; "
            "connect-src 'self'; frame-ancestors 'none'"
        )
        reply.headers["x-content-type-options"] = "nosniff"
        reply.headers["cache-control"] = "no-store"
        await reply(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        task = asyncio.create_task(self._bring_up())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await self._open.aclose()
        self.loader.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _bring_up(self) -> None:
        try:
            app = await asyncio.to_thread(_build, self.loader, self.options)
            await self._open.enter_async_context(app.router.lifespan_context(app))
            self._page = app
        except Exception:
            log.exception("cannot build the page")
            self._failed = "Byline cannot start. See the log for details."
        self.loader.start()


def _loading_script_hash() -> str:
    import base64
    import hashlib
    import re

    text = (STATIC / "loading.html").read_text(encoding="utf-8")
    script = re.search(r"<script>(.*?)</script>", text, re.DOTALL)
    return base64.b64encode(hashlib.sha256((script[1] if script else "").encode()).digest()).decode()


def _build(loader: Loader, options: Options) -> Any:
    from assistant.ui.application import build_application  # imports Gradio

    return build_application(loader, QuestionQueue(loader, options.at_once, options.waiting), options)


def serve(settings: Settings, options: Options | None = None, build: Callable[[Settings], Any] | None = None) -> None:
    """Serve the page until the process is stopped.

    Args:
        settings: Where to listen, and the library.
        options: Login, interface and limits.
        build: Makes the assistant; `assistant.factory.build_assistant` by default.

    Raises:
        UsageError: The users' file is not valid.
        RunError: The port is taken or not allowed.
    """
    options = options or Options()
    if options.auth is not None:
        from assistant.ui.server.auth import Users

        Users(options.auth)  # fail early when the file is not valid
    starting = StartingApp(Loader(settings, build or _assistant), options)
    config = uvicorn.Config(
        starting, host=settings.host, port=settings.port, log_level="warning", ws="none", server_header=False,
        timeout_graceful_shutdown=2, timeout_keep_alive=KEEP_ALIVE, http=TimedProtocol, backlog=512,
    )  # fmt: skip
    server = _Server(config, options.on_listening)
    logging.getLogger("uvicorn.error").addFilter(_worth_saying)
    try:
        server.run()
    except SystemExit as error:
        raise RunError(
            f"Cannot listen on {settings.host}:{settings.port}: the port is taken or not allowed. Choose another --port."
        ) from error


class _Server(uvicorn.Server):
    """Says where it listens once it does.

    Args:
        config: As uvicorn takes it.
        on_listening: Called with the address of the page.
    """

    def __init__(self, config: uvicorn.Config, on_listening: Callable[[str], None] | None) -> None:
        super().__init__(config)
        self._on_listening = on_listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the port."""
        await super().startup(sockets)
        if self.started and self._on_listening is not None:
            port = self.servers[0].sockets[0].getsockname()[1]
            host = self.config.host if self.config.host not in ("0.0.0.0", "::") else socket.gethostname()  # noqa: S104
            self._on_listening(f"http://{f'[{host}]' if ':' in host else host}:{port}")


def _worth_saying(record: logging.LogRecord) -> bool:
    """Whether to log a record: pages that are still open when Byline stops are disconnected, which is no error."""
    cut = record.exc_info is not None and isinstance(record.exc_info[1], asyncio.CancelledError)
    return not cut and "timeout graceful shutdown" not in record.getMessage()


def _assistant(settings: Settings) -> Any:
    from assistant.factory import build_assistant  # imports Chroma and the models' runtimes

    assistant = build_assistant(settings)
    assistant.warm()
    return assistant
