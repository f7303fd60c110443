"""The FastAPI application: our own routes, the guard, and Gradio's page at the root."""

from __future__ import annotations

import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when Gradio is imported

import gradio as gr
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from assistant.ui.boot import Boot
from assistant.ui.desk import Desk
from assistant.ui.guard import Guard
from assistant.ui.page import build_page
from assistant.ui.pieces import add_pieces
from assistant.ui.server import STATIC, Options
from assistant.ui.theme import theme

OWN = ("/health", "/byline")
MAX_UPLOAD = 50_000_000
"""Largest file that can be uploaded, in bytes."""

HEAD = (
    '<meta name="description" content="Answers from news articles, with the exact words they rest on">'
    '<link rel="stylesheet" href="/byline/static/byline.css"><script src="/byline/static/byline.js" defer></script>'
)


def build_application(boot: Boot, desk: Desk, options: Options) -> FastAPI:
    """Put the page and its routes together."""
    app = FastAPI(
        title="Byline", docs_url=None, redoc_url=None, openapi_url=None, middleware=[Middleware(Guard, own=OWN)]
    )
    app.mount("/byline/static", StaticFiles(directory=STATIC), name="static")
    add_pieces(app, boot)
    blocks = build_page(boot, desk)
    blocks.queue(api_open=False, max_size=200, default_concurrency_limit=100)
    gr.mount_gradio_app(
        app, blocks, path="/", theme=theme(), head=HEAD, allowed_paths=[], show_error=False, ssr_mode=False,
        enable_monitoring=False, run_history=False, footer_links=[], pwa=False, mcp_server=False,
        max_file_size=MAX_UPLOAD,
    )  # fmt: skip
    return app
