"""How likely the quoted sentences answer the question: a few plain features and a logistic function of them.

The coefficients are chosen with the reader (see `assistant.training.tune`) and stored beside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from assistant.query.parsed import ParsedQuestion
from assistant.reading.answer_type import holds_answer_type
from assistant.reading.events import is_reported
from assistant.reading.model import Reading
from assistant.reading.sentence_ranker import Candidate, is_stranger
from assistant.text.lexical import content_words, numbers, word_roots

FEATURES = (
    "answerable", "answerable_here", "relevance_here", "sentence", "span", "names", "numbers", "words", "kind", "reported", "known",
    "subject",
)  # fmt: skip
"""Features of the confidence, in the order of the coefficients; the constant comes after them.

answerable: the best "holds the answer" logit of all passages; _here: that of the quoted passage.
relevance_here: whether the quoted passage bears on the question. sentence, span: the quoted sentence's own
logits. names: share of the question's names in the quotation, the text near it or the headline, pronouns resolved. numbers: share of its numbers in the quoted passage or its
headline. words: share of its other words in the quotation, the text near it or the headline. kind: whether the quotation
holds the number or the time that is asked for, 1 when neither is. reported: whether the event that the question takes for
granted is reported near the quotation. known: share of the question's names that occur anywhere in the passages read. subject: 0 when the quotation is about a "he" that stands for
nobody whom the question names.
"""
NEAR = 200
"""Characters before and after a quotation that are near it, besides its own length."""


def logistic(coefficients: Sequence[float], values: Sequence[float]) -> float:
    """The logistic function of the features; the last coefficient is the constant."""
    total = sum(w * v for w, v in zip(coefficients, [*values, 1.0], strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def features(
    asked: ParsedQuestion,
    readings: Sequence[Reading],
    best: Candidate,
    texts: Sequence[str],
    line: str,
    said: str,
) -> list[float]:
    """The values of `FEATURES`.

    Args:
        asked: The question as it was read.
        readings: Of all passages.
        best: The best quoted sentence.
        texts: All passages, in the order of the readings.
        line: Header of the quoted passage.
        said: The quotation.
    """
    around, here = texts[best.place], readings[best.place]
    at, reach = max(0, around.find(said)), len(said) + NEAR
    near = around[max(0, at - reach) : at + len(said) + reach]
    return [
        max(reading.answerable for reading in readings),
        here.answerable,
        here.relevance,
        best.logits[0],
        best.logits[1],
        named_share(asked, f"{' '.join(best.mention.about)} {line} {near}"),
        number_share(asked, f"{line} {around}"),
        word_share(asked, f"{line} {near}"),
        float(holds_answer_type(asked, said)),
        float(not asked.happened or is_reported(asked.text, near)),
        named_share(asked, " ".join([line, *texts])),
        float(not is_stranger(asked, best.mention)),
    ]


def named_share(asked: ParsedQuestion, text: str) -> float:
    """Share of the question's names of which a word, or what it stands for, is in the text; 1 when it names nothing."""
    if not asked.names:
        return 1.0
    folded = set(content_words(text))
    return sum(bool(words & folded) for words in asked.name_forms) / len(asked.name_forms)


def number_share(asked: ParsedQuestion, text: str) -> float:
    """Share of the question's numbers that are in the text; 1 when it has none."""
    return len(asked.numbers & numbers(text)) / len(asked.numbers) if asked.numbers else 1.0


def word_share(asked: ParsedQuestion, text: str) -> float:
    """Share of the question's content words, its names left out, that are in the text in some form; 1 when it has none."""
    wanted = asked.roots - word_roots(" ".join(asked.names))
    return len(wanted & word_roots(text)) / len(wanted) if wanted else 1.0
