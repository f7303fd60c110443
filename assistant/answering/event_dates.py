"""When something happened that a sentence tells: dates it names, and relative days counted from its article's date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.query.temporal import named_periods, relative_phrases
from assistant.text.lexical import MONTH_FORM, MONTH_NUMBER

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_RELATIVE = re.compile(rf"\b(today|tonight|yesterday|tomorrow|(?:(last|next|this|on)\s+)?({'|'.join(_DAYS)}))\b", re.I)
_MONTH_ALONE = re.compile(
    rf"\b(?:in|since|during|early|late|mid|until|last|by|of)[\s-]+({MONTH_FORM})\b(?!\.?\s+\d)", re.I
)
_YEAR_ALONE = re.compile(r"\b(?:in|since|during|by|until|early|late)\s+((?:19|20)\d\d)\b", re.I)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_AHEAD = re.compile(r"\b(?:will|next|upcoming|set\s+to|due\s+to|scheduled|tomorrow|going\s+to)\b", re.I)

_COMPARED = re.compile(
    r"\b(?:\w+est|most|worst|best|least|first(?:\s+time)?|records?)\b[^.;]{0,60}?\b(?:since|than)\b[^.,;]*|\bsince\s+records\s+began\b[^.,;]*",
    re.I,
)
"""Dates that something is only compared with: "the strongest since records began in 1921"."""

SOON = timedelta(days=45)
"""How far ahead of its article's day a day without a year may be."""
LONG_AGO = timedelta(days=180)
"""From which distance on a day without a year is the next one where the sentence speaks of what is to come."""


@dataclass(frozen=True, slots=True)
class EventDate:
    """A day, a month or a year.

    Attributes:
        first: Its first day; sorts events.
        shown: How it is written in an answer.
    """

    first: date
    shown: str


def shown_day(day: date) -> str:
    """A day as answers write it: "3 October 2023"."""
    return f"{day.day} {day:%B %Y}"


def event_date(text: str, published: date | None) -> EventDate | None:
    """The first date that a sentence names, the most exact form first.

    Args:
        text: The sentence.
        published: Its article's day, which completes "7 November" and "on Monday".
    """
    base = published or date.today()
    text = _COMPARED.sub(" ", text)
    # Near days and weekdays are resolved below, where what lies ahead is told from what is past.
    near = {period for phrase, period in relative_phrases(text, base) if _RELATIVE.search(phrase)}
    # "On November 6th" in an article of 5 November is tomorrow, not last year.
    for since, until in named_periods(text, base, base + SOON):
        if (since, until) in near:
            continue
        if base - since > LONG_AGO and _AHEAD.search(text) and not _YEAR.search(text):
            since, until = _year_later(since), _year_later(until)
        if since == until:
            return EventDate(since, shown_day(since))
        if since.day == 1 and 27 <= (until - since).days <= 30:
            return EventDate(since, f"{since:%B %Y}")
    if published:
        if match := _RELATIVE.search(text):
            day = _resolved(match, text, published)
            return EventDate(day, shown_day(day))
        if match := _MONTH_ALONE.search(text):
            month = MONTH_NUMBER[match[1].lower()]
            if match[1][0].isupper():
                first = date(published.year - (month > published.month), month, 1)
                return EventDate(first, f"{first:%B %Y}")
    if match := _YEAR_ALONE.search(text):
        return EventDate(date(int(match[1]), 1, 1), match[1])
    return None


def anchored_days(text: str, published: date | None) -> str:
    """What the relative days of a sentence mean, "yesterday = 2 October 2023"; empty when it has none."""
    if published is None:
        return ""
    found = {
        match[0].lower().removeprefix("on "): shown_day(_resolved(match, text, published))
        for match in _RELATIVE.finditer(text)
    }
    return "; ".join(f"{word.capitalize() if word in _DAYS else word} = {day}" for word, day in list(found.items())[:2])


def _year_later(day: date) -> date:
    return day.replace(year=day.year + 1, day=min(day.day, 28) if day.month == 2 else day.day)


def _resolved(match: re.Match[str], text: str, published: date) -> date:
    word = match[1].lower()
    if word in ("today", "tonight"):
        return published
    if word in ("yesterday", "tomorrow"):
        return published + timedelta(days=1 if word == "tomorrow" else -1)
    wanted = _DAYS.index(match[3].lower())
    back = (published.weekday() - wanted) % 7
    near = text[max(0, match.start() - 60) : match.end() + 20]
    if (match[2] or "").lower() == "next" or (_AHEAD.search(near) and (match[2] or "").lower() != "last"):
        return published + timedelta(days=(wanted - published.weekday()) % 7 or 7)
    return published - timedelta(days=back)
