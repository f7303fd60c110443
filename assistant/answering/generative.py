"""Answers in a chat model's words: its text is cut into sentences, and each is verified before it is shown.

What fails goes back to the model once, with the reason; what fails again is dropped and counted. No citation is
attached that the model did not give.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace

from assistant.answering.labels import borne_label
from assistant.answering.passages import format_passages, screened
from assistant.answering.repair import Failed, repair
from assistant.answering.sentence_stream import SentenceStream, Unit, is_not_found
from assistant.answering.shapes import form_for
from assistant.errors import ModelError
from assistant.events import Checked, Draft, Limited
from assistant.grounding.citations import CitationBook
from assistant.grounding.evidence import Evidence, Verification, Verifier
from assistant.grounding.limitations import is_limitation
from assistant.grounding.relevance import Relevance
from assistant.models.chat import ChatModel
from assistant.reading.addressed import Screen
from assistant.text.injection import plain_text
from assistant.types import Hit, Query, Sentence
from prompts import load_prompt

PROMPT, SMALL_PROMPT = "answer", "answer_small"

_MARKUP = re.compile(
    r"!?\[[^\]]*\]\s*\([^)]*\)|</?[a-z!][^>]*>?|&(?:#\d+|#x[0-9a-f]+|[a-z]+);|javascript:|data:\w+/|\x60{3}", re.I
)
_ADDRESS = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]*:/*|//)?(?:[^\s/@]+@)?\b((?:[\w-]+\.)+(?:com|org|net|info|biz|io|co|ai|app|dev|xyz|top|site|online|shop|ru|cn|de|"
    r"fr|uk|us|eu|tv|me|gg|ly|to|test|example|invalid|local|onion)|(?:\d{1,3}\.){3}\d{1,3})\b",
    re.I,
)

Events = Generator[Draft | Checked | Limited, None, "Written"]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence that is not shown, and why."""

    text: str
    reason: str

    @property
    def line(self) -> str:
        """Text and reason in one line."""
        return f"{self.text} ({self.reason})"


@dataclass(frozen=True, slots=True)
class Written:
    """What came of one call of the writer.

    Attributes:
        sentences: Verified sentences in the order written.
        limitations: What the model said the passages do not tell.
        dropped: What failed.
        declined: The model found no answer; then `sentences` only tell what is related.
        prompts: Prompt name -> version.
        raw: The model's text as it came, for the receipt.
    """

    sentences: tuple[Sentence, ...] = ()
    limitations: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    declined: bool = False
    prompts: dict[str, str] = field(default_factory=dict)
    raw: str = ""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A verified sentence at its place in the model's text."""

    at: int
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Checks:
    """What decides which sentences of a chat model are shown.

    Attributes:
        verifier: Whether the passages say a sentence.
        screen: Which sentences speak to the program that answers; they are not given to the model, nor shown.
        relevance: Whether a sentence bears on the question.
    """

    verifier: Verifier
    screen: Screen
    relevance: Relevance


class ModelWriter:
    """Writes with a chat model.

    Args:
        model: The chat model.
        checks: What its sentences must pass.
    """

    def __init__(self, model: ChatModel, checks: Checks) -> None:
        self._model = model
        self._checks = checks

    def write(
        self,
        query: Query,
        hits: Sequence[Hit],
        book: CitationBook,
        coverage: str = "",
        stop: threading.Event | None = None,
    ) -> Events:
        """Write an answer from the passages.

        Args:
            query: What is asked.
            hits: The passages, in the order of their numbers.
            book: Where citations are numbered.
            coverage: One line that says which days the articles cover.
            stop: Set by another thread to end the model's work.

        Yields:
            Drafts as they come, sentences once they are verified, limitations.

        Returns:
            The whole of what was written.

        Raises:
            ModelError: The model failed; what was yielded so far is to be withdrawn.
        """
        run = _Writing(query, tuple(hits), screened(hits, self._checks.screen), book, self._checks)
        stream = SentenceStream(len(hits))
        for piece in self._model.stream(self._messages(query, run.safe, coverage), stop):
            run.raw += piece
            yield Draft(piece)
            for unit in stream.feed(piece):
                yield from run.take(unit)
        if stop is None or not stop.is_set():
            for unit in stream.close():
                yield from run.take(unit)
            if run.failed and self._model.profile.capable:
                yield from self._repair(run, stop)
        return run.result(self._prompts())

    def _messages(self, query: Query, hits: Sequence[Hit], coverage: str) -> list[tuple[str, str]]:
        prompt = load_prompt(PROMPT if self._model.profile.capable else SMALL_PROMPT)
        passages = format_passages(dict(enumerate(hits, 1)))
        given = {"passages": passages, "question": query.standalone}
        if self._model.profile.capable:
            given |= {"form": form_for(query.kind, query.sides), "coverage": coverage}
        return [("system", prompt.system), ("user", prompt.user.format(**given))]

    def _prompts(self) -> dict[str, str]:
        name = PROMPT if self._model.profile.capable else SMALL_PROMPT
        return {name: load_prompt(name).version}

    def _repair(self, run: _Writing, stop: threading.Event | None) -> Generator[Checked]:
        """Ask once for the sentences that failed; what stands is kept whatever becomes of them."""
        failed, run.failed = run.failed, []
        try:
            mended = repair(self._model, run.query.standalone, run.safe, failed, stop)
        except ModelError:
            mended = {}
        for at, item in enumerate(failed):
            if (unit := mended.get(at)) is not None:
                yield from run.take_repaired(unit, item)
            else:
                run.dropped.append(Dropped(item.unit.text, item.reason))


@dataclass
class _Writing:
    """The state of one call: what was kept, what failed, in the order written."""

    query: Query
    hits: tuple[Hit, ...]
    safe: tuple[Hit, ...]
    book: CitationBook
    checks: Checks
    raw: str = ""
    kept: list[_Kept] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    limitations: list[str] = field(default_factory=list)
    declined: bool = False
    _at: int = 0

    def take(self, unit: Unit) -> Generator[Checked | Limited]:
        """Verify one sentence."""
        unit = replace(unit, text=plain_text(unit.text).strip(), label=plain_text(unit.label).strip())
        self._at += 1
        if is_not_found(unit.text):
            self.declined = self.declined or not self.kept
            return
        if is_limitation(unit.text) and not self._unsafe(unit):
            self.limitations.append(unit.text)
            yield Limited(unit.text)
            return
        if reason := self._unsafe(unit):
            self.dropped.append(Dropped(_ADDRESS.sub("[address]", _MARKUP.sub("[markup]", unit.text)), reason))
            return
        if not unit.whole:
            self.dropped.append(Dropped(unit.text, "it was cut off before its end"))
            return
        yield from self._verified(unit, self._at)

    def take_repaired(self, unit: Unit, item: Failed) -> Generator[Checked]:
        """Verify a sentence that was written again; it takes the place of the one that failed."""
        if not self._unsafe(unit):
            yield from self._verified(
                replace(unit, entry=item.unit.entry, label=item.unit.label), item.at, repaired=True
            )
        else:
            self.dropped.append(Dropped(item.unit.text, item.reason))

    def _verified(self, unit: Unit, at: int, *, repaired: bool = False) -> Generator[Checked]:
        cited = [self.safe[number - 1] for number in unit.cited if 1 <= number <= len(self.safe)]
        if not cited or len(cited) != len(unit.cited):
            reason = "it names a passage that does not exist" if unit.cited else "it cites nothing"
            self._fail(Failed(unit, reason, (), at), repaired)
            return
        if reason := self._beside_the_question(unit.text, cited):
            self.dropped.append(Dropped(unit.text, reason))  # not repaired: no other wording makes it an answer
            return
        checked = self.checks.verifier.verify(unit.text, Evidence(tuple(cited), self.safe, self.query.standalone))
        if checked.verdict == "unsupported":
            self._fail(Failed(unit, checked.reason, tuple(q.hit for q in checked.candidates), at), repaired)
            return
        yield self._shown(unit, cited, checked, at)

    def _beside_the_question(self, text: str, cited: Sequence[Hit]) -> str:
        if self.checks.screen([text])[0]:
            return "it speaks of the answer, not of the world"
        bears = self.checks.relevance.bears_on(self.query.standalone, text, cited)
        return "" if bears else "it does not bear on the question"

    def _fail(self, failed: Failed, repaired: bool) -> None:
        if repaired:
            self.dropped.append(Dropped(failed.unit.text, failed.reason))
        else:
            self.failed.append(failed)

    def _shown(self, unit: Unit, cited: Sequence[Hit], checked: Verification, at: int) -> Checked:
        own = {hit.passage.id: hit for hit in self.hits}
        citations = tuple(self.book.cite(own[q.hit.passage.id], q.start, q.end) for q in checked.carriers)
        numbers = tuple(dict.fromkeys(citation.number for citation in citations))
        label = borne_label(unit.label, cited, self.query.standalone)
        sentence = Sentence(unit.text, numbers, checked.verdict, unit.entry, label, reason=checked.reason)
        self.kept.append(_Kept(at, sentence))
        return Checked(sentence, citations)

    def _unsafe(self, unit: Unit) -> str:
        """Why a sentence may not be shown whatever its sources say: it holds markup, or an address that is not theirs."""
        known = {host for number in unit.cited if 1 <= number <= len(self.hits) for host in self._own_hosts(number)}
        text = f"{unit.label} {unit.text}"
        return "it holds an address or markup" if _MARKUP.search(text) or not _addresses(text) <= known else ""

    def _own_hosts(self, number: int) -> set[str]:
        return _addresses(self.hits[number - 1].headline.url or "")

    def result(self, prompts: dict[str, str]) -> Written:
        """What was written, in order."""
        sentences = tuple(kept.sentence for kept in sorted(self.kept, key=lambda kept: kept.at))
        dropped = (*self.dropped, *(Dropped(item.unit.text, item.reason) for item in self.failed))
        declined = self.declined or (not sentences and bool(self.limitations) and not dropped)
        return Written(sentences, tuple(self.limitations), dropped, declined, prompts, self.raw)


def _addresses(text: str) -> set[str]:
    """The hosts named in a text, "www." left out."""
    return {match[1].lower().removeprefix("www.") for match in _ADDRESS.finditer(text)}
