"""From the assistant's records to a turn: the fields of citations, passages and limits, and the turn after each event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from assistant.types import CHAT, Answer, Citation, Headline, Hit, Query, Sentence
from assistant.ui.server.progress import Progress
from assistant.ui.views.turns import Chip, Chosen, Cited, Found, Head, Said, State, Turn

PASSAGES = 30
"""Passages of one turn that are kept, and"""
WORDED = 12
"""how many of them with their words."""
PASSAGE_LENGTH = 700


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
        page=citation.page,
        ocr=citation.ocr,
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
    """The limits of the search; those implied by the question are told apart from chosen ones."""
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
