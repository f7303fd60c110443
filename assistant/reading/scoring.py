"""Weights that combine the reader's scores: chosen by `assistant.training.tune`, stored beside the reader."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.errors import ModelError
from assistant.models import assets
from assistant.query.parsed import asks_for_several, is_long
from assistant.reading.confidence import FEATURES
from assistant.reading.sentence_ranker import LIKENESS, SENTENCE_FEATURES, coefficients


@dataclass(frozen=True, slots=True)
class Weights:
    """How scores are put together; chosen on the tuning halves, stored beside the reader.

    Attributes:
        candidates: Passages read per part of a question.
        retrieval: Weight of the retrieval score in the passage's score.
        relevance: Weight of the reader's relevance in the passage's score.
        answerable: Weight of "holds the answer" in the passage's score.
        sentence: Coefficients of a sentence's score (see `assistant.reading.sentence_ranker`).
        looked: The same with its cosine to the question, by which the best sentences are re-scored; empty for no
            re-scoring.
        second: Least probability, 0 to 1, of a further sentence that is quoted.
        several: The same for a question that asks for several things.
        beside: A neighbouring sentence joins the quotation when its score is at most this much below the best.
        contrary: A sentence of another source with another number is shown when its score is at most this much below.
        newest: Weight of being newer than the other hits, where the question asks for the latest.
        confidence: Coefficients of the logistic confidence (see `assistant.reading.confidence`), the constant last.
        threshold: Below this confidence the question is declined.
        shaped: The same for kinds that are answered from many sentences.
        quoted: The same for the words of one person, whose name must be with them.
        further: The same for the other parts of a question of which one part is answered: if one part is answerable,
            the other usually is.
        place: Penalty per rank in the retriever's list, in which the named outlets alternate.
        long: Candidates, place, retrieval, relevance and answerable for a question of more than `LONG` words, which
            usually needs several articles.
    """

    candidates: int = 24
    retrieval: float = 1.0
    relevance: float = 0.5
    answerable: float = 0.5
    sentence: tuple[float, ...] = coefficients(evidence=1.0, span=0.25, passage=0.5, rare=4.0, stranger=-2.0)
    looked: tuple[float, ...] = ()
    second: float = 0.1
    several: float = 0.1
    beside: float = 1.0
    contrary: float = 5.0
    newest: float = 1.0
    confidence: tuple[float, ...] = (0.6, 0.0, 0.2, 0.2, 0.0, 1.0, 1.0, *(0.0,) * 5, -1.4)
    threshold: float = 0.5
    shaped: float = 0.5
    quoted: float = 0.4
    further: float = 0.5
    place: float = 0.0
    long: tuple[int, float, float, float, float] = (24, 0.0, 1.0, 0.5, 0.5)

    def fitting(self, question: str) -> Weights:
        """The weights for one part of a question, by its length and its words."""
        fit = replace(self, second=min(self.second, self.several)) if asks_for_several(question) else self
        if not is_long(question):
            return fit
        names = ("candidates", "place", "retrieval", "relevance", "answerable")
        chosen: dict[str, Any] = dict(zip(names, self.long, strict=True))
        return replace(fit, **chosen)


def load_weights(path: Path) -> Weights:
    """Read the weights stored beside the reader; its file names are those of `Weights`.

    Raises:
        ModelError: The file is missing or does not fit.
    """
    try:
        given: dict[str, Any] = json.loads(path.read_text("utf-8"))
        fields: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in given.items()}
        weights = Weights(**fields)
        looked = len(SENTENCE_FEATURES) + len(LIKENESS) if weights.looked else 0
        counts = {"confidence": len(FEATURES) + 1, "sentence": len(SENTENCE_FEATURES), "looked": looked}
        for name, count in counts.items():
            if len(getattr(weights, name)) != count:
                raise ValueError(f"expected {count} coefficients in {name}, found {len(getattr(weights, name))}")
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelError(f"The reader's weights {path.name} cannot be read ({error}); {assets.REINSTALL}") from error
    return weights
