"""Names of months and days in the languages that news is written in, from the Unicode locale data (babel)."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

LANGUAGES = (
    "en de fr es it pt nl sv nb da fi is pl cs sk sl hr sr bs hu ro bg ru uk be el tr et lv lt ga cy ca eu gl sq mk "
    "ar he fa hi bn id ms vi th tl sw af mt lb"
).split()


def month_of(name: str, language: str | None = None) -> int | None:
    """Read the name of a month.

    Args:
        name: The name or its abbreviation, in any case, with or without a full stop.
        language: The page's language; its names come before those of others.

    Returns:
        1 to 12, or None where it is no month or months of two languages share the name ("listopad").
    """
    key = _key(name)
    code = (language or "")[:2].lower()
    if code in LANGUAGES and key in (own := _names(code)):
        return own[key]
    return _names("en").get(key) or _shared().get(key)


def day_name(word: str) -> bool:
    """Whether a word names a day of the week in one of the languages."""
    return _key(word) in _days()


@lru_cache(maxsize=1)
def _days() -> frozenset[str]:
    from babel.dates import get_day_names

    return frozenset(
        _key(str(name))
        for code in LANGUAGES
        for width in ("abbreviated", "wide")
        for name in get_day_names(width, "format", locale=code).values()
    )


@cache
def _names(code: str) -> dict[str, int]:
    from babel.dates import get_month_names

    found: dict[str, int] = {}
    for width in ("abbreviated", "wide"):
        for context in ("format", "stand-alone"):
            for number, name in get_month_names(width, context, locale=code).items():
                if not str(name).isdigit():
                    found[_key(str(name))] = number
    if code == "en":
        found["sept"] = 9
    return found


@lru_cache(maxsize=1)
def _shared() -> dict[str, int]:
    """Names of all languages that mean one month only."""
    found: dict[str, int] = {}
    twice: set[str] = set()
    for code in LANGUAGES:
        for key, number in _names(code).items():
            if found.setdefault(key, number) != number:
                twice.add(key)
    return {key: number for key, number in found.items() if key not in twice and len(key) > 2}


def _key(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.strip().strip(".").casefold())
    return "".join(ch for ch in plain if not unicodedata.combining(ch))
