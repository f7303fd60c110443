"""Small routes of the page: health, articles, filters, export of conversations."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import FastAPI
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

from assistant.ui.server.loader import Loader
from assistant.ui.views.article import render_article
from assistant.ui.views.chat import Chat
from assistant.ui.views.export import to_json, to_markdown
from assistant.ui.views.filters import render_filters
from assistant.ui.views.turns import MAX_TURNS, read_turns

GONE = '<div class="none"><p class="verdict">This article is no longer in your library.</p></div>'
LOADING = '<div class="none"><p>The library is still loading.</p></div>'


class Conversation(BaseModel):
    """A conversation as the browser keeps it."""

    name: str = Field(default="", max_length=2_000)
    turns: list[dict[str, Any]] = Field(default=[], max_length=MAX_TURNS)


def add_page_routes(app: FastAPI, loader: Loader, chat: Chat) -> None:
    """Add the routes."""

    @app.get("/health", include_in_schema=False)
    def is_healthy() -> dict[str, Any]:
        return loader.health()

    @app.get("/byline/filters", include_in_schema=False)
    async def filters() -> HTMLResponse:
        assistant = loader.assistant
        if assistant is None:
            return HTMLResponse(LOADING, status_code=503)
        catalogue = assistant.library.catalogue
        return HTMLResponse(render_filters(catalogue.outlets(), catalogue.days()))

    @app.post("/byline/export/{form}", include_in_schema=False)
    async def export(form: Literal["markdown", "json"], sent: Conversation) -> Response:
        turns = read_turns(sent.turns)
        if form == "json":
            return Response(to_json(sent.name, turns), media_type="application/json")
        text = await run_in_threadpool(to_markdown, sent.name, turns, chat.source_state)
        return Response(text, media_type="text/markdown; charset=utf-8")

    @app.get("/byline/article", include_in_schema=False)
    async def article(id: str, version: str = "", quotes: str = "") -> HTMLResponse:  # noqa: A002
        assistant = loader.assistant
        if assistant is None:
            return HTMLResponse(LOADING, status_code=503)
        catalogue = assistant.library.catalogue
        text = await run_in_threadpool(render_article, catalogue, id[:200], version[:200], quotes[:10_000])
        return HTMLResponse(text or GONE, status_code=200 if text else 404)
