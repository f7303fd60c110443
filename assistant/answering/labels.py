"""Labels that a chat model puts before an entry, a day or a side of a comparison: shown only when the sources bear them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from assistant.text.lexical import content_words, months_named
from assistant.types import Hit

NEAR = timedelta(days=10)
"""How far from its article's day an event may be that the text calls "last Tuesday"."""

_PUBLISHED = re.compile(r"\s*\((?:published|reported|article date)\)\s*$", re.I)


def borne_label(label: str, cited: Sequence[Hit], question: str) -> str:
    """The label, or "" when neither the cited passages nor the question bear it.

    Args:
        label: As the model wrote it.
        cited: The passages that the entry cites.
        question: The standalone question, whose words may label a side.
    """
    if not label:
        return ""
    if re.search(r"\d", label):
        return label if _borne_date(_PUBLISHED.sub("", label), cited) else ""
    known = set(content_words(" ".join([question, *(f"{hit.headline.line} {hit.passage.text}" for hit in cited)])))
    return label if set(content_words(label)) <= known else ""


def _borne_date(label: str, cited: Sequence[Hit]) -> bool:
    numbers = {int(number) for number in re.findall(r"\d{1,4}", label)}
    years, days = {n for n in numbers if n > 31}, {n for n in numbers if n <= 31}
    months = months_named(label)
    if match := re.search(r"\b(\d{4})-(\d{2})(?:-(\d{2}))?\b", label):
        years, months, days = {int(match[1])}, {int(match[2])}, {int(match[3])} if match[3] else set()
    return any(_bears(hit, years, months, days) for hit in cited)


def _bears(hit: Hit, years: set[int], months: set[int], days: set[int]) -> bool:
    text = hit.passage.text
    published = hit.headline.published_at
    day = date.fromisoformat(published[:10]) if published else None
    if day and years <= {day.year, day.year - 1} and months and days:
        for year in years or {day.year}:
            for month in months:
                for number in days:
                    if _within(day, year, month, number):
                        return True
    told = {int(number) for number in re.findall(r"(?<!\d)\d{1,4}(?!\d)", text)}
    around = {day.year, day.year - 1} if day else set()
    month_known = months <= months_named(text) | ({day.month} if day else set())
    return years <= told | around and month_known and days <= told | ({day.day} if day else set())


def _within(day: date, year: int, month: int, number: int) -> bool:
    try:
        return abs(date(year, month, number) - day) <= NEAR
    except ValueError:
        return False
