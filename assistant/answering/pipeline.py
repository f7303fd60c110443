"""Question -> events -> answer. The same code for the chat page, the command line and evaluation.

Understand, retrieve, read, write, check, keep a receipt. `stream` yields events as they happen and
`answer` drains them; `runnable` is the same as a LangChain runnable.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any

from langchain_core.runnables import Runnable, RunnableLambda

from assistant.answering.extractive import unsaid
from assistant.answering.generative import MAX_PASSAGES, PROMPT, Writing
from assistant.answering.messages import correction, disagreement, missing_parts, nearest_articles, not_found
from assistant.answering.state import Run
from assistant.errors import ModelError, UsageError
from assistant.events import Checked, Event, Finished, Restarted, Retrieved, Understood
from assistant.grounding.citations import CitationBook
from assistant.json_forms import answer_record, hit_record
from assistant.models.chat import ChatModel
from assistant.models.embeddings import Embedder
from assistant.query.understanding import History, understand
from assistant.reading.pipeline import Finding, PassageReader, read_hits, read_part
from assistant.reading.scoring import Weights
from assistant.retrieval.context import widen
from assistant.retrieval.hybrid import HybridRetriever
from assistant.settings import Settings
from assistant.storage.library import Library
from assistant.types import Answer, Citation, Filters, Headline, Hit, Query, Sentence
from prompts import load_prompt


class Assistant:
    """Answers questions over one library.

    Args:
        settings: The settings that the parts were made from.
        library: What is asked.
        embedder: The embedder that the library was made with.
        retriever: Finds passages.
        reader: Reads them.
        weights: How the reader's scores are put together.
        chat_model: Writes the answer, or None for an answer made of quotations.
    """

    def __init__(
        self,
        settings: Settings,
        library: Library,
        embedder: Embedder,
        retriever: HybridRetriever,
        reader: PassageReader,
        weights: Weights,
        chat_model: ChatModel | None,
    ) -> None:
        self.settings = settings
        self.library = library
        self.embedder = embedder
        self.retriever = retriever
        self.reader = reader
        self.weights = weights
        self.chat_model = chat_model

    def answer(
        self, question: str, history: History = (), filters: Filters | None = None, as_of: date | None = None
    ) -> Answer:
        """Answer a question; see `stream`."""
        for event in self.stream(question, history, filters, as_of):
            if isinstance(event, Finished):
                return event.answer
        raise AssertionError("a stream ends with its answer")

    def warm(self) -> None:
        """Open the models and the index now instead of at the first question."""
        self.library.sync()
        self.reader.read("", [("", "")])
        self.embedder.encode([""])

    def search(self, query: str, k: int = 10, filters: Filters | None = None, as_of: date | None = None) -> list[Hit]:
        """Find passages without answering, best first, in the order in which they would be read, with what is around them."""
        understood = self._understand(query, (), filters, as_of)
        text, newest = understood.standalone, understood.newest_first
        weights = self.weights.fitting(text)
        hits = self.retriever.find(understood, text, max(k, weights.candidates))
        if newest or weights.relevance or weights.answerable:  # else reading changes nothing of the order
            read, _ = read_hits(self.reader, text, hits, weights, newest=newest)
            hits = [*read, *hits[len(read) :]]
        return widen(hits, self.library.catalogue, k)

    def _read(self, query: Query, part: str, hits: Sequence[Hit], number: int) -> Finding:
        return read_part(self.reader, part, hits, self.weights, number, newest=query.newest_first)

    def runnable(self) -> Runnable[dict[str, Any], Answer]:
        """The chain as a LangChain runnable over {"question", "history"?}."""
        return RunnableLambda(lambda given: self.answer(given["question"], given.get("history", ())))

    def stream(
        self,
        question: str,
        history: History = (),
        filters: Filters | None = None,
        as_of: date | None = None,
        stop: threading.Event | None = None,
        ignore: Collection[str] = (),
    ) -> Iterator[Event]:
        """Answer a question, event by event.

        Args:
            question: As typed.
            history: Earlier messages, oldest first.
            filters: Which articles may be used.
            as_of: Nothing published later may be used.
            stop: Set by another thread to stop the chat model; what was checked by then is the answer.
            ignore: What the question names and the user took back; see `query.understand`.

        Yields:
            `Understood`, `Retrieved` per part, then `Draft`, `Checked` and `Restarted` as they come,
            and `Finished` last.

        Raises:
            UsageError: The question is empty or too long.
            StoreError: The library cannot be read.
        """
        run = Run(Query(question, question))
        began = time.perf_counter()
        with run.timed("understand"):
            run.query = self._understand(question, history, filters, as_of, ignore)
        yield Understood(run.query)
        articles = self.library.catalogue.counts()["articles"]
        for number, part in enumerate(run.query.parts):
            with run.timed("retrieve"):
                hits = self.retriever.find(run.query, part, self.weights.fitting(part).candidates)
            yield Retrieved(tuple(hits), articles)
            with run.timed("read"):
                run.findings.append(self._read(run.query, part, hits, number))
        yield from self._write(run, stop)
        run.timings["total"] = time.perf_counter() - began
        yield Finished(self._finish(run))

    def _understand(
        self,
        question: str,
        history: History,
        filters: Filters | None,
        as_of: date | None,
        ignore: Collection[str] = (),
    ) -> Query:
        text = question.strip()
        if not text:
            raise UsageError("Expected a question, found nothing; type what you want to know.")
        if len(text) > self.settings.max_question:
            raise UsageError(
                f"Expected a question of at most {self.settings.max_question:,} characters, found {len(text):,}; shorten it."
            )
        days = self.library.catalogue.days()
        oldest, newest = map(date.fromisoformat, days) if days else (None, None)
        return understand(
            text,
            history,
            filters=filters,
            as_of=as_of,
            outlets=self.library.catalogue.outlets(),
            oldest=oldest,
            newest=newest,
            ignore=ignore,
        )

    def _write(self, run: Run, stop: threading.Event | None) -> Iterator[Event]:
        """Sentences for the parts that have an answer: by the chat model if it passes, else quoted."""
        found = run.answered(self.weights)
        if not found:
            return
        if self.chat_model is not None:
            with run.timed("write"):
                yield from self._write_by_model(run, found, self.chat_model, stop)
            if run.sentences:
                return
        with run.timed("quote"):
            for finding in found:
                yield from self._quote(run, finding)

    def _quote(self, run: Run, finding: Finding) -> Iterator[Checked]:
        """The evidence of one part as sentences, and who disagrees with whom."""
        differing: dict[int, Headline] = {}
        correcting: Citation | None = None
        said = run.book.citations
        for evidence in [left for found in finding.evidence for left in unsaid(found, said)]:
            citation = run.book.cite(evidence.hit, evidence.start, evidence.end)
            sentence = Sentence(" ".join(evidence.text.split()), (citation.number,), "supported")
            if evidence.differs:
                differing[citation.number] = citation.headline
            if evidence.corrects:
                correcting = citation
            elif correcting is not None:
                run.notes.append(correction(correcting.number, correcting.headline, citation.number))
                correcting = None
            if sentence not in run.sentences:
                run.sentences.append(sentence)
                yield Checked(sentence, (citation,))
        if len(differing) > 1:
            run.notes.append(disagreement(differing))

    def _write_by_model(
        self, run: Run, found: Sequence[Finding], model: ChatModel, stop: threading.Event | None
    ) -> Iterator[Event]:
        hits = _interleaved([finding.hits for finding in found], MAX_PASSAGES)
        writing = Writing(hits, CitationBook(), run.dropped)
        sentences: list[Sentence] = []
        try:
            for event in writing.run(model, self.embedder, run.query.standalone, stop):
                if isinstance(event, Checked):
                    sentences.append(event.sentence)
                yield event
        except ModelError as error:
            run.notes.append(f"{error} The answer is made of quotations instead.")
            yield Restarted(str(error))
            return
        if not sentences:
            run.notes.append(
                "Nothing that the chat model wrote passed the check; the answer is made of quotations instead."
            )
            yield Restarted("nothing that the chat model wrote passed the check")
            return
        run.sentences, run.book, run.model = sentences, writing.book, model.name
        run.prompts[PROMPT] = load_prompt(PROMPT).version

    def _finish(self, run: Run) -> Answer:
        hits = _interleaved([finding.hits for finding in run.findings], self.weights.candidates)
        found = run.answered(self.weights)
        missing = [f.part for f in run.findings if f not in found]
        answered = bool(run.sentences)
        best = min((f.confidence for f in found), default=0.0)
        sure = best if answered else max((f.confidence for f in run.findings), default=0.0)
        nearest = nearest_articles(hits) if not answered else ()
        reason = missing_parts(missing) if answered else self._not_found(run, nearest)
        text = (
            " ".join(f"{s.text} {''.join(f'[{n}]' for n in s.citations)}" for s in run.sentences)
            if answered
            else reason
        )
        answer = Answer(
            question=run.query.question, standalone=run.query.standalone, status="answered" if answered else "abstained",
            sentences=tuple(run.sentences), citations=run.book.citations if answered else (), hits=tuple(hits),
            model=run.model, confidence=sure, text=text, reason=reason, dropped=tuple(run.dropped),
            prompt_versions=run.prompts, timings=run.timings, nearest=nearest, notes=tuple(run.notes),
            receipt=uuid.uuid4().hex[:16],
        )  # fmt: skip
        self._keep_receipt(answer, run)
        return answer

    def _not_found(self, run: Run, nearest: Sequence[Headline]) -> str:
        days = self.library.catalogue.days()
        if days is None and not run.findings[0].hits:
            return "The library is empty: add articles with `byline ingest`."
        return not_found(nearest, days)

    def _keep_receipt(self, answer: Answer, run: Run) -> None:
        record = answer_record(answer)
        record["hits"] = [{**hit_record(hit), "why": dict(hit.why)} for hit in answer.hits]
        record["parts"] = [{"part": f.part, "confidence": round(f.confidence, 4)} for f in run.findings]
        record["prompt_versions"] = dict(answer.prompt_versions)
        record["library"] = self.library.catalogue.state()
        self.library.catalogue.keep_receipt(answer.receipt, record)

    def close(self) -> None:
        """Stop the chat model and close the library."""
        if self.chat_model is not None:
            self.chat_model.close()
        self.library.close()


def _interleaved(lists: Sequence[Sequence[Hit]], limit: int) -> list[Hit]:
    """The hits of all parts in turn, each passage once, ranked anew."""
    if len(lists) == 1:
        return list(lists[0][:limit])
    merged: dict[str, Hit] = {}
    for turn in range(max((len(hits) for hits in lists), default=0)):
        for hits in lists:
            if turn < len(hits):
                merged.setdefault(hits[turn].passage.id, hits[turn])
    return list(merged.values())[:limit]
