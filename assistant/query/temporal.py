"""Finds the days and periods that a text names, resolved against a day: "7 November", "last Tuesday", "mid-October"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from assistant.text.lexical import MONTH_FORM, MONTH_NUMBER

Period = tuple[date, date]
"""First and last day."""

_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({MONTH_FORM})\b\.?(?:,?\s+(\d{{4}}))?", re.I)
_MONTH_DAY = re.compile(rf"\b({MONTH_FORM})\b\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(\d{{4}}))?", re.I)
_PART = r"(?:(early|beginning\s+of|start\s+of|mid(?:dle\s+of)?|late|end\s+of)[\s-]+)?"
_MONTH_YEAR = re.compile(rf"\b{_PART}({MONTH_FORM})\.?,?\s+(\d{{4}})\b", re.I)
_MONTH = re.compile(
    rf"\b(?:(early|beginning\s+of|start\s+of|mid(?:dle\s+of)?|late|end\s+of)[\s-]+|(?:in|during|since|by|until|last|this|of)\s+)({MONTH_FORM})\b(?!\.?,?\s+\d)",
    re.I,
)
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_SLASHED = re.compile(
    r"(?:(?<=\bon\s)|(?<=\bof\s)|(?<=\bby\s)|(?<=\bfrom\s)|(?<=\bsince\s)|(?<=\bdated\s)|(?<![\d/.])(?=\d{1,2}[/.]\d{1,2}[/.]\d{2}))"
    r"(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}|\d{2}))?(?![\d/%])",
    re.I,
)
_COUNT = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "ten": 10,
    "a couple of": 2,
    "a few": 3,
}
_COUNTED = r"(\d{1,3}|" + "|".join(sorted(_COUNT, key=len, reverse=True)) + ")"
_RELATIVE = re.compile(
    rf"\b(?:(today|yesterday|the\s+day\s+before\s+yesterday|tonight|last\s+night|this\s+morning)|(this|last|past|previous)\s+(week|weekend|month|year)|"
    rf"(?:in\s+|over\s+)?(?:the\s+)?(?:last|past)\s+{_COUNTED}\s+(days?|weeks?|months?))\b",
    re.I,
)
_AGO = re.compile(rf"\b{_COUNTED}\s+(days?|weeks?|months?|years?)\s+ago\b", re.I)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = re.compile(rf"\b(last|this|on|past)\s+({'|'.join(_WEEKDAYS)})\b", re.I)
STALE = timedelta(days=31)
"""A library whose newest article is older than this has its own "today": that article's day."""


def reference_day(as_of: date | None, today: date, newest: date | None) -> date:
    """The day that "last week" counts from: as-of; else today, or the newest article's day when that is long ago."""
    if as_of is not None:
        return as_of
    return newest if newest is not None and today - newest > STALE else today


def relative_phrases(text: str, base: date) -> list[tuple[str, Period]]:
    """The words of a text that name a day only by its distance ("last Tuesday"), each with the period that is meant."""
    found = []
    for match, since, until in _relative_matches(text, base):
        if since and until:
            found.append((match[0], (since, until)))
    return found


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


_Match = tuple[re.Match[str], date | None, date | None]


def _matches(text: str, base: date, last: date) -> Iterator[_Match]:
    """Every form's matches, the longer forms first: "7 November 2023" is no "November 2023"."""
    for match in _ISO.finditer(text):
        day = _day(int(match[1]), int(match[2]), int(match[3]))
        yield match, day, day
    for pattern, order in ((_DAY_MONTH, (3, 2, 1)), (_MONTH_DAY, (3, 1, 2))):
        for match in pattern.finditer(text):
            year, month, number = match[order[0]], MONTH_NUMBER[match[order[1]].lower()], int(match[order[2]])
            day = _day(int(year), month, number) if year else _latest(month, number, last)
            yield match, day, day
    for match in _SLASHED.finditer(text):
        day = _slashed(match, last)
        yield match, day, day
    for match in _MONTH_YEAR.finditer(text):
        yield match, *_part_of_month(match[1], int(match[3]), MONTH_NUMBER[match[2].lower()])
    for match in _MONTH.finditer(text):
        month = MONTH_NUMBER[match[2].lower()]
        year = last.year if (last.year, month) <= (last.year, last.month) else last.year - 1
        if match[2][:1].isupper() or match[2].lower() not in ("may", "march", "mar"):
            yield match, *_part_of_month(match[1], year, month)
    yield from _relative_matches(text, base)


def _relative_matches(text: str, base: date) -> Iterator[_Match]:
    for match in _RELATIVE.finditer(text):
        yield match, *_relative(match, base)
    for match in _AGO.finditer(text):
        count, unit = _counted(match[1]), match[2].lower().rstrip("s")
        day = base - timedelta(days=count * {"day": 1, "week": 7, "month": 30, "year": 365}[unit])
        around = timedelta(days={"day": 0, "week": 3, "month": 10, "year": 45}[unit])
        yield match, day - around, day + around
    for match in _WEEKDAY.finditer(text):
        back = (base.weekday() - _WEEKDAYS.index(match[2].lower())) % 7
        back = 7 if back == 0 and match[1].lower() in ("last", "past") else back
        day = base - timedelta(days=back)
        yield match, day, day


def _relative(match: re.Match[str], base: date) -> Period:
    if match[1]:
        words = match[1].lower()
        back = 2 if words.startswith("the day") else 1 if words in ("yesterday", "last night") else 0
        day = base - timedelta(days=back)
        return day, day
    if match[4]:
        days = _counted(match[4]) * {"day": 1, "week": 7, "month": 31}[match[5].lower().rstrip("s")]
        return base - timedelta(days=days), base
    back = 0 if match[2].lower() == "this" else 1
    unit = match[3].lower()
    if unit in ("week", "weekend"):
        monday = base - timedelta(days=base.weekday() + 7 * back)
        return monday + timedelta(days=5 if unit == "weekend" else 0), monday + timedelta(days=6)
    if unit == "year":
        return date(base.year - back, 1, 1), date(base.year - back, 12, 31)
    year, month = (base.year, base.month - back) if base.month > back else (base.year - 1, 12)
    first, last = _part_of_month(None, year, month)
    return first or base, last or base


def _counted(word: str) -> int:
    return int(word) if word.isdigit() else _COUNT[" ".join(word.lower().split())]


def _slashed(match: re.Match[str], last: date) -> date | None:
    """Read "3/11" day first, as most of the world writes it, unless only the other order is a date."""
    one, two = int(match[1]), int(match[2])
    if match[3]:
        year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
        return _day(year, two, one) or _day(year, one, two)
    if "." in match[0]:
        return None  # "3.5" is a number
    return _latest(two, one, last) or _latest(one, two, last)


def _part_of_month(part: str | None, year: int, month: int) -> tuple[date | None, date | None]:
    first = _day(year, month, 1)
    if first is None:
        return None, None
    end = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    word = (part or "").lower()
    if word.startswith(("early", "begin", "start")):
        return first, first.replace(day=10)
    if word.startswith("mid"):
        return first.replace(day=11), first.replace(day=20)
    return (first.replace(day=21), end) if word.startswith(("late", "end")) else (first, end)


def _latest(month: int, day: int, base: date) -> date | None:
    """The last such day that is not after `base`."""
    this = _day(base.year, month, day)
    return this if this and this <= base else _day(base.year - 1, month, day)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
