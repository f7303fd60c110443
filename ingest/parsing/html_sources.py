"""What the fields of one page are read from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest.parsing.html_blocks import Block, clean_text
from ingest.parsing.linked_data import plain

Candidates = Iterable[tuple[str, Any]]
"""Where a value was read from, and the value; the most trustworthy first."""

_SEVERAL = ("author", "article:author", "dc.creator", "citation_author", "parsely-author")
"""Meta elements that a page with several authors has several of."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the fields of one page may be read from.

    Attributes:
        tree: The page as it came.
        data: Its structured data.
        metas: Its meta elements, lower-case name -> content.
        blocks: The lines that it shows.
        first: Index of the first line of running text in `blocks`; their number when there is none.
        last: Index of the last one.
        url: Where it was, at first.
        language: The page's language with its country, as it names it.
    """

    tree: Any
    data: Mapping[str, Any]
    metas: Mapping[str, str]
    blocks: Sequence[Block]
    first: int
    last: int
    url: str | None
    language: str | None = field(default=None)


def read_metas(tree: Any) -> dict[str, str]:
    """Read the meta elements of a page: lower-case name -> content, the first of each name; all authors."""
    metas: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or meta.get("http-equiv")
        content = clean_text(plain(meta.get("content") or ""))
        if name and content:
            key = name.strip().lower()
            if key in _SEVERAL and content not in metas.get(key, content):
                content = f"{metas[key]}, {content}"
                del metas[key]
            metas.setdefault(key, content[:2000])
    return metas


def line_of(value: Any) -> str:
    """One line of plain text of at most 500 characters; "" for what is no text."""
    return clean_text(value)[:500] if isinstance(value, str) else ""


def key_of(text: str) -> str:
    """The letters and digits of a text in lower case, to compare it with another."""
    return re.sub(r"[\W_]+", "", text).casefold()
