"""What one question has come to so far, while the chain works on it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from assistant.grounding.citations import CitationBook
from assistant.reading.pipeline import Finding
from assistant.reading.scoring import Weights
from assistant.settings import QUOTATIONS
from assistant.types import Query, Sentence


@dataclass
class Run:
    """One question on its way to an answer.

    Attributes:
        query: As it was understood.
        findings: What reading gave, one for each part of the question that was read by now.
        book: Where citations are numbered.
        sentences: The answer's, checked.
        dropped: What a chat model wrote and did not pass, with the reason.
        notes: What the answer says beside its sentences.
        timings: Stage -> seconds.
        model: What writes.
        prompts: Prompt -> its version.
    """

    query: Query
    findings: list[Finding] = field(default_factory=list)
    book: CitationBook = field(default_factory=CitationBook)
    sentences: list[Sentence] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)
    model: str = QUOTATIONS
    prompts: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add what the block takes to a stage's time."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.timings[stage] = self.timings.get(stage, 0.0) + time.perf_counter() - began

    def answered(self, weights: Weights) -> list[Finding]:
        """The parts that have an answer: where one is sure, the others need less."""
        found = [finding for finding in self.findings if finding.evidence]
        sure = max((finding.confidence for finding in found), default=0.0)
        least = min(weights.further, weights.threshold) if sure >= weights.threshold else weights.threshold
        return [finding for finding in found if finding.confidence >= least]
