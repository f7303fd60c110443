"""Reads Word files with every tracked change accepted: insertions in, deletions out.

The XML is walked here and not by a library: those in use leave out insertions, content controls, footnotes and text
boxes, and put tables after the text. Headers, footers and comments are not part of the article and are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zipfile import ZipFile

from lxml import etree

from ingest.parsing.packed import open_packed, parse_xml, read_part
from ingest.parsing.source import Fields, Item, Source, UnreadableError
from ingest.parsing.visible_date import with_visible_date
from ingest.parsing.word_text import Paragraphs, is_hidden, local

_NOBODY = {
    "python-docx",
    "user",
    "admin",
    "administrator",
    "author",
    "unknown",
    "windows user",
    "microsoft office user",
    "owner",
}
_NO_TITLE = {"word document", "document", "untitled", "title", "document1", "microsoft word document"}
_DAMAGE = (KeyError, ValueError, etree.LxmlError)


def read_docx(source: Source) -> Iterator[Item]:
    """One article a file; its headings and core properties name title and author."""
    with source.open() as file, open_packed(file, "Word file") as packed:
        try:
            main = _main_part(packed)
            document = parse_xml(read_part(packed, main))
        except _DAMAGE as error:
            raise UnreadableError(f"This Word file is damaged: {str(error)[:120]}") from error
        folder = main.rpartition("/")[0]
        reader = Paragraphs(
            notes={kind: _notes(packed, f"{folder}/{kind}s.xml", kind) for kind in ("footnote", "endnote")},
            styles=_styles(packed, f"{folder}/styles.xml"), hidden=_hidden_styles(packed, f"{folder}/styles.xml"), numbers=_numbering(packed, f"{folder}/numbering.xml"),
        )  # fmt: skip
        lines = reader.body(document)
        yield _fields(lines, reader.title, _properties(packed))


def _fields(lines: list[str], heading: str, properties: dict[str, str]) -> Fields:
    text = "\n\n".join(lines)
    if not text.strip():
        raise UnreadableError("there is no text in this Word file")
    title, author = properties.get("title", ""), properties.get("creator", "")
    title = "" if title.lower() in _NO_TITLE else title
    author = "" if author.lower() in _NOBODY else author
    read_from = {"text": "docx"}
    if heading or title:
        read_from["title"] = "heading" if heading else "docx property"
    if author:
        read_from["byline"] = "docx property"
    return with_visible_date({"text": text, "title": heading or title, "byline": author, "read_from": read_from})


def _main_part(packed: ZipFile) -> str:
    """Where the text is; nearly always word/document.xml."""
    try:
        for relation in parse_xml(read_part(packed, "_rels/.rels")):
            if str(relation.get("Type", "")).endswith("/officeDocument"):
                return str(relation.get("Target", "")).lstrip("/")
    except (*_DAMAGE, UnreadableError):
        pass
    return "word/document.xml"


def _part(packed: ZipFile, name: str) -> Any:
    """A part that may be missing or damaged without harm to the text."""
    try:
        return parse_xml(read_part(packed, name))
    except (*_DAMAGE, UnreadableError):
        return None


def _notes(packed: ZipFile, name: str, kind: str) -> dict[str, Any]:
    root = _part(packed, name)
    found = {} if root is None else {_value(node, "id"): node for node in root if local(node) == kind}
    return {key: node for key, node in found.items() if _value(node, "type") in ("", "normal")}


def _styles(packed: ZipFile, name: str) -> dict[str, str]:
    """Style id -> its name in English, lower case ("heading 1", "title")."""
    root = _part(packed, name)
    names = {}
    for style in root if root is not None else ():
        for child in style:
            if local(child) == "name":
                names[_value(style, "styleId")] = _value(child, "val").lower()
    return names


def _hidden_styles(packed: ZipFile, name: str) -> frozenset[str]:
    """Ids of the styles whose text is not shown, also by the style they are based on."""
    root = _part(packed, name)
    based, hidden = {}, set()
    for style in root if root is not None else ():
        key = _value(style, "styleId")
        for child in style:
            if local(child) == "basedOn":
                based[key] = _value(child, "val")
            elif local(child) == "rPr" and any(is_hidden(mark) for mark in child):
                hidden.add(key)
    for _ in range(10):
        hidden |= {key for key, base in based.items() if base in hidden}
    return frozenset(hidden)


def _numbering(packed: ZipFile, name: str) -> dict[str, dict[str, tuple[str, str]]]:
    """List id -> level -> (kind, pattern) of the labels that Word draws before its items."""
    root = _part(packed, name)
    if root is None:
        return {}
    kinds: dict[str, dict[str, tuple[str, str]]] = {}
    lists: dict[str, dict[str, tuple[str, str]]] = {}
    for node in root:
        if local(node) == "abstractNum":
            levels = {}
            for level in node:
                values = {local(child): _value(child, "val") for child in level}
                if local(level) == "lvl":
                    levels[_value(level, "ilvl")] = (values.get("numFmt", ""), values.get("lvlText", ""))
            kinds[_value(node, "abstractNumId")] = levels
        elif local(node) == "num":
            for child in node:
                if local(child) == "abstractNumId":
                    lists[_value(node, "numId")] = kinds.get(_value(child, "val"), {})
    return lists


def _properties(packed: ZipFile) -> dict[str, str]:
    root = _part(packed, "docProps/core.xml")
    return {local(node): " ".join((node.text or "").split())[:300] for node in root} if root is not None else {}


def _value(node: Any, name: str) -> str:
    return next((str(value) for key, value in node.attrib.items() if key.rpartition("}")[2] == name), "")
