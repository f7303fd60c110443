"""Finds the days and periods that a text names, resolved against a day: "7 November", "last week", "in October 2023"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from assistant.text.lexical import MONTH_FORM, MONTH_NUMBER

Period = tuple[date, date]
"""First and last day."""

_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({MONTH_FORM})\b\.?(?:,?\s+(\d{{4}}))?", re.I)
_MONTH_DAY = re.compile(rf"\b({MONTH_FORM})\b\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(\d{{4}}))?", re.I)
_MONTH_YEAR = re.compile(
    rf"\b(?:in|during|of|since|by|until|before|after|early|late|mid)?[\s-]*({MONTH_FORM})\.?\s+(\d{{4}})\b", re.I
)
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_RELATIVE = re.compile(
    r"\b(?:(today|yesterday)|(this|last|past)\s+(week|month|year)|(?:in\s+the\s+)?(?:last|past)\s+(\d{1,3})\s+(days|weeks|months))\b",
    re.I,
)


def named_periods(text: str, base: date, last: date) -> tuple[Period, ...]:
    """The days and periods that a text names, each once, in its order.

    Args:
        text: A question or a part of one.
        base: What "yesterday" and "last week" count from.
        last: The last day that is meant: "7 November" is the last one up to then.
    """
    found: list[tuple[int, int, Period]] = []
    for match, since, until in _matches(text, base, last):
        taken = any(match.start() < end and start < match.end() for start, end, _ in found)
        if since and until and not taken:
            found.append((match.start(), match.end(), (since, until)))
    return tuple(dict.fromkeys(period for _, _, period in sorted(found)))


def _matches(text: str, base: date, last: date) -> Iterator[tuple[re.Match[str], date | None, date | None]]:
    """Every form's matches, the longer forms first: "7 November 2023" is no "November 2023"."""
    for match in _ISO.finditer(text):
        day = _day(int(match[1]), int(match[2]), int(match[3]))
        yield match, day, day
    for pattern, order in ((_DAY_MONTH, (3, 2, 1)), (_MONTH_DAY, (3, 1, 2))):
        for match in pattern.finditer(text):
            year, month, number = match[order[0]], MONTH_NUMBER[match[order[1]].lower()], int(match[order[2]])
            day = _day(int(year), month, number) if year else _latest(month, number, last)
            yield match, day, day
    for match in _MONTH_YEAR.finditer(text):
        yield match, *_month(int(match[2]), MONTH_NUMBER[match[1].lower()])
    for match in _RELATIVE.finditer(text):
        yield match, *_relative(match, base)


def _relative(match: re.Match[str], base: date) -> tuple[date, date]:
    if match[1]:
        day = base - timedelta(days=match[1].lower() == "yesterday")
        return day, day
    if match[4]:
        days = int(match[4]) * {"days": 1, "weeks": 7, "months": 31}[match[5].lower()]
        return base - timedelta(days=days), base
    back = 0 if match[2].lower() == "this" else 1
    if match[3].lower() == "week":
        monday = base - timedelta(days=base.weekday() + 7 * back)
        return monday, monday + timedelta(days=6)
    if match[3].lower() == "year":
        return date(base.year - back, 1, 1), date(base.year - back, 12, 31)
    year, month = (base.year, base.month - back) if base.month > back else (base.year - 1, 12)
    first, last = _month(year, month)
    return first or base, last or base


def _month(year: int, month: int) -> tuple[date | None, date | None]:
    first = _day(year, month, 1)
    return (first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)) if first else (None, None)


def _latest(month: int, day: int, base: date) -> date | None:
    """The last such day that is not after `base`."""
    this = _day(base.year, month, day)
    return this if this and this <= base else _day(base.year - 1, month, day)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
