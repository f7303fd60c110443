"""The main path in a real browser, with the real models: ask, read, follow the marker to the words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.types import Headline
from assistant.ui.views.welcome import render_welcome
from tests.ui.conftest import Server, Visit

Open = Callable[..., Visit]


def in_view(visit: Visit) -> bool:
    """Whether the current quotation lies inside the article's visible part."""
    return bool(
        visit.page.evaluate(
            """() => {
              const mark = document.querySelector("#byline-article mark.now").getBoundingClientRect();
              const pane = document.querySelector("#byline-article").getBoundingClientRect();
              return mark.height > 0 && mark.top >= pane.top && mark.bottom <= pane.bottom
                && pane.bottom <= innerHeight && mark.left >= pane.left && mark.right <= pane.right;
            }"""
        )
    )


def test_flagship_question_shows_the_quotation_in_the_article(server: Server, visit: Open) -> None:
    tab = visit(server.url)
    assert tab.page.locator(".examples button").count() == 4
    tab.shot("welcome")
    tab.page.click("button:text('What did Kim pledge?')")
    tab.done()
    answer = tab.page.inner_text(".is-answered .answer")
    assert "fully support" in answer
    assert "fraternal duty" in answer
    tab.page.click(".is-answered .cite >> nth=0")
    tab.page.wait_for_selector("#byline-article mark.now")
    marked = " ".join(tab.page.locator("#byline-article mark.now").all_inner_texts())
    assert "fully support" in marked
    assert "fraternal duty" in marked
    assert in_view(tab)
    tab.shot("answer")
    assert tab.complaints == []


def test_a_library_of_ones_own_shows_its_articles_and_not_the_samples_questions() -> None:
    heads = [Headline("a1", "v1", 1, "Pier to close", "Ostrey Mail", None, "2026-02-01", None)]
    page = render_welcome(3, newest=heads)
    assert "Pier to close" in page
    assert "Kim" not in page
    assert "Kim" in render_welcome(47)


def test_flagship_question_on_a_phone(server: Server, visit: Open) -> None:
    tab = visit(server.url, width=390, height=844, has_touch=True, is_mobile=True)
    tab.ask("what did Kim pledge?")
    tab.shot("phone-answer")
    tab.page.tap(".is-answered .cite >> nth=0")
    tab.page.wait_for_selector("#byline-article mark.now")
    tab.page.wait_for_function(
        "() => document.querySelector('#byline-right').getBoundingClientRect().bottom <= innerHeight + 1"
    )
    assert in_view(tab)
    assert tab.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    tab.shot("phone-source")
    tab.page.tap("text=All sources")
    tab.page.wait_for_selector(".card .quote >> nth=0")
    assert not tab.page.is_visible("#byline-article")
    tab.shot("phone-sources")
    tab.page.tap("#byline-sheetbar >> text=Close")
    tab.page.wait_for_function(
        "() => document.querySelector('#byline-right').getBoundingClientRect().top >= innerHeight"
    )


def test_what_is_not_in_the_articles_looks_different(server: Server, visit: Open) -> None:
    tab = visit(server.url)
    tab.ask("When did Kim visit Paris?")
    assert tab.page.locator(".is-answered").count() == 0
    said = tab.page.inner_text(".is-abstained")
    assert "No answer found in the articles" in said
    assert "Closest passages" in said
    assert "Your library covers" in said
    tab.shot("abstained")
    tab.page.click(".is-abstained .near >> nth=0")
    tab.page.wait_for_selector("#byline-article h2")


def test_sources_that_differ_stand_side_by_side(server: Server, visit: Open) -> None:
    tab = visit(server.url)
    tab.ask("How many homes lost power in Storm Edda?")
    said = tab.page.inner_text(".is-answered")
    assert "27,000" in said and "18,000" in said
    note = tab.page.inner_text(".is-answered .disagree")
    assert note.startswith("The sources disagree: ")
    assert "27,000" in note.split("\n")[0] and "18,000" in note.split("\n")[0]
    assert "The Vessaly Herald, 12 January 2026" in note and "Kelmouth Gazette, 12 January 2026" in note
    assert tab.page.locator(".card").count() == 2
    second = max("27,000", "18,000", key=said.index)
    tab.page.click(".disagree .cite >> nth=1")
    # The first source may be open already: its mark is there until the second one has come.
    tab.page.wait_for_selector(f"#byline-article mark.now:has-text('{second}')")
    tab.shot("disagreement")


@pytest.mark.parametrize("question", ["", "x" * 5_000])
def test_a_question_that_cannot_be_asked_says_so(server: Server, visit: Open, question: str) -> None:
    tab = visit(server.url)
    tab.page.fill("#byline-question textarea", question)
    tab.page.click("#byline-send")
    if question:
        tab.done()
        assert "That's too long" in tab.page.inner_text(".is-failed")
    else:
        assert tab.page.evaluate("() => document.activeElement.closest('#byline-question') !== null")
        assert tab.page.locator(".turn").count() == 0


def test_conversation_survives_a_refresh(server: Server, visit: Open) -> None:
    tab = visit(server.url)
    tab.ask("What did Kim pledge?")
    answer = tab.page.inner_text(".answer")
    tab.page.reload()
    tab.page.wait_for_selector(".is-answered")
    assert tab.page.inner_text(".answer") == answer
    assert tab.page.inner_text("#byline-conversations .conversation") == "What did Kim pledge?"
    tab.page.click(".cite >> nth=0")
    tab.page.wait_for_selector("#byline-article mark.now")
