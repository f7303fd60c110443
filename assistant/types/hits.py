"""What a search found, and by which scores."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.types.articles import Headline, Passage


@dataclass(frozen=True, slots=True)
class ScoreBreakdown:
    """The parts of a hit's score.

    Attributes:
        full_text_rank: Place in the full-text search, from 1; 0 when it was not found there.
        dense_rank: The same of the dense search.
        found_rank: Place in the retriever's order, from 1; 0 when it did not come from there.
        found: The retriever's fused score.
        relevance: The reader's logit that the passage bears on the question; None before it is read.
        answerable: The reader's logit that the passage holds the answer.
    """

    full_text_rank: int = 0
    dense_rank: int = 0
    found_rank: int = 0
    found: float = 0.0
    relevance: float | None = None
    answerable: float | None = None

    def known(self) -> dict[str, float]:
        """The parts that are known, by name."""
        parts = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in parts.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query.

    Attributes:
        passage: The passage.
        headline: Its article.
        score: What the hits are ordered by: higher is better, comparable within one search only.
        rank: From 1.
        why: The parts of the score.
        also_in: Headlines of near-duplicate passages that this one stands for.
        silenced: Offsets (start, end) of sentences that no chat model is given and that support nothing, because they
            speak to the program that answers.
    """

    passage: Passage
    headline: Headline
    score: float
    rank: int
    why: ScoreBreakdown = ScoreBreakdown()
    also_in: tuple[Headline, ...] = ()
    silenced: tuple[tuple[int, int], ...] = ()
