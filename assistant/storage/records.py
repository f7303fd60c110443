"""What is stored and read as plain values: an article's entry, its corrections, what happened to a source.

Every store takes and gives these; they know nothing of any of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from assistant.types import Article, Pages, Passage, article_version

EDITABLE = ("title", "outlet", "byline", "published_at")
"""Fields of an article that can be corrected. The text cannot: a citation is an exact span of what the source gave."""
EDITED = "edited"
"""Where an edited field was read from, in the record of its article."""


@dataclass(frozen=True, slots=True)
class Edit:
    """The corrections of one article.

    Attributes:
        fields: Field -> its corrected value; None for a value that was removed.
        original: The same fields -> their values before the first correction.
        tags: The article's tags, in order.
        edited_at: When it was last edited, ISO 8601 in UTC.
    """

    fields: Mapping[str, str | None] = field(default_factory=dict)
    original: Mapping[str, str | None] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    edited_at: str = ""

    def apply(self, article: Article) -> Article:
        """The article with the corrections, as a version of its own."""
        return with_fields(article, self.fields)

    @property
    def read_from(self) -> dict[str, str]:
        """The corrected fields, marked as edited."""
        return dict.fromkeys(self.fields, EDITED)


def with_fields(article: Article, fields: Mapping[str, str | None]) -> Article:
    """The article with other values in some fields, and the version that belongs to them; itself when nothing differs."""
    if all(getattr(article, name) == value for name, value in fields.items()):
        return article
    values = {name: getattr(article, name) for name in EDITABLE} | dict(fields)
    title = values["title"] or article.title
    version = article_version(
        article.id, title, values["byline"], values["outlet"], values["published_at"], article.url, article.text
    )
    source = article.date_source if "published_at" not in fields else EDITED if values["published_at"] else "not found"
    return replace(
        article, title=title, byline=values["byline"], outlet=values["outlet"], published_at=values["published_at"],
        date_source=source, version=version,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """An article that is to be stored.

    Attributes:
        article: The article.
        passages: Its passages.
        origin: The file or address it was read from.
        source: What the user named and it came with; the origin when empty.
        place: Where exactly, for the list of statuses; the origin when empty.
        read_from: Field -> where it was read from ("json-ld", "meta", ...).
        bands: Its MinHash band keys, signed 64-bit.
        alike: Ids of the articles that tell the same words.
        pages: Where in its text the document's pages begin.
    """

    article: Article
    passages: Sequence[Passage]
    origin: str
    source: str = ""
    place: str = ""
    read_from: Mapping[str, str] = field(default_factory=dict)
    bands: tuple[int, ...] = ()
    alike: tuple[str, ...] = ()
    pages: Pages = ()


def text_key(text: str) -> bytes:
    """The key under which the vector of a text is kept."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


@dataclass(frozen=True, slots=True)
class Status:
    """The last thing that happened at a place.

    Attributes:
        place: A file, a page, or a line of a file.
        status: "added", "updated", "duplicate" or "rejected".
        article_id: The article that came of it, or None.
        detail: For a duplicate the article that leads, for a rejection why.
        at: When, ISO 8601 in UTC.
    """

    place: str
    status: str
    article_id: str | None
    detail: str
    at: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server said of a page: for asking whether it changed."""

    etag: str | None
    modified: str | None


def now() -> str:
    """This moment, ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
