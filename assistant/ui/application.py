"""The FastAPI application: routes, middleware, and Gradio's page at the root."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from assistant import __version__
from assistant.ui.api.errors import add_error_replies
from assistant.ui.api.mcp import make_mcp, mcp_routes
from assistant.ui.api.openai import add_openai_api
from assistant.ui.api.rest import OPENAPI, add_api
from assistant.ui.gradio_import import gradio as gr
from assistant.ui.jobs.feedback import Feedback
from assistant.ui.jobs.queue import Jobs
from assistant.ui.routes.library import add_library_routes
from assistant.ui.routes.login import add_login_routes
from assistant.ui.routes.page import add_page_routes
from assistant.ui.routes.settings import add_evaluation_routes, add_settings_routes
from assistant.ui.server.auth import Login, Users
from assistant.ui.server.loader import Loader
from assistant.ui.server.middleware import SecurityMiddleware
from assistant.ui.server.options import STATIC, Options
from assistant.ui.server.request_queue import QuestionQueue
from assistant.ui.views import evaluation, settings
from assistant.ui.views.chat import Chat
from assistant.ui.views.library import render_library
from assistant.ui.views.page import build_page
from assistant.ui.views.theme import theme

PAGE_PATHS = ("/health", "/byline")
API_PATHS = ("/api", "/v1", "/mcp")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
MAX_UPLOAD = 50_000_000
"""Largest file that can be uploaded, in bytes."""


def build_application(loader: Loader, questions: QuestionQueue, options: Options) -> FastAPI:
    """Put the page and its routes together."""
    login = Login(Users(options.auth), loader.settings.home) if options.auth else None
    mcp = make_mcp(questions) if options.api else None
    routes = mcp_routes(mcp) if mcp else []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with mcp.session_manager.run() if mcp else nullcontext():
            yield

    app = FastAPI(
        title="Byline", version=__version__, docs_url=None, redoc_url=None, openapi_url=OPENAPI if options.api else None,
        middleware=[
            Middleware(
                SecurityMiddleware, own=PAGE_PATHS + (API_PATHS if options.api else ()), hosts=_hosts(loader.settings.host, options.allowed_hosts), login=login,
                per_minute=options.per_minute
            )
        ],
        lifespan=lifespan,
    )  # fmt: skip
    add_error_replies(app)
    if login is not None:
        add_login_routes(app, login)
    if options.api:
        add_api(app, loader, questions)
        add_openai_api(app, questions)
        app.router.routes.extend(routes)
    app.mount("/byline/static", StaticFiles(directory=STATIC), name="static")
    chat = Chat(loader, questions, options.unwatched)
    add_page_routes(app, loader, chat)
    # Whoever can only reach the page must not read this machine's files by naming their paths.
    paths = options.auth is None and loader.settings.host in LOOPBACK
    add_library_routes(app, loader, Jobs(loader), paths)
    add_evaluation_routes(app, loader, Feedback(loader.settings.home))
    add_settings_routes(app, loader)
    blocks = build_page(
        chat, {"Library": render_library(paths), "Evaluation": evaluation.FRAME, "Settings": settings.FRAME}
    )
    blocks.queue(api_open=False, max_size=200, default_concurrency_limit=100)
    gr.mount_gradio_app(
        app, blocks, path="/", theme=theme(), head=_head(), allowed_paths=[], show_error=False, ssr_mode=False,
        enable_monitoring=False, run_history=False, footer_links=[], pwa=False, mcp_server=False,
        max_file_size=MAX_UPLOAD,
    )  # fmt: skip
    return app


def _head() -> str:
    """What the page loads of ours: its style, and `byline.js` with the modules that it imports."""
    modules = "".join(
        f'<link rel="modulepreload" href="/byline/static/{file.name}">' for file in sorted(STATIC.glob("*.js"))
    )
    return (
        '<meta name="description" content="Answers from news articles, with the exact words they rest on">'
        f'<link rel="stylesheet" href="/byline/static/byline.css">{modules}'
        '<script type="module" src="/byline/static/byline.js"></script>'
    )


def _hosts(host: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    """The names by which the server may be called: this machine's own where it serves itself only, else any.

    Without this another site could point its own name at this machine and read the library.
    """
    return (*LOOPBACK, *allowed) if host in LOOPBACK else allowed
