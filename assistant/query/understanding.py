"""Understands a question by code: follow-ups, outlets and dates it names, its parts.

No model is asked. What is found here widens or narrows the search and is shown to the user.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from assistant.query.decomposition import split_parts
from assistant.query.outlets import Place, named_outlets, named_shares, outlet_places
from assistant.query.temporal import Period, named_periods
from assistant.text.lexical import content_words, names
from assistant.types import Filters, Query

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
_AS_OF = re.compile(r"\bas\s+of\s+(?=\w)", re.I)


def understand(
    question: str,
    history: History = (),
    *,
    filters: Filters | None = None,
    as_of: date | None = None,
    outlets: Iterable[str] = (),
    today: date | None = None,
    oldest: date | None = None,
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
        oldest: The first day the library covers: "as of" a day before it speaks of the event, not of the articles.
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
    if named_as_of and oldest and named_as_of < oldest:
        named_as_of = None

    def periods(text: str) -> tuple[Period, ...]:
        return () if named_as_of or "period" in ignore else named_periods(text, base, last)

    places = _allowed(outlet_places(question, outlets), ignore)
    return Query(
        question=question,
        standalone=standalone,
        filters=filters or Filters(),
        outlets=tuple(named_outlets(places)),
        shares=named_shares(question, places, periods),
        newest_first="newest" not in ignore and bool(_NEWEST.search(question)),
        as_of=as_of or (None if "as_of" in ignore else named_as_of),
        parts=split_parts(standalone),
    )


def _allowed(places: Sequence[Place], ignore: Collection[str]) -> list[Place]:
    """The places without the outlets that the user took back."""
    kept = [
        replace(place, outlets=tuple(name for name in place.outlets if f"outlet:{name}" not in ignore))
        for place in places
    ]
    return [place for place in kept if place.outlets]


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


def _named_as_of(question: str, base: date, last: date) -> date | None:
    match = _AS_OF.search(question)
    found = named_periods(question[match.end() :], base, last) if match else ()
    return found[0][1] if found else None
