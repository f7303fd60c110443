"""Filters of a search as SQL conditions on `versions v`: outlets, authors, days, as-of day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from assistant.storage.filters import wrote
from assistant.types import Filters

_CURRENT = "EXISTS (SELECT 1 FROM articles a WHERE a.id = v.article_id AND a.current = v.version)"
_DATED = "v.day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'"
# The last version by the day that still has passages: an edited article's version before has none.
_LAST = (
    "v.number = (SELECT max(w.number) FROM versions w WHERE w.article_id = v.article_id AND w.day <= ? "
    f"AND {_DATED.replace('v.', 'w.')} AND EXISTS (SELECT 1 FROM passages q WHERE q.version = w.version))"
)


def conditions(filters: Filters, as_of: date | None, bylines: Callable[[], Sequence[str]]) -> tuple[str, list[str]]:
    """The conditions as SQL, and the values they bind, in order.

    Args:
        filters: What the user or the question chose.
        as_of: Only what was published by this day, in the versions of then; current versions when None.
        bylines: Gives every stored byline, asked for when authors are chosen.
    """
    parts: list[str] = []
    values: list[str] = []
    if as_of is None:
        parts.append(_CURRENT)
    else:
        parts += [_DATED, "v.day <= ?", _LAST]
        values += [as_of.isoformat()] * 2
    if filters.outlets:
        parts.append(f"v.outlet IN ({_marks(filters.outlets)})")
        values += filters.outlets
    if filters.authors:
        named = [byline for byline in bylines() if wrote(byline, filters.authors)]
        parts.append(f"v.byline IN ({_marks(named)})")
        values += named
    for sign, day in ((">=", filters.since), ("<=", filters.until)):
        if day:
            parts.append(f"{_DATED} AND v.day {sign} ?")
            values.append(day.isoformat())
    return " AND ".join(parts), values


def _marks(values: Sequence[str]) -> str:
    return ",".join("?" * len(values))
