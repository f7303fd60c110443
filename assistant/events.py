"""What the answering pipeline tells while it works; the last event carries the answer."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.types import Answer, Citation, Hit, Query, Sentence


@dataclass(frozen=True, slots=True)
class Understood:
    """First event: what is searched for."""

    query: Query


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The passages that are about to be read."""

    hits: tuple[Hit, ...]
    articles: int


@dataclass(frozen=True, slots=True)
class Draft:
    """Text from the chat model that is not checked yet; never shown as final."""

    text: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence that passed the check, with the citations it brings."""

    sentence: Sentence
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Limited:
    """A sentence of the chat model that says what the passages do not tell; shown without a citation."""

    text: str


@dataclass(frozen=True, slots=True)
class Restarted:
    """What was shown so far is withdrawn: the chat model failed and quotations follow."""

    reason: str


@dataclass(frozen=True, slots=True)
class Finished:
    """Last event: the whole answer."""

    answer: Answer


Event = Understood | Retrieved | Draft | Checked | Limited | Restarted | Finished
