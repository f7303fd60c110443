"""Finds the outlets that a question names, and what it says of each: those words are searched in that outlet alone.

"Did the BBC's report of 3 May say that ..., while The Times ..." asks each outlet for something else; searched as one
text, the words of one half bury the other half's article.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from assistant.query.parsed import is_long
from assistant.query.temporal import Period
from assistant.text.lexical import content_words, fold, names
from assistant.types import Filters, Share

OWN_WORDS = 3
"""Content words from which on what is said of an outlet can be searched by itself."""
MOST_CLAUSES = 5

_CLAUSE = re.compile(
    r",\s+(?:and\s+|while\s+|whereas\s+|but\s+)?|;\s+|\s+(?:while|whereas|in contrast to|as well as)\s+|"
    r"\s+and\s+(?=(?:is|was|has|have|are|does|did)\b)"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a folded question names an outlet, or several that go by one name."""

    start: int
    end: int
    outlets: tuple[str, ...]


def outlet_aliases(outlet: str) -> set[str]:
    """The names by which a reader may call an outlet, folded ("BBC News - Technology": "bbc news", "bbc")."""
    head = re.split(r"\s+[-–|:]\s+|\s*\|\s*|:\s+", outlet)[0].strip()
    forms = {outlet, head, re.sub(r"\.(?:com|co\.uk|org|net)$", "", head, flags=re.I)}
    forms |= {re.sub(r"^the\s+", "", form, flags=re.I) for form in forms}
    forms |= {re.sub(r"\s+news$", "", form, flags=re.I) for form in forms if len(form.split()) > 1}
    return {fold(form) for form in forms if len(form) > 2}


def outlet_places(question: str, outlets: Iterable[str]) -> list[Place]:
    """Where a question names outlets of the library, in the order of `fold(question)`.

    A name of one common word ("Wired", "Fortune") counts only where it is written with a capital. Where one name
    begins another ("Fox News", "Fox News - Health") the longer one counts.
    """
    folded = fold(question)
    capitals = {fold(word.strip("'’s")) for name in names(question) for word in [name, *name.split()]}
    found: dict[int, set[tuple[int, str]]] = {}
    for outlet in outlets:
        for alias in outlet_aliases(outlet):
            if " " in alias or alias in capitals:
                for match in re.finditer(rf"(?<![\w]){re.escape(alias)}(?![\w])", folded):
                    found.setdefault(match.start(), set()).add((match.end(), outlet))
    places: list[Place] = []
    for start, ends in sorted(found.items()):
        end = max(end for end, _ in ends)
        if not places or places[-1].end <= start:
            places.append(Place(start, end, tuple(sorted(outlet for at, outlet in ends if at == end))))
    return places


def named_outlets(places: Sequence[Place]) -> list[str]:
    """The outlets of those places, each once, in the order they are named."""
    return list(dict.fromkeys(outlet for place in places for outlet in place.outlets))


def named_shares(
    question: str, places: Sequence[Place], periods: Callable[[str], tuple[Period, ...]]
) -> tuple[Share, ...]:
    """What is searched for by itself: each outlet and period, and in a long question each clause.

    Args:
        question: As typed: what a follow-up carries over belongs to no outlet.
        places: Where it names outlets.
        periods: Finds the periods that a text names.
    """
    folded = fold(question)
    shares = _outlet_shares(folded, places, periods)
    if not any(share.filters.since for share in shares):
        shares += [Share(Filters(since=since, until=until)) for since, until in periods(question)]
    if is_long(question):
        named = Filters(outlets=tuple(named_outlets(places)))
        clauses = [clause for clause in _CLAUSE.split(folded) if len(content_words(clause)) >= OWN_WORDS]
        shares += [Share(named, clause) for clause in clauses[:MOST_CLAUSES] if len(clauses) > 1]
    return tuple(dict.fromkeys(shares))


def _outlet_shares(folded: str, places: Sequence[Place], periods: Callable[[str], tuple[Period, ...]]) -> list[Share]:
    if len(places) < 2:
        return [Share(Filters(outlets=(outlet,))) for outlet in named_outlets(places)]
    shares = []
    for place, end in zip(places, [*(place.start for place in places[1:]), len(folded)], strict=True):
        own = folded[place.end : end]
        since, until = (periods(own) or ((None, None),))[0]
        text = own.strip() if len(content_words(own)) >= OWN_WORDS else ""
        shares.append(Share(Filters(place.outlets, since, until), text))
    return shares
