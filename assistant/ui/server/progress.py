"""One reducer from the events of an answer to what is known of it so far; the page and the HTTP API read it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.events import Checked, Draft, Event, Finished, Limited, Restarted, Retrieved, Understood
from assistant.types import Answer, Citation, Hit, Query, Sentence


@dataclass(frozen=True, slots=True)
class Waiting:
    """The question has not been started; `why` says what it waits for."""

    why: str


@dataclass(frozen=True, slots=True)
class Progress:
    """An answer so far.

    Attributes:
        step: What is being done, in words for the user.
        query: The question as understood.
        hits: The passages found.
        articles: How many articles were searched.
        sentences: Verified sentences.
        citations: Their citations, each once.
        limitations: What the passages do not tell.
        withdrawn: Why sentences that were shown have been taken back; empty when none were.
        answer: The whole answer, once it is finished.
    """

    step: str = "Reading the question"
    query: Query | None = None
    hits: tuple[Hit, ...] = ()
    articles: int = 0
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    limitations: tuple[str, ...] = ()
    withdrawn: str = ""
    answer: Answer | None = None


def advance(progress: Progress, event: Event | Waiting) -> Progress:
    """The progress after one more event."""
    match event:
        case Waiting(why):
            return replace(progress, step=why)
        case Understood(query):
            return replace(progress, query=query, step="Searching")
        case Retrieved(hits, articles):
            count = f"{len(hits):,} passage{'' if len(hits) == 1 else 's'}"
            return replace(progress, hits=(*progress.hits, *hits), articles=articles, step=f"Reading {count}")
        case Draft():
            return replace(progress, step="Writing and checking")
        case Checked(sentence, citations):
            known = {citation.number for citation in progress.citations}
            new = tuple(citation for citation in citations if citation.number not in known)
            return replace(
                progress,
                sentences=(*progress.sentences, sentence),
                citations=(*progress.citations, *new),
                step="Checking",
            )
        case Limited(text):
            return replace(progress, limitations=(*progress.limitations, text))
        case Restarted(reason):
            return replace(
                progress,
                sentences=(),
                citations=(),
                limitations=(),
                withdrawn=reason,
                step="Showing quotations instead",
            )
        case Finished(answer):
            return replace(
                progress, answer=answer, sentences=answer.sentences, citations=answer.citations, step="",
                limitations=answer.limitations,
            )  # fmt: skip
    return progress
