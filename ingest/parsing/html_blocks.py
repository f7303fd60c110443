"""Turns the tree of a page into its lines, in the order in which a reader meets them.

A line is a paragraph, heading, list item, table row, caption or any other run of words between two block
elements. Judges nothing: which lines belong to the story is decided in `html_body`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data dfn em font i img ins kbd label mark meter nobr output q ruby rb "
    "samp small span strong sub sup time tt u var wbr picture source link meta progress button".split()
)
"""Elements that do not end a line. All others do, also those with names of their own."""
_SPACES = re.compile(r"[\s\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_UNSEEN = re.compile(r"[\u00ad\u200b\u2060\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x08\x0e-\x1f\x7f]")
_TWICE = re.compile(r"&(?:(?!lt;|gt;)[a-z]{2,8}\d?|#\d{2,6}|#x[\da-f]{2,5});", re.I)
"""Entities that are still there after parsing were escaped twice; angle brackets may be meant."""
_SENTENCE_END = re.compile(r"[.!?:;…][\"'”’»)\]]*$")
_APART = ("time", "label", "button")
"""Inline elements that style sheets set apart from their neighbours without a space between them."""
_LONG_CELL = 300


@dataclass(frozen=True, slots=True)
class Block:
    """One line of a page.

    Attributes:
        text: Its words, with single spaces.
        tag: The block element that it is in: "p", "li", "h2", "tr", "figcaption", ...
        node: That element.
        linked: Characters of it that are inside links.
    """

    text: str
    tag: str
    node: Any
    linked: int = 0


def clean_text(text: str) -> str:
    """Collapse white space to single spaces and drop characters that are never seen."""
    text = _TWICE.sub(lambda match: html.unescape(match.group()), _UNSEEN.sub("", text))
    return re.sub("[\ud800-\udfff]", "\ufffd", _SPACES.sub(" ", text)).strip()


def blocks_of(root: Any) -> list[Block]:
    """Read the lines of a tree in document order.

    Args:
        root: Its root element, after `html_tree.make_plain`.
    """
    return [block for block in _Walk().read(root) if block.text]


class _Walk:
    """Collects words until a block element begins or ends."""

    def __init__(self) -> None:
        self._parts: list[tuple[str, bool]] = []

    def read(self, node: Any) -> Iterator[Block]:
        if node.tag == "tr" and not _layout(node):
            yield _row(node)
            return
        self._add(node.text, node)
        for child in node:
            if isinstance(child.tag, str):
                yield from self._child(node, child)
            self._add(child.tail, node)
        yield from self._flush(node)

    def _child(self, node: Any, child: Any) -> Iterator[Block]:
        if child.tag == "br":
            self._parts.append(("\n", False))
        elif child.tag in INLINE and not _holds_block(child):
            self._part_from_last(child)
            self._inline(child)
        else:
            yield from self._flush(node)
            yield from self.read(child)

    def _inline(self, node: Any) -> None:
        """Add the words of an inline element and of those inside it."""
        self._add(node.text, node)
        for child in node:
            if isinstance(child.tag, str):
                if child.tag == "br":
                    self._parts.append(("\n", False))
                else:
                    self._part_from_last(child)
                    self._inline(child)
            self._add(child.tail, node)
        if node.tag == "time" and (node.tail or "")[:1].isalnum():
            self._parts.append((" ", False))

    def _part_from_last(self, node: Any) -> None:
        """Add a space between two neighbouring elements that only a style sheet sets apart."""
        before = node.getprevious()
        if before is None or before.tail or not self._parts:
            return
        left, right = self._parts[-1][0][-1:], clean_text(node.text_content())[:1]
        apart = before.tag in _APART or node.tag in _APART
        humps = (
            left.islower()
            and (right.isupper() or right.isdigit())
            or (left.isdigit() and right.isalpha() and node.get("class") is not None)
        )
        humps = humps or (left.isdigit() and right.isdigit() and before.get("class") != node.get("class"))
        if (
            left.isalnum()
            and right.isalnum()
            and (apart or (humps and before.get("class") and len(before.text_content()) > 3))
        ):
            self._parts.append((" ", False))

    def _add(self, text: str | None, node: Any) -> None:
        if text:
            linked = node.tag == "a" or any(True for _ in node.iterancestors("a"))
            plain = text if _preformatted(node) else re.sub(r"[\r\n]+", " ", text)
            self._parts.append((plain, linked))

    def _flush(self, node: Any) -> Iterator[Block]:
        parts, self._parts = self._parts, []
        if not parts:
            return
        linked = sum(len(clean_text(text)) for text, inside in parts if inside)
        lines = _lines("".join(text for text, _ in parts), keep=_preformatted(node))
        share = linked / max(1, sum(map(len, lines)))
        for line in lines:
            yield Block(line, node.tag, node, min(len(line), round(share * len(line))))


def _lines(text: str, *, keep: bool = False) -> list[str]:
    """Cut at empty lines, and at single line breaks where a line ends there rather than a column."""
    found: list[str] = []
    for group in re.split(r"\n[^\S\n]*\n\s*", text):
        lines = [line for line in map(clean_text, group.split("\n")) if line]
        for number, line in enumerate(lines):
            before = lines[number - 1] if number else ""
            wrapped = len(before) > 40 and not _SENTENCE_END.search(before) and line[:1].islower()
            if wrapped and not keep:
                found[-1] += " " + line
            else:
                found.append(line)
    return found


def _holds_block(node: Any) -> bool:
    return any(
        isinstance(inner.tag, str) and inner.tag not in INLINE and inner.tag != "br" for inner in node.iterdescendants()
    )


def _preformatted(node: Any) -> bool:
    return node.tag == "pre" or any(True for _ in node.iterancestors("pre"))


def _layout(row: Any) -> bool:
    """Whether a table row only arranges the page: its cells hold paragraphs, other tables or long texts."""
    for cell in row:
        if cell.tag not in ("td", "th"):
            continue
        inner = sum(
            1 for part in cell.iterdescendants() if part.tag in ("p", "div", "h1", "h2", "h3", "table", "ul", "ol")
        )
        if inner > 2 or len(cell.text_content()) > _LONG_CELL or any(True for _ in cell.iter("table", "article")):
            return True
    return len([cell for cell in row if cell.tag in ("td", "th")]) < 2


def _row(row: Any) -> Block:
    cells = []
    for cell in row:
        if isinstance(cell.tag, str):
            text = "\n".join(block.text for block in _Walk().read(cell))
            cells.append(" ".join(text.split("\n")).strip())
    return Block(" | ".join(cells) if any(cells) else "", "tr", row)
