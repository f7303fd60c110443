"""Small routes of the page's own: health, one article to read."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse

from assistant.ui.boot import Boot
from assistant.ui.reader import render_article
from assistant.ui.server import health

GONE = '<div class="none"><p class="verdict">This article is no longer in the library.</p></div>'


def add_pieces(app: FastAPI, boot: Boot) -> None:
    """Add the routes."""

    @app.get("/health")
    def is_healthy() -> dict[str, Any]:
        return health(boot)

    @app.get("/byline/article")
    async def article(id: str, version: str = "", quotes: str = "") -> HTMLResponse:  # noqa: A002
        assistant = boot.assistant
        if assistant is None:
            return HTMLResponse('<div class="none"><p>The library is still loading.</p></div>', status_code=503)
        catalogue = assistant.library.catalogue
        text = await run_in_threadpool(render_article, catalogue, id[:200], version[:200], quotes[:10_000])
        return HTMLResponse(text or GONE, status_code=200 if text else 404)
