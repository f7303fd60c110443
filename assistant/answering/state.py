"""Results of the stages between a question and its answer. Each is made once and not changed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from assistant.grounding.citations import CitationBook
from assistant.reading.pipeline import Finding
from assistant.settings import QUOTATIONS
from assistant.types import Citation, Hit, Sentence


class Timer:
    """Adds up seconds per stage."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Add the time of the block to a stage."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - began

    def finish(self) -> Mapping[str, float]:
        """The seconds of every stage and "total"."""
        return {**self.seconds, "total": time.perf_counter() - self._began}


@dataclass(frozen=True, slots=True)
class Material:
    """What was found for a question.

    Attributes:
        findings: What reading gave, one for each sub-query that was read.
        hits: All passages found, best first.
        given: The passages for the chat model, in the order of their numbers; empty without a model.
    """

    findings: tuple[Finding, ...]
    hits: tuple[Hit, ...]
    given: tuple[Hit, ...] = ()

    @property
    def confidence(self) -> float:
        """0 to 1, how likely the passages hold an answer to some part."""
        return max((finding.confidence for finding in self.findings), default=0.0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a writer made of the material.

    Attributes:
        sentences: The answer; empty for an abstention.
        book: Where its citations are numbered.
        model: What wrote it.
        related: Verified sentences on the subject that do not answer.
        limitations: What the passages do not tell.
        dropped: Sentences that were removed, with the reason.
        notes: What is said beside the sentences.
        prompts: Prompt -> version.
        raw: The chat model's texts as they came.
        declined: The chat model said that the passages do not answer.
        missing: Sub-queries without an answer.
    """

    sentences: tuple[Sentence, ...] = ()
    book: CitationBook = field(default_factory=CitationBook)
    model: str = QUOTATIONS
    related: tuple[Sentence, ...] = ()
    limitations: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    prompts: Mapping[str, str] = field(default_factory=dict)
    raw: tuple[str, ...] = ()
    declined: bool = False
    missing: tuple[str, ...] = ()

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations that its sentences use."""
        used = {number for sentence in (*self.sentences, *self.related) for number in sentence.citations}
        return tuple(citation for citation in self.book.citations if citation.number in used)
