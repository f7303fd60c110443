"""Reads PDFs by the places of their words: columns, running lines, tables, notes. The order of drawing means nothing.

pypdfium2 gives the characters; the reading order is found here. No library that was compared kept columns drawn row
by row apart (see tests/ingest/parsing/test_pdf.py for the layouts).
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pypdfium2

from ingest.parsing.pdf_columns import columns_of
from ingest.parsing.pdf_furniture import with_drop_caps, without_line_numbers, without_running_lines
from ingest.parsing.pdf_paragraphs import Paragraph, body_size, pages_of, paragraphs_of, put_together
from ingest.parsing.pdf_rows import attach_marks
from ingest.parsing.pdf_words import Word, page_words
from ingest.parsing.source import Item, Source, StillAtWork, UnreadableError
from ingest.parsing.visible_date import FIRST_LINES, with_visible_date

MAX_PAGES = 1_000
MAX_SECONDS = 120.0
"""For all pages of one PDF."""
GAP = "\n\n"
"""Between two paragraphs."""
LARGER = 1.15
"""A headline is at least this much larger than the text."""


def read_pdf(source: Source) -> Iterator[Item]:
    """One article a file: its headline is the largest line of the first page."""
    try:
        document = pypdfium2.PdfDocument(source.read())
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise UnreadableError("This PDF is locked with a password." if locked else "This PDF is damaged.") from error
    pages: list[tuple[list[Word], float]] = []
    bad, began, total = 0, time.monotonic(), len(document)
    for number in range(min(total, MAX_PAGES)):
        if time.monotonic() - began > MAX_SECONDS:
            break
        try:
            words, _, height = page_words(document[number])
        except pypdfium2.PdfiumError:
            words, height, bad = [], 0.0, bad + 1
        pages.append((words, height))
        yield StillAtWork()
    yield from _article(pages, document)
    if bad:
        yield UnreadableError(f"{bad} of {total:,} pages are damaged and were not read")
    if len(pages) < total:
        yield UnreadableError(f"only the first {len(pages):,} of {total:,} pages were read: split the PDF")


def _article(pages: list[tuple[list[Word], float]], document: Any) -> Iterator[Item]:
    kept, running = without_running_lines(pages)
    paragraphs: list[Paragraph] = []
    first_page = 0
    for number, words in enumerate(kept, 1):
        words = attach_marks(with_drop_caps(without_line_numbers(words)))
        found = paragraphs_of(columns_of(words))
        for paragraph in found:
            paragraph.pages = [(0, number)]
        paragraphs += found
        first_page = first_page or len(paragraphs)
        yield StillAtWork()
    title = _title(paragraphs[:first_page])
    paragraphs = put_together(paragraphs)
    text = GAP.join(paragraph.text for paragraph in paragraphs)
    if not re.search(r"\w", text):
        raise UnreadableError("This PDF is a scan with no readable text.")
    named = "" if title else str(document.get_metadata_dict().get("Title") or "").strip()
    read_from = {"text": "pdf"} | ({"title": "pdf headline"} if title else {"title": "pdf title"} if named else {})
    starts = pages_of(paragraphs, len(GAP))
    fields = with_visible_date({"text": text, "title": title or named, "read_from": read_from, "pages": starts})
    if "published_at" not in read_from and running:
        told = with_visible_date({"text": "\n".join(running[:FIRST_LINES]), "read_from": {}})
        if "published_at" in told:
            fields["published_at"], read_from["published_at"] = told["published_at"], "running head"
    yield fields


def _title(paragraphs: list[Paragraph]) -> str:
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
