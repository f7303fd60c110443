"""Dates as pages, feeds and exports write them, to ISO 8601 with the time zone they came with.

A value that cannot be understood as a whole is no date: nothing is guessed and nothing is stored half.
03/04/2025 is a date only where the language of the page says which number is the day.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ingest.parsing.month_names import day_name, month_of

MAX_LENGTH = 400
"""A longer text is not a date."""

_HOURS = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "BST": 1, "WEST": 1, "CET": 1, "MEZ": 1, "WAT": 1, "CEST": 2, "MESZ": 2, "EET": 2, "SAST": 2,
    "CAT": 2, "EEST": 3, "MSK": 3, "EAT": 3, "TRT": 3, "GST": 4, "PKT": 5, "IST": 5.5, "WIB": 7, "ICT": 7, "SGT": 8, "HKT": 8, "AWST": 8,
    "PHT": 8, "JST": 9, "KST": 9, "ACST": 9.5, "AEST": 10, "ACDT": 10.5, "AEDT": 11, "NZST": 12, "NZDT": 13, "BRT": -3, "ART": -3, "ADT": -3,
    "AST": -4, "EDT": -4, "EST": -5, "CDT": -5, "CST": -6, "MDT": -6, "MST": -7, "PDT": -7, "PST": -8, "AKDT": -8, "AKST": -9, "HST": -10,
}  # fmt: skip
_REGIONS = {"ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles"}
_DAY_FIRST = re.compile(r"(?:en-(?!us)|(?!en|zh|ja|ko|hu|lt|sv|fa)[a-z]{2}(?:-|$))", re.I)

_PUBLISHED = re.compile(
    r"\b(?:(?:first\s+)?published|posted|created|released|issued|veröffentlicht|erschienen|erstellt|publié|publicado|publicada|pubblicato|gepubliceerd|"
    r"publisert|publicerad|udgivet|julkaistu|opublikowano|vydáno|опубликован[оа]?)\b\s*(?:on|at|am|le|el|il|op|den)?\s*:?",
    re.I,
)
_UPDATED = re.compile(
    r"\b(?:(?:last\s+)?(?:updated|modified|changed|edited|corrected|reviewed)|update|(?:zuletzt\s+)?(?:aktualisiert|geändert)|mis(?:e)?\s+à\s+jour|modifié|actualizado|"
    r"actualizada|atualizado|atualizada|aggiornato|bijgewerkt|gewijzigd|oppdatert|uppdaterad|opdateret|päivitetty|zaktualizowano|aktualizacja|aktualizováno|обновлен[оа]?)\b",
    re.I,
)
_TIME = (
    r"(?:(?P<glue>T|(?:,|\s|\||·|•|–|—|-)+)(?:(?:at|um|à|às|a\s+las|alle|ore|om|kl\.?|klo|o|в|г\.?,?(?:\s+в)?|kello)\s*)?(?P<hour>[0-2]?\d)(?:\s*[:.h時]\s*(?P<minute>[0-5]\d)(?!\d)"
    r"(?:[:.](?P<second>[0-5]\d)(?:[.,]\d+)?)?|(?=\s*[ap]\.?m\b))(?:\s*Uhr|\s*분)?\s*(?P<half>[ap]\.?\s?m\b\.?)?\s*\(?(?P<zone>(?:(?:UTC|GMT)\s*)?[+-]\d\d?:?\d\d|[A-Z]{1,4}T?\b(?![\w/]))?)?"
)
_WORD = r"(?P<month>[^\W\d_]{3,14})\.?"
_WRITTEN = (
    re.compile(rf"(?<![\d.,:])(?P<day>[0-3]?\d)(?:st|nd|rd|th|er|ère|º|ª|°|\.)?[\s-]+(?:(?:of|de|del)\s+|d[’'])?{_WORD}[,\s-]+(?:(?:de|del)\s+)?(?P<year>[12]\d{{3}})\b\.?{_TIME}", re.I),
    re.compile(rf"(?<!\w){_WORD}\s+(?P<day>[0-3]?\d)(?:st|nd|rd|th)?,?\s+(?P<year>[12]\d{{3}})\b{_TIME}", re.I),
    re.compile(rf"(?<!\d)(?P<year>[12]\d{{3}})\s*[年년.]\s*(?P<month>[01]?\d)\s*[月월.]\s*(?P<day>[0-3]?\d)\s*[日일.]?(?:\s*(?:\(.\)|（.）|[^\W\d_]曜日?))?{_TIME}"),
    re.compile(rf"(?<![\d-])(?P<year>[12]\d{{3}})[-/](?P<month>[01]?\d)[-/](?P<day>[0-3]?\d)(?!\d){_TIME}", re.I),
    re.compile(rf"(?<!\d)(?P<year>[12]\d{{3}})\.?\s+(?:m\.\s+)?{_WORD}\s+(?P<day>[0-3]?\d)\b(?:\.|\s*d\.)?{_TIME}", re.I),
)  # fmt: skip
_CTIME = re.compile(
    rf"(?:[^\W\d_]{{2,4}},?\s+)?{_WORD}\s+(?P<day>[0-3]?\d)\s+(?P<time>[0-2]?\d:[0-5]\d(?::[0-5]\d)?)\s+(?:(?P<zone>[A-Z]{{1,5}}|[+-]\d{{4}})\s+)?(?P<year>[12]\d{{3}})"
)
"""As `date` and JavaScript print it: Fri Feb 09 06:30:00 CET 2024."""
_TIME_FIRST = re.compile(
    r"^\W*(?P<time>[0-2]?\d[:.][0-5]\d(?::[0-5]\d)?(?:\s*[ap]\.?m\b\.?)?|\d{1,2}\s*[ap]\.?m\b\.?)(?:\s+(?P<zone>[A-Z]{1,4}T|GMT|UTC|Z|[+-]\d\d:?\d\d))?"
    r"(?:\s*[,|·•–-]\s*|\s+(?:on\s+)?)(?=\S*[^\W\d_]{3}|\d)",
    re.I,
)
_NUMBERS = re.compile(
    rf"(?<![\d./-])(?P<first>[0-3]?\d)(?P<mark>[./-])\s?(?P<next>[0-3]?\d)(?P=mark)\s?(?P<year>[12]\d{{3}})(?!\d){_TIME}",
    re.I,
)
_IN_URL = re.compile(r"/(?P<year>(?:19|20)\d\d)[/-](?P<month>[01]?\d|[a-z]{3})[/-](?P<day>[0-3]?\d)(?=[/-]|$)", re.I)
_EPOCH = re.compile(r"(?P<seconds>[1-4]?\d{9})(?:\d{3})?(?:\.\d+)?")


_NOT_DATE_WORDS = re.compile(
    r"\b(?:las|los|first|last|at|on|the|of|and|am|pm|ago|hours?|minutes?|mins?|days?|weeks?|months?|years?|later|that|day|today|yesterday|read|stand|uhr|vor|stunden|tagen|"
    r"le|à|el|de|del|em|às|il|alle|ore|den|kl|hace|há|horas|heard|show|all|updates|see|date|time|issued|um|mês|mois|heures|jours)\b",
    re.I,
)


def find_date(text: object, language: str | None = None) -> str | None:
    """Read the day of publication from a short text.

    Args:
        text: ISO 8601 in any of its forms, RFC 822, seconds or milliseconds since 1970, or a date in words or
            numbers with other words around it. "Updated 6 May | Published 4 May" gives the latter.
        language: Language of the page, with its country where known ("en-GB"): which months it names and whether
            the day comes first.

    Returns:
        An ISO 8601 date or date-time with the zone that the text names, or None.
    """
    if isinstance(text, datetime):
        return _kept(text)
    if isinstance(text, int | float) and not isinstance(text, bool):
        text = str(text)
    if not isinstance(text, str) or not 4 <= len(text) <= MAX_LENGTH:
        return None
    text = _plain(text)
    if re.fullmatch(r"[\d.]+", text) and (match := _EPOCH.fullmatch(text)):
        return _kept(datetime.fromtimestamp(int(match["seconds"]), UTC))
    return _iso(text) or _mail(text) or _written(_published_part(text), language)


def only_date(text: str, language: str | None = None) -> bool:
    """Whether a line says when it was published or changed and next to nothing else."""
    if len(text) > 120 or not re.search(r"\d|ago\b|vor\s|il\s+y\s+a|hace|há", text):
        return False
    plain = _UPDATED.sub(" ", _PUBLISHED.sub(" ", text))
    plain = re.sub(_NOT_DATE_WORDS, " ", plain)
    words = re.findall(r"[^\W\d_]{3,}", plain)
    left = [
        word for word in words if not month_of(word, language) and word.upper() not in _HOURS and not day_name(word)
    ]
    full = find_date(text, language) is not None or re.search(r"\b[12]\d{3}\b", text) is not None
    return len(left) <= (2 if full and all(word[0].isupper() for word in left) else 0)


def date_in_url(url: str | None) -> str | None:
    """Read the day that an address names as /2025/03/04/, or None."""
    match = _IN_URL.search(url or "")
    return _from_parts(match.groupdict(), "en") if match else None


def _plain(text: str) -> str:
    """Western digits, single spaces, no comment of a zone ("[Europe/Oslo]")."""
    text = "".join(
        str(unicodedata.digit(ch)) if ch.isdigit() and ch > "\x7f" and unicodedata.digit(ch, -1) >= 0 else ch
        for ch in text
    )
    return re.sub(r"\s*\[[\w/+-]+\]$", "", " ".join(text.split()))


def _iso(text: str) -> str | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if re.fullmatch(r"\d{4}-?\d\d-?\d\d|\d{4}-?W\d\d-?\d", text):
        return found.date().isoformat() if _likely(found) else None
    if not re.match(r"\d{4}-?(?:\d\d|W)", text):
        return None
    kept = _kept(found.replace(microsecond=0))
    return re.sub(r"\+00:00$", "Z", kept) if kept and text.upper().endswith("Z") else kept


def _mail(text: str) -> str | None:
    if not re.match(r"(?:[A-Za-z]{3,9},?\s+)?\d{1,2}\s+[A-Za-z]{3}\s+\d{4}\s+\d\d:\d\d", text):
        return None
    zone = re.search(r"\s([A-Z]{1,5})$", text)
    if zone and zone[1] not in ("GMT", "UTC", "UT", "Z") and zone[1] in _HOURS:
        return None  # zone names beyond the few of RFC 822: read as written
    try:
        return _kept(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _published_part(text: str) -> str:
    """The part of a line that tells the publication: after "Published", before or without "Updated"."""
    published, updated = _PUBLISHED.search(text), _UPDATED.search(text)
    if published and updated:
        start = published.end()
        return text[start : updated.start()] if updated.start() > start else text[start:]
    if updated:
        return text[: updated.start()]
    return text[published.end() :] if published and re.search(r"\d{4}", text[published.end() :]) else text


def _written(text: str, language: str | None) -> str | None:
    if match := _CTIME.search(text):
        text = f"{match['day']} {match['month']} {match['year']} {match['time']} {match['zone'] or ''}"
    elif match := _TIME_FIRST.match(text):
        day = _first_date(text[match.end() :], language)
        whole = _first_date(f"{day} {match['time']} {match['zone'] or ''}", None) if day and len(day) == 10 else None
        return whole or day
    return _first_date(text, language)


def _first_date(text: str, language: str | None) -> str | None:
    found: list[tuple[int, str | None]] = []
    for pattern in _WRITTEN:
        for match in pattern.finditer(text):
            if match["month"].isdigit() or month_of(match["month"], language):
                found.append((match.start(), _checked(match, text, language)))
                break
    if numbers := _NUMBERS.search(text):
        found.append((numbers.start(), _from_numbers(numbers, text, language)))
    return min(found, key=lambda item: item[0])[1] if found else None


def _checked(match: re.Match[str], text: str, language: str | None) -> str | None:
    """The date, unless what follows it shows that its time was not understood."""
    if not match["hour"] and re.match(r"T?\d|T\b|\s+(?:at\s+)?\d{1,2}:\d", text[match.end() :]):
        return None
    return _from_parts(match.groupdict(), language)


def _from_numbers(match: re.Match[str], text: str, language: str | None) -> str | None:
    first, following = int(match["first"]), int(match["next"])
    if match["mark"] == "." or first > 12 or (language and _DAY_FIRST.match(language)):
        day, month = first, following
    elif following > 12 or (language or "").lower().replace("_", "-") == "en-us":
        day, month = following, first
    elif first == following:
        day = month = first
    else:
        return None
    if not match["hour"] and re.match(r"\s+(?:at\s+)?\d{1,2}:\d", text[match.end() :]):
        return None
    return _from_parts({**match.groupdict(), "day": str(day), "month": str(month)}, language)


def _from_parts(parts: dict[str, str | None], language: str | None) -> str | None:
    name = parts["month"] or ""
    month = int(name) if name.isdigit() else month_of(name, language)
    try:
        moment = datetime(int(parts["year"] or 0), month or 0, int(parts["day"] or 0))
        if not parts.get("hour"):
            return moment.date().isoformat() if _likely(moment) else None
        hour = int(parts["hour"] or 0)
        if half := (parts.get("half") or "")[:1].lower():
            if not 1 <= hour <= 12:
                half = ""
            else:
                hour = hour % 12 + (12 if half == "p" else 0)
        moment = moment.replace(hour=hour, minute=int(parts.get("minute") or 0), second=int(parts.get("second") or 0))
    except ValueError:
        return None
    return _kept(_in_zone(moment, parts.get("zone") or ""))


def _in_zone(moment: datetime, zone: str) -> datetime:
    """The moment in a named zone; without one where the name is no zone."""
    zone = zone.strip().upper()
    if match := re.fullmatch(r"(?:UTC|GMT)?\s*([+-])(\d\d?):?(\d\d)", zone):
        away = timedelta(hours=int(match[2]), minutes=int(match[3]))
        return moment.replace(tzinfo=timezone(-away if match[1] == "-" else away))
    if zone in _HOURS:
        return moment.replace(tzinfo=timezone(timedelta(hours=_HOURS[zone])))
    if zone in _REGIONS:
        try:
            local = moment.replace(tzinfo=ZoneInfo(_REGIONS[zone]))
        except ZoneInfoNotFoundError:
            return moment
        return moment.replace(tzinfo=timezone(local.utcoffset() or timedelta()))
    return moment


def _kept(moment: datetime) -> str | None:
    empty = moment.replace(tzinfo=None) == datetime(1970, 1, 1)  # what a system writes that knows no date
    return moment.isoformat() if _likely(moment) and not empty else None


def _likely(moment: datetime) -> bool:
    """A day on which a newspaper may have been printed, and not after tomorrow."""
    now = datetime.now(UTC).replace(tzinfo=None)
    return moment.year >= 1700 and moment.replace(tzinfo=None) < now + timedelta(days=2)
