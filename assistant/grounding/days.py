"""Days that a source sentence names by way of its article's date: "yesterday", "on Monday", "this month"."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

from assistant.grounding.units import Parsed

_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_NEAR = {"today": 0, "tonight": 0, "now": 0, "currently": 0, "yesterday": -1, "tomorrow": 1}


def named_days(sentence: Parsed, published: date) -> list[date]:
    """The days that a sentence names.

    Args:
        sentence: The sentence.
        published: Day of publication.

    Returns:
        Days near the day of publication; weekdays give the one before and the one after it.
    """
    words = sentence.words
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
    for unit in sentence.units:
        if unit.measure.startswith("month ") and isinstance(unit.value, float):
            with suppress(ValueError):  # no such day in that year
                found.append(date(published.year, int(unit.measure.split()[1]), int(unit.value)))
    return found


def part_of_month(day: date) -> str:
    """Return "early", "mid" or "late"."""
    return "early" if day.day <= 10 else "mid" if day.day <= 20 else "late"


def fits(value: float | str | None, day: date) -> bool:
    """Whether a month, weekday, day of the month or year belongs to a day."""
    return value in (f"month {day.month}", _WEEKDAYS[day.weekday()], float(day.day), float(day.year))
