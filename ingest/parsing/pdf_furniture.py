"""What stands on a page beside its text: running heads, feet, page numbers, line numbers, drop caps."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ingest.parsing.pdf_rows import Row, rows_of
from ingest.parsing.pdf_words import Word

MARGIN = 0.1
"""Share of the page at its head and foot in which running lines stand."""
_PAGE = re.compile(r"^\W*(?:page|p\.|seite|pagina|página)?\s*\d{1,4}(?:\s*(?:of|/|von|de)\s*\d{1,4})?\W*$", re.I)
_HAS_PAGE = re.compile(r"\b(?:page|seite|página|pagina)\s+[A-Z]?\d{1,4}\b", re.I)


def without_running_lines(pages: Sequence[tuple[list[Word], float]]) -> tuple[list[list[Word]], list[str]]:
    """Pages without the lines at their heads and feet that come again on other pages, and page numbers.

    Args:
        pages: (words, height) of each page.

    Returns:
        The words that are left of each page, and the lines that were taken away.
    """
    edges = [_edge_rows(words, height) for words, height in pages]
    counted = Counter(key for rows in edges for key in {_key(row) for row in rows})
    kept, gone = [], []
    for (words, _), rows in zip(pages, edges, strict=True):
        running = [row for row in rows if _is_running(row, counted, words)]
        taken = {id(word) for row in running for word in row.words}
        gone += [row.text for row in running]
        kept.append([word for word in words if id(word) not in taken])
    return kept, gone


def _edge_rows(words: list[Word], height: float) -> list[Row]:
    rows = rows_of([word for word in words if word.base > height * (1 - MARGIN) or word.base < height * MARGIN])
    return rows[:3] + rows[-3:] if len(rows) > 6 else rows


def _key(row: Row) -> str:
    return re.sub(r"\W+", " ", re.sub(r"\d+", "#", row.text)).strip().lower()


def _is_running(row: Row, counted: Counter[str], words: list[Word]) -> bool:
    if _PAGE.match(row.text):
        return True
    body = sorted(word.size for word in words)
    small = row.size < 1.05 * body[len(body) // 2]
    return (counted[_key(row)] >= 2 and row.size < 1.6 * body[len(body) // 2]) or (
        small and _HAS_PAGE.search(row.text) is not None and len(row.text) < 120
    )


def without_line_numbers(words: list[Word]) -> list[Word]:
    """The words without a column of growing numbers in a margin."""
    numbers = [word for word in words if re.fullmatch(r"\d{1,4}", word.text)]
    others = [word for word in words if not re.fullmatch(r"\d{1,4}", word.text)]
    if len(numbers) < 3 or not others:
        return words
    left, right = min(word.left for word in others), max(word.right for word in others)
    for margin in ([w for w in numbers if w.right <= left + 1], [w for w in numbers if w.left >= right - 1]):
        values = [int(word.text) for word in sorted(margin, key=lambda w: -w.base)]
        if len(values) >= 3 and all(a < b for a, b in zip(values, values[1:], strict=False)):
            gone = {id(word) for word in margin}
            return [word for word in words if id(word) not in gone]
    return words


def with_drop_caps(words: list[Word]) -> list[Word]:
    """Large first letters put before the word that they begin."""
    sizes = sorted(word.size for word in words)
    if not sizes:
        return words
    body = sizes[len(sizes) // 2]
    caps = [word for word in words if word.size > 1.8 * body and re.fullmatch(r"[\"“„«]?[^\W\d_][’']?", word.text)]
    for cap in caps:
        beside = [
            w
            for w in words
            if w is not cap
            and w.size < 0.6 * cap.size
            and cap.base - 0.3 * body <= w.base <= cap.base + cap.size
            and cap.right - 0.3 * body <= w.left <= cap.right + 1.5 * body
        ]
        if not beside or sum(1 for w in words if w.size > 0.8 * cap.size and abs(w.base - cap.base) < 1) > 1:
            continue
        first = max(beside, key=lambda w: w.base)
        first.text = cap.text + first.text
        for word in beside:  # the lines beside the letter begin where the column does
            word.left = cap.left
        words = [word for word in words if word is not cap]
    return words
