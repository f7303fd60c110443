"""Watching sources: 200 changes on a local site with 20 faults, the schedule and back-off on a clock that is given."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator

import pytest

from assistant.errors import UsageError
from assistant.storage.library import Library
from assistant.testing import HashingEmbedder
from assistant.ui.views.library import render_watched
from ingest.pipeline import Options, Report, ingest
from ingest.types import Rejected
from ingest.watching import (
    MOST_SECONDS,
    Watcher,
    WatchingFetcher,
    backed_off,
    read_interval,
    read_watched,
    watched_record,
)
from tests.ingest import site as pages
from tests.ingest.making import story

pytestmark = pytest.mark.models

CHECKS, CHANGES, WINDOW = 25, 8, 40
FAULTS = (
    "page 500", "feed 503", "page cut off", "feed cut off", "feed empty", "robots 500", "page loops", "page is a picture",
    "feed is a page without text", "page gone for a while",
)  # fmt: skip


class Newsroom:
    """A feed of the newest articles on a local site, changed by a fixed lot."""

    def __init__(self, site: pages.Site) -> None:
        self.site, self.draw = site, random.Random(11)
        self.texts: dict[str, list[str]] = {}
        self.order: list[str] = []
        site.page("/robots.txt", "User-agent: *\nAllow: /\n", "text/plain")

    def change(self) -> None:
        number = sum(map(len, self.texts.values()))
        if self.order and self.draw.random() < 0.4:
            path = self.draw.choice(self.order[-WINDOW // 2 :])
        else:
            path = f"/2025/03/report-{len(self.order)}"
            self.order.append(path)
        self.texts.setdefault(path, []).append(story(1000 + number))
        self.publish(path)

    def publish(self, path: str) -> None:
        text = self.texts[path][-1]
        body = pages.paragraphs(tuple(text.split("\n\n")))
        head = f"<title>{path[9:]}</title>"
        named = {"ETag": f'"{len(self.texts[path])}"'} if len(path) % 2 else {}  # some servers give none
        page = f"<html><head>{head}</head><body><article><h1>Report {path[16:]}</h1>{body}</article></body></html>"
        self.site.page(path, page, **named)

    def feed(self) -> None:
        items = "".join(f"<item><link>{self.site.base}{path}</link></item>" for path in self.order[-WINDOW:])
        content = f"<?xml version='1.0'?><rss version='2.0'><channel><title>Tarn</title>{items}</channel></rss>"
        self.site.page("/watched.xml", content, "application/rss+xml", ETag=f'"{hash(content)}"')

    def fault(self, kind: str) -> None:
        path = self.order[-1]
        what, _, how = kind.partition(" ")
        place = {"page": path, "feed": "/watched.xml", "robots": "/robots.txt"}[what]
        if how in ("500", "503"):
            self.site.page(place, "no", status=int(how))
        elif how == "cut off":
            _, headers, body = self.site.pages[place]
            self.site.page(place, gzip.compress(body)[:150], headers["Content-Type"], Content_Encoding="gzip")
        elif how == "empty":
            self.site.page(place, "")
        elif how == "loops":
            self.site.move(place, place)
        elif how == "is a picture":
            self.site.page(place, b"\x89PNG\r\n\x1a\n" * 30, "image/png")
        elif how == "gone for a while":
            self.site.page(place, "no", status=404)
        else:
            self.site.page(place, "<html><body><nav>Home</nav></body></html>")

    def mend(self) -> None:
        self.site.page("/robots.txt", "User-agent: *\nAllow: /\n", "text/plain")
        for path in self.order[-WINDOW:]:
            self.publish(path)
        self.feed()


@pytest.fixture
def site() -> Iterator[pages.Site]:
    with pages.served() as site:
        yield site


@pytest.fixture
def fetcher() -> Iterator[WatchingFetcher]:
    fetcher = WatchingFetcher(allow_private=True, pause=0, seconds=5)
    yield fetcher
    fetcher.close()


def test_of_200_changes_with_20_faults_none_is_lost_and_none_comes_twice(
    site: pages.Site, library: Library, fetcher: WatchingFetcher
) -> None:
    room, now, said = Newsroom(site), [0.0], list[str]()
    feed = f"{site.base}/watched.xml"

    def check(source: str) -> Report:
        fetcher.begin()
        return ingest(library, HashingEmbedder(), [source], None, Options(fetcher=fetcher))

    watcher = Watcher([feed], 900.0, check, lambda: now[0], said.append)
    for number in range(CHECKS):
        for _ in range(CHANGES):
            room.change()
        room.feed()
        if number < 20:
            room.fault(FAULTS[number % len(FAULTS)])
            now[0] += watcher.check_due()
            room.mend()
        now[0] += watcher.check_due()
    assert sum(map(len, room.texts.values())) == 200
    stored = {head.url: head for head in library.catalogue.headlines()}
    assert len(stored) == len(library.catalogue.headlines()) == len(room.order)
    for path, texts in room.texts.items():
        article = library.catalogue.article(stored[site.base + path].article_id)
        assert article is not None and texts[-1].replace("\n\n", "") in article.text.replace("\n", ""), path
    (watched,) = watcher.watched
    assert (watched.added, watched.failures) == (len(room.order), 0)
    versions = library.catalogue.version_counts()
    assert watched.updated == sum(count - 1 for count in versions.values())
    troubles = [line for line in said if "Next try in 30 min." in line]
    assert len(troubles) == sum(2 for kind in FAULTS if kind.startswith(("feed", "robots")))
    assert len(said) == CHECKS + 20


def test_an_unchanged_feed_is_asked_for_conditionally_and_its_failed_page_is_tried_again(
    site: pages.Site, library: Library, fetcher: WatchingFetcher
) -> None:
    room = Newsroom(site)
    for _ in range(3):
        room.change()
    room.feed()
    first, last = room.order[0], room.order[-1]
    site.page(last, "no", status=500)
    feed, options = f"{site.base}/watched.xml", Options(fetcher=fetcher)
    before = ingest(library, HashingEmbedder(), [feed], None, options)
    held = fetcher.get(feed)
    room.publish(last)
    after = ingest(library, HashingEmbedder(), [feed], None, options)
    assert held is fetcher.get(feed)
    assert first in site.asked
    assert (before.added, [item.source for item in before.rejected]) == (len(room.order) - 1, [site.base + last])
    assert (after.added, after.rejected) == (1, [])


def test_each_source_has_its_own_schedule_and_is_put_off_twice_as_long_each_time() -> None:
    now, said, asked = [0.0], list[str](), list[tuple[float, str]]()

    def check(source: str) -> Report:
        asked.append((now[0], source))
        if source == "/not/mounted":
            raise UsageError("No such file or folder: /not/mounted")
        if source == "https://a.example/feed" and now[0] < 600:
            return Report(rejected=[Rejected(source, "The server answered 503.")])
        return Report(added=2, unchanged=3, rejected=[Rejected("https://b.example/1", "The server answered 500.")])

    names = ["https://a.example/feed", "https://b.example/feed", "/not/mounted", "https://b.example/feed"]
    watcher = Watcher(names, 300.0, check, lambda: now[0], said.append)
    while now[0] < 2000:
        now[0] += watcher.check_due()
    times = {name: [at for at, source in asked if source == name] for name in names}
    assert times["https://a.example/feed"][:3] == [0.0, 600.0, 900.0]
    assert times["https://b.example/feed"][:3] == [0.0, 300.0, 600.0]
    assert times["/not/mounted"] == [0.0, 600.0, 1800.0]
    assert said[:3] == [
        "https://a.example/feed: could not be read: The server answered 503. Next try in 10 min.",
        "https://b.example/feed: 2 new, 3 unchanged; not read: https://b.example/1 (The server answered 500)",
        "/not/mounted: could not be read: No such file or folder: /not/mounted. Next try in 10 min.",
    ]
    assert watcher.watched[1].added == 2 * len(times["https://b.example/feed"])


def test_back_off_ends_at_a_day_and_never_below_the_schedule() -> None:
    assert [backed_off(900, failures) for failures in (1, 2, 10, 10_000)] == [1800, 3600, MOST_SECONDS, MOST_SECONDS]
    assert backed_off(7 * MOST_SECONDS, 3) == 7 * MOST_SECONDS


@pytest.mark.parametrize(("text", "seconds"), [("60s", 60), ("15m", 900), ("2H", 7200), (" 1d ", 86_400)])
def test_intervals_are_read(text: str, seconds: float) -> None:
    assert read_interval(text) == seconds


@pytest.mark.parametrize("text", ["", "15", "59s", "0m", "-5m", "1 week", "1.5h"])
def test_what_is_no_interval_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="interval of at least a minute"):
        read_interval(text)


def test_the_page_lists_watched_sources_without_the_folders_they_lie_in() -> None:
    said = iter(
        [Report(added=3), Report(rejected=[Rejected("/home/ann/<news>", "No such folder: /home/ann")]), Report()]
    )
    watcher = Watcher(
        ["https://a.example/feed", "/home/ann/<news>"], 900.0, lambda _: next(said), lambda: 0.0, lambda _: None
    )
    assert read_watched(watched_record(watcher.watched, "09:00")) == read_watched(None) == []
    watcher.check_due()
    page = render_watched(read_watched(watched_record(watcher.watched, "2026-03-02 09:00")))
    assert "2 watched sources, last checked 2026-03-02 09:00" in page
    assert "<li>https://a.example/feed: 3 new</li>" in page
    assert "<li>&lt;news&gt;: could not be read; next try in 30 min</li>" in page
    assert "/home/ann" not in page and render_watched([]) == ""
