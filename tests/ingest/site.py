"""A news site of our own making on this machine: several page templates, feeds, sitemaps, and traps."""

from __future__ import annotations

import gzip
import html
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TRAM = (
    "The city council of Tarn approved the new tram line on Monday evening after nine hours of debate.",
    "“We have waited eleven years for this,” said Mayor Ilse Corvane. “Nobody will wait for a twelfth.”",
    "The line is to run from the harbour to the salt works and will cost 84 million crowns, the council’s papers say.",
    "Councillor Amos Wray voted against it. He said that the forecast of 19,000 passengers a day had never been checked.",
)
SALT = (
    "The old salt works at Oxendale will become a museum, its owners announced on Thursday.",
    "Dr Petra Ludd, who will lead it, promised “brine, steam and no glass cases”.",
    "The works closed in 1998, when the last of 140 workers left. Two of them will guide visitors.",
)
LIGHT = (
    "Surveyors found a crack of four metres in the lighthouse at Ness Point during their yearly inspection.",
    "The harbour board said that the tower is safe for now and that repairs begin in June.",
    "Ships are asked to keep a distance of two miles from the rocks until the lamp has been moved.",
)
TOLL = (
    "Drivers will pay six crowns to cross the Fell bridge from the first of July, the ministry said.",
    "Residents of the valley are exempt if they register their cars before the end of May.",
    "The toll is expected to bring in three million crowns a year, most of which goes to the ferry.",
)
CAFE = (
    "Das Café „Größenwahn“ in Tarn schließt nach fünfzig Jahren, wie die Wirtin Änne Köhler am Freitag sagte.",
    "Die Miete sei zuletzt um ein Drittel gestiegen; für die Gäste gebe es am Samstag Apfelkuchen und Abschiedslieder.",
    "Über einen Nachfolger für die Räume in der Mühlgasse wird nach Auskunft des Vermieters noch verhandelt.",
)
BARE = (
    "A flock of cranes landed on the roof of the Tarn library and stayed there for most of the day.",
    "Librarians closed the reading room for an hour, since the birds could be heard on every floor.",
    "By evening all but two of them had left for the marshes in the north, a birdwatcher said.",
)


def paragraphs(lines: tuple[str, ...]) -> str:
    return "".join(f"<p>{html.escape(line, quote=False)}</p>" for line in lines)


_NAV = "<nav><ul><li><a href='/'>Home</a></li><li><a href='/sport'>Sport</a></li><li><a href='/weather'>Weather</a></li></ul></nav>"
_FOOT = "<footer><p>© 2025 Tarn Courier</p><p>Contact us</p></footer>"


def tram(base: str, body: tuple[str, ...] = TRAM) -> str:
    data = {
        "@context": "https://schema.org", "@graph": [{"@type": "WebSite", "name": "Something Else"}, {
            "@type": "NewsArticle", "headline": "Tarn approves its tram", "datePublished": "2025-03-04T21:30:00+02:00",
            "dateModified": "2025-03-05T08:00:00+02:00", "author": [{"@type": "Person", "name": "Orla Finch"}, {"name": "Ben Amory"}],
            "publisher": {"@type": "Organization", "name": "Tarn Courier"}, "mainEntityOfPage": {"@id": f"{base}/2025/03/tram-line"},
        }],
    }  # fmt: skip
    return (
        f"<!doctype html><html lang='en-GB'><head><title>Tram | Tarn Courier</title>"
        f"<script type='application/ld+json'>{json.dumps(data)}</script></head><body>{_NAV}<main><article>"
        f"<h1>Tarn approves its tram</h1><p class='byline'>By Orla Finch and Ben Amory</p>"
        f"<figure><img src='/a.jpg'><figcaption>Mayor Corvane outside the hall. Photo: L. Brandt</figcaption></figure>"
        f"{paragraphs(body)}</article>"
        f"<aside class='related'><h3>Related stories</h3><ul><li><a href='/x'>Ferry fares rise again this spring</a></li></ul></aside>"
        f"<div class='newsletter-signup'><p>Get the Courier in your inbox every morning.</p></div></main>{_FOOT}</body></html>"
    )


def salt(base: str) -> str:
    return (
        "<html><head><title>Salt works to become museum - Fell Gazette</title>"
        "<meta property='og:title' content='Salt works to become museum'><meta property='og:site_name' content='Fell Gazette'>"
        f"<meta property='og:url' content='{base}/news/salt-works'><meta name='author' content='By Tove Marsh'>"
        "<meta property='article:published_time' content='2025-03-20T09:00:00Z'><meta property='og:locale' content='en_US'></head>"
        f"<body><div id='page'>{_NAV}<div class='story'><h1>Salt works to become museum</h1>{paragraphs(SALT)}</div></div></body></html>"
    )


def light() -> str:
    return (
        "<html lang='en'><head><title>Crack found in lighthouse</title></head><body><header><h1>Crack found in lighthouse</h1>"
        "<p>Updated <time datetime='2025-05-09'>9 May</time></p>"
        "<p>Published <time itemprop='datePublished' datetime='2025-05-02T07:15:00+01:00'>2 May</time> by "
        f"<a rel='author' href='/staff'>Hanne Voll</a></p></header><section>{paragraphs(LIGHT)}</section>"
        "<section id='comments'><p>First! What a story, said nobody.</p></section></body></html>"
    )


def toll() -> str:
    return f"<html><head><title>Bridge toll set</title></head><body><h1>Bridge toll set</h1>{paragraphs(TOLL)}</body></html>"


def visible() -> str:
    return (
        "<html><head><title>Salt</title></head><body><h1>Museum plan grows</h1><div class='post-date'>"
        "Published 4 March 2025, 10:15 GMT | Updated 6 March 2025</div>" + paragraphs(SALT[::-1]) + "</body></html>"
    )


def bare() -> str:
    return f"<html><head><title>Cranes on the roof</title></head><body><h1>Cranes on the roof</h1>{paragraphs(BARE)}</body></html>"


def cafe(declared: str) -> str:
    return f"<html lang='de'><head><meta charset='{declared}'><title>Café schließt</title></head><body><h1>Café „Größenwahn“ schließt</h1>{paragraphs(CAFE)}</body></html>"


@dataclass
class Site:
    """The running site.

    Attributes:
        base: Its address.
        asked: Paths that were asked for, in order.
        pages: Path -> (status, headers, body); may be changed by tests.
    """

    base: str = ""
    asked: list[str] = field(default_factory=list)
    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)

    def page(
        self, path: str, body: str | bytes, kind: str = "text/html; charset=utf-8", status: int = 200, **headers: str
    ) -> None:
        content = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = (status, {"Content-Type": kind, **named}, content)

    def move(self, path: str, to: str, status: int = 301) -> None:
        self.pages[path] = (status, {"Location": to}, b"")


def build(site: Site) -> None:
    base = site.base
    site.page("/robots.txt", "User-agent: *\nDisallow: /members/\n", "text/plain")
    site.page("/2025/03/tram-line", tram(base), ETag='"tram-1"')
    site.page("/news/salt-works", salt(base))
    site.page("/stories/lighthouse", light())
    site.page("/2025/04/11/bridge-toll", toll())
    site.page("/visible", visible())
    site.page("/bare", bare(), Last_Modified="Tue, 01 Apr 2025 10:00:00 GMT")
    site.page("/says-utf8-is-1252", cafe("utf-8").encode("cp1252"), "text/html; charset=utf-8")
    site.page("/says-latin-is-utf8", cafe("iso-8859-1").encode("utf-8"), "text/html; charset=iso-8859-1")
    site.page("/members/secret", tram(base))
    site.page("/packed", gzip.compress(salt(base).encode()), Content_Encoding="gzip")
    site.move("/moved", "/2025/03/tram-line")
    site.move("/loop", "/loop")
    site.move("/to-local", "http://127.0.0.2:9/secret")
    site.move("/to-decimal", "http://2130706434/")
    site.move("/to-metadata", "http://169.254.169.254/latest/meta-data/")
    site.move("/to-file", "file:///etc/passwd")
    site.page("/gone", "no", status=404)
    site.page("/broken", "no", status=500)
    site.page("/picture", b"\x89PNG\r\n\x1a\n" * 30, "image/png")
    site.page("/nothing", "<html><body><nav>Home</nav></body></html>")
    site.page("/bomb", gzip.compress(b"<html><p>" + b"a" * 60_000_000, 9), Content_Encoding="gzip")
    site.page("/torn", gzip.compress(salt(base).encode())[:200], Content_Encoding="gzip")
    site.page("/odd-encoding", b"x", Content_Encoding="br")
    links = (
        "/2025/03/tram-line",
        "/news/salt-works",
        "/stories/lighthouse",
        "/bare",
        "/gone",
        "/members/secret",
        "/to-local",
    )
    rss = "".join(
        f"<item><title>Feed title {n}</title><link>{base}{path}</link><pubDate>Wed, 02 Apr 2025 08:0{n}:00 +0200</pubDate></item>"
        for n, path in enumerate(links)
    )
    site.page(
        "/feed.xml",
        f"<?xml version='1.0'?><rss version='2.0'><channel><title>Tarn Feed</title>{rss}</channel></rss>",
        "application/rss+xml",
    )
    site.page(
        "/atom.xml",
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>Tarn Atom</title><entry><title>T</title><link href='/bare'/>"
        "<published>2025-04-02T10:00:00+02:00</published></entry></feed>",
        "application/atom+xml",
    )  # fmt: skip
    site.page(
        "/sitemap.xml",
        f"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><sitemap><loc>{base}/news.xml</loc></sitemap></sitemapindex>",
        "text/xml",
    )
    site.page(
        "/news.xml",
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'>"
        f"<url><loc>{base}/bare</loc><news:news><news:publication><news:name>Marsh Observer</news:name></news:publication>"
        "<news:publication_date>2025-04-01T06:00:00-05:00</news:publication_date><news:title>Cranes</news:title></news:news></url>"
        f"<url><loc>{base}/2025/04/11/bridge-toll</loc></url></urlset>",
        "application/xml",
    )  # fmt: skip
    site.page(
        "/bomb.xml",
        "<?xml version='1.0'?><!DOCTYPE u ["
        + "<!ENTITY a0 'aaaaaaaaaa'>"
        + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 9))
        + "]><urlset><url><loc>&a8;</loc></url></urlset>",
        "application/xml",
    )


@contextmanager
def served() -> Iterator[Site]:
    """The site on a port of its own, until the end of the block."""
    site = Site()
    running = start(site)
    yield site
    running.shutdown()
    running.server_close()


def start(site: Site) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each answer waits 40 ms for the other side

        def do_GET(self) -> None:
            site.asked.append(self.path)
            try:
                self._answer()
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def _answer(self) -> None:
            if self.path in ("/slow", "/huge"):
                self._drip()
                return
            status, headers, body = site.pages.get(self.path, (404, {}, b""))
            etag = headers.get("ETag")
            if etag and self.headers.get("If-None-Match") == etag:
                status, body = 304, b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _drip(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.close_connection = True
            for _ in range(200):
                self.wfile.write(b"<p>" + b"x" * (1_000_000 if self.path == "/huge" else 5))
                self.wfile.flush()
                if self.path == "/slow":
                    time.sleep(0.2)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.base = f"http://127.0.0.1:{server.server_port}"
    build(site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
