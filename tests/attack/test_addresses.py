"""Internal addresses are never connected to, whatever their spelling, name or redirect.

Two things are counted: connections to a listener on every address of this machine, and all connection attempts, so that
addresses without a listener count too.
"""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpcore
import pytest

from assistant.errors import UsageError
from assistant.storage.library import Library
from assistant.testing import HashingEmbedder
from ingest.pipeline import Options, Report, ingest
from ingest.sources.address_guard import FetchError, is_public
from ingest.sources.fetch import Fetcher
from ingest.sources.resolve import is_address
from ingest.sources.web import MAX_SITEMAPS
from tests.attack.addresses import (
    INSIDE,
    INSIDE_6,
    LOOPBACK,
    METADATA,
    SPELLINGS,
    WORD,
    Address,
    Trap,
    draw,
    draw_loopback,
    has_ipv6,
    lookup,
    make_addresses,
)
from tests.counts import count
from tests.ingest import site as pages

ADDRESSES = count(150, 600)
CHAINS = count(40, 200)
NAMES = count(20, 100)
SPECIAL = count(300, 3_000)


@pytest.fixture
def trap() -> Iterator[Trap]:
    trap = Trap()
    yield trap
    trap.close()


@pytest.fixture
def site() -> Iterator[pages.Site]:
    """The attacker's public site, at the only address that counts as public in these tests."""
    with pages.served() as site:
        yield site


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret.txt"
    file.write_text(f"The vault of Grenvik opens at nine with the word {WORD}, its keeper said on Monday.")
    return file


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address that a connection was attempted to."""
    tried: list[str] = []
    connect = httpcore.SyncBackend.connect_tcp

    def noted(self: Any, host: str, *more: Any, **named: Any) -> Any:
        tried.append(host)
        return connect(self, host, *more, **named)

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", noted)
    return tried


def only_the_site(address: str) -> bool:
    return address == "127.0.0.1"


def take(library: Library, fetcher: Fetcher, *urls: str) -> Report:
    try:
        return ingest(library, HashingEmbedder(), list(urls), None, Options(fetcher=fetcher))
    finally:
        fetcher.close()


def stored(library: Library) -> str:
    heads = library.catalogue.headlines()
    return " ".join(found.text for head in heads if (found := library.catalogue.article(head.article_id)))


def listed(trap: Trap, secret: Path, seed: int = 6) -> list[Address]:
    return make_addresses(ADDRESSES, trap.port, str(secret), seed)


def test_no_address_that_leads_inside_is_connected_to(
    trap: Trap, library: Library, secret: Path, begun: list[str]
) -> None:
    addresses = listed(trap, secret)
    named = [address.url for address in addresses if is_address(address.url)]
    report = take(library, Fetcher(pause=0, seconds=5, resolve=lookup), *named)
    assert begun == []
    assert trap.found_at == []
    assert report.added == 0
    assert [rejected.source for rejected in report.rejected] == [url.partition("#")[0] for url in named]
    assert [r.reason for r in report.rejected if "\n" in r.reason or len(r.reason) > 400] == []
    for address in addresses:  # the others are the names of files that are not there
        if not is_address(address.url):
            with pytest.raises(UsageError, match="No such file or folder"):
                take(library, Fetcher(pause=0), address.url)


@pytest.mark.allow_hosts([LOOPBACK, "::ffff:0:0/96", "::1"])
def test_without_the_check_the_same_addresses_lead_to_the_listener(trap: Trap, secret: Path) -> None:
    """Proves that the addresses of the test above reach the listener."""
    leading = [address for address in listed(trap, secret) if address.reaches]
    assert {address.family for address in leading} == set(SPELLINGS)
    fetcher = Fetcher(allow_private=True, pause=0, resolve=lookup)
    for address in leading:
        if "[" in address.url and not has_ipv6():
            continue
        before = len(trap.found_at)
        page = fetcher.get(address.url)
        assert page is not None and WORD.encode() in page.content, address
        assert len(trap.found_at) > before, address
    fetcher.close()


def test_a_redirect_does_not_lead_inside(
    trap: Trap, site: pages.Site, library: Library, secret: Path, begun: list[str]
) -> None:
    """Chains of one to five steps over the attacker's site; robots.txt may be redirected too."""
    rng = random.Random(8)
    ends = [address.url for address in make_addresses(CHAINS * 2, trap.port, str(secret), 7) if _fits_a_header(address)]
    starts = []
    for number, end in enumerate(ends[:CHAINS]):
        steps = rng.randrange(1, 6)
        for step in range(steps):
            after = end if step == steps - 1 else f"/chain-{number}-{step + 1}"
            site.move(f"/chain-{number}-{step}", after, rng.choice((301, 302, 303, 307, 308)))
        starts.append(f"{site.base}/chain-{number}-0")
    report = take(library, Fetcher(allowed=only_the_site, pause=0, seconds=5, resolve=lookup), *starts)
    assert (report.added, len(report.rejected)) == (0, len(starts))
    site.move("/robots.txt", f"http://{draw_loopback(rng)}:{trap.port}/robots.txt")
    report = take(
        library, Fetcher(allowed=only_the_site, pause=0, seconds=5, resolve=lookup), f"{site.base}/2025/03/tram-line"
    )
    assert report.added == 0
    assert len(site.asked) > len(starts)
    assert trap.found_at == []
    assert set(begun) == {"127.0.0.1"}


def _fits_a_header(address: Address) -> bool:
    return address.url.isascii() and address.url.isprintable()


class Turning:
    """Says the public address once or twice (for robots.txt, for the first page), and then one inside, or both."""

    def __init__(self, seed: int) -> None:
        self.rng, self.asked, self.outside = random.Random(seed), 0, 1 + seed % 2

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        if self.asked <= self.outside:
            return ["127.0.0.1"]
        return self.rng.choice((["127.0.0.2"], ["127.0.0.1", "127.0.0.3"], ["127.0.0.3", "127.0.0.1"], ["::1"]))


def test_a_name_that_turns_inward_is_not_followed(begun: list[str]) -> None:
    """The name server says a public address first and another one then; each connection goes to what was checked."""
    outside, inside = Trap(["127.0.0.1"]), None
    try:
        inside = Trap(["127.0.0.2", "127.0.0.3"], outside.port)
        for seed in range(NAMES):
            begun.clear()
            resolve = Turning(seed)
            fetcher = Fetcher(allowed=only_the_site, pause=0, seconds=5, resolve=resolve)
            refused = 0
            for path in ("a", "b", "c"):
                try:
                    fetcher.get(f"http://news{seed}.example:{outside.port}/{path}")
                except FetchError as error:
                    assert "not on the public network" in str(error)
                    refused += 1
            fetcher.close()
            assert begun == ["127.0.0.1"] * resolve.outside
            assert refused == 4 - resolve.outside
            assert resolve.asked == len(begun) + refused, "asked again between check and use"
        assert inside.found_at == []
        assert set(outside.found_at) == {"127.0.0.1"}
    finally:
        outside.close()
        if inside is not None:
            inside.close()


Urls = Callable[[], str]


def test_what_a_page_or_feed_names_is_not_fetched_from_inside(
    trap: Trap, site: pages.Site, library: Library, secret: Path, begun: list[str]
) -> None:
    """Feeds, nested and endless sitemaps, entities, and all that a page may ask a browser to load."""
    rng = random.Random(9)

    def bad() -> str:
        return f"http://{draw_loopback(rng)}:{trap.port}/{rng.randrange(10**6)}"

    sources = [*_feeds(site, bad, secret), *_sitemaps(site, bad, secret), *_pages(site, bad, secret)]
    report = take(
        library,
        Fetcher(allowed=only_the_site, pause=0, seconds=5, resolve=lookup),
        *[site.base + path for path in sources],
    )
    assert trap.found_at == []
    assert set(begun) == {"127.0.0.1"}
    assert WORD not in stored(library)
    assert WORD not in repr(report.record())
    assert report.added == len(PAGES) + 1, "the pages themselves are taken in, and the bare one that a sitemap names"
    deep = [path for path in site.asked if path.startswith("/deep-")]
    assert len(deep) == MAX_SITEMAPS


def _feeds(site: pages.Site, bad: Urls, secret: Path) -> list[str]:
    items = "".join(f"<item><link>{link}</link></item>" for link in (bad(), f"file://{secret}", bad()))
    site.page("/bad.rss", f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>", "application/rss+xml")
    site.page("/bad.atom", f"<feed xmlns='http://www.w3.org/2005/Atom' xml:base='{bad()}'><title>T</title>"
              f"<entry><title>T</title><link href='{bad()}'/></entry></feed>", "application/atom+xml")  # fmt: skip
    return ["/bad.rss", "/bad.atom"]


def _sitemaps(site: pages.Site, bad: Urls, secret: Path) -> list[str]:
    def index(*links: str) -> str:
        inner = "".join(f"<sitemap><loc>{link}</loc></sitemap>" for link in links)
        return f"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{inner}</sitemapindex>"

    for number in range(3 * MAX_SITEMAPS):  # each names the next
        site.page(f"/deep-{number}.xml", index(f"{site.base}/deep-{number + 1}.xml"), "text/xml")
    site.page("/ring.xml", index(f"{site.base}/ring.xml"), "text/xml")
    site.page("/inward.xml", index(f"{site.base}/inward-2.xml", bad()), "text/xml")
    site.page("/inward-2.xml", index(f"file://{secret}", f"{site.base}/bare.xml", bad()), "text/xml")
    site.page(
        "/bare.xml", f"<urlset><url><loc>{bad()}</loc></url><url><loc>{site.base}/bare</loc></url></urlset>", "text/xml"
    )
    entities = (
        f"<?xml version='1.0'?><!DOCTYPE u SYSTEM '{bad()}' [<!ENTITY f SYSTEM 'file://{secret}'><!ENTITY h SYSTEM '{bad()}'>"
        f"<!ENTITY % p SYSTEM '{bad()}'> %p;]><urlset xmlns:xi='http://www.w3.org/2001/XInclude'><url><loc>{site.base}/&f;&h;</loc></url>"
        f"<xi:include href='file://{secret}' parse='text'/><xi:include href='{bad()}'/></urlset>"
    )  # fmt: skip
    site.page("/entities.xml", entities, "text/xml")
    return ["/deep-0.xml", "/ring.xml", "/inward.xml", "/entities.xml"]


PAGES = ("base", "canonical", "refresh", "image", "frame", "style", "object", "preload", "svg", "og:url")


def _pages(site: pages.Site, bad: Urls, secret: Path) -> list[str]:
    said = {
        "base": "<base href='{url}'>", "canonical": "<link rel='canonical' href='{url}'>", "refresh": "<meta http-equiv='refresh' content='0;url={url}'>",
        "image": "<img src='{url}' srcset='{url} 2x'>", "frame": "<iframe src='{url}'></iframe>", "style": "<link rel='stylesheet' href='{url}'>",
        "object": "<object data='{url}'></object><embed src='{url}'>", "preload": "<link rel='preload' href='{url}'><script src='{url}'></script>",
        "svg": "<svg><use href='{url}'/><image href='{file}'/></svg>", "og:url": "<meta property='og:url' content='{url}'><meta property='og:image' content='{url}'>",
    }  # fmt: skip
    for number, name in enumerate(PAGES):
        head = said[name].format(url=bad(), file=f"file://{secret}")
        lines = [f"Ferry {number} of the Oxendale line sails at {number + 1} on {day}." for day in ("Monday", "Friday")]
        body = f"<h1>Ferry {number}</h1><p>{' '.join([*lines, *pages.TOLL][number % 3 :])}</p>"
        site.page(
            f"/page-{number}", f"<html><head><title>Ferry {number}</title>{head}</head><body>{body}</body></html>"
        )
    return [f"/page-{number}" for number in range(len(PAGES))]


def test_special_addresses_are_not_public() -> None:
    """Every block of the registries, its ends among them; what lies beside it stays public."""
    rng = random.Random(10)
    for network in (*INSIDE, *INSIDE_6):
        block = ipaddress.ip_network(network)
        ends = [str(block[0]), str(block[-1])]
        wrong = [ip for ip in [*ends, *(draw(network, rng) for _ in range(SPECIAL // 26))] if is_public(ip)]
        assert wrong == [], network
    assert [ip for ip in METADATA if is_public(ip)] == []
    beside = ("9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "168.63.129.17",
              "192.0.1.0", "192.167.255.255", "169.253.255.255", "223.255.255.255", "2a00::1", "2606:2800:21f::1")  # fmt: skip
    assert [ip for ip in beside if not is_public(ip)] == []
