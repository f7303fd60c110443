"""Conversations: kept in the browser, asked again, edited, exported, deleted; the server may come and go."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from tests.ui.conftest import Server, Visit
from tests.ui.test_ui_sources import kept

Open = Callable[..., Visit]


def test_again_edit_export_and_delete(server: Server, visit: Open) -> None:
    tab = visit(server.url, accept_downloads=True, permissions=["clipboard-read", "clipboard-write"])
    page = tab.page
    tab.ask("What did Kim pledge?")
    first = kept(tab)["id"]
    page.click("text=Ask again")
    page.wait_for_function("id => document.querySelector('.turn:not(.is-asking)')?.dataset.turn !== id", arg=first)
    tab.done()
    assert page.locator(".turn").count() == 1
    page.click(".tools >> text=Edit")
    assert page.input_value("#byline-question textarea") == "What did Kim pledge?"
    assert "Editing" in page.inner_text(".editing-bar")
    page.fill("#byline-question textarea", "Where did Kim and Putin meet?")
    page.press("#byline-question textarea", "Enter")
    page.wait_for_selector(".turn .asked:text('Where did Kim and Putin meet?')")
    tab.done()
    assert page.locator(".turn").count() == 1
    assert not page.is_visible(".editing-bar")
    tab.ask("Who won the 2022 World Cup?")
    page.click(".turn >> nth=0 >> text=Copy")
    page.wait_for_selector("#byline-say.on")
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert "Chinese capital" in copied
    assert "[1] World Desk Review" in copied
    with page.expect_download() as caught:
        page.click("text=Markdown")
    text = Path(caught.value.path()).read_text("utf-8")
    assert text.startswith("# Where did Kim and Putin meet?")
    for note in re.findall(r"\[\^[\d-]+\](?!:)", text):
        assert f"\n{note}: “" in text
    assert "**No answer found in the articles.**" in text
    with page.expect_download() as caught:
        page.click("text=JSON")
    record = json.loads(Path(caught.value.path()).read_text("utf-8"))
    assert [turn["state"] for turn in record["turns"]] == ["answered", "abstained"]
    page.click("text=New conversation")
    page.wait_for_selector(".welcome")
    tab.ask("How many homes lost power in Storm Edda?")
    assert page.locator("#byline-conversations li").count() == 2
    page.hover("#byline-conversations li >> nth=0")
    assert page.inner_text("#byline-conversations .drop >> nth=0") == "×"
    page.click("#byline-conversations .drop >> nth=0")
    page.wait_for_selector(".welcome")
    assert page.locator("#byline-conversations li").count() == 1
    page.click("text=Delete all conversations")
    page.click("dialog >> text=Cancel")
    page.wait_for_selector("dialog", state="detached")
    assert page.locator("#byline-conversations li").count() == 1
    page.click("text=Delete all conversations")
    page.click("dialog >> text=Delete all")
    page.wait_for_function("() => !document.querySelector('#byline-conversations li')")
    assert page.evaluate("() => window.byline.list().length") == 0
    assert tab.complaints == []


def test_a_follow_up_says_what_was_searched_for(server: Server, visit: Open) -> None:
    tab = visit(server.url)
    tab.ask("What did Kim pledge?")
    tab.ask("And where did he say it?")
    assert "Kim" in tab.page.inner_text(".turn >> nth=1 >> .standalone")
    tab.shot("follow-up")


def test_what_an_article_says_is_never_markup(server: Server, visit: Open) -> None:
    tab = visit(server.url)
    tab.ask('<img src=x onerror="document.title=1"> <b>What did Kim pledge?</b>')
    assert tab.page.locator(".turn img, .turn .asked b").count() == 0
    tab.page.evaluate(
        """() => { const talk = window.byline.currentConversation();
          talk.turns[0].sentences = [{ text: '<img src=x onerror=alert(1)>', citations: [] }];
          talk.turns[0].state = 'answered'; window.byline.write(talk); }"""
    )
    tab.page.reload()
    tab.page.wait_for_selector(".answer")
    assert tab.page.inner_text(".answer") == "<img src=x onerror=alert(1)>"


def test_two_people_do_not_mix(server: Server, visit: Open) -> None:
    tabs = [visit(server.url), visit(server.url)]
    questions = ["What did Kim pledge?", "How many people were aboard the Corrin Star?"]
    for tab, question in zip(tabs, questions, strict=True):
        tab.page.fill("#byline-question textarea", question)
    for tab in tabs:
        tab.page.press("#byline-question textarea", "Enter")
    for tab, question in zip(tabs, questions, strict=True):
        tab.page.wait_for_selector(".turn:not(.is-asking)")
        tab.done()
        assert tab.page.locator(".turn .asked").all_inner_texts() == [question]
        assert [talk["name"] for talk in tab.page.evaluate("() => window.byline.list()")] == [question]
    assert "fully support" in tabs[0].page.inner_text(".answer")
    assert "Kim" not in tabs[1].page.inner_text(".turn")


def test_the_server_may_go_and_come_back_and_serves_no_programs_when_told_so(
    servers: Callable[..., Server], sample_home: Path, visit: Open
) -> None:
    server = servers(sample_home, "--no-api")
    tab = visit(server.url)
    for path in ("/api", "/api/articles", "/api/openapi.json", "/v1/models", "/mcp"):
        assert tab.page.request.get(server.url + path).status == 404
    tab.ask("What did Kim pledge?")
    answer = tab.page.inner_text(".answer")
    server.stop()
    tab.page.fill("#byline-question textarea", "Where did they meet?")
    tab.page.press("#byline-question textarea", "Enter")
    tab.page.wait_for_selector("text=Connection lost")
    tab.shot("connection-lost")
    server.start()
    tab.page.wait_for_function("() => window.byline && !document.body.classList.contains('lost')")
    tab.page.wait_for_selector(".is-answered")
    assert tab.page.inner_text(".turn >> nth=0 >> .answer") == answer
    tab.page.wait_for_function(
        "() => document.querySelector('#byline-question textarea')?.value === 'Where did they meet?'"
    )
    tab.page.press("#byline-question textarea", "Enter")
    tab.page.wait_for_selector(".turn >> nth=1 >> .answer")
    server.stop()
