"""What passes between the parts of ingestion."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.storage.records import Fetched
from assistant.types import Article, Pages
from ingest.forms import suffix_of

_LONE = re.compile("[\ud800-\udfff]")


def storable(value: Any) -> Any:
    """The value with every lone surrogate in its strings replaced: they can be neither stored nor sent.

    JSON, file names and damaged text can hold them. Pairs that belong together become their character.
    """
    if isinstance(value, str):
        return _LONE.sub("\ufffd", value.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    if isinstance(value, dict):
        return {storable(key): storable(inner) for key, inner in value.items()}
    return [storable(inner) for inner in value] if isinstance(value, list) else value


def _make_storable(record: object, names: tuple[str, ...]) -> None:
    for name in names:
        value = getattr(record, name)
        if isinstance(value, str) and _LONE.search(value):
            # Escaped, not replaced: two file names that differ must stay two.
            object.__setattr__(record, name, value.encode("utf-8", "backslashreplace").decode("utf-8"))


def upload_origin(name: str, content: bytes) -> str:
    """Name the origin of an uploaded file: two files of one name are two documents."""
    return f"upload:{hashlib.sha256(content).hexdigest()[:12]}/{name}"


def upload_name(origin: str) -> str:
    """The file name of an uploaded document as its owner knows it; another origin as it is."""
    return re.sub(r"^upload:(?:[0-9a-f]{12}/)?", "", origin)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A source, or one article of it, that was not taken in, and why."""

    source: str
    reason: str
    gone: bool = False
    """The server says that the page is not there any more."""
    origin: str = ""
    """The document it is a part of; the source itself when empty."""
    lost: bool = True
    """Articles may have been in it: `--sync` must not take those that it gave before for gone."""

    def __post_init__(self) -> None:
        _make_storable(self, ("source", "reason", "origin"))


@dataclass(frozen=True, slots=True)
class Hints:
    """What a feed, a sitemap or a server says of a page; used where the page is silent."""

    url: str | None = None
    charset: str | None = None
    title: str | None = None
    outlet: str | None = None
    published_at: str | None = None
    kind: str = ""
    """Where they come from: "feed", "feed content", "news sitemap"."""
    byline: str | None = None
    authority: str = ""
    """The address that served the text, where it is not `url`: what it says of other sites' articles is a claim."""
    content: bytes = b""
    """The page as a feed holds it, HTML; used where the page itself is not an article."""

    def __post_init__(self) -> None:
        _make_storable(self, ("url", "charset", "title", "outlet", "published_at", "byline"))


@dataclass(frozen=True, slots=True)
class Raw:
    """A document as it came.

    Attributes:
        name: File name with its suffix, or the address.
        origin: The path or address it was asked for by.
        content: Its bytes; empty when `path` names the file.
        path: The file, for forms that are read in the child process.
        source: What the user named and it came with; the origin when empty.
        form: Suffix of the form it is in, where the name does not tell.
        hints: What is known of it besides.
        said: What to ask the server with next time.
    """

    name: str
    origin: str
    content: bytes = b""
    path: Path | None = None
    source: str = ""
    form: str = ""
    hints: Hints = Hints()
    said: Fetched | None = None

    def __post_init__(self) -> None:
        _make_storable(self, ("name", "origin", "source"))

    @property
    def suffix(self) -> str:
        """The form's suffix, lower case, also a double one such as `.warc.gz`."""
        return self.form or suffix_of(self.name)


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A page of which the server says that it is as it was."""

    origin: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """An article as it was read.

    Attributes:
        article: The article.
        raw: The document it came in.
        place: Where exactly: the document's origin, or one of its lines or parts.
        read_from: Field -> where it was read from.
        pages: (offset, page) of a document with pages: its text stands on this page from there to the next offset.
    """

    article: Article
    raw: Raw
    place: str
    read_from: Mapping[str, str] = field(default_factory=dict)
    pages: Pages = ()
