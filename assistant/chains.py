"""Byline as parts of LangChain chains: a retriever whose documents can be cited, and a runnable that answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig
from pydantic import ConfigDict, field_validator

from assistant.answering.pipeline import Assistant
from assistant.errors import UsageError
from assistant.events import Checked, Event, Finished, Limited, Restarted, Retrieved, Understood
from assistant.types import Answer, Citation, Filters, Hit, Sentence


class ByLineRetriever(BaseRetriever):
    """Finds passages for a question, with Byline's understanding of it: outlets, dates and parts that it names.

    `invoke(question, filters=..., as_of=...)` limits one call. A document's text is exactly characters `start` to `end`
    of its article.

    Attributes:
        assistant: The opened assistant; use `NewsAssistant.retriever`.
        k: How many documents.
        filters: Which articles may be used: `Filters`, or a dict with `outlets`, `authors`, `since`, `until`.
        as_of: Nothing published later may be used.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    assistant: Assistant
    k: int = 10
    filters: Filters | None = None
    as_of: date | None = None

    @field_validator("filters", mode="before")
    @classmethod
    def _check_filters(cls, value: Any) -> Filters | None:
        return to_filters(value)

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        k: int | None = None,
        filters: Filters | Mapping[str, Any] | None = None,
        as_of: date | str | None = None,
    ) -> list[Document]:
        chosen = self.filters if filters is None else to_filters(filters)
        hits = self.assistant.search(query, k or self.k, chosen, to_day(as_of, "as_of") or self.as_of)
        return [to_document(hit) for hit in hits]


def to_document(hit: Hit) -> Document:
    """A hit as a LangChain document, with everything that a citation needs in its metadata."""
    head = hit.headline
    return Document(
        id=hit.passage.id,
        page_content=hit.passage.text,
        metadata={
            "article_id": head.article_id,
            "source_id": head.source_id,
            "version": head.version,
            "title": head.title,
            "outlet": head.outlet,
            "byline": head.byline,
            "date": head.published_at,
            "url": head.url,
            "start": hit.passage.start,
            "end": hit.passage.end,
            "score": hit.score,
        },
    )


class AnswerRunnable(Runnable[str | dict[str, Any], Answer]):
    """Answers a question, given as text or as `{"question", "history"?, "filters"?, "as_of"?}`.

    `stream` gives the answer as it grows: each value is an `Answer` with the sentences that passed the checks so far, and
    the last one is complete.

    Args:
        assistant: The opened assistant; use `NewsAssistant.runnable`.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def invoke(self, input: str | dict[str, Any], config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        """Answer one question."""
        return self._call_with_config(lambda given: self._assistant.answer(*to_request(given)), input, config)

    def stream(
        self, input: str | dict[str, Any], config: RunnableConfig | None = None, **kwargs: Any | None
    ) -> Iterator[Answer]:
        """Answer one question sentence by sentence."""
        yield from self.transform(iter([input]), config, **kwargs)

    def transform(
        self, input: Iterator[str | dict[str, Any]], config: RunnableConfig | None = None, **kwargs: Any | None
    ) -> Iterator[Answer]:
        """Answer the question that an earlier part of a chain gives."""
        yield from self._transform_stream_with_config(input, self._grow, config, **kwargs)

    def _grow(self, input: Iterator[str | dict[str, Any]]) -> Iterator[Answer]:
        given: Any = None
        for piece in input:
            given = piece if given is None else given + piece
        stop = threading.Event()
        growing = _Growing()
        try:
            for event in self._assistant.stream(*to_request(given), stop):
                if (answer := growing.after(event)) is not None:
                    yield answer
        finally:
            stop.set()  # the reader of the stream may leave before its end


@dataclass(slots=True)
class _Growing:
    """The answer as far as it is written."""

    hits: tuple[Hit, ...] = ()
    question: str = ""
    sentences: list[Sentence] = field(default_factory=list)
    citations: dict[int, Citation] = field(default_factory=dict)
    limitations: list[str] = field(default_factory=list)

    def after(self, event: Event) -> Answer | None:
        """The answer after an event, or None when there is nothing new to show."""
        match event:
            case Understood(query):
                self.question = query.question
            case Retrieved(hits):
                self.hits = hits
            case Restarted():
                self.sentences, self.citations, self.limitations = [], {}, []
            case Checked(sentence, citations):
                self.sentences.append(sentence)
                self.citations |= {citation.number: citation for citation in citations}
                return self._shown()
            case Limited(text):
                self.limitations.append(text)
                return self._shown() if self.sentences else None
            case Finished(answer):
                return answer
        return None

    def _shown(self) -> Answer:
        text = " ".join([*(sentence.text for sentence in self.sentences), *self.limitations])
        return Answer(
            question=self.question, standalone=self.question, status="answered", sentences=tuple(self.sentences),
            citations=tuple(self.citations.values()), hits=self.hits, model="", confidence=0.0, text=text,
            limitations=tuple(self.limitations),
        )  # fmt: skip


def to_request(given: Any) -> tuple[str, Any, Filters | None, date | None]:
    """Question, history, filters and as-of day of what a chain gives.

    Raises:
        UsageError: It is neither text nor a dict of these.
    """
    asked: Any = {"question": given} if isinstance(given, str) else given
    allowed = ("question", "history", "filters", "as_of")
    if not isinstance(asked, Mapping) or not isinstance(asked.get("question"), str) or set(asked) - {*allowed}:
        raise UsageError(f"Give a question as text, or a dict with {', '.join(allowed)}.")
    return (
        asked["question"],
        asked.get("history") or (),
        to_filters(asked.get("filters")),
        to_day(asked.get("as_of"), "as_of"),
    )


def to_filters(value: Filters | Mapping[str, Any] | None) -> Filters | None:
    """Filters from a dict with any of `outlets`, `authors`, `since`, `until`; days as dates or ISO text.

    Raises:
        UsageError: There is another key, or a value is of the wrong kind.
    """
    if value is None or isinstance(value, Filters):
        return value
    names = [item.name for item in fields(Filters)]
    if not isinstance(value, Mapping) or set(value) - {*names}:
        raise UsageError(f"Filters take {', '.join(names)}.")
    outlets, authors = (_names(value.get(name)) for name in ("outlets", "authors"))
    return Filters(outlets, to_day(value.get("since"), "since"), to_day(value.get("until"), "until"), authors)


def _names(value: str | Sequence[str] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


def to_day(value: date | str | None, name: str) -> date | None:
    """A day from a date or ISO text.

    Raises:
        UsageError: It is none.
    """
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise UsageError(f"{name} is not a day: {value!r}. Write it as 2023-11-27.") from None
