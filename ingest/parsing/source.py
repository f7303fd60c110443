"""What readers are given and what they give back. Imported in the child process; reads no form itself."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

Fields = dict[str, Any]
"""One article: names and values that can be written as JSON.

`text` is required. `part` names the member of a document that holds several (a number or a path), `key` what
identifies the article inside its document, `given` that the fields were written down by a person or a tool
(exports, front matter), so that an id among them counts.
"""

MAX_PART = 20_000_000
"""Largest unpacked part of a Word file, a book or a web archive, in bytes."""
MAX_MEMBER = 100_000_000
"""Largest unpacked file of a zip or tar archive or attachment, in bytes."""
MAX_UNPACKED = 1_000_000_000
"""Most that one document may unpack to, with everything nested in it, in bytes."""
MAX_MEMBERS = 50_000
MAX_DEPTH = 8
"""Deepest nesting of archives and messages that is read."""


class UnreadableError(Exception):
    """The document, or one part of it, holds no article; the message is the reason.

    Attributes:
        part: The member of the document, "" for all of it.
        lost: Articles may have been in it: it is not merely of a form that is not read.
    """

    def __init__(self, reason: str, part: int | str = "", *, lost: bool = True) -> None:
        super().__init__(reason)
        self.part, self.lost = part, lost


@dataclass(frozen=True, slots=True)
class Member:
    """Announces that a numbered member of a document is read next; a restart skips the ones before it."""

    number: int
    label: int | str


@dataclass(frozen=True, slots=True)
class StillAtWork:
    """Says that a long document is being read: the time allowed for one article starts again."""


Item = Fields | UnreadableError | Member | StillAtWork


@dataclass(slots=True)
class Budget:
    """What a document may still unpack, with everything nested in it."""

    unpacked: int = MAX_UNPACKED
    members: int = MAX_MEMBERS

    def take(self, size: int) -> None:
        """Count one member.

        Raises:
            UnreadableError: The document unpacks to too much.
        """
        self.unpacked -= size
        self.members -= 1
        if self.unpacked < 0:
            raise UnreadableError(f"the archive is too large when unpacked (limit {MAX_UNPACKED:,} bytes)")
        if self.members < 0:
            raise UnreadableError(f"there are too many files in this archive (limit {MAX_MEMBERS:,})")


@dataclass(frozen=True, slots=True)
class Source:
    """A document to read.

    Attributes:
        name: File name or address; its suffix names the form unless `form` does.
        content: Its bytes, unless `path` names the file.
        path: The file.
        form: Suffix of the form, where the name does not tell.
        url: Where it was fetched.
        charset: The encoding that was named with it.
        skip: Members that were read before.
        depth: How many documents it lies in.
        budget: Shared by everything nested in one document.
    """

    name: str
    content: bytes = b""
    path: Path | None = None
    form: str = ""
    url: str | None = None
    charset: str | None = None
    skip: int = 0
    depth: int = 0
    budget: Budget = field(default_factory=Budget)

    def read(self) -> bytes:
        """All bytes of the document."""
        return self.path.read_bytes() if self.path else self.content

    def open(self) -> BinaryIO:
        """The document as a binary stream."""
        return self.path.open("rb") if self.path else io.BytesIO(self.content)

    def inside(self, name: str, content: bytes, *, form: str = "", charset: str | None = None) -> Source:
        """A document that lies in this one.

        Raises:
            UnreadableError: It is nested too deep, or the whole unpacks to too much.
        """
        if self.depth >= MAX_DEPTH:
            raise UnreadableError(f"archives or messages are nested too deeply (limit {MAX_DEPTH})")
        self.budget.take(len(content))
        return replace(
            self, name=name, content=content, path=None, form=form, url=None, charset=charset, skip=0,
            depth=self.depth + 1,
        )  # fmt: skip


def joined(outer: int | str, inner: int | str | None) -> int | str:
    """The name of a part inside a part: "news.zip/feb.mbox#3"."""
    if inner in (None, ""):
        return outer
    return f"{outer}#{inner}" if isinstance(inner, int) else f"{outer}/{inner}"


def placed(items: Iterator[Item], label: int | str) -> Iterator[Item]:
    """Items of a member, their parts named from outside; its own members cannot be skipped to."""
    for item in items:
        if isinstance(item, UnreadableError):
            yield UnreadableError(str(item), joined(label, item.part), lost=item.lost)
        elif isinstance(item, StillAtWork):
            yield item
        elif not isinstance(item, Member):
            item["part"] = joined(label, item.get("part"))
            if item.get("key") and not str(item["key"]).startswith("mid:"):
                item["key"] = f"{label}/{item['key']}"
            yield item
