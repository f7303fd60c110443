"""What the page says when there is no answer yet, or none: loading, busy, stopped, a library that cannot be opened."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx

from assistant.factory import build_assistant
from assistant.settings import load_settings
from assistant.ui.server.loader import Loader
from assistant.ui.server.request_queue import QuestionQueue
from assistant.ui.views.chat import Chat
from tests.attack.fault_server import FaultServer
from tests.ui.conftest import Server, Visit
from tests.ui.talker import Talker

Open = Callable[..., Visit]
Servers = Callable[..., Server]
SLOW = """
import time
from assistant import factory
from assistant.cli.main import main
build = factory.build_assistant
def slowly(settings):
    time.sleep(6)
    return build(settings)
factory.build_assistant = slowly
main()
"""
"""The real server whose library takes six seconds longer to open."""


def test_loading_busy_writing_and_stopped(servers: Servers, sample_home: Path, visit: Open) -> None:
    with FaultServer(Talker(""), 0) as model:
        server = servers(
            sample_home,
            "--at-once",
            "1",
            "--waiting",
            "0",
            wait=False,
            program=SLOW,
            BYLINE_CHAT_MODEL="openai:m",
            BYLINE_CHAT_URL=model.url,
            BYLINE_CHAT_PROFILE="small",
        )
        first = _first_page(server)
        assert "Loading" in first
        server.wait("page")
        tab = visit(server.url, ready=False)
        tab.page.wait_for_selector(".welcome.loading >> text=Loading the library")
        tab.shot("loading")
        send(tab, "What did Kim pledge?")
        tab.page.wait_for_selector(".is-asking .trace >> text=Loading the library")
        other = visit(server.url, ready=False)
        send(other, "Where did Kim and Putin meet?")
        other.page.wait_for_selector(".is-busy")
        assert "Byline is busy" in other.page.inner_text(".is-busy")
        other.shot("busy")
        # The first one goes on by itself, is stopped while the chat model writes, and its place is free again.
        tab.page.wait_for_selector(".is-asking .trace >> text=Writing")
        tab.page.click("#byline-stop")
        tab.page.wait_for_selector(".is-stopped >> text=Stopped")
        tab.done()
        tab.shot("stopped")
        other.page.click("text=Ask again")
        other.page.wait_for_selector(".is-asking .trace >> text=Writing")
        other.page.keyboard.press("Escape")
        other.page.wait_for_selector(".is-stopped")
        tab.page.reload()
        tab.page.wait_for_selector(".is-stopped")
        server.stop()


def send(tab: Visit, question: str) -> None:
    """Ask without waiting."""
    tab.page.fill("#byline-question textarea", question)
    tab.page.press("#byline-question textarea", "Enter")


def _first_page(server: Server) -> str:
    for _ in range(600):
        try:
            return httpx.get(server.url).text
        except httpx.TransportError:
            time.sleep(0.02)
    raise AssertionError("the server did not listen")


def test_a_library_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    (tmp_path / "catalogue.sqlite3").write_bytes(b"This is no database. " * 100)
    loader = Loader(load_settings(home=tmp_path), build_assistant)
    loader.start()
    loader.wait()
    with ThreadPoolExecutor(1) as thread:  # the browser of other tests keeps a loop in this one
        request: Any = SimpleNamespace(session_hash="a")
        shown = thread.submit(
            lambda: asyncio.run(Chat(loader, QuestionQueue(loader), 1.0).show("{}", request))
        ).result()
    assert "cannot be opened" in shown[0]
    assert "byline doctor" in shown[0]
