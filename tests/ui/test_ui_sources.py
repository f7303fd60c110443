"""Beside the answer: the cited articles, their quotations, what was read and not used."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.ui.conftest import Server, Visit
from tests.ui.test_ui_answer import in_view

Open = Callable[..., Visit]
FERRY = "What did the Vessaly Herald say about the ferry in November 2025?"


def test_cards_quotations_keys_and_what_was_not_used(server: Server, visit: Open) -> None:
    tab = visit(server.url)
    tab.ask("What did Kim pledge, and where did Kim and Putin meet?")
    page = tab.page
    card = page.inner_text(".card >> nth=0")
    assert "World Desk Review" in card
    assert "September 2025" in card
    assert page.locator(".card").count() == len({c["article_id"] for c in kept(tab)["citations"]})
    quotes = page.locator(".card >> nth=0").locator(".quote").count()
    assert quotes > 1
    page.click(".cite >> nth=0")
    page.wait_for_selector("#byline-article mark.now")
    page.wait_for_function(  # the article that was opened while the answer grew had the first quotation only
        "n => new Set([...document.querySelectorAll('#byline-article mark')].map(m => m.dataset.quote)).size === n",
        arg=quotes,
    )
    colours = page.evaluate(
        "() => ['mark.now', 'mark:not(.now)'].map(s => getComputedStyle(document.querySelector('#byline-article ' + s)).backgroundColor)"
    )
    assert colours[0] != colours[1]
    page.locator("#byline-article").focus()
    page.keyboard.press("j")
    second = page.inner_text("#byline-article mark.now >> nth=0")
    assert in_view(tab)
    page.keyboard.press("k")
    assert page.inner_text("#byline-article mark.now >> nth=0") != second
    page.click(".unused summary")
    row = page.locator(".unused .near >> nth=0")
    assert len(row.inner_text()) > 60, "a passage shows its words"
    assert not page.locator(".why-passage p >> nth=0").is_visible()
    page.click(".why-passage summary >> nth=0")
    assert "Rank" in page.inner_text(".why-passage p >> nth=0")
    tab.shot("sources-not-used")
    names = page.locator(".unused .read .name").all_inner_texts()
    assert len(names) == len(set(names))
    title = names[0]
    row.click()
    page.wait_for_function("title => document.querySelector('#byline-article h2')?.textContent === title", arg=title)
    assert page.locator("#byline-article mark").count() > 0


def test_the_next_answer_brings_its_own_sources(server: Server, visit: Open) -> None:
    tab = visit(server.url)
    tab.ask("What did Kim pledge?")
    tab.ask("How many people were aboard the Corrin Star, and when did Kim visit Paris?")
    assert "Partly answered" in tab.page.inner_text(".turn >> nth=1")
    assert "Paris" in tab.page.inner_text(".partial")
    tab.shot("answered-in-part")
    tab.page.wait_for_selector("#byline-article mark.now")
    assert tab.page.inner_text("#byline-article h2") == tab.page.inner_text(".card h3 >> nth=0")
    tab.page.click(".turn >> nth=0 >> .cite >> nth=0")
    tab.page.wait_for_function("() => document.querySelector('#byline-article h2')?.textContent.includes('Kim')")
    assert "fully support" in " ".join(tab.page.locator("#byline-article mark.now").all_inner_texts())


def test_an_article_without_a_date_says_so(server: Server, visit: Open) -> None:
    tab = visit(server.url)
    head = next(row for row in articles(tab) if not row["published_at"])
    text = tab.page.request.get(f"{server.url}/byline/article?id={head['article_id']}").text()
    assert "No date" in text


def test_what_the_question_names_can_be_taken_back(server: Server, visit: Open) -> None:
    tab = visit(server.url)
    tab.ask(FERRY)
    assert tab.page.locator(".chip.implied").count() == 2
    before = [(hit["article_id"], hit.get("start", 0)) for hit in kept(tab)["hits"]]
    tab.page.click(".chip.implied:has-text('November')")
    tab.page.wait_for_selector(".chip.off")
    tab.done()
    tab.shot("chips")
    after = kept(tab)
    assert after["chosen"] == {"ignore": ["period"]}
    assert [(hit["article_id"], hit.get("start", 0)) for hit in after["hits"]] != before
    tab.page.click(".chip.off")
    tab.page.wait_for_function("() => document.querySelectorAll('.chip.implied').length === 2")
    tab.done()
    assert [(hit["article_id"], hit.get("start", 0)) for hit in kept(tab)["hits"]] == before


def test_chosen_filters_hold_and_can_be_removed(server: Server, visit: Open) -> None:
    tab = visit(server.url)
    page = tab.page
    page.click("text=Filters")
    page.check("#byline-filters input[value='Tarn Haven Courier']")
    page.fill("#byline-filters [name=since]", "2025-11-01")
    page.fill("#byline-filters [name=until]", "2025-10-01")
    page.press("#byline-filters [name=until]", "Tab")
    assert "first day is after the last" in page.inner_text("#byline-filters-wrong")
    page.fill("#byline-filters [name=until]", "2025-12-31")
    tab.shot("filters")
    page.keyboard.press("Escape")
    assert page.locator("#byline-filters").is_hidden()
    tab.ask("How many people were aboard the ferry?")
    turn = kept(tab)
    assert {hit["outlet"] for hit in turn["hits"]} == {"Tarn Haven Courier"}
    assert all("2025-11-01" <= hit["published_at"][:10] <= "2025-12-31" for hit in turn["hits"])
    page.reload()
    page.wait_for_selector("#byline-chosen .chip")
    page.click("#byline-chosen .chip:has-text('Tarn Haven Courier')")
    tab.ask("How many people were aboard the ferry?")
    assert {hit["outlet"] for hit in kept(tab)["hits"]} > {"Tarn Haven Courier"}
    page.click(".turn >> nth=1 >> .chip:has-text('from') >> nth=0")
    tab.done()
    assert "since" not in kept(tab).get("chosen", {})


def kept(tab: Visit) -> Any:
    """The last turn of the conversation as the browser keeps it."""
    return tab.page.evaluate("() => window.byline.currentConversation().turns.at(-1)")


def articles(tab: Visit) -> list[dict[str, str]]:
    """All articles of the library."""
    found: list[dict[str, str]] = json.loads(tab.page.request.get(f"{tab.page.url}api/articles").text())["articles"]
    return found
