"""Who writes the answer: a capable chat model, a small one behind the reader, or nobody (quotations)."""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence
from dataclasses import replace

from assistant.answering.extractive import ExtractiveWriter
from assistant.answering.gathering import Gatherer
from assistant.answering.generative import Checks, ModelWriter, Written
from assistant.answering.passages import interleaved
from assistant.answering.state import Material, Outcome
from assistant.errors import ModelError
from assistant.events import Checked, Event, Restarted
from assistant.grounding.citations import CitationBook
from assistant.models.chat import ChatModel
from assistant.reading.addressed import Screen
from assistant.reading.pipeline import Finding
from assistant.reading.scoring import Weights
from assistant.types import Query

Outcomes = Generator[Event, None, Outcome]

NOTHING_PASSED = "Nothing that the chat model wrote could be verified. Showing quotations instead."


def by_capable_model(
    model: ChatModel,
    checks: Checks,
    query: Query,
    material: Material,
    gatherer: Gatherer,
    coverage: str,
    stop: threading.Event | None,
) -> Outcomes:
    """The model decides: when it finds no answer, it is asked once more with other and more passages.

    Returns:
        The outcome; without sentences and not declined, quotations follow.
    """
    writer, book = ModelWriter(model, checks), CitationBook()
    try:
        written = yield from writer.write(query, material.given, book, coverage, stop)
        outcome = _outcome(written, book, model.name)
        if written.declined and not (stop is not None and stop.is_set()):
            further = gatherer.deeper(query, material, model.profile)
            if further.given:
                second = yield from writer.write(query, further.given, book, coverage, stop)
                outcome = _second(outcome, _outcome(second, book, model.name))
    except ModelError as error:
        yield Restarted(str(error))
        return Outcome(notes=(f"{error} Showing quotations instead.",))
    if not outcome.sentences and not outcome.declined:
        yield Restarted(NOTHING_PASSED)
        return replace(Outcome(), dropped=outcome.dropped, raw=outcome.raw, notes=(NOTHING_PASSED,))
    return outcome


def _outcome(written: Written, book: CitationBook, name: str) -> Outcome:
    return Outcome(
        sentences=() if written.declined else written.sentences,
        book=book,
        model=name,
        related=written.sentences if written.declined else (),
        limitations=written.limitations,
        dropped=tuple(item.line for item in written.dropped),
        prompts=written.prompts,
        raw=(written.raw,),
        declined=written.declined,
    )


def _second(first: Outcome, second: Outcome) -> Outcome:
    """The second attempt when it answers; else the abstention with what either found on the subject."""
    raw = (*first.raw, *second.raw)
    if second.sentences:
        return replace(second, raw=raw)
    related = first.related or second.related
    dropped = (*first.dropped, *second.dropped)
    return replace(first, related=related, raw=raw, dropped=dropped, declined=True)


def by_small_model(
    model: ChatModel, checks: Checks, query: Query, found: Sequence[Finding], stop: threading.Event | None
) -> Outcomes:
    """The model words what the reader found; it is given few passages and cannot decline.

    Returns:
        The outcome; without sentences, quotations follow.
    """
    hits = interleaved([finding.hits for finding in found], model.profile.passages)
    book = CitationBook()
    try:
        written = yield from ModelWriter(model, checks).write(query, hits, book, stop=stop)
    except ModelError as error:
        yield Restarted(str(error))
        return Outcome(notes=(f"{error} Showing quotations instead.",))
    if not written.sentences or written.declined:
        yield Restarted(NOTHING_PASSED)
        dropped = tuple(item.line for item in written.dropped)
        return Outcome(dropped=dropped, raw=(written.raw,), notes=(NOTHING_PASSED,))
    return _outcome(written, book, model.name)


def by_quotations(query: Query, material: Material, weights: Weights, screen: Screen, before: Outcome) -> Outcomes:
    """Quotations of what the reader found, when it is sure enough of it.

    Args:
        query: What is asked.
        material: What was read.
        weights: From which confidence on a part counts as answered.
        screen: Which sentences speak to the program that answers.
        before: What a chat model left: its notes and dropped sentences are kept.
    """
    book = CitationBook()
    draft = ExtractiveWriter(weights, screen).write(query, material.findings, book)
    cited = {citation.number: citation for citation in draft.citations}
    for sentence in draft.sentences:
        yield Checked(sentence, tuple(cited[number] for number in sentence.citations))
    return Outcome(
        draft.sentences,
        book,
        dropped=before.dropped,
        notes=(*before.notes, *draft.notes),
        raw=before.raw,
        missing=draft.missing if draft.sentences else (),
    )
