"""Question -> events -> answer. The same code for the chat page, the command line and evaluation.

Plan, gather, write, verify, keep a receipt. `stream` yields events as they happen and `answer` drains them;
`assistant.chains` makes LangChain runnables of it. Who writes is decided once, from the chat model's profile.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.answering.gathering import Gatherer
from assistant.answering.generative import Checks
from assistant.answering.messages import chat_reply, missing_parts, nearest_articles, not_found, related_text
from assistant.answering.receipts import receipt_record
from assistant.answering.state import Material, Outcome, Timer
from assistant.answering.writers import Outcomes, by_capable_model, by_quotations, by_small_model
from assistant.errors import UsageError
from assistant.events import Event, Finished, Retrieved, Understood
from assistant.grounding.relevance import Relevance
from assistant.grounding.verifier import ClauseVerifier
from assistant.models.chat import ChatModel
from assistant.models.embeddings import Embedder, OnnxEmbedder, shared_encoder
from assistant.query.follow_up import History
from assistant.query.kinds import chat_kind
from assistant.query.planner import ModelPlanner, Planner, Request, RulePlanner
from assistant.query.talk import TalkClassifier
from assistant.query.understanding import Coverage
from assistant.reading.addressed import Addressed
from assistant.reading.pipeline import PassageReader, read_hits, sure_findings
from assistant.reading.scoring import Weights
from assistant.retrieval.context import widen
from assistant.retrieval.hybrid import HybridRetriever
from assistant.settings import Settings
from assistant.storage.library import Library
from assistant.types import CHAT, Answer, Filters, Headline, Hit, Query, Sentence


@dataclass(frozen=True, slots=True)
class Parts:
    """What an assistant is made of.

    Attributes:
        settings: The settings that the parts were made from.
        library: What is asked.
        embedder: The embedder that the library was made with.
        retriever: Finds passages.
        reader: Reads them.
        weights: How the reader's scores are combined.
        chat_model: Writes the answer, or None for an answer made of quotations.
        encoder: The bundled encoder: what verification and planning do with cosines is fitted to it, whichever embedder
            the library was made with. The embedder when None.
    """

    settings: Settings
    library: Library
    embedder: Embedder
    retriever: HybridRetriever
    reader: PassageReader
    weights: Weights
    chat_model: ChatModel | None = None
    encoder: OnnxEmbedder | None = None


class Assistant:
    """Answers questions over one library.

    Args:
        parts: What it is made of; see `assistant.factory`.
    """

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.settings = parts.settings
        self.library = parts.library
        self.embedder = parts.embedder
        self.retriever = parts.retriever
        self.reader = parts.reader
        self.weights = parts.weights
        self.chat_model = parts.chat_model
        encoder = parts.encoder or shared_encoder(parts.settings.threads)
        verifier = ClauseVerifier(parts.encoder or parts.embedder)
        self._checks = Checks(verifier, Addressed(encoder.encode), Relevance(encoder))
        self._gatherer = Gatherer(parts.library, parts.retriever, parts.reader, parts.weights, self._checks.screen)
        kind_of_talk = TalkClassifier(parts.encoder.encode) if parts.encoder else chat_kind
        self._rules = RulePlanner(self.coverage, kind_of_talk)
        self._planner: Planner = self._rules
        if parts.chat_model is not None and parts.chat_model.profile.capable:
            self._planner = ModelPlanner(self._rules, parts.chat_model, self.coverage)

    def coverage(self) -> Coverage:
        """Which outlets and days the library holds."""
        days = self.library.catalogue.days()
        oldest, newest = map(date.fromisoformat, days) if days else (None, None)
        return Coverage(tuple(self.library.catalogue.outlets()), oldest, newest)

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

    def plan(
        self,
        question: str,
        history: History = (),
        filters: Filters | None = None,
        as_of: date | None = None,
        ignore: Collection[str] = (),
    ) -> Query:
        """Work out by rules what a question asks for.

        Raises:
            UsageError: The question is empty or too long.
        """
        return self._rules.plan(self._request(question, history, filters, as_of, ignore))

    def search(self, query: str, k: int = 10, filters: Filters | None = None, as_of: date | None = None) -> list[Hit]:
        """Find passages without answering, best first, in the order in which they would be read, with their context."""
        understood = self.plan(query, (), filters, as_of)
        text, newest = understood.standalone, understood.newest_first
        weights = self.weights.fitting(text)
        hits = self.retriever.find(understood, text, max(k, weights.candidates))
        if newest or weights.relevance or weights.answerable:  # else reading does not change the order
            read, _ = read_hits(self.reader, text, hits, weights, newest=newest)
            hits = [*read, *hits[len(read) :]]
        return widen(hits, self.library.catalogue, k)

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
            stop: Set by another thread to stop the chat model; what was verified by then is the answer.
            ignore: What the question names and the user took back; see `assistant.query.planner.Request`.

        Yields:
            `Understood`, `Retrieved`, then `Draft`, `Checked`, `Limited` and `Restarted` as they come, and
            `Finished` last.

        Raises:
            UsageError: The question is empty or too long.
            StoreError: The library cannot be read.
        """
        timer = Timer()
        request = self._request(question, history, filters, as_of, ignore)
        with timer("plan"):
            query = self._planner.plan(request, stop)
        yield Understood(query)
        if query.kind in CHAT:
            yield Finished(self._chat_answer(query, timer))
            return
        with timer("gather"):
            material = self._gather(query)
        yield Retrieved(material.hits, self.library.catalogue.counts()["articles"])
        outcome = yield from self._write(query, material, timer, stop)
        yield Finished(self._finish(query, material, outcome, timer))

    def _request(
        self, question: str, history: History, filters: Filters | None, as_of: date | None, ignore: Collection[str]
    ) -> Request:
        text = question.strip()
        if not text:
            raise UsageError("The question is empty. Type what you want to know.")
        limit = self.settings.max_question
        if len(text) > limit:
            raise UsageError(f"That's too long: {len(text):,} characters (limit {limit:,}). Shorten the question.")
        return Request(text, history, filters, as_of, ignore)

    def _gather(self, query: Query) -> Material:
        model = self.chat_model
        if model is not None and model.profile.capable:
            return self._gatherer.for_model(query, model.profile)
        return self._gatherer.read_all(query)

    def _write(self, query: Query, material: Material, timer: Timer, stop: threading.Event | None) -> Outcomes:
        """Sentences by the chat model where they pass verification, else quotations."""
        model = self.chat_model
        if model is not None and material.given:
            with timer("write"):
                outcome = yield from by_capable_model(
                    model, self._checks, query, material, self._gatherer, self.coverage().line, stop
                )
            if outcome.sentences or outcome.declined:
                return outcome
            with timer("gather"):
                material = self._gatherer.read_all(query)
        elif model is not None and (found := sure_findings(material.findings, self.weights, query.kind)):
            with timer("write"):
                outcome = yield from by_small_model(model, self._checks, query, found, stop)
            if outcome.sentences:
                return outcome
        else:
            outcome = Outcome()
        with timer("quote"):
            return (yield from by_quotations(query, material, self.weights, self._checks.screen, outcome))

    def _finish(self, query: Query, material: Material, outcome: Outcome, timer: Timer) -> Answer:
        answered = bool(outcome.sentences)
        nearest = () if answered else nearest_articles(material.hits)
        reason = missing_parts(outcome.missing) if answered else self._not_found(material, nearest)
        answer = Answer(
            question=query.question, standalone=query.standalone, status="answered" if answered else "abstained",
            sentences=outcome.sentences, citations=outcome.citations, hits=material.hits[: self.weights.candidates],
            model=outcome.model, confidence=material.confidence, text=_text(outcome, reason), reason=reason,
            dropped=outcome.dropped, prompt_versions=outcome.prompts, timings=timer.finish(), nearest=nearest,
            notes=(*query.assumed, *outcome.notes), receipt=uuid.uuid4().hex[:16], kind=query.kind, limitations=outcome.limitations,
            related=outcome.related, partial=answered and bool(outcome.missing or outcome.limitations),
        )  # fmt: skip
        self._keep_receipt(answer, query, material, outcome)
        return answer

    def _chat_answer(self, query: Query, timer: Timer) -> Answer:
        reply = chat_reply(
            query.question, query.kind, self.library.catalogue.counts()["articles"], self.library.catalogue.days()
        )
        answer = Answer(
            question=query.question, standalone=query.standalone, status="abstained", sentences=(), citations=(), hits=(),
            model="fixed reply", confidence=0.0, text=reply, reason=reply, timings=timer.finish(), kind=query.kind,
            receipt=uuid.uuid4().hex[:16],
        )  # fmt: skip
        self._keep_receipt(answer, query, Material((), ()), Outcome())
        return answer

    def _not_found(self, material: Material, nearest: Sequence[Headline]) -> str:
        days = self.library.catalogue.days()
        if days is None and not material.hits:
            return "Your library is empty. Add articles with `byline ingest`."
        return not_found(nearest, days)

    def _keep_receipt(self, answer: Answer, query: Query, material: Material, outcome: Outcome) -> None:
        record = receipt_record(answer, query, material, outcome)
        record["library"] = self.library.catalogue.state()
        self.library.catalogue.keep_receipt(answer.receipt, record)

    def close(self) -> None:
        """Stop the chat model and close the library."""
        if self.chat_model is not None:
            self.chat_model.close()
        self.library.close()


def _text(outcome: Outcome, reason: str) -> str:
    """The answer as plain text with markers, one line per entry when it has a shape."""
    if not outcome.sentences:
        return related_text(reason, outcome.related)
    lines: list[str] = []
    entry = -1
    for sentence in outcome.sentences:
        words = f"{_said(sentence)} {''.join(f'[{number}]' for number in sentence.citations)}"
        if sentence.entry == entry or not (sentence.label or lines):
            lines[-1:] = [f"{lines[-1]} {words}" if lines else words]
        else:
            lines.append(f"{sentence.label}: {words}" if sentence.label else words)
        entry = sentence.entry
    return "\n".join([*lines, *outcome.limitations])


def _said(sentence: Sentence) -> str:
    return f"“{sentence.text}”" if sentence.quoted and not sentence.text.startswith(("“", '"')) else sentence.text
