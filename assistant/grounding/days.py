"""Days that a source sentence names by way of its article's date: "yesterday", "on Monday", "this month"."""

from __future__ import annotations

from datetime import date, timedelta

_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_NEAR = {"today": 0, "tonight": 0, "now": 0, "currently": 0, "yesterday": -1, "tomorrow": 1}


def named_days(words: frozenset[str], published: date) -> list[date]:
    """The days that the words of a sentence name.

    Args:
        words: Folded words of the sentence.
        published: Day of publication.

    Returns:
        Days near the day of publication; weekdays give the one before and the one after it.
    """
    found = [published + timedelta(days=shift) for word, shift in _NEAR.items() if word in words]
    for number, name in enumerate(_WEEKDAYS):
        if name in words:
            back = (published.weekday() - number) % 7
            found += [published - timedelta(days=back), published + timedelta(days=7 - back)]
    if "week" in words:
        found += [published - timedelta(days=7)]
    if "month" in words:
        found += [published.replace(day=1) - timedelta(days=1)]
    if "year" in words:
        found += [published.replace(year=published.year - 1, day=1)]
    return found


def part_of_month(day: date) -> str:
    """Return "early", "mid" or "late"."""
    return "early" if day.day <= 10 else "mid" if day.day <= 20 else "late"


def fits(value: float | str | None, day: date) -> bool:
    """Whether a month, weekday, day of the month or year belongs to a day."""
    return value in (f"month {day.month}", _WEEKDAYS[day.weekday()], float(day.day), float(day.year))
