"""The reading order of a page: rows by columns, columns by bands, tables by rows."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.parsing.pdf_rows import Row, rows_of, text_of
from ingest.parsing.pdf_words import Word

LEAST_GUTTER = 0.9
"""Narrowest space between columns, as a multiple of the text's size."""
LEAST_ROWS = 3
"""Rows that a gutter must run through on both sides."""
SECTION_GAP = 4.0
"""Empty height across all columns that parts stories, as a multiple of the text's size."""
MOST_COMPARED = 3_000
MOST_SPACES = 60
"""Different spaces between words that are tried as gutters."""
_MAX_DEPTH = 8


@dataclass(slots=True)
class Column:
    """Rows of one column, or the rows of a table, from top to bottom."""

    rows: list[Row]
    left: float
    right: float
    table: bool = False


def columns_of(words: Sequence[Word], depth: int = 0) -> list[Column]:
    """Split the words of a page or region into columns in the order they are read."""
    rows = rows_of(words)
    if not rows:
        return []
    parts = _apart(rows) if depth < _MAX_DEPTH else [rows]
    if len(parts) > 1:
        return _merged(
            [column for part in parts for column in columns_of([w for row in part for w in row.words], depth + 1)]
        )
    gutter = _gutter(rows) if depth < _MAX_DEPTH and len(rows) >= LEAST_ROWS else None
    if gutter is None:
        return [Column(rows, min(row.left for row in rows), max(row.right for row in rows))]
    found: list[Column] = []
    for split, band in _bands(rows, gutter):
        if not split:
            inner = [word for row in band for word in row.words]
            found += columns_of(inner, depth + 1) if len(band) < len(rows) else [_column(band)]
        elif _is_table(band, gutter):
            found.append(_table(band))
        else:
            left = [word for row in band for word in row.words if word.right <= gutter[1]]
            right = [word for row in band for word in row.words if word.right > gutter[1]]
            found += columns_of(left, depth + 1) + columns_of(right, depth + 1)
    return _merged(found)


def _apart(rows: list[Row]) -> list[list[Row]]:
    """Rows in parts that each begin with a headline after some empty height: stories of their own."""
    parts = [[rows[0]]]
    headline = 1.15 * statistics.median(row.size for row in rows)
    for above, row in zip(rows, rows[1:], strict=False):
        if row.size > headline and above.base - row.base > SECTION_GAP * above.size:
            parts.append([])
        parts[-1].append(row)
    return parts


def _column(rows: list[Row]) -> Column:
    return Column(rows, min(row.left for row in rows), max(row.right for row in rows))


def _merged(columns: list[Column]) -> list[Column]:
    """Neighbouring bands of the whole width that belong to one column."""
    out: list[Column] = []
    for column in columns:
        last = out[-1] if out else None
        size = column.rows[0].size
        if (
            last
            and not last.table
            and not column.table
            and abs(last.left - column.left) < size
            and abs(last.right - column.right) < 2 * size
            and last.rows[-1].base > column.rows[0].base
        ):
            last.rows += column.rows
            last.right = max(last.right, column.right)
        else:
            out.append(column)
    return out


def _gutter(rows: Sequence[Row]) -> tuple[float, float] | None:
    """The space between two columns that most rows keep free, or None."""
    size = statistics.median(row.size for row in rows)
    low, high = min(row.left for row in rows), max(row.right for row in rows)
    best: tuple[float, tuple[float, float]] | None = None
    for gap in _gaps(rows, size):
        middle = (gap[0] + gap[1]) / 2
        if middle - low < 2 * size or high - middle < 2 * size:
            continue
        free, both = _free_rows(rows, gap)
        if both < LEAST_ROWS:
            continue
        width = gap[1] - gap[0]
        score = free + both + min(width, 4 * size) / size
        if best is None or score > best[0]:
            best = (score, gap)
    return best[1] if best else None


def _gaps(rows: Sequence[Row], size: float) -> list[tuple[float, float]]:
    """Spaces that several rows share: every edge at which words begin again after a gap."""
    spaces: list[tuple[float, float]] = []
    for row in rows:
        for before, after in zip(row.words, row.words[1:], strict=False):
            if after.left - before.right >= LEAST_GUTTER * size:
                spaces.append((before.right, after.left))
    lefts = sorted({round(row.left, 1) for row in rows})
    low = lefts[0]
    starts = [left for left in lefts if left > low + 4 * size]  # columns whose rows lie at heights of their own
    rights = sorted(row.right for row in rows)
    for left in starts:
        ending = [right for right in rights if right < left - LEAST_GUTTER * size]
        if ending:
            spaces.append((ending[-1], left))
    shared = set()
    for start, end in [space for space, _ in Counter((round(a), round(b)) for a, b in spaces).most_common(MOST_SPACES)]:
        inside = [
            (a, b)
            for a, b in spaces[:MOST_COMPARED]
            if min(b, end) - max(a, start) >= LEAST_GUTTER * size and abs(b - end) < 1.5 * size
        ]
        if not inside:
            continue
        right = min(b for _, b in inside)
        left = max(a for a, b in inside if a < right - LEAST_GUTTER * size)
        shared.add((round(left, 1), round(right, 1)))
    return sorted(shared)


def _side(row: Row, gap: tuple[float, float]) -> str:
    """Where a row lies: "left", "right", "both" sides, or "across" the gap."""
    if row.right <= gap[0] + 1:
        return "left"
    if row.left >= gap[1] - 1:
        return "right"
    before = max((word.right for word in row.words if word.left < gap[0]), default=row.left)
    after = min((word.left for word in row.words if word.right > gap[1]), default=row.right)
    crossing = any(word.left < gap[1] - 1 and word.right > gap[0] + 1 for word in row.words)
    return "across" if crossing or after - before < 0.8 * (gap[1] - gap[0]) else "both"


def _free_rows(rows: Sequence[Row], gap: tuple[float, float]) -> tuple[int, int]:
    """The most rows in one band that leave the gap free, and how many the lesser side of that band has."""
    best = (0, 0)
    left = right = count = 0
    for row in [*rows, None]:
        side = _side(row, gap) if row is not None else "across"
        if side == "across":
            best = max(best, (count, min(left, right)))
            left = right = count = 0
            continue
        count += 1
        left += side in ("left", "both")
        right += side in ("right", "both")
    return best


def _bands(rows: Sequence[Row], gap: tuple[float, float]) -> list[tuple[bool, list[Row]]]:
    """Rows in bands that are split by the gap and bands that are not."""
    bands: list[tuple[bool, list[Row]]] = []
    for row in rows:
        split = _side(row, gap) != "across"
        if bands and bands[-1][0] == split:
            bands[-1][1].append(row)
        else:
            bands.append((split, [row]))
    settled: list[tuple[bool, list[Row]]] = []
    for at, (split, band) in enumerate(bands):
        sides = [_side(row, gap) for row in band]
        chance = len(bands) > 1 and len(band) < LEAST_ROWS and not _is_spaced(bands, at)
        real = split and not chance and ("both" in sides or ("left" in sides and "right" in sides))
        for edge in _headings(band, gap) if real else ():  # a headline above the columns is read before both
            settled.append((False, [edge]))
            band = band[1:]
        if band:
            settled.append((real, band))
    out: list[tuple[bool, list[Row]]] = []
    for split, band in settled:
        if out and not out[-1][0] and not split:
            out[-1][1].extend(band)
        else:
            out.append((split, band))
    return out


def _is_spaced(bands: Sequence[tuple[bool, list[Row]]], at: int) -> bool:
    """Whether there is more room above and below a band than between its neighbours' rows."""
    band = bands[at][1]
    above = bands[at - 1][1][-1].base - band[0].base if at else 99.0
    below = band[-1].base - bands[at + 1][1][0].base if at + 1 < len(bands) else 99.0
    return min(above, below) > 1.6 * band[0].size


def _headings(band: Sequence[Row], gap: tuple[float, float]) -> list[Row]:
    """Rows at the head of a band that are set larger than the rest and have nothing beside them."""
    size = statistics.median(row.size for row in band)
    found = []
    for row in band:
        alone = all(
            abs(other.base - row.base) > row.size
            for other in band
            if other is not row and _side(other, gap) != _side(row, gap)
        )
        if row.size > 1.25 * size and alone and _side(row, gap) != "both":
            found.append(row)
        else:
            break
    return found


def _is_table(band: Sequence[Row], gap: tuple[float, float]) -> bool:
    """Whether the rows are a table's: cells side by side on one baseline that do not fill their columns."""
    both = [row for row in band if _side(row, gap) == "both"]
    if len(both) * 10 < len(band) * 6:
        return False
    cells = [cells_of(row) for row in both]
    words = [sum(len(text.split()) for text in row) / len(row) for row in cells]
    return statistics.mean(words) < 3.2 and statistics.median(len(row) for row in cells) >= 2


def cells_of(row: Row) -> list[str]:
    """The cells of a table's row: its words, apart where there is much space."""
    cells: list[list[Word]] = []
    for word in row.words:
        if cells and word.left - cells[-1][-1].right < LEAST_GUTTER * row.size:
            cells[-1].append(word)
        else:
            cells.append([word])
    return [text_of(cell) for cell in cells]


def _table(band: list[Row]) -> Column:
    column = _column(band)
    column.table = True
    return column
