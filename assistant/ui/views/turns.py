"""One question with what came of it, as the page shows it and the browser keeps it.

The browser sends these records back, so they are read as strictly as any other input: limited in
size, unknown fields dropped, and never a source of links.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from assistant.types import CHAT, Answer, Citation, Filters, Headline, Hit, Query, QuestionKind, Sentence
from assistant.ui.server.progress import Progress

MAX_TURNS = 200
"""Turns of one conversation that are shown."""

PASSAGES = 30
"""Passages of one turn that are kept, and"""
WORDED = 12
"""how many of them with their words."""
PASSAGE_LENGTH = 700

State = Literal["asking", "answered", "abstained", "reply", "stopped", "failed", "busy"]
"""reply: a fixed reply to small talk, to a question about the assistant or to an instruction."""


def _no_surrogates(value: Any) -> Any:
    """Half a character cannot be stored or sent: it becomes a question mark."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


_Text = Annotated[str, BeforeValidator(_no_surrogates)]
Short = Annotated[_Text, Field(max_length=2_000)]
Long = Annotated[_Text, Field(max_length=50_000)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Head(_Record):
    """An article as named on a card."""

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
    """A limit that the search ran under; `implied` when the question itself named it, `off` when that was taken back."""

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
        as_of: Nothing published later is used.
        ignore: What the question named and the user took back; see `query.understand`.
    """

    outlets: list[Short] = Field(default=[], max_length=200)
    since: date | None = None
    until: date | None = None
    as_of: date | None = None
    ignore: list[Short] = Field(default=[], max_length=60)

    @property
    def filters(self) -> Filters:
        """As the assistant takes them."""
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


def head_of(headline: Headline) -> Head:
    """The card's fields of a headline."""
    return Head(**_head(headline))


def _head(headline: Headline) -> dict[str, Any]:
    names = ("article_id", "version", "title", "outlet", "byline", "published_at")
    return {name: _cut(getattr(headline, name)) for name in names}


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= 2_000 else text[:1_999] + "…"


def cited_of(citation: Citation, hits: tuple[Hit, ...] = ()) -> Cited:
    """The stored form of a citation; copies of its article come from the hits."""
    copies = {
        copy.outlet or copy.title
        for hit in hits
        if hit.headline.article_id == citation.headline.article_id
        for copy in hit.also_in
    }
    return Cited(
        **_head(citation.headline),
        number=citation.number,
        quote=citation.quote,
        start=citation.start,
        end=citation.end,
        also_in=sorted(copies)[:50],
    )


def found_of(hit: Hit, *, worded: bool = True) -> Found:
    """The stored form of a hit, with its words or without."""
    why = {name: round(float(value), 4) for name, value in hit.why.known().items()}
    words = " ".join(hit.passage.text.split()) if worded else ""
    if len(words) > PASSAGE_LENGTH:
        words = words[:PASSAGE_LENGTH].rsplit(" ", 1)[0] + " …"
    return Found(
        **_head(hit.headline), rank=hit.rank, start=hit.passage.start, end=hit.passage.end, why=why, text=words
    )


def said_of(sentence: Sentence) -> Said:
    """The stored form of a sentence."""
    return Said(
        text=sentence.text, citations=list(sentence.citations), verdict=sentence.verdict, entry=sentence.entry,
        label=sentence.label, quoted=sentence.quoted, reason=sentence.reason, answer=sentence.answer,
    )  # fmt: skip


def chips_of(query: Query, chosen: Chosen) -> list[Chip]:
    """What limits the search, with what the question implied told apart from what was chosen."""
    filters, chips = query.filters, []
    for outlet in dict.fromkeys((*filters.outlets, *query.outlets)):
        chips.append(Chip(kind="outlet", value=outlet, implied=outlet not in chosen.outlets))
    days: dict[Literal["since", "until", "as_of"], date | None] = {
        "since": filters.since,
        "until": filters.until,
        "as_of": query.as_of,
    }
    for kind, day in days.items():
        if day is not None:
            chips.append(Chip(kind=kind, value=day.isoformat(), implied=getattr(chosen, kind) != day))
    for period in query.periods:
        chips.append(Chip(kind="period", value="/".join(day.isoformat() for day in period)))
    if query.newest_first:
        chips.append(Chip(kind="newest", value="newest first"))
    return [*chips, *_taken_back(chosen.ignore)]


def _taken_back(ignore: list[str]) -> list[Chip]:
    chips = []
    for key in ignore:
        kind, _, value = key.partition(":")
        match kind:
            case "outlet":
                chips.append(Chip(kind="outlet", value=value, off=True))
            case "period":
                chips.append(Chip(kind="period", value="", off=True))
            case "as_of":
                chips.append(Chip(kind="as_of", value="", off=True))
            case "newest":
                chips.append(Chip(kind="newest", value="newest first", off=True))
    return chips


def show(turn: Turn, progress: Progress) -> Turn:
    """The turn with the answer as far as it has come.

    Args:
        turn: The turn as it was asked.
        progress: What is known of the answer.
    """
    if progress.answer is not None:
        return _finished(turn, progress.answer, progress)
    return turn.model_copy(update={**_so_far(turn, progress), "trace": progress.step})


def _so_far(turn: Turn, progress: Progress) -> dict[str, Any]:
    query = progress.query
    found: dict[str, Any] = {
        "sentences": [said_of(sentence) for sentence in progress.sentences],
        "citations": [cited_of(citation, progress.hits) for citation in progress.citations],
        "limitations": list(progress.limitations),
        "hits": _founds(progress.hits),
        "searched": progress.articles,
    }
    if query is not None:
        found |= {"standalone": query.standalone, "kind": query.kind, "chips": chips_of(query, turn.chosen)}
    return found


def _founds(hits: Sequence[Hit]) -> list[Found]:
    return [found_of(hit, worded=at < WORDED) for at, hit in enumerate(hits[:PASSAGES])]


def _finished(turn: Turn, answer: Answer, progress: Progress) -> Turn:
    state: State = "answered" if answer.status == "answered" else "abstained"
    return turn.model_copy(
        update={
            **_so_far(turn, progress),
            "state": "reply" if answer.kind in CHAT else state,
            "kind": answer.kind,
            "standalone": answer.standalone,
            "citations": [cited_of(citation, answer.hits) for citation in answer.citations],
            "hits": _founds(answer.hits),
            "related": [said_of(sentence) for sentence in answer.related],
            "partial": answer.partial,
            "nearest": [head_of(headline) for headline in answer.nearest],
            "dropped": list(answer.dropped),
            "notes": list(answer.notes),
            "reason": answer.reason,
            "model": answer.model,
            "receipt": answer.receipt,
            "trace": "",
        }
    )
