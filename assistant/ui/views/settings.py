"""The Settings tab: what is installed, which models answer, where the data is, what is wrong and what to do."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

from assistant.diagnostics import Health
from assistant.errors import ModelError
from assistant.settings import Settings
from assistant.ui.views.html import counted, esc, plain

MODELS = ("embedding model", "chat model", "reader", "bundled models")
DATA = ("data folder", "catalogue", "articles", "dense index", "library", "disk used", "free disk", "writing")
FRAME = (
    '<section class="pane settings" aria-label="Settings"><div class="pane-main"><h1>Settings and health</h1>'
    '<div id="byline-health"><p class="trace">Looking</p></div></div></section>'
)
PATIENCE = 20.0
"""Seconds that a connection test takes at most."""


def render_health(findings: Sequence[Health], settings: Settings, user: str) -> str:
    """What the tab shows; keys are never among it."""
    groups = [
        ("Models", [f for f in findings if f.what in MODELS]),
        ("Data", [f for f in findings if f.what in DATA]),
        ("Versions", [f for f in findings if f.what not in (*MODELS, *DATA)]),
    ]
    wrong = [finding for finding in findings if finding.advice]
    verdict = (
        f'<p class="wrong" role="status">{counted(len(wrong), "finding needs", "findings need")} attention.</p>'
        if wrong
        else '<p role="status">Everything that was looked at is well.</p>'
    )
    login = ""
    if user:
        login = f'<p>Logged in as <b>{esc(user)}</b>. <button type="button" class="second" data-setting="logout">Log out</button></p>'
    tools = {"Models": _model_tools(settings), "Data": _data_tools()}
    body = "".join(f"<h2>{title}</h2>{_table(rows)}{tools.get(title, '')}" for title, rows in groups if rows)
    return f"{login}{verdict}{body}"


def _table(rows: Sequence[Health]) -> str:
    lines = "".join(
        f'<div class="{"bad" if row.advice else "well"}"><dt>{esc(row.what)}</dt><dd>{esc(row.state)}'
        f"{f'<small>{esc(row.advice)}</small>' if row.advice else ''}</dd></div>"
        for row in rows
    )
    return f'<dl class="findings">{lines}</dl>'


def _model_tools(settings: Settings) -> str:
    key = "A key is set; it is never shown." if settings.chat_key else "No key is set in BYLINE_CHAT_KEY."
    return (
        f'<p class="soft">{key} The chat model is chosen with BYLINE_CHAT_MODEL and BYLINE_CHAT_URL when Byline starts.</p>'
        '<p><button type="button" class="second" data-setting="test">Test the connection</button> '
        '<span id="byline-test" role="status"></span></p>'
        "<details><summary>Changing the embedding model</summary><p>Passages are compared by numbers that one embedding model "
        "made; another model's numbers mean something else. After changing BYLINE_EMBEDDING_MODEL Byline therefore refuses "
        "the old library, and nothing in it is lost: set the old name back, or add the articles to a new folder with "
        "<code>--home</code>.</p></details>"
    )


def _data_tools() -> str:
    return (
        '<p><button type="button" class="second" data-setting="rebuild">Rebuild the search index</button> '
        '<span id="byline-rebuild" role="status"></span></p><p class="soft">From the stored articles; nothing is embedded '
        "again and nothing is lost.</p>"
    )


def try_model(assistant: Any) -> str:
    """Ask the chat model for a word and say how that went.

    Returns:
        One sentence.
    """
    model = assistant.chat_model
    if model is None:
        return "No chat model writes: answers are made of exact quotations, and nothing has to be reached."
    stop, began, said = threading.Event(), time.perf_counter(), ""
    timer = threading.Timer(PATIENCE, stop.set)
    timer.start()
    try:
        for piece in model.stream([("user", "Reply with the one word: ready")], stop):
            said += piece
            if len(said) > 40:
                break
    except ModelError as error:
        return str(error)
    finally:
        stop.set()
        timer.cancel()
    if not said.strip():
        return f"{model.name} was reached but said nothing within {PATIENCE:.0f} s."
    return f"{model.name} answered in {time.perf_counter() - began:.1f} s: “{plain(said).strip()[:40]}”"
