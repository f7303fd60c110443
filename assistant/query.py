"""Understands a question by code: follow-ups, outlets and dates it names, its parts.

No model is asked. What is found here widens or narrows the search and is shown to the user.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta

from assistant.domain import Filters, Query
from assistant.parts import split_parts
from assistant.words import MONTH_NUMBER, content_words, fold, names

History = Sequence[Mapping[str, str]]

MAX_CARRIED = 4
"""Names of the last answer that a follow-up is searched with."""

_POINTS_BACK = re.compile(
    r"\b(?:he|she|it|they|him|her|his|hers|its|them|their|theirs|that|those|this|these|there|then|one|ones|former|latter|"
    r"same|else|another|more)\b",
    re.I,
)
_ELLIPSIS = re.compile(
    r"^\s*(?:and|but|or|so|also|what about|how about|what else|who else|why|how come|since when|until when)\b", re.I
)
_NEWEST = re.compile(r"\b(?:latest|newest|most recent|currently|right now|as of now|up to date|these days)\b", re.I)
_MONTH = "|".join(sorted(MONTH_NUMBER, key=len, reverse=True))
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({_MONTH})\b\.?(?:,?\s+(\d{{4}}))?", re.I)
_MONTH_DAY = re.compile(rf"\b({_MONTH})\b\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(\d{{4}}))?", re.I)
_MONTH_YEAR = re.compile(
    rf"\b(?:in|during|of|since|by|until|before|after|early|late|mid)?[\s-]*({_MONTH})\.?\s+(\d{{4}})\b", re.I
)
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_RELATIVE = re.compile(
    r"\b(?:(today|yesterday)|(this|last|past)\s+(week|month|year)|(?:in\s+the\s+)?(?:last|past)\s+(\d{1,3})\s+(days|weeks|months))\b",
    re.I,
)
_AS_OF = re.compile(r"\bas\s+of\s+(?=\w)", re.I)


def understand(
    question: str,
    history: History = (),
    *,
    filters: Filters | None = None,
    as_of: date | None = None,
    outlets: Iterable[str] = (),
    today: date | None = None,
    newest: date | None = None,
    ignore: Collection[str] = (),
) -> Query:
    """Work out what is to be searched for.

    Args:
        question: As typed.
        history: Earlier messages ({"role", "content"}), oldest first.
        filters: What the user chose; kept as it is.
        as_of: Nothing published later may be used.
        outlets: The outlets of the library.
        today: What "yesterday" counts from; `as_of`, or the machine's day, when not given.
        newest: The last day the library covers: "7 November" is the last one up to then.
        ignore: What the question names and the user took back: "period", "as_of", "newest", "outlet:NAME".

    Returns:
        The query. Outlets and dates named in the question are shares of the search, not limits,
        because a date may be the event's and not the article's.
    """
    standalone = resolve_follow_up(question, history)
    base = as_of or today or date.today()
    last = min(base, newest or base)
    named_as_of = _named_as_of(question, base, last)
    since, until = _period(question, base, last) if named_as_of is None else (None, None)
    if "as_of" in ignore:
        named_as_of = None
    if "period" in ignore:
        since = until = None
    chosen = filters or Filters()
    return Query(
        question=question,
        standalone=standalone,
        filters=chosen,
        outlets=tuple(name for name in named_outlets(question, outlets) if f"outlet:{name}" not in ignore),
        named_period=(since, until) if since and until else None,
        newest_first="newest" not in ignore and bool(_NEWEST.search(question)),
        as_of=as_of or named_as_of,
        parts=split_parts(standalone),
    )


def resolve_follow_up(question: str, history: History) -> str:
    """Write a follow-up so that it can be searched alone.

    A question that points back ("he", "that", "And in the US?") or names nothing itself is put
    behind the last question and the names of its answer, which is how the reader was trained too.
    """
    if not history or not needs_history(question):
        return question
    users = [turn["content"] for turn in history if turn.get("role") == "user"]
    replies = [turn["content"] for turn in history if turn.get("role") == "assistant"]
    earlier, reply = (users or [""])[-1].strip(), (replies or [""])[-1]
    have = set(content_words(f"{earlier} {question}"))
    new = [name for name in names(reply)[:MAX_CARRIED] if not set(content_words(name)) <= have]
    carried = f" ({', '.join(new)})" if new else ""
    return f"{earlier}{carried} {question}".strip()


def needs_history(question: str) -> bool:
    """Whether a question cannot be understood alone."""
    if _ELLIPSIS.search(question):
        return True
    named = names(question)
    return bool(_POINTS_BACK.search(question)) and len(named) < 2 or (not named and len(content_words(question)) <= 3)


def outlet_aliases(outlet: str) -> set[str]:
    """The names by which a reader may call an outlet, folded ("BBC News - Technology": "bbc news", "bbc")."""
    head = re.split(r"\s+[-–|:]\s+|\s*\|\s*|:\s+", outlet)[0].strip()
    forms = {outlet, head, re.sub(r"\.(?:com|co\.uk|org|net)$", "", head, flags=re.I)}
    forms |= {re.sub(r"^the\s+", "", form, flags=re.I) for form in forms}
    forms |= {re.sub(r"\s+news$", "", form, flags=re.I) for form in forms if len(form.split()) > 1}
    return {fold(form) for form in forms if len(form) > 2}


def named_outlets(question: str, outlets: Iterable[str]) -> list[str]:
    """The library's outlets that a question names, in the order they are named.

    A name of one common word ("Wired", "Fortune") counts only where it is written with a capital.
    """
    folded = fold(question)
    capitals = {fold(word.strip("'’s")) for name in names(question) for word in [name, *name.split()]}
    found: list[tuple[int, str]] = []
    for outlet in outlets:
        places = []
        for alias in outlet_aliases(outlet):
            match = re.search(rf"(?<![\w]){re.escape(alias)}(?![\w])", folded)
            if match and (" " in alias or alias in capitals):
                places.append(match.start())
        if places:
            found.append((min(places), outlet))
    return [outlet for _, outlet in sorted(found)]


def _named_as_of(question: str, base: date, last: date) -> date | None:
    match = _AS_OF.search(question)
    if not match:
        return None
    _, until = _period(question[match.end() :], base, last)
    return until


def _period(text: str, base: date, last: date) -> tuple[date | None, date | None]:
    """The first day or period that a text names, as (first day, last day)."""
    if match := _ISO.search(text):
        day = _day(int(match[1]), int(match[2]), int(match[3]))
        return day, day
    for pattern, order in ((_DAY_MONTH, (3, 2, 1)), (_MONTH_DAY, (3, 1, 2))):
        if match := pattern.search(text):
            year, month, number = match[order[0]], MONTH_NUMBER[match[order[1]].lower()], int(match[order[2]])
            day = _day(int(year), month, number) if year else _latest(month, number, last)
            return day, day
    if match := _MONTH_YEAR.search(text):
        return _month(int(match[2]), MONTH_NUMBER[match[1].lower()])
    if match := _RELATIVE.search(text):
        return _relative(match, base)
    return None, None


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
