"""Columns to paragraphs: lines joined, sentences that go on in the next column or page put together."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.parsing.hyphens import close_up
from ingest.parsing.pdf_columns import Column, cells_of
from ingest.parsing.pdf_rows import Row

_ENDS = re.compile(r"[.!?:;…。！？][\"”’»)\]]*$")
_ITEM = re.compile(r"(?:[•▪‣◦●■–—*-]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+\S")
_BULLET = re.compile(r"[•▪‣◦●■]")
GAP = "\n\n"
"""Between two paragraphs."""
LARGER = 1.15
"""A headline is at least this much larger than the text."""
LOOK_AHEAD = 8
"""Paragraphs that may stand between two parts of a sentence: captions, boxes, notes."""


@dataclass(slots=True)
class Paragraph:
    """A paragraph, its size, and whether its last line runs to the end of the column."""

    text: str
    size: float
    full: bool = False
    table: bool = False
    first: bool = False
    """It is the first of a column."""
    pages: list[tuple[int, int]] = field(default_factory=list)
    """(offset, page): from this character of its text on it stands on this page, from 1."""


def paragraphs_of(columns: Sequence[Column]) -> list[Paragraph]:
    """The paragraphs of a page in reading order."""
    out: list[Paragraph] = []
    for column in columns:
        if column.table:
            out += [Paragraph(" | ".join(cells_of(row)), row.size, table=True) for row in column.rows]
        else:
            found = _column(column)
            if found:
                found[0].first = True
            out += found
    return out


def _column(column: Column) -> list[Paragraph]:
    leading = _leading(column.rows)
    out: list[Paragraph] = []
    last: Row | None = None
    for row in column.rows:
        text = row.text.strip()
        if not text:
            continue
        if last is not None and _goes_on(last, row, column, leading):
            out[-1].text = added(out[-1].text, text)
        else:
            out.append(Paragraph(text, row.size))
        out[-1].full = row.right > column.right - 0.12 * (column.right - column.left)
        last = row
    return out


def _leading(rows: Sequence[Row]) -> float:
    steps = [
        a.base - b.base for a, b in zip(rows, rows[1:], strict=False) if 0 < a.base - b.base < 3 * max(a.size, b.size)
    ]
    return statistics.median_low(steps) if steps else 0.0


def _goes_on(last: Row, row: Row, column: Column, leading: float) -> bool:
    """Whether a row belongs to the paragraph of the row above it."""
    step, size = last.base - row.base, row.size
    if abs(last.size - size) > 0.12 * max(size, last.size):
        return False
    if step > max(1.3 * leading, 1.25 * size) and step > 1.05 * leading + 1 or step > 2.2 * size:
        return False
    text, above = row.text.strip(), last.text.strip()
    if _BULLET.match(text) or (
        _ITEM.match(text) and (_ENDS.search(above) or _ITEM.match(above) or last.right < column.right - 2 * size)
    ):
        return False
    width = column.right - column.left
    ends = _ENDS.search(above) is not None
    if row.left > last.left + 0.7 * size and row.left > column.left + 0.7 * size and ends:
        return False
    short = last.right < column.right - max(0.18 * width, 3 * size)
    if short and _first_word_width(row) + size * 0.25 < column.right - last.right:
        return not ends and text[:1].islower()
    return True


def _first_word_width(row: Row) -> float:
    return row.words[0].right - row.words[0].left


def added(before: str, text: str) -> str:
    """A line put after another of its paragraph, a word that was split at the end of the line made whole."""
    if re.search(r"[\w,.’][-\u2010\u2011\u00ad]$", before) and text[:1].isalnum():
        return close_up(before, text)
    if (
        before
        and text
        and re.match(r"[\u3040-\u30ff\u3400-\u9fff]", before[-1])
        and re.match(r"[\u3040-\u30ff\u3400-\u9fff]", text[0])
    ):
        return before + text
    return before + text if before.endswith(("—", "/")) else f"{before} {text}"


def put_together(paragraphs: list[Paragraph]) -> list[Paragraph]:
    """Sentences that go on after a column's end, a page's end, a picture or a box made whole.

    Args:
        paragraphs: Those of all pages, in reading order.
    """
    body = body_size(paragraphs)
    waiting = list(paragraphs)
    out: list[Paragraph] = []
    while waiting:
        current = waiting.pop(0)
        while (at := _continuation(current, waiting, body)) is not None:
            following = waiting.pop(at)
            current.text, current.full = added(current.text, following.text), following.full
            at = len(current.text) - len(following.text)  # what is added stays as it is; only a hyphen before it may go
            current.pages += [(at + start, page) for start, page in following.pages]
        out.append(current)
    return out


def body_size(paragraphs: Sequence[Paragraph]) -> float:
    """The size that most of the text is set in."""
    sizes: dict[float, int] = {}
    for paragraph in paragraphs:
        key = round(paragraph.size * 2) / 2
        sizes[key] = sizes.get(key, 0) + len(paragraph.text)
    return max(sizes, key=lambda key: sizes[key]) if sizes else 0.0


def _continuation(current: Paragraph, waiting: Sequence[Paragraph], body: float) -> int | None:
    """Which of the next paragraphs goes on with an unfinished one, or None."""
    if current.table or _ENDS.search(current.text) or abs(current.size - body) > 0.08 * body or len(current.text) < 25:
        return None
    for at, paragraph in enumerate(waiting[:LOOK_AHEAD]):
        alike = not paragraph.table and abs(paragraph.size - current.size) <= 0.08 * body
        if alike and (
            paragraph.text[:1].islower() or (re.search(r"[\w,.]-$", current.text) and paragraph.text[:1].isalnum())
        ):
            return at
    for at, paragraph in enumerate(waiting[:LOOK_AHEAD]):
        alike = not paragraph.table and abs(paragraph.size - current.size) <= 0.08 * body
        if (
            alike
            and current.full
            and paragraph.first
            and not _ITEM.match(paragraph.text)
            and not _ITEM.match(current.text)
        ):
            return at
    return None


def pages_of(paragraphs: Sequence[Paragraph], gap: int) -> list[tuple[int, int]]:
    """The page of every character of the paragraphs' text.

    Args:
        paragraphs: In the order of the text.
        gap: Characters between two of them.

    Returns:
        (offset, page), ascending by offset: the text stands on this page from there to the next offset.
    """
    found: list[tuple[int, int]] = []
    at = 0
    for paragraph in paragraphs:
        for start, page in paragraph.pages:
            if not found or found[-1][1] != page:
                found.append((at + start, page))
        at += len(paragraph.text) + gap
    return found


def title_of(paragraphs: list[Paragraph]) -> str:
    """The largest paragraph of the first page, where it is larger than the text; of several, the uppermost ones."""
    body = body_size(paragraphs)
    large = [p for p in paragraphs if p.size > LARGER * body and len(re.findall(r"\w", p.text)) >= 3]
    if not large:
        return ""
    size = max(p.size for p in large)
    start = next(at for at, p in enumerate(paragraphs) if p in large and p.size > 0.97 * size)
    title = [paragraphs[start]]
    for paragraph in paragraphs[start + 1 :]:
        if abs(paragraph.size - size) > 0.05 * size:
            break
        title.append(paragraph)
    return " ".join(p.text for p in title)[:300]
