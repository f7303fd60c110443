"""The Settings tab: installed versions, models, the data folder, problems and how to fix them."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from assistant.diagnostics import Health
from assistant.errors import ModelError
from assistant.settings import Settings
from assistant.ui.server.sessions import Session
from assistant.ui.views.html import counted, day, esc, plain

MODELS = ("model files", "embedding model", "reader", "chat model")
DATA = ("data folder", "catalogue", "articles", "vector index", "disk used", "disk")
FRAME = (
    '<section class="pane settings" aria-label="Settings"><div class="pane-main"><h1>Settings and health</h1>'
    '<div id="byline-health"><p class="trace">Checking …</p></div></div></section>'
)
PATIENCE = 20.0
"""Longest connection test, in seconds."""


def render_health(findings: Sequence[Health], settings: Settings, user: str) -> str:
    """What the tab shows. Keys are never shown."""
    groups = [
        ("Models", [f for f in findings if f.what in MODELS]),
        ("Data", [f for f in findings if f.what in DATA]),
        ("Versions", [f for f in findings if f.what not in (*MODELS, *DATA)]),
    ]
    wrong = [finding for finding in findings if finding.advice]
    verdict = (
        f'<p class="wrong" role="status">{counted(len(wrong), "problem")} found.</p>'
        if wrong
        else '<p role="status">All checks passed.</p>'
    )
    login = ""
    if user:
        login = (
            f'<p>Signed in as <b>{esc(user)}</b>. <button type="button" class="second" data-setting="logout">Sign out</button></p>'
            '<div id="byline-sessions"></div>'
        )
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
    key = "An API key is set." if settings.chat_key else "No API key is set (BYLINE_CHAT_KEY)."
    return (
        f'<p class="soft">{key} Choose the chat model with BYLINE_CHAT_MODEL and BYLINE_CHAT_URL, then restart Byline.</p>'
        '<p><button type="button" class="second" data-setting="test">Test the connection</button> '
        '<span id="byline-test" role="status"></span></p>'
        "<details><summary>Changing the embedding model</summary><p>Vectors of different embedding models cannot be compared. "
        "After you change BYLINE_EMBEDDING_MODEL, Byline does not open the old library. Nothing is lost: run "
        "<code>byline repair --reembed</code> to embed all articles with the new model, or change the setting back.</p></details>"
    )


def _data_tools() -> str:
    return (
        '<p><button type="button" class="second" data-setting="rebuild">Rebuild the search index</button> '
        '<span id="byline-rebuild" role="status"></span></p><p class="soft">Uses the stored vectors. No article is changed.</p>'
    )


def render_sessions(sessions: Sequence[Session], current: str) -> str:
    """A user's sessions, each with a button that ends it.

    Args:
        sessions: Newest first.
        current: The id of the session that asks.
    """
    rows = "".join(
        f"<tr><td>{esc(_browser(one.agent))}</td><td>{esc(one.address)}</td>"
        f"<td>{esc(day(datetime.fromtimestamp(one.created, UTC).date().isoformat()))}</td><td>{_end(one, current)}</td></tr>"
        for one in sessions
    )
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("Browser", "Address", "Signed in", ""))
    return f"<h2>Your sessions</h2><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""


def _end(session: Session, current: str) -> str:
    if session.id == current:
        return "This browser"
    return (
        f'<button type="button" class="remove" data-setting="revoke" data-session="{esc(session.id)}">Sign out</button>'
    )


def _browser(agent: str) -> str:
    """A browser's name from its user agent."""
    names = {
        "Edg": "Edge",
        "OPR": "Opera",
        "Firefox": "Firefox",
        "Chrome": "Chrome",
        "Safari": "Safari",
        "curl": "curl",
    }
    return next((shown for name, shown in names.items() if f"{name}/" in agent), "Unknown browser")


def try_model(assistant: Any) -> str:
    """Ask the chat model for one word and report how that went.

    Returns:
        One sentence.
    """
    model = assistant.chat_model
    if model is None:
        return "No chat model is set. Answers are verbatim quotations."
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
        return f"{model.name} did not answer within {PATIENCE:.0f} s."
    return f"{model.name} answered in {time.perf_counter() - began:.1f} s: “{plain(said).strip()[:40]}”"
