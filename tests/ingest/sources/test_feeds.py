"""Feeds and sitemaps as they are found: packed, commented, in other encodings, with whole articles in them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator

import pytest

from assistant.storage.library import Library
from assistant.testing import HashingEmbedder
from ingest.pipeline import Options, Report, ingest
from ingest.sources.address_guard import is_public
from ingest.sources.feeds import is_link_list, read_links
from ingest.sources.fetch import Fetcher
from tests.ingest import site as pages

AT = "https://courier.example/feed"
SITEMAP = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>https://courier.example/a</loc></url></urlset>"
WHOLE = "".join(f"<p>{line}</p>" for line in (*pages.TRAM, *pages.SALT))


@pytest.fixture(scope="module")
def server() -> Iterator[pages.Site]:
    with pages.served() as site:
        yield site


@pytest.fixture
def site(server: pages.Site) -> pages.Site:
    pages.build(server)
    return server


def take(library: Library, *urls: str) -> Report:
    fetcher = Fetcher(allowed=lambda address: address == "127.0.0.1" or is_public(address), pause=0, seconds=5)
    try:
        return ingest(library, HashingEmbedder(), list(urls), None, Options(fetcher=fetcher))
    finally:
        fetcher.close()


@pytest.mark.parametrize("content", [
    SITEMAP.encode(), b"\xef\xbb\xbf\n  " + SITEMAP.encode(), gzip.compress(SITEMAP.encode(), mtime=0), gzip.compress(gzip.compress(SITEMAP.encode(), mtime=0), mtime=0),
    ("<?xml version='1.0'?><!-- " + "made by <urlset> machine " * 500 + "-->" + SITEMAP).encode(),
    ("<?xml version='1.0' encoding='utf-16'?>" + SITEMAP).encode("utf-16"),
    SITEMAP.replace("<url>", "<!-- old --><url><!-- <loc>https://courier.example/gone</loc> -->").encode(),
    b"https://courier.example/a\nhttps://courier.example/a\n",
])  # fmt: skip
def test_a_sitemap_is_read_however_it_comes(content: bytes) -> None:
    assert is_link_list(content)
    assert {link["url"] for link in read_links(content, AT)} == {"https://courier.example/a"}


@pytest.mark.parametrize(
    "content",
    [b"<html><body><rss>", b"<!-- <rss> --><html>", b"{}", b"one line", gzip.compress(b"x", mtime=0)[:5], b""],
)
def test_what_is_no_list_of_links_is_none(content: bytes) -> None:
    assert not is_link_list(content)


def test_a_feed_gives_its_dates_authors_and_whole_articles() -> None:
    rss = (
        "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>Courier</title>"
        f"<item><title>One &amp; two</title><link>/a</link><dc:date>2024-02-09T06:30:00+01:00</dc:date><dc:creator>Liv Sandvik</dc:creator><content:encoded><![CDATA[{WHOLE}]]></content:encoded></item>"
        "<item><title>Teaser</title><link>/b</link><description>The council met on Monday. [&#8230;]</description></item></channel></rss>"
    )
    one, two = read_links(rss.encode(), AT)
    assert (one["url"], one["title"], one["byline"]) == ("https://courier.example/a", "One & two", "Liv Sandvik")
    assert one["published_at"] == "2024-02-09T06:30:00+01:00" and pages.SALT[0] in one["content"]
    assert (two["published_at"], two["content"]) == (None, "")
    atom = "<feed xmlns='http://www.w3.org/2005/Atom'><title>C</title><entry><title>T</title><link href='/a'/><updated>2024-02-09T06:30:00Z</updated></entry></feed>"
    assert read_links(atom.encode(), AT)[0]["published_at"] is None  # the day of a change is not that of publication


def test_a_json_feed_is_a_feed() -> None:
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Courier", "items": [
        {"id": 1, "url": "/a", "title": "One", "content_html": WHOLE, "date_published": "2024-02-09T06:30:00Z", "authors": [{"name": "Liv Sandvik"}]},
        {"id": 2}, "odd",
    ]}  # fmt: skip
    content = json.dumps(feed).encode()
    assert is_link_list(content)
    [link] = read_links(content, AT)
    assert (link["url"], link["byline"], link["published_at"]) == (
        "https://courier.example/a",
        "Liv Sandvik",
        "2024-02-09T06:30:00Z",
    )
    assert link["content"] == WHOLE


def rss(link: str, title: str = "Tram approved", body: str = WHOLE) -> str:
    return (
        "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>Tarn Feed</title>"
        f"<item><title>{title}</title><link>{link}</link><pubDate>Wed, 02 Apr 2025 08:00:00 +0200</pubDate><content:encoded><![CDATA[{body}]]></content:encoded></item></channel></rss>"
    )


@pytest.mark.parametrize("path", ["/members/secret", "/broken", "/wall"])
def test_the_feeds_own_text_is_used_where_the_page_gives_no_article(
    site: pages.Site, library: Library, path: str
) -> None:
    wall = "<html><head><title>Before you continue</title></head><body><p>We and our 214 partners use cookies and ask for your consent to personalised ads.</p></body></html>"
    site.page("/wall", wall)
    site.page("/full.xml", rss(site.base + path), "application/rss+xml")
    report = take(library, f"{site.base}/full.xml")
    assert (report.added, report.rejected) == (1, [])
    [head] = library.catalogue.headlines()
    article = library.catalogue.article(head.article_id)
    assert article is not None and pages.SALT[0] in article.text
    assert (article.title, article.outlet, article.url) == ("Tram approved", "Tarn Feed", site.base + path)
    assert library.catalogue.read_from(article.version)["text"] == "feed"


def test_a_page_that_is_there_is_used_before_the_feed_and_one_that_is_gone_is_gone(
    site: pages.Site, library: Library
) -> None:
    site.page("/full.xml", rss(f"{site.base}/bare"), "application/rss+xml")
    assert take(library, f"{site.base}/full.xml").added == 1
    [head] = library.catalogue.headlines()
    article = library.catalogue.article(head.article_id)
    assert article is not None and pages.BARE[0] in article.text and pages.SALT[0] not in article.text
    site.page("/full.xml", rss(f"{site.base}/gone"), "application/rss+xml")
    assert [r.gone for r in take(library, f"{site.base}/full.xml").rejected] == [True]


def test_a_packed_sitemap_of_packed_sitemaps(site: pages.Site, library: Library) -> None:
    index = f"<sitemapindex><sitemap><loc>{site.base}/two.xml.gz</loc></sitemap><sitemap><loc>{site.base}/index.xml.gz</loc></sitemap></sitemapindex>"
    site.page("/index.xml.gz", gzip.compress(index.encode()), "application/x-gzip")
    site.page(
        "/two.xml.gz",
        gzip.compress(f"<urlset><!-- one --><url><loc>{site.base}/bare</loc></url></urlset>".encode()),
        "application/x-gzip",
    )
    report = take(library, f"{site.base}/index.xml.gz")
    assert (report.added, report.rejected) == (1, [])
