"""Dates as pages write them, to ISO 8601 with the time zone they came with. Guesses nothing.

A date that could be read in two ways (03/04/2025) is no date.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_NAME = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_TIME = (
    r"(?:[T,\s]*(?:at\s+)?(?P<hour>[0-2]?\d)[:.](?P<minute>[0-5]\d)(?::[0-5]\d)?\s*(?P<half>[ap]\.?m\.?)?"
    r"\s*(?P<zone>Z|GMT|UTC|[+-]\d\d:?\d\d)?)?"
)
_WRITTEN = (
    re.compile(rf"\b(?P<day>[0-3]?\d)(?:st|nd|rd|th)?\s+{_NAME}\s+(?P<year>[12]\d{{3}})\b{_TIME}", re.I),
    re.compile(rf"\b{_NAME}\s+(?P<day>[0-3]?\d)(?:st|nd|rd|th)?,?\s+(?P<year>[12]\d{{3}})\b{_TIME}", re.I),
    re.compile(rf"\b(?P<year>[12]\d{{3}})[-/.](?P<month>[01]?\d)[-/.](?P<day>[0-3]?\d)\b{_TIME}", re.I),
)
_IN_URL = re.compile(r"/(?P<year>(?:19|20)\d\d)[/-](?P<month>[01]?\d|[a-z]{3})[/-](?P<day>[0-3]?\d)(?=[/-]|$)", re.I)


def find_date(text: str | None) -> str | None:
    """The first date in a short text, or None: ISO 8601, RFC 822, or written with the month's name."""
    if not text or len(text) > 400:
        return None
    text = " ".join(text.split())
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is not None:
        return text if _likely(found) else None
    try:
        return _kept(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        pass
    for pattern in _WRITTEN:
        if match := pattern.search(text):
            return _from_parts(match.groupdict())
    return None


def date_in_url(url: str | None) -> str | None:
    """The day that an address names as /2025/03/04/, or None."""
    match = _IN_URL.search(url or "")
    return _from_parts(match.groupdict()) if match else None


def _from_parts(parts: dict[str, str | None]) -> str | None:
    name = (parts["month"] or "")[:3].lower()
    if not name.isdigit() and name not in _MONTHS:
        return None
    month = int(name) if name.isdigit() else _MONTHS.index(name) + 1
    try:
        moment = datetime(int(parts["year"] or 0), month, int(parts["day"] or 0))
        if not parts.get("hour"):
            return moment.date().isoformat() if _likely(moment) else None
        hour = int(parts["hour"] or 0) % 24
        if half := (parts.get("half") or "")[:1].lower():
            hour = hour % 12 + (12 if half == "p" else 0)
        moment = moment.replace(hour=hour, minute=int(parts["minute"] or 0))
        zone = (parts.get("zone") or "").upper()
        if zone in ("Z", "GMT", "UTC"):
            moment = moment.replace(tzinfo=UTC)
        elif zone:
            moment = datetime.fromisoformat(f"{moment.isoformat()}{zone[:3]}:{zone[-2:]}")
    except ValueError:
        return None
    return _kept(moment)


def _kept(moment: datetime) -> str | None:
    return moment.isoformat() if _likely(moment) else None


def _likely(moment: datetime) -> bool:
    """A day on which a newspaper may have been printed, and not after tomorrow."""
    return 1700 <= moment.year and moment.replace(tzinfo=None) < datetime.now(UTC).replace(tzinfo=None) + timedelta(
        days=2
    )
