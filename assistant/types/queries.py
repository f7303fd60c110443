"""What a question asks for: its kind, filters, and what is searched for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

QuestionKind = Literal[
    "fact", "definition", "yes_no", "number", "why", "list", "timeline", "comparison", "summary", "latest", "quotation",
    "small_talk", "help", "instruction",
]  # fmt: skip
SHAPED: frozenset[QuestionKind] = frozenset(("list", "timeline", "comparison", "summary", "latest"))
"""Kinds that are answered from many passages, in a form of their own."""
CHAT: frozenset[QuestionKind] = frozenset(("small_talk", "help", "instruction"))
"""Kinds that are no question about the articles; they get a short fixed reply."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles may be searched. Days are inclusive; empty means no limit.

    Attributes:
        outlets: Names as stored; any of them.
        since: First day of publication.
        until: Last day of publication.
        authors: Names that occur in the byline, whatever their case and accents; any of them.
    """

    outlets: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    authors: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.outlets or self.since or self.until or self.authors)


@dataclass(frozen=True, slots=True)
class Share:
    """What a question names, which is searched by itself and gets its share of the hits.

    Attributes:
        filters: Where it is searched.
        text: What is searched for; the part of the question that is being searched when empty.
    """

    filters: Filters
    text: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A question as understood: what is asked, and the plan to search for it.

    Attributes:
        question: As typed.
        standalone: Understandable without the conversation.
        filters: What must hold (chosen by the user, or a date the question names).
        outlets: Outlets that the question names.
        shares: What it names: outlets, days, clauses of a long question.
        newest_first: "latest" and the like were asked.
        as_of: Nothing published later may be used.
        parts: The sub-queries to search for; the standalone question when it has one part.
        kind: What is asked for, which decides the depth of search and the shape of the answer.
        sides: For a comparison: what is compared, each searched by itself.
        people: Persons whose statements or actions are asked about.
        alternative: The other reading of a follow-up, searched too when it is in doubt whether it needs the conversation.
        language: ISO 639-1 code of the question.
        planner: Who made the plan: "rules", or the chat model's name.
        assumed: How relative days were understood, one sentence each; said in the answer.
    """

    question: str
    standalone: str
    filters: Filters = Filters()
    outlets: tuple[str, ...] = ()
    shares: tuple[Share, ...] = ()
    newest_first: bool = False
    as_of: date | None = None
    parts: tuple[str, ...] = ()
    kind: QuestionKind = "fact"
    sides: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    alternative: str = ""
    language: str = "en"
    planner: str = "rules"
    assumed: tuple[str, ...] = ()

    @property
    def periods(self) -> tuple[tuple[date, date], ...]:
        """First and last day of every period that the question names."""
        named = [(share.filters.since, share.filters.until) for share in self.shares]
        return tuple(dict.fromkeys((since, until) for since, until in named if since and until))
