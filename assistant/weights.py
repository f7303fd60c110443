"""How the reader's scores are put together: numbers chosen by `assistant.training.tune`, stored beside the reader."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.confidence import FEATURES
from assistant.errors import ModelError
from assistant.sentences import SENTENCE_FEATURES, coefficients

LONG = 24
"""Words of the longest question that is not a long one."""


def is_long(question: str) -> bool:
    """Whether a question is so long that it asks for several articles at once."""
    return len(question.split()) > LONG


@dataclass(frozen=True, slots=True)
class Weights:
    """How scores are put together; chosen on the tuning halves, stored beside the reader.

    Attributes:
        candidates: Passages read per part of a question.
        retrieval: Weight of the retrieval score in the passage's score.
        relevance: Weight of the reader's relevance in the passage's score.
        answerable: Weight of "holds the answer" in the passage's score.
        sentence: Coefficients of a sentence's score (see `assistant.sentences`).
        second: A further sentence is quoted when its score is at most this much below the best.
        beside: The same for a sentence next to one that is quoted: with it it makes one quotation.
        contrary: A sentence of another source with another number is shown when its score is at most this much below.
        newest: Weight of being newer than the other hits, where the question asks for the latest.
        confidence: Coefficients of the logistic confidence (see `assistant.confidence`), the constant last.
        threshold: Below this confidence the question is declined.
        further: The same for the other parts of a question of which one part is answered: who asks two things at once
            mostly asks two that are there.
        place: Taken for every place down the retriever's list, in which named outlets have their turns.
        long: Candidates, place, retrieval, relevance and answerable for a question of more than `LONG` words: such a
            one asks for several articles at once.
    """

    candidates: int = 24
    retrieval: float = 1.0
    relevance: float = 0.5
    answerable: float = 0.5
    sentence: tuple[float, ...] = coefficients(evidence=1.0, span=0.25, passage=0.5, rare=4.0, stranger=-2.0)
    second: float = 1.0
    beside: float = 1.0
    contrary: float = 5.0
    newest: float = 1.0
    confidence: tuple[float, ...] = (0.6, 0.0, 0.2, 0.2, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, -1.4)
    threshold: float = 0.5
    further: float = 0.5
    place: float = 0.0
    long: tuple[int, float, float, float, float] = (24, 0.0, 1.0, 0.5, 0.5)

    def fitting(self, question: str) -> Weights:
        """The weights for a question of this length."""
        if not is_long(question):
            return self
        names = ("candidates", "place", "retrieval", "relevance", "answerable")
        chosen: dict[str, Any] = dict(zip(names, self.long, strict=True))
        return replace(self, **chosen)


def load_weights(path: Path) -> Weights:
    """Read the weights stored beside the reader; its file names are those of `Weights`.

    Raises:
        ModelError: The file is missing or does not fit.
    """
    try:
        given: dict[str, Any] = json.loads(path.read_text("utf-8"))
        fields: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in given.items()}
        weights = Weights(**fields)
        for name, count in (("confidence", len(FEATURES) + 1), ("sentence", len(SENTENCE_FEATURES))):
            if len(getattr(weights, name)) != count:
                raise ValueError(f"expected {count} coefficients in {name}, found {len(getattr(weights, name))}")
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelError(
            f"The reader's weights {path.name} were expected and cannot be read ({error}); run `make setup`."
        ) from error
    return weights
