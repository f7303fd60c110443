"""Reads a feed that was saved to a file (RSS, RDF, Atom, a WordPress export): its entries with their full text."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from ingest.parsing.export_fields import canonical
from ingest.parsing.html_text import text_of
from ingest.parsing.source import Item, Source, UnreadableError

LEAST_SUMMARY = 200
"""A shorter text of an entry without its full content is a teaser."""
_NO_POSTS = {"attachment", "nav_menu_item", "revision", "wp_navigation", "custom_css"}


def read_feed(source: Source) -> Iterator[Item]:
    """One article an entry; one that has only a teaser is one line."""
    import feedparser

    content = source.read()
    if re.search(rb"<(?:\w+:)?(?:urlset|sitemapindex)[\s>]", content[:5000]):
        raise UnreadableError(
            "This is a sitemap: give its address instead, so that its pages can be fetched.", lost=False
        )
    feed = feedparser.parse(io.BytesIO(content), resolve_relative_uris=False, sanitize_html=False)
    if not feed.entries:
        raise UnreadableError("there are no entries in this feed")
    outlet = feed.feed.get("title")
    for number, entry in enumerate(feed.entries, 1):
        if entry.get("wp_post_type") in _NO_POSTS or entry.get("wp_status") in ("draft", "trash", "private"):
            continue
        text, whole = _text(entry)
        if not text or (not whole and len(text) < LEAST_SUMMARY):
            reason = (
                "the feed has only a teaser of it: give the feed's address instead, so that its pages can be fetched"
            )
            yield UnreadableError(reason, f"entry {number}", lost=False)
            continue
        row = {"text": text, "title": text_of(entry.get("title") or ""), "url": entry.get("link"), "outlet": outlet,
               "author": [person.get("name") for person in entry.get("authors", [])] or entry.get("author"),
               "date": entry.get("published") or entry.get("created") or entry.get("updated"),
               "language": feed.feed.get("language", "")[:2]}  # fmt: skip
        yield {
            **canonical({name: value for name, value in row.items() if value}),
            "given": True,
            "part": number,
            "unit": "entry",
        }


def _text(entry: Any) -> tuple[str, bool]:
    """An entry's text, and whether it is said to be the whole."""
    for content in sorted(entry.get("content", []), key=lambda part: -len(part.get("value", ""))):
        if text := _plain(content.get("value", "")):
            return text, True
    return _plain(entry.get("summary", "")), False


def _plain(value: str) -> str:
    """HTML in which empty lines may part paragraphs, as WordPress keeps it."""
    marked = (
        re.sub(r"\n[ \t]*\n+", "<br><br>", value) if not re.search(r"<p[\s>]", value) or "<!-- wp:" in value else value
    )
    return re.sub(r"\n{2,}", "\n\n", text_of(marked))
