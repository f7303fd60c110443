"""Reads a web page's file. Runs in the child process; the page itself is read by `html`."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.parsing.encoding import decode
from ingest.parsing.html import read_page
from ingest.parsing.source import Item, Source, UnreadableError


def read_html(source: Source) -> Iterator[Item]:
    """One article a page."""
    page = read_page(decode(source.read(), source.charset, html=True), source.url)
    if page is None:
        raise UnreadableError("there is no article text on this page")
    yield page
