"""How likely the passages hold the answer: a few plain features and a logistic function of them.

The coefficients are chosen with the reader (see `assistant.training.tune`) and stored beside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from assistant.reading.answer_type import kind_check
from assistant.reading.model import Reading
from assistant.text.lexical import content_words, names, numbers, word_roots

FEATURES = (
    "answerable", "answerable_here", "relevance_here", "sentence", "span", "choice",
    "names", "numbers", "words_in_passage", "words_in_sentence", "kind",
)  # fmt: skip
"""What the confidence is made of, in the order of the coefficients; the constant comes after them.

answerable: the best "holds the answer" logit of all passages; _here: that of the quoted passage.
relevance_here: whether the quoted passage bears on the question. sentence, span: the quoted sentence's own
logits. choice: log odds that it is this sentence and not another or none. names, numbers: share of the question's that
stand in the quoted passage or its header. words_in_passage, words_in_sentence: share of the question's other words.
kind: whether the quoted sentences hold the number or the time that is asked for, 1 when neither is.
"""


def logistic(coefficients: Sequence[float], values: Sequence[float]) -> float:
    """The logistic function of the features; the last coefficient is the constant."""
    total = sum(w * v for w, v in zip(coefficients, [*values, 1.0], strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def features(
    question: str,
    readings: Sequence[Reading],
    here: int,
    chosen: tuple[float, float],
    sentences: Sequence[float],
    around: str,
    line: str,
    said: str,
) -> list[float]:
    """The values of `FEATURES`.

    Args:
        question: As it was read.
        readings: Of all passages.
        here: Which of them holds the best quotation.
        chosen: Evidence and span logits of the quoted sentence.
        sentences: Evidence logits of all sentences of all passages.
        around: The quoted passage.
        line: Its header.
        said: The quoted sentences.
    """
    whole = f"{line} {around}"
    others = np.logaddexp.reduce([0.0, *(score for score in sentences if score != chosen[0])])
    return [
        max(reading.answerable for reading in readings),
        readings[here].answerable,
        readings[here].relevance,
        chosen[0],
        chosen[1],
        chosen[0] - float(others),
        named_share(question, whole),
        number_share(question, whole),
        word_share(question, whole),
        word_share(question, f"{line} {said}"),
        float(kind_check(question)(said)),
    ]


def named_share(question: str, text: str) -> float:
    """Share of the question's names of which a word stands in the text; 1 when it names nothing."""
    named = names(question)
    folded = set(content_words(text))
    return sum(bool(set(content_words(name)) & folded) for name in named) / len(named) if named else 1.0


def number_share(question: str, text: str) -> float:
    """Share of the question's numbers that stand in the text; 1 when it has none."""
    wanted = numbers(question)
    return len(wanted & numbers(text)) / len(wanted) if wanted else 1.0


def word_share(question: str, text: str) -> float:
    """Share of the question's content words that stand in the text in some form; 1 when it has none."""
    wanted = word_roots(question)
    return len(wanted & word_roots(text)) / len(wanted) if wanted else 1.0
