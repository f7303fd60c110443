"""From an address to documents: a page is one, a feed or sitemap leads to many."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urldefrag, urlsplit

from assistant.storage.ports import IngestLog
from ingest.parsing.registry import FORMS
from ingest.parsing.sites import same_site
from ingest.sandbox import LostError, Sandbox
from ingest.sources.address_guard import FetchError, GoneError
from ingest.sources.feeds import MAX_LINKS, is_link_list
from ingest.sources.fetch import Fetcher, Page
from ingest.types import Hints, Raw, Rejected, Unchanged

MAX_SITEMAPS = 50
"""So many sitemaps of a sitemap index are read."""

Item = Raw | Rejected | Unchanged | int

_FORMS_BY_KIND = {
    "text/html": ".html", "application/xhtml+xml": ".html", "application/pdf": ".pdf", "application/json": ".json",
    "application/x-ndjson": ".jsonl", "text/csv": ".csv", "text/markdown": ".md", "message/rfc822": ".eml",
    "application/epub+zip": ".epub", "application/mbox": ".mbox", "application/warc": ".warc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}  # fmt: skip


def open_address(url: str, fetcher: Fetcher, sandbox: Sandbox, journal: IngestLog | None = None) -> Iterator[Item]:
    """Fetch an address and, where it is a feed or a sitemap, the pages that it names.

    Yields:
        Documents, rejections, unchanged pages, and integers: how many more documents were found.
    """
    url = urldefrag(url)[0]
    try:
        page = fetcher.get(url, journal.fetched(url) if journal else None)
    except FetchError as error:
        yield Rejected(url, str(error), isinstance(error, GoneError))
        return
    if page is None:
        yield Unchanged(url, url)
    elif is_link_list(page.content):
        yield from _pages(url, page, fetcher, sandbox, journal)
    else:
        yield _document(url, page, url, Hints())


def _pages(source: str, page: Page, fetcher: Fetcher, sandbox: Sandbox, journal: IngestLog | None) -> Iterator[Item]:
    links: dict[str, dict[str, Any]] = {}
    for item in _links(source, page, fetcher, sandbox):
        if isinstance(item, Rejected):
            yield item
        else:
            links.setdefault(urldefrag(str(item["url"]))[0], item)
    if not links:
        yield Rejected(source, "This feed or sitemap names no pages.")
    if len(links) > MAX_LINKS:
        yield Rejected(source, f"It names {len(links):,} pages; only the first {MAX_LINKS:,} are fetched.")
    wanted = list(links.items())[:MAX_LINKS]
    yield max(0, len(wanted) - 1)
    for url, link in wanted:
        hints = _hints(link, page.url)
        try:
            found = fetcher.get(url, journal.fetched(url) if journal else None)
        except FetchError as error:
            if hints.content and not isinstance(error, GoneError):
                yield feed_article(url, source, hints)
            else:
                yield Rejected(url, str(error), isinstance(error, GoneError))
            continue
        yield Unchanged(url, source) if found is None else _document(url, found, source, hints)


def _hints(link: dict[str, Any], feed: str) -> Hints:
    """What a feed says of a page. Who published it is believed only of pages of the feed's own site."""
    own = same_site(str(link["url"]), feed)
    return Hints(
        url=link["url"] if own else None, title=link.get("title"), outlet=link.get("outlet") if own else None,
        published_at=link.get("published_at"), kind=link["kind"], byline=link.get("byline"), authority=feed,
        content=_page_of(link) if link.get("content") else b"",
    )  # fmt: skip


def _page_of(link: dict[str, Any]) -> bytes:
    """A page with the article that a feed holds."""
    title, address = html.escape(link.get("title") or ""), html.escape(link["url"])
    head = f'<meta charset="utf-8"><title>{title}</title><link rel="canonical" href="{address}">'
    return f"<html><head>{head}</head><body><article><h1>{title}</h1>{link['content']}</article></body></html>".encode()


def feed_article(url: str, source: str, hints: Hints) -> Raw:
    """Make a document of the article that a feed holds.

    Args:
        url: The page's address.
        source: What the user named.
        hints: What the feed says of it, with its `content`.
    """
    told = replace(hints, kind="feed content", charset="utf-8", content=b"")
    return Raw(url, url, hints.content, source=source, form=".html", hints=told)


def _links(source: str, page: Page, fetcher: Fetcher, sandbox: Sandbox) -> Iterator[dict[str, Any] | Rejected]:
    """The links of a feed or sitemap, and of the sitemaps that a sitemap index names."""
    waiting, seen = [page], {page.url}
    while waiting:
        current = waiting.pop(0)
        try:
            for record in sandbox.read("links", content=current.content, url=current.url):
                if "reject" in record:
                    yield Rejected(source, str(record["reject"])[:400])
                for link in record.get("links", []):
                    if link["kind"] != "more":
                        yield link
                    elif link["url"] not in seen and len(seen) <= MAX_SITEMAPS:
                        seen.add(link["url"])
                        if len(seen) > MAX_SITEMAPS:
                            yield Rejected(
                                source,
                                f"It names more than {MAX_SITEMAPS} sitemaps; only the first {MAX_SITEMAPS} are read.",
                            )
                            continue
                        try:
                            more = fetcher.get(link["url"])
                        except FetchError as error:  # the others of the index are read all the same
                            yield Rejected(link["url"], str(error))
                            continue
                        if more is not None:
                            waiting.append(more)
        except LostError as error:
            yield Rejected(source, str(error))


def _document(url: str, page: Page, source: str, hints: Hints) -> Raw | Rejected:
    form = _form(page)
    if form not in FORMS:
        return Rejected(url, f"Not a page or a document: {page.kind or 'no media type'!r}")
    if form in (".mbox", ".warc"):
        return Rejected(url, "Mailboxes and web archives are read from files: download it first.")
    found = replace(hints, url=page.url, charset=page.charset, authority=page.url)
    return Raw(url, url, page.content, source=source, form=form, hints=found, said=page.said)


def _form(page: Page) -> str:
    """The form of a document, by its first bytes before what the server says of it."""
    head = page.content[:1024].lstrip().lower()
    if head.startswith(b"%pdf-"):
        return ".pdf"
    if head.startswith((b"<!doctype html", b"<html")):
        return ".html"
    suffix = "." + urlsplit(page.url).path.rpartition(".")[2].lower()
    return _FORMS_BY_KIND.get(page.kind) or (suffix if suffix in FORMS else ".txt" if page.kind == "text/plain" else "")
