"""Ingestion from a local news site: everything good arrives, everything bad is one line in `rejected`."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from assistant.storage.library import Library
from assistant.testing import HashingEmbedder
from assistant.types import Article
from ingest.parsing.dates import date_in_url, find_date
from ingest.pipeline import Options, Report, ingest
from ingest.sources.address_guard import FetchError, check_address, is_public
from ingest.sources.fetch import Fetcher
from ingest.sources.web import open_address
from tests.ingest import site as pages


@pytest.fixture(scope="module")
def server() -> Iterator[pages.Site]:
    with pages.served() as site:
        yield site


@pytest.fixture
def site(server: pages.Site) -> pages.Site:
    pages.build(server)
    server.asked.clear()
    return server


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    """As it comes, but that this machine's own address counts as public, and impatient."""
    fetcher = Fetcher(
        allowed=lambda address: address == "127.0.0.1" or is_public(address), pause=0, seconds=1.5, max_bytes=5_000_000
    )
    yield fetcher
    fetcher.close()


def take(library: Library, fetcher: Fetcher, *urls: str, sync: bool = False) -> Report:
    return ingest(library, HashingEmbedder(), list(urls), None, Options(sync=sync, fetcher=fetcher))


def one(library: Library, url: str) -> Article:
    found = library.catalogue.article(url)
    assert found is not None, [h.source_id for h in library.catalogue.headlines()]
    return found


def test_every_template_gives_the_right_fields_and_says_where_from(
    site: pages.Site, library: Library, fetcher: Fetcher
) -> None:
    b = site.base
    expected = {  # path: title, byline, outlet, published_at, date_source, language, first and last line
        "/2025/03/tram-line": ("Tarn approves its tram", "Orla Finch, Ben Amory", "Tarn Courier", "2025-03-04T21:30:00+02:00", "json-ld", "en", pages.TRAM),
        "/news/salt-works": ("Salt works to become museum", "Tove Marsh", "Fell Gazette", "2025-03-20T09:00:00Z", "opengraph", "en", pages.SALT),
        "/stories/lighthouse": ("Crack found in lighthouse", "Hanne Voll", "127.0.0.1", "2025-05-02T07:15:00+01:00", "time element", "en", pages.LIGHT),
        "/2025/04/11/bridge-toll": ("Bridge toll set", None, "127.0.0.1", "2025-04-11", "address", None, pages.TOLL),
        "/visible": ("Museum plan grows", None, "127.0.0.1", "2025-03-04T10:15:00+00:00", "visible text", None, pages.SALT[::-1]),
        "/bare": ("Cranes on the roof", None, "127.0.0.1", None, "not found", None, pages.BARE),
    }  # fmt: skip
    report = take(library, fetcher, *[b + path for path in expected])
    assert report.rejected == [] and report.added == len(expected)
    for path, (title, byline, outlet, published, source, language, lines) in expected.items():
        article = one(library, b + path)
        found = (
            article.title,
            article.byline,
            article.outlet,
            article.published_at,
            article.date_source,
            article.language,
        )
        assert found == (title, byline, outlet, published, source, language), path
        assert article.url == b + path
        assert [line for line in lines if line not in article.text] == [], path
        shown = " ".join(
            p.text
            for p, _ in library.catalogue.passages(list(library.catalogue.live())).values()
            if p.article_id == article.id
        )
        for other in ("Related stories", "Ferry fares", "inbox", "Sport", "First!", "By Orla", "©"):
            assert other not in shown, (path, other)
        told = library.catalogue.read_from(article.version)
        assert told.get("published_at", "not found") == source and told["title"] and told["text"] == "page"


def test_a_page_that_lies_about_its_encoding_is_read_rightly(
    site: pages.Site, library: Library, fetcher: Fetcher
) -> None:
    for path in ("/says-utf8-is-1252", "/says-latin-is-utf8"):
        assert take(library, fetcher, site.base + path).rejected == []
        article = one(library, site.base + path)
        assert (
            article.title == "Café „Größenwahn“ schließt" and pages.CAFE[1] in article.text and article.language == "de"
        )


def test_redirects_and_packed_pages_arrive(site: pages.Site, library: Library, fetcher: Fetcher) -> None:
    report = take(library, fetcher, f"{site.base}/moved", f"{site.base}/packed")
    assert (report.added, report.rejected) == (2, [])
    assert {h.url for h in library.catalogue.headlines()} == {
        f"{site.base}/2025/03/tram-line",
        f"{site.base}/news/salt-works",
    }


BAD = {
    "/loop": "redirects",
    "/to-local": "127.0.0.2, which is not on the public network",
    "/to-decimal": "127.0.0.2, which is not on the public network",
    "/to-metadata": "169.254.169.254, which is not on the public network",
    "/to-file": "http or https",
    "/gone": "answered 404",
    "/broken": "answered 500",
    "/members/secret": "robots.txt does not allow",
    "/picture": "'image/png'",
    "/nothing": "no article text",
    "/huge": "larger than 5,000,000 bytes",
    "/bomb": "larger than 5,000,000 bytes",
    "/slow": "longer than 1.5 s",
    "/torn": "is incomplete",
    "/odd-encoding": "only gzip",
    "/bomb.xml": "names no pages",
}


@pytest.mark.parametrize("path", BAD)
def test_everything_bad_is_one_line(site: pages.Site, library: Library, fetcher: Fetcher, path: str) -> None:
    report = take(library, fetcher, site.base + path)
    assert report.added == 0 and len(report.rejected) == 1
    assert report.rejected[0].source == site.base + path
    assert BAD[path] in report.rejected[0].reason and "\n" not in report.rejected[0].reason
    assert library.catalogue.counts()["articles"] == 0
    assert [s.status for s in library.catalogue.journal.statuses()] == ["rejected"]


def test_a_feed_leads_to_its_pages_and_fills_what_they_do_not_say(
    site: pages.Site, library: Library, fetcher: Fetcher
) -> None:
    report = take(library, fetcher, f"{site.base}/feed.xml")
    assert report.added == 4 and len(report.rejected) == 3
    bare = one(library, f"{site.base}/bare")
    assert (bare.published_at, bare.date_source, bare.outlet) == ("2025-04-02T08:03:00+02:00", "feed", "Tarn Feed")
    assert bare.title == "Cranes on the roof" and pages.BARE[0] in bare.text
    tram = one(library, f"{site.base}/2025/03/tram-line")
    assert (tram.published_at, tram.date_source) == ("2025-03-04T21:30:00+02:00", "json-ld")


def test_an_atom_feed_and_a_sitemap_of_sitemaps(site: pages.Site, library: Library, fetcher: Fetcher) -> None:
    assert take(library, fetcher, f"{site.base}/atom.xml").added == 1
    assert one(library, f"{site.base}/bare").date_source == "feed"
    report = take(library, fetcher, f"{site.base}/sitemap.xml")
    assert (report.added, report.updated, report.rejected) == (1, 1, [])
    bare = one(library, f"{site.base}/bare")
    assert (bare.published_at, bare.date_source, bare.outlet) == (
        "2025-04-01T06:00:00-05:00",
        "news sitemap",
        "Marsh Observer",
    )


def test_the_second_time_the_server_is_asked_whether_it_changed(
    site: pages.Site, library: Library, fetcher: Fetcher
) -> None:
    url = f"{site.base}/2025/03/tram-line"
    take(library, fetcher, url)
    state = library.catalogue.state()
    second = take(library, fetcher, url)
    assert (second.added, second.unchanged) == (0, 1) and library.catalogue.state() == state
    correction = "Correction: An earlier version of this article said that the line would cost 48 million crowns."
    site.page("/2025/03/tram-line", pages.tram(site.base, (*pages.TRAM, correction)), ETag='"tram-2"')
    third = take(library, fetcher, url)
    assert third.updated == 1
    first, newest = library.catalogue.versions(one(library, url).id)
    old = library.catalogue.article(first.article_id, first.version)
    assert old is not None and correction not in old.text and pages.TRAM[0] in old.text
    new = one(library, url)
    assert new.version == newest.version and correction in new.text
    assert any(correction in p.text for p, _ in library.catalogue.passages(list(library.catalogue.live())).values())


def test_a_removed_page_is_fetched_whole_again(site: pages.Site, library: Library, fetcher: Fetcher) -> None:
    url = f"{site.base}/2025/03/tram-line"
    take(library, fetcher, url)
    with library:
        library.remove([one(library, url).id])
    assert take(library, fetcher, url).added == 1


def test_sync_removes_what_a_feed_names_no_more_but_not_what_failed(
    site: pages.Site, library: Library, fetcher: Fetcher
) -> None:
    feed = f"{site.base}/feed.xml"
    take(library, fetcher, feed)
    rss = "".join(f"<item><link>{site.base}{path}</link></item>" for path in ("/2025/03/tram-line", "/news/salt-works"))
    site.page(
        "/feed.xml", f"<rss version='2.0'><channel><title>Tarn Feed</title>{rss}</channel></rss>", "application/rss+xml"
    )
    site.page("/news/salt-works", "no", status=503)
    report = take(library, fetcher, feed, sync=True)
    assert report.removed == 2
    assert {h.url for h in library.catalogue.headlines()} == {
        f"{site.base}/2025/03/tram-line",
        f"{site.base}/news/salt-works",
    }
    site.page("/feed.xml", "no", status=503)
    assert take(library, fetcher, feed, sync=True).removed == 0
    assert library.catalogue.counts()["articles"] == 2


def test_a_canonical_link_cannot_take_another_articles_place(
    site: pages.Site, library: Library, fetcher: Fetcher
) -> None:
    take(library, fetcher, f"{site.base}/news/salt-works")
    lie = pages.toll().replace("<title>", "<link rel='canonical' href='https://elsewhere.example/real'><title>")
    front = pages.bare().replace("<title>", "<link rel='canonical' href='/'><title>")
    site.page("/lie", lie)
    site.page("/front", front)
    take(library, fetcher, f"{site.base}/lie", f"{site.base}/front")
    assert {h.url for h in library.catalogue.headlines()} == {
        site.base + path for path in ("/news/salt-works", "/lie", "/front")
    }


def test_public_addresses_are_public_and_allow_private_allows() -> None:
    assert all(
        is_public(address)
        for address in ("93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14")
    )


def test_allow_private_reaches_the_local_site(site: pages.Site) -> None:
    fetcher = Fetcher(allow_private=True, pause=0)
    page = fetcher.get(f"{site.base}/bare")
    assert page is not None and b"Cranes" in page.content
    fetcher.close()


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://a.example/x",
        "gopher://a",
        "http://",
        "http://u:p@a.example/",
        "http://a.example:99999/",
        "http://[::1",
    ],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(FetchError):
        check_address(url)


def test_robots_that_cannot_be_had_forbid_and_missing_ones_do_not(site: pages.Site) -> None:
    for status, allowed in ((404, True), (503, False)):
        site.page("/robots.txt", "", status=status)
        fetcher = Fetcher(allow_private=True, pause=0)
        items = list(open_address(f"{site.base}/bare", fetcher, None))  # type: ignore[arg-type]
        assert ("robots" not in getattr(items[0], "reason", "")) is allowed
        fetcher.close()


@pytest.mark.parametrize(("written", "meant"), [
    ("2025-03-04", "2025-03-04"), ("2025-03-04T10:00:00+05:30", "2025-03-04T10:00:00+05:30"), ("4 March 2025", "2025-03-04"),
    ("March 4th, 2025 at 3:05 pm", "2025-03-04T15:05:00"), ("Published: 4 Mar. 2025, 10.15 GMT", "2025-03-04T10:15:00+00:00"),
    ("Tue, 04 Mar 2025 10:00:00 -0500", "2025-03-04T10:00:00-05:00"), ("2025/03/04", "2025-03-04"), ("03/04/2025", None), ("yesterday", None),
    ("31 February 2025", None), ("4 March 2999", None), ("", None), (None, None), ("1 May", None),
])  # fmt: skip
def test_dates_are_read_with_their_zone_or_not_at_all(written: str | None, meant: str | None) -> None:
    assert find_date(written) == meant


def test_dates_in_addresses() -> None:
    assert date_in_url("https://a.example/2025/03/04/x") == "2025-03-04"
    assert date_in_url("https://a.example/2025/mar/4/x") == "2025-03-04"
    assert date_in_url("https://a.example/item/20250304") is None
    assert date_in_url("https://a.example/2025/13/44/x") is None


def test_the_report_is_json(site: pages.Site, library: Library, fetcher: Fetcher) -> None:
    record = json.loads(json.dumps(take(library, fetcher, f"{site.base}/gone").record()))
    assert record["rejected"] == [
        {"source": f"{site.base}/gone", "reason": "The server answered 404: this page does not exist."}
    ]
