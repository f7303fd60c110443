"""What the page says when there is no answer yet, or none: loading, busy, stopped, a library that cannot be opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx

from tests.ui.conftest import Server, Visit

Open = Callable[..., Visit]
Servers = Callable[..., Server]
SLOW = """
import time
from assistant import assembly, cli
build = assembly.build_assistant
def slowly(settings):
    time.sleep(6)
    return build(settings)
assembly.build_assistant = slowly
cli.main()
"""
"""The real server whose library takes six seconds longer to open."""


def test_a_question_asked_while_loading_is_answered_and_the_next_hears_busy(
    servers: Servers, sample_home: Path, visit: Open
) -> None:
    server = servers(sample_home, "--at-once", "1", "--waiting", "0", wait=False, program=SLOW)
    for _ in range(600):
        try:
            first = httpx.get(server.url)
            break
        except httpx.TransportError:
            continue
    assert "Preparing the page" in first.text
    server.wait("page")
    tab = visit(server.url, ready=False)
    tab.page.wait_for_selector(".welcome.loading >> text=Loading the library")
    tab.shot("loading")
    tab.page.fill("#byline-question textarea", "What did Kim pledge?")
    tab.page.press("#byline-question textarea", "Enter")
    tab.page.wait_for_selector(".is-asking .trace >> text=Loading the library")
    other = visit(server.url, ready=False)
    other.page.fill("#byline-question textarea", "What did Putin praise?")
    other.page.press("#byline-question textarea", "Enter")
    other.page.wait_for_selector(".is-busy")
    assert "Byline is busy" in other.page.inner_text(".is-busy")
    other.shot("busy")
    tab.done()
    assert "fully support" in tab.page.inner_text(".answer")
    other.page.click("text=Ask again")
    other.page.wait_for_selector(".is-answered")
    server.stop()


def test_stop_ends_the_answer_and_the_next_question_works(servers: Servers, sample_home: Path, visit: Open) -> None:
    server = servers(sample_home, BYLINE_CHAT_MODEL="bundled:smollm2-135m")
    tab = visit(server.url)
    page = tab.page
    page.fill("#byline-question textarea", "What did Kim pledge?")
    page.press("#byline-question textarea", "Enter")
    page.wait_for_selector(".is-asking .trace >> text=Writing")
    tab.shot("writing")
    page.click("#byline-stop")
    page.wait_for_selector(".is-stopped")
    assert "Stopped" in page.inner_text(".is-stopped .verdict")
    tab.shot("stopped")
    tab.done()
    page.reload()
    page.wait_for_selector(".is-stopped")
    page.fill("#byline-question textarea", "What did Putin praise?")
    page.press("#byline-question textarea", "Enter")
    page.wait_for_selector(".turn >> nth=1 >> .trace >> text=Writing")
    page.keyboard.press("Escape")
    page.wait_for_function("() => document.querySelectorAll('.is-stopped').length === 2")
    server.stop()


def test_a_library_that_cannot_be_opened_says_why(servers: Servers, sample_home: Path, visit: Open) -> None:
    server = servers(sample_home, wait=False, BYLINE_EMBEDDING_MODEL="bundled:another")
    server.wait("page")
    tab = visit(server.url, ready=False)
    tab.page.wait_for_selector(".welcome.broken")
    said = tab.page.inner_text(".broken")
    assert "bundled:another" in said
    tab.shot("broken")
    server.stop()
