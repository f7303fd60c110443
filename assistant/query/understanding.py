"""Understands a question by rules: its kind, what it carries over, outlets and dates that it names, its parts.

What is found here widens or narrows the search and is shown to the user. No model is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant.query.decomposition import split_parts
from assistant.query.follow_up import History, resolve
from assistant.query.kinds import chat_kind, question_kind, without_courtesy
from assistant.query.language import question_language
from assistant.query.outlets import Place, named_outlets, named_shares, outlet_places
from assistant.query.sides import compared_sides, side_queries
from assistant.query.temporal import Period, named_periods, reference_day, relative_phrases
from assistant.types import Filters, Query, QuestionKind

Talk = Callable[[str], QuestionKind | None]
"""The kind of small talk, help or instruction; None for a question about the articles."""

_NEWEST = re.compile(r"\b(?:latest|newest|most recent|currently|right now|as of now|up to date|these days)\b", re.I)
_AS_OF = re.compile(r"\bas\s+of\s+(?=\w)", re.I)


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the library holds, as far as planning needs it.

    Attributes:
        outlets: Names of its outlets.
        oldest: First day of publication, or None when it is empty.
        newest: Last day of publication.
    """

    outlets: tuple[str, ...] = ()
    oldest: date | None = None
    newest: date | None = None

    @property
    def line(self) -> str:
        """One line for a prompt."""
        if self.oldest is None or self.newest is None:
            return "The articles have no dates."
        return f"The articles were published from {self.oldest} to {self.newest}."


def understand(
    question: str,
    history: History = (),
    *,
    filters: Filters | None = None,
    as_of: date | None = None,
    coverage: Coverage | None = None,
    today: date | None = None,
    ignore: Collection[str] = (),
    talk: Talk = chat_kind,
) -> Query:
    """Work out what is to be searched for.

    Args:
        question: As typed.
        history: Earlier messages ({"role", "content"}), oldest first.
        filters: What the user chose; kept as it is.
        as_of: Nothing published later may be used.
        coverage: What the library holds: names of outlets, and the last day, up to which "7 November" is meant.
        today: The day that "yesterday" counts from; `as_of`, or the machine's day, when not given.
        ignore: What the question names and the user took back: "period", "as_of", "newest", "outlet:NAME".
        talk: Tells what is no question about the articles.

    Returns:
        The query. Outlets and dates named in the question are shares of the search, not limits,
        because a date may be the event's and not the article's.
    """
    if (chat := talk(question)) is not None:
        return Query(question, question, filters or Filters(), as_of=as_of, parts=(question,), kind=chat)
    covered = coverage or Coverage()
    asked = without_courtesy(question)
    resolved = resolve(asked, history)
    kind, sides = question_kind(asked), compared_sides(resolved.standalone)
    kind = "comparison" if sides and kind in ("fact", "quotation") and "differ" in asked else kind
    base = reference_day(as_of, today or date.today(), covered.newest)
    last = min(base, covered.newest or base)
    named_as_of = _named_as_of(asked, base, last)
    if named_as_of and covered.oldest and named_as_of < covered.oldest:
        named_as_of = None

    def periods(text: str) -> tuple[Period, ...]:
        return () if named_as_of or "period" in ignore else named_periods(text, base, last)

    places = _allowed(outlet_places(asked, covered.outlets), ignore)
    parts = split_parts(resolved.standalone)
    if kind == "comparison" and sides and not places:
        parts = (resolved.standalone, *side_queries(resolved.standalone, sides))
    return Query(
        question=question,
        standalone=resolved.standalone,
        filters=filters or Filters(),
        outlets=tuple(named_outlets(places)),
        shares=named_shares(asked, places, periods),
        newest_first="newest" not in ignore and bool(kind == "latest" or _NEWEST.search(asked)),
        as_of=as_of or (None if "as_of" in ignore else named_as_of),
        parts=parts,
        kind=kind,
        sides=sides if kind == "comparison" else (),
        alternative=resolved.alternative,
        assumed=() if "period" in ignore else _assumed(asked, base, as_of, covered.newest),
        language=question_language(asked),
    )


def _assumed(question: str, base: date, as_of: date | None, newest: date | None) -> tuple[str, ...]:
    """How days were understood that the question names by their distance from today."""
    origin = "the as-of day" if as_of else "the newest article" if base == newest else "today"
    told = []
    for phrase, (since, until) in relative_phrases(question, base):
        day = f"{since}" if since == until else f"{since} to {until}"
        told.append(f"“{phrase}” was understood as {day}, counted from {origin} ({base}).")
    return tuple(told)


def _allowed(places: Sequence[Place], ignore: Collection[str]) -> list[Place]:
    """The places without the outlets that the user took back."""
    kept = [
        replace(place, outlets=tuple(name for name in place.outlets if f"outlet:{name}" not in ignore))
        for place in places
    ]
    return [place for place in kept if place.outlets]


def _named_as_of(question: str, base: date, last: date) -> date | None:
    match = _AS_OF.search(question)
    found = named_periods(question[match.end() :], base, last) if match else ()
    return found[0][1] if found else None
