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
import pypdfium2.raw as pdfium

from ingest.parsing import scans
from ingest.parsing.pdf_columns import columns_of
from ingest.parsing.pdf_furniture import with_drop_caps, without_line_numbers, without_running_lines
from ingest.parsing.pdf_paragraphs import GAP, Paragraph, pages_of, paragraphs_of, put_together, title_of
from ingest.parsing.pdf_rows import attach_marks
from ingest.parsing.pdf_words import Word, page_words
from ingest.parsing.source import Item, Source, StillAtWork, UnreadableError
from ingest.parsing.visible_date import FIRST_LINES, with_visible_date

MAX_PAGES = 1_000
MAX_SECONDS = 120.0
"""For all pages of one PDF."""


def read_pdf(source: Source) -> Iterator[Item]:
    """One article a file: its headline is the largest line of the first page."""
    try:
        document = pypdfium2.PdfDocument(source.read())
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise UnreadableError("This PDF is locked with a password." if locked else "This PDF is damaged.") from error
    pages: list[tuple[list[Word], float]] = []
    scanned: dict[int, scans.Page | None] = {}
    bad, began, total = 0, time.monotonic(), len(document)
    for number in range(min(total, MAX_PAGES)):
        if time.monotonic() - began > MAX_SECONDS + scans.SECONDS * len(scanned):
            break
        try:
            words, _, height = page_words(document[number])
            if not words and is_picture(document[number]):
                scanned[number + 1] = read_scan(document[number], number + 1)
        except pypdfium2.PdfiumError:
            words, height, bad = [], 0.0, bad + 1
        pages.append((words, height))
        yield StillAtWork()
    yield from _article(pages, document, scanned)
    yield from _complaints(scanned)
    if bad:
        yield UnreadableError(f"{bad} of {total:,} pages are damaged and were not read")
    if len(pages) < total:
        yield UnreadableError(f"only the first {len(pages):,} of {total:,} pages were read: split the PDF")


def is_picture(page: Any) -> bool:
    """Whether a page without words shows a picture on most of it."""
    width, height = page.get_size()
    boxes = (item.get_bounds() for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3))
    return any((right - left) * (top - foot) > 0.4 * width * height for left, foot, right, top in boxes)


def read_scan(page: Any, number: int) -> scans.Page | None:
    """What stands on a page that is a picture; None where Tesseract is not installed."""
    if not scans.languages():
        return None
    width, height = page.get_size()
    scale = min(scans.DPI / 72, (scans.MAX_PIXELS / max(1.0, width * height)) ** 0.5)
    return scans.read_page(page.render(scale=scale, grayscale=True).to_pil().convert("L"), round(scale * 72), number)


def _complaints(scanned: dict[int, scans.Page | None]) -> Iterator[UnreadableError]:
    unread = [str(number) for number, page in scanned.items() if page is None]
    if unread:
        pages = (
            f"page {unread[0]} is a scan and was"
            if len(unread) == 1
            else f"pages {', '.join(unread)} are scans and were"
        )
        yield UnreadableError(f"{pages} not read. {scans.INSTALL}")
    yield from scans.complaints({number: page for number, page in scanned.items() if page})


def _article(
    pages: list[tuple[list[Word], float]], document: Any, scanned: dict[int, scans.Page | None]
) -> Iterator[Item]:
    kept, running = without_running_lines(pages)
    paragraphs: list[Paragraph] = []
    first_page = 0
    for number, words in enumerate(kept, 1):
        words = attach_marks(with_drop_caps(without_line_numbers(words)))
        scan = scanned.get(number)
        found = scan.paragraphs if scan and scan.readable else paragraphs_of(columns_of(words))
        for paragraph in found:
            paragraph.pages = [(0, number)]
        paragraphs += found
        first_page = first_page or len(paragraphs)
        yield StillAtWork()
    title = title_of(paragraphs[:first_page])
    paragraphs = put_together(paragraphs)
    text = GAP.join(paragraph.text for paragraph in paragraphs)
    if not re.search(r"\w", text):
        asked = f" {scans.INSTALL}" if None in scanned.values() else ""
        raise UnreadableError(f"This PDF is a scan with no readable text.{asked}")
    named = "" if title else str(document.get_metadata_dict().get("Title") or "").strip()
    read_from = {"text": "pdf"} | ({"title": "pdf headline"} if title else {"title": "pdf title"} if named else {})
    if good := {number: page for number, page in scanned.items() if page and page.readable}:
        read_from |= {"scan": scans.told(good)} | ({"text": "scan"} if not any(words for words, _ in pages) else {})
    starts = pages_of(paragraphs, len(GAP))
    fields = with_visible_date({"text": text, "title": title or named, "read_from": read_from, "pages": starts})
    if "published_at" not in read_from and running:
        told = with_visible_date({"text": "\n".join(running[:FIRST_LINES]), "read_from": {}})
        if "published_at" in told:
            fields["published_at"], read_from["published_at"] = told["published_at"], "running head"
    yield fields
