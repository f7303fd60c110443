"""How clients name outlets and days, read leniently: letter case, lists as text, empty values."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date
from typing import Any

from assistant.errors import UsageError

SHOWN = 20
"""Outlets named in an error message."""


def read_outlets(given: Any) -> list[str]:
    """The outlets that a client sent: a list, a list as JSON text, one name, or nothing."""
    if isinstance(given, str):
        text = given.strip()
        if text.startswith("["):
            try:
                given = json.loads(text)
            except ValueError:
                given = [text]
        else:
            given = [text]
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        raise UsageError("outlets: send a list of outlet names.")
    return [name.strip() for name in given if name.strip()]


def known_outlets(names: Collection[str], library: Collection[str]) -> tuple[str, ...]:
    """The outlets as the library spells them.

    Raises:
        UsageError: The library has no such outlet; the message names those it has.
    """
    spelled = {_key(name): name for name in library}
    found = []
    for name in names:
        if _key(name) not in spelled:
            listed = ", ".join(sorted(library)[:SHOWN]) + (", ..." if len(library) > SHOWN else "")
            raise UsageError(f"No outlet in the library is called {name[:80]!r}. Its outlets: {listed or 'none'}.")
        found.append(spelled[_key(name)])
    return tuple(dict.fromkeys(found))


def _key(name: str) -> str:
    return " ".join(name.casefold().split()).removeprefix("the ")


def read_day(name: str, given: str | None) -> date | None:
    """A day that a client sent; empty means none.

    Raises:
        UsageError: It is not a day.
    """
    text = (given or "").strip()
    if not text or text.casefold() in ("null", "none"):
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise UsageError(f"{name}: send a date such as 2023-11-27.") from None
