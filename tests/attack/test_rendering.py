"""Hostile text in every field, whole and cut at every character, is never rendered as markup."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from assistant.types import Headline
from assistant.ui.views.conversation import render_turn
from assistant.ui.views.html import web_address
from assistant.ui.views.sources import SourceState, render_sources
from assistant.ui.views.turns import Chip, Cited, Found, Head, Said, Turn
from tests.attack.hostile import HOST, address, hostile
from tests.counts import count
from tests.ui.conftest import Server, Visit, server, servers, visit

__all__ = ["server", "servers", "visit"]

CASES = count(300, 1200)
ALLOWED = frozenset("article h2 p span div ul ol li button footer details summary a svg path b q h3 time small".split())
HANDED_OUT = frozenset(
    "class id data-turn data-chip data-value data-implied title aria-label aria-hidden type data-cite data-open data-article data-quotes "
    "data-version data-tool data-off data-rate aria-pressed href target rel viewbox width height fill stroke stroke-width stroke-linejoin d".split()
)


class Reader(HTMLParser):
    """Collects the elements and attributes of the markup."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ALLOWED:
            self.wrong.append(f"<{tag}>")
        self.wrong += [f"<{tag} {name}>" for name, _ in attrs if name not in HANDED_OUT]
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_comment(self, data: str) -> None:
        self.wrong.append(f"comment {data[:30]}")

    def handle_decl(self, decl: str) -> None:
        self.wrong.append(f"declaration {decl[:30]}")


def turn_of(text: str, state: str = "answered") -> Turn:
    short = text[:1_900]
    head = {
        "article_id": short,
        "version": short,
        "title": short,
        "outlet": short,
        "byline": short,
        "published_at": short,
    }
    return Turn.model_validate(
        {
            "id": short, "question": text, "state": state, "standalone": text + "?", "reason": text, "model": short, "trace": short,
            "sentences": [Said(text=f"{text} [1]", citations=[1]).model_dump()],
            "citations": [Cited(**head, number=1, quote=text or "x", start=0, end=9, also_in=[short]).model_dump()],
            "hits": [Found(**head, rank=1, start=0, end=9, why={short: 1.0}).model_dump(), Found(title=short, version="o").model_dump()],
            "nearest": [Head(**head).model_dump()], "dropped": [text], "notes": [text], "days": [short, short],
            "chips": [Chip(kind="outlet", value=short).model_dump(), Chip(kind="since", value=short).model_dump()],
        }
    )  # fmt: skip


def looks(url: str) -> Callable[[str, str], SourceState]:
    return lambda article, version: SourceState("current", Headline("a", "v", 1, "t", "o", None, None, url))


def judged(markup: str) -> Reader:
    reader = Reader()
    reader.feed(markup)
    reader.close()
    return reader


@pytest.mark.parametrize("state", ["asking", "answered", "abstained", "stopped", "failed", "busy"])
def test_hostile_text_stays_text_in_every_field(state: str) -> None:
    for number in range(CASES):
        turn, look = turn_of(hostile(number), state), looks(address(number))
        reader = judged(render_turn(turn, look) + render_sources(turn, look))
        assert reader.wrong == [], hostile(number)
        assert all(link.startswith(("https://", "http://")) and web_address(link) == link for link in reader.links)


def test_an_answer_cut_at_every_character_stays_text() -> None:
    look = looks("https://good.example/")
    for number in range(count(40, 300)):
        text = hostile(number)
        for end in range(0, len(text), 1 if len(text) < 200 else 7):
            assert judged(render_turn(turn_of(text[:end], "asking"), look)).wrong == [], text[:end]


def test_only_plain_addresses_become_links() -> None:
    assert [address(n) for n in range(13) if web_address(address(n))] == []
    assert web_address("https://mercury.example/a?b=c#d")


def test_a_browser_asks_no_other_host_and_runs_nothing(server: Server, visit: Callable[..., Visit]) -> None:
    tab = visit(server.url)
    dialogs: list[str] = []
    tab.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    tab.page.evaluate("() => { window.pwned = 0; window.alert = () => { window.pwned += 1; }; }")
    for start in range(0, CASES, 30):
        parts = [render_turn(turn_of(hostile(n)), looks(address(n))) for n in range(start, min(CASES, start + 30))]
        parts += [render_sources(turn_of(hostile(n)), looks(address(n))) for n in range(start, min(CASES, start + 30))]
        tab.page.evaluate("markup => { document.querySelector('#byline-thread').innerHTML = markup; }", "".join(parts))
        tab.page.wait_for_timeout(30)
    tab.page.mouse.move(300, 300)
    assert tab.page.evaluate("() => window.pwned") == 0
    assert dialogs == []
    assert [url for url in tab.requests if HOST in url or not url.startswith((server.url, "data:", "blob:"))] == []
