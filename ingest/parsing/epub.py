"""Reads books: one article a chapter with running text, by the order that the book names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname, join, normpath
from typing import Any
from urllib.parse import unquote
from zipfile import ZipFile

from lxml import etree

from ingest.parsing.dates import find_date
from ingest.parsing.documents import reason_of
from ingest.parsing.encoding import decode
from ingest.parsing.html_text import parse, text_of_tree
from ingest.parsing.packed import open_packed, parse_xml, read_part
from ingest.parsing.source import Fields, Item, Member, Source, UnreadableError

MAX_CHAPTERS = 5_000
LEAST_CHAPTER = 200
"""A part of a book with fewer characters and no sentence is a cover or a list of contents."""
_SENTENCE = re.compile(r"\w{2,}[^.!?。]{10,}[.!?。][\"”’»]?(?:\s|$)")


@dataclass(frozen=True, slots=True)
class _Book:
    """What a book says of itself."""

    outlet: str
    author: str
    language: str
    date: str | None


def read_epub(source: Source) -> Iterator[Item]:
    """One article a chapter; a chapter that cannot be read is one line."""
    with source.open() as file, open_packed(file, "EPUB") as packed:
        try:
            root = parse_xml(read_part(packed, "META-INF/container.xml")).xpath(
                "//*[local-name()='rootfile']/@full-path"
            )[0]
            package = parse_xml(read_part(packed, root))
        except (KeyError, IndexError, etree.LxmlError, ValueError) as error:
            raise UnreadableError(f"this EPUB has no readable list of chapters: {str(error)[:100]}") from error
        book = _Book(
            _named(package, "publisher") or _named(package, "title"), ", ".join(_all(package, "creator"))[:300],
            _named(package, "language")[:2], find_date(_named(package, "date")),
        )  # fmt: skip
        taken = 0
        for number, href in enumerate(_order(package)):
            if number < source.skip:
                taken += 1
                continue
            yield Member(number, href)
            try:
                fields = _chapter(packed, normpath(join(dirname(root), unquote(href))), book)
            except Exception as error:  # a damaged chapter is its own matter
                yield UnreadableError(_reason(error), href[:80])
                continue
            if fields is not None:
                taken += 1
                yield {**fields, "key": href, "part": number + 1}
        if not taken:
            raise UnreadableError("there is no text in this book")


def _reason(error: Exception) -> str:
    return "the chapter is missing from the book" if isinstance(error, KeyError) else f"chapter: {reason_of(error)}"


def _order(package: Any) -> list[str]:
    """Files of the chapters in reading order, without the table of contents."""
    files, contents = {}, set()
    for item in package.xpath("//*[local-name()='manifest']/*"):
        files[item.get("id")] = item.get("href")
        if "nav" in (item.get("properties") or "").split():
            contents.add(item.get("id"))
    order = [
        key for key in package.xpath("//*[local-name()='itemref']/@idref") if files.get(key) and key not in contents
    ]
    return [files[key] for key in order][:MAX_CHAPTERS]


def _chapter(packed: ZipFile, name: str, book: _Book) -> Fields | None:
    tree = parse(decode(read_part(packed, name), html=True))
    text = "" if tree is None else text_of_tree(tree)
    if not re.search(r"\w", text) or (len(text) < LEAST_CHAPTER and not _SENTENCE.search(text)):
        return None
    heading = next(
        (line for node in tree.iter("h1", "h2", "h3") if (line := " ".join(node.text_content().split()))), ""
    )
    title = heading or next((" ".join(node.text_content().split()) for node in tree.iter("title")), "")
    read_from = {"text": "epub", "title": "heading" if heading else "page title", "outlet": "epub"}
    if book.date:
        read_from["published_at"] = "epub date"
    if book.author:
        read_from["byline"] = "epub"
    language = (tree.get("lang") or tree.get("xml:lang") or book.language)[:2]
    return {"text": text, "title": title, "byline": book.author, "outlet": book.outlet, "language": language or None,
            "published_at": book.date, "read_from": read_from}  # fmt: skip


def _all(package: Any, name: str) -> list[str]:
    found = package.xpath(f"//*[local-name()='metadata']//*[local-name()='{name}']/text()")
    return [line for line in (" ".join(str(value).split())[:300] for value in found) if line]


def _named(package: Any, name: str) -> str:
    return next(iter(_all(package, name)), "")
