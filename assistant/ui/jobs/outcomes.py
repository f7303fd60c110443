"""The status of each article of an addition: stored with the library, shown in pages, exported as CSV."""

from __future__ import annotations

import csv
import io
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ingest.pipeline import Outcome
from ingest.types import upload_name

STATUSES = {
    "added": "added",
    "updated": "updated",
    "unchanged": "unchanged",
    "duplicate": "duplicate",
    "rejected": "rejected",
    "lost": "not stored",
}
"""The pipeline's status -> its label, in order of display."""


@dataclass(frozen=True, slots=True)
class Line:
    """One article or document of an addition.

    Attributes:
        status: One of `STATUSES`.
        title: The article's title; empty when there is no article.
        place: The file, the address or the line of a file that it came from.
        article_id: The article, or empty.
        detail: The title of the article that this duplicates, or why a document was rejected.
    """

    status: str
    title: str
    place: str
    article_id: str = ""
    detail: str = ""


def make_lines(outcomes: Iterable[Outcome], title_of: Callable[[str], str]) -> list[Line]:
    """The lines of a report, with titles.

    Args:
        outcomes: From `ingest.pipeline.Report`.
        title_of: Article id -> title, or empty when it is not in the library.
    """
    return [
        Line(
            status=outcome.status,
            title=title_of(outcome.article_id) if outcome.article_id else "",
            place=upload_name(outcome.place),
            article_id=outcome.article_id or "",
            detail=title_of(outcome.detail) if outcome.status == "duplicate" else outcome.detail,
        )
        for outcome in outcomes
    ]


def write_lines(file: Path, lines: Sequence[Line]) -> None:
    """Replace the file with these lines atomically."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(asdict(line), ensure_ascii=False) + "\n" for line in lines)
    os.replace(fresh, file)


def read_lines(file: Path) -> list[Line]:
    """The lines of a file; none when it is missing or not valid."""
    try:
        with file.open(encoding="utf-8") as rows:
            return [Line(**json.loads(row)) for row in rows]
    except (OSError, ValueError, TypeError):
        return []


def count_statuses(lines: Iterable[Line]) -> dict[str, int]:
    """Lines per status, in the order of `STATUSES`, without zeros."""
    counts = Counter(line.status for line in lines)
    return {status: counts[status] for status in STATUSES if counts[status]}


def to_csv(lines: Iterable[Line]) -> str:
    """The lines as CSV, for a spreadsheet."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["status", "title", "source", "detail", "article_id"])
    for line in lines:
        table.writerow(_harmless(part) for part in (line.status, line.title, line.place, line.detail, line.article_id))
    return out.getvalue()


def _harmless(cell: str) -> str:
    """Make a cell that a spreadsheet would run as a formula plain text."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
