"""Articles, their versions, and the passages that they are cut into."""

from __future__ import annotations

import hashlib
import json
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of an article's text and why it is marked.

    Attributes:
        start: First character.
        end: One past the last character.
        kind: What it is ("credit", "also-read", "promo", "caption", "correction", ...).
    """

    start: int
    end: int
    kind: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a span needs 0 <= start < end, found {self.start}..{self.end}")


@dataclass(frozen=True, slots=True)
class Article:
    """One version of one article.

    Attributes:
        id: Content-independent identity (hash of the canonical URL, or of the source id).
        source_id: The id its source gave it, type kept; else its path or URL.
        url: Where a reader can open it, or None.
        title: Its headline; never empty.
        byline: Who wrote it, or None.
        outlet: Who published it, or None.
        published_at: Its own date as ISO 8601 with the time zone it came with, or None.
            The time of fetching never stands here.
        date_source: Where `published_at` was read from ("given", "json-ld", "meta", ..., "not found").
        language: ISO 639-1 code, or None.
        text: The text exactly as the source gave it.
        version: Hash of everything above that a reader can see.
        boilerplate: Spans of `text` that are not the story, in order.
    """

    id: str
    source_id: str | int
    url: str | None
    title: str
    byline: str | None
    outlet: str | None
    published_at: str | None
    date_source: str
    language: str | None
    text: str
    version: str
    boilerplate: tuple[Span, ...] = ()

    @property
    def published_on(self) -> date | None:
        """The day of publication in the article's own time zone."""
        return date.fromisoformat(self.published_at[:10]) if self.published_at else None


def article_version(
    article_id: str,
    title: str,
    byline: str | None,
    outlet: str | None,
    published_at: str | None,
    url: str | None,
    text: str,
) -> str:
    """The version of an article: a hash of its id and of everything that a reader can see."""
    shown = json.dumps([title, byline, outlet, published_at, url, text], ensure_ascii=False)
    return hashlib.sha256((article_id + shown).encode("utf-8", "surrogatepass")).hexdigest()[:16]


Pages = tuple[tuple[int, int], ...]
"""(offset, page), ascending by offset: an article's text stands on this page, from 1, from there to the next offset."""


def page_at(pages: Pages, offset: int) -> int | None:
    """The page that a character stands on, or None where the article has no pages."""
    at = bisect_right(pages, offset, key=lambda row: row[0])
    return pages[at - 1][1] if at else None


SCAN = "scan"
"""The key of an article's `read_from` that tells its scanned pages, as in "1: 96%, 4: 88%"."""


def scanned_pages(read_from: Mapping[str, str]) -> dict[int, int]:
    """Page, from 1 -> confidence in percent, of the pages that were read from a scan; empty without any."""
    return {int(page): int(sure) for page, sure in re.findall(r"(\d+): (\d+)%", read_from.get(SCAN, ""))}


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of whole sentences; `article.text[start:end] == text`, always.

    Attributes:
        id: Hash of the article's version and the offsets.
        article_id: The article it belongs to.
        version: The article version that the offsets refer to.
        start: First character in the article's text.
        end: One past the last character.
        text: The characters themselves.
        sentences: Offsets (start, end) of its sentences in the article's text, in order.
        pages: Where in the article's text its document's pages begin; empty without pages.
        scanned: The pages that were read from a scan; a picture alone is page 1.
    """

    id: str
    article_id: str
    version: str
    start: int
    end: int
    text: str
    sentences: tuple[tuple[int, int], ...]
    pages: Pages = ()
    scanned: tuple[int, ...] = ()

    def sentence(self, index: int) -> str:
        """The words of one sentence."""
        start, end = self.sentences[index]
        return self.text[start - self.start : end - self.start]

    def __post_init__(self) -> None:
        if self.end - self.start != len(self.text):
            raise ValueError(f"passage {self.id}: {self.start}..{self.end} does not fit its text")


@dataclass(frozen=True, slots=True)
class Headline:
    """What is known of an article besides its text; shown on cards and searched with passages."""

    article_id: str
    version: str
    source_id: str | int
    title: str
    outlet: str | None
    byline: str | None
    published_at: str | None
    url: str | None

    @property
    def day(self) -> date | None:
        """The day of publication in the article's own time zone."""
        return date.fromisoformat(self.published_at[:10]) if self.published_at else None

    @property
    def line(self) -> str:
        """Outlet, day and title on one line, the header that passages are read under."""
        parts = (self.outlet, (self.published_at or "")[:10], self.title)
        return " · ".join(part for part in parts if part)
