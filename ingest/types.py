"""What passes between the parts of ingestion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from assistant.storage.sqlite.ingest_log import Fetched
from assistant.types import Article


@dataclass(frozen=True, slots=True)
class Rejected:
    """A source, or one article of it, that was not taken in, and why."""

    source: str
    reason: str
    gone: bool = False
    """The server says that the page is not there any more."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What a feed, a sitemap or a server says of a page; used where the page is silent."""

    url: str | None = None
    charset: str | None = None
    title: str | None = None
    outlet: str | None = None
    published_at: str | None = None
    kind: str = ""
    """Where they come from: "feed", "news sitemap"."""


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

    @property
    def suffix(self) -> str:
        """The form's suffix, lower case; `.warc` also for `.warc.gz`."""
        name = self.name.lower()
        return self.form or (".warc" if name.endswith(".warc.gz") else Path(name).suffix)


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
    """

    article: Article
    raw: Raw
    place: str
    read_from: Mapping[str, str] = field(default_factory=dict)
