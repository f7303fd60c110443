"""One question with its answer, as the page shows it and the browser keeps it.

The browser sends these records back, so they are read as strictly as any other input: limited in
size, unknown fields dropped, and never a source of links.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from assistant.types import Filters, QuestionKind
from assistant.ui.server.request_queue import whole_characters

MAX_TURNS = 200
"""Turns of one conversation that are shown."""

State = Literal["asking", "answered", "abstained", "reply", "stopped", "failed", "busy"]
"""reply: a fixed reply to small talk, to a question about the assistant or to an instruction."""


def _whole(value: Any) -> Any:
    return whole_characters(value) if isinstance(value, str) else value


_Text = Annotated[str, BeforeValidator(_whole)]
Short = Annotated[_Text, Field(max_length=2_000)]
Long = Annotated[_Text, Field(max_length=50_000)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Head(_Record):
    """An article's fields on a card."""

    article_id: Short = ""
    version: Short = ""
    title: Short = ""
    outlet: Short | None = None
    byline: Short | None = None
    published_at: Short | None = None


class Cited(Head):
    """A numbered quotation."""

    number: int = Field(ge=1, le=10_000)
    quote: Long
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    page: int | None = Field(default=None, ge=1, le=100_000)
    ocr: bool = False
    also_in: list[Short] = Field(default=[], max_length=50)


class Said(_Record):
    """A sentence of the answer."""

    text: Long
    citations: list[int] = Field(default=[], max_length=100)
    verdict: Short = "supported"
    entry: int = 0
    label: Short = ""
    quoted: bool = False
    reason: Short = ""
    answer: Short = ""


class Found(Head):
    """A passage that was read; the best ones with their words."""

    rank: int = 0
    text: Short = ""
    start: int = Field(default=0, ge=0)
    end: int = Field(default=0, ge=0)
    why: dict[str, float] = {}


class Chip(_Record):
    """A limit of the search; `implied` when the question names it, `off` when the user removed it."""

    kind: Literal["outlet", "since", "until", "as_of", "period", "newest"]
    value: Short
    implied: bool = True
    off: bool = False


class Chosen(_Record):
    """The limits of a search as the page sends them.

    Attributes:
        outlets: Only these; all when empty.
        since: First day of publication.
        until: Last day of publication.
        as_of: Only articles published by this day.
        ignore: Limits named in the question that the user removed; see `assistant.query.planner.Request`.
    """

    outlets: list[Short] = Field(default=[], max_length=200)
    since: date | None = None
    until: date | None = None
    as_of: date | None = None
    ignore: list[Short] = Field(default=[], max_length=60)

    @property
    def filters(self) -> Filters:
        """The filters for the assistant."""
        return Filters(tuple(self.outlets), self.since, self.until)


class Turn(_Record):
    """A question and its state."""

    id: Short
    question: Long
    conversation: Short = ""
    asked_at: Short = ""
    state: State = "asking"
    standalone: Long = ""
    chips: list[Chip] = Field(default=[], max_length=60)
    kind: QuestionKind = "fact"
    sentences: list[Said] = Field(default=[], max_length=200)
    limitations: list[Long] = Field(default=[], max_length=50)
    related: list[Said] = Field(default=[], max_length=50)
    partial: bool = False
    citations: list[Cited] = Field(default=[], max_length=400)
    hits: list[Found] = Field(default=[], max_length=100)
    nearest: list[Head] = Field(default=[], max_length=20)
    dropped: list[Long] = Field(default=[], max_length=100)
    notes: list[Long] = Field(default=[], max_length=20)
    reason: Long = ""
    days: list[Short] = Field(default=[], max_length=2)
    model: Short = ""
    receipt: Short = ""
    trace: Short = ""
    searched: int = 0
    chosen: Chosen = Chosen()
    rated: Literal["", "good", "bad"] = ""

    @property
    def text(self) -> str:
        """The answer as plain text."""
        return " ".join(sentence.text for sentence in self.sentences)


def read_turns(rows: Any) -> list[Turn]:
    """Read what the browser kept; a record that does not fit is left out.

    Args:
        rows: A list of records as JSON gives them.
    """
    turns = []
    for row in (rows if isinstance(rows, list) else [])[-MAX_TURNS:]:
        try:
            turns.append(Turn.model_validate(row))
        except ValidationError:
            continue
    return turns


def history_of(turns: Iterable[Turn]) -> list[dict[str, str]]:
    """The conversation so far in the form that the assistant reads."""
    history = []
    for turn in turns:
        if turn.state in ("answered", "abstained", "stopped"):
            history.append({"role": "user", "content": turn.question})
            history.append({"role": "assistant", "content": turn.text or turn.reason or "Nothing was found."})
    return history
