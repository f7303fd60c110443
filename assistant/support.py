"""Is a sentence that a chat model wrote supported by the passages it cites?

Lexical checks first (names, numbers, dates, negation, who is quoted), then meaning by the
embedding of the closest sentence. Strict on purpose: what cannot be shown is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from assistant.domain import Verdict
from assistant.words import content_words, fold, months_named, names, numbers

SUPPORTED = 0.72
WEAK = 0.55
"""Cosines between a sentence and the closest stretch of its sources, for the two better verdicts."""

_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nor|neither|without|n't|cannot|denied|denies|refused|rejected|failed)\b|n't\b"
)
_QUOTED = re.compile(r"[“\"]([^“”\"]{3,}?)[”\"]")


class Encoder(Protocol):
    """What turns texts into vectors of length one."""

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """float32 [len(texts), width]."""
        ...


@dataclass(frozen=True, slots=True)
class Support:
    """A verdict with its reason and the source sentence that carries it.

    Attributes:
        verdict: supported, weak, or unsupported.
        reason: Why it is not supported; empty when it is.
        best: Index of the closest source sentence.
    """

    verdict: Verdict
    reason: str
    best: int


def check_support(sentence: str, sources: Sequence[str], context: str, encoder: Encoder) -> Support:
    """Check one sentence.

    Args:
        sentence: What was written, without its markers.
        sources: The sentences of the passages that it cites, in order.
        context: Headers of those passages (outlet, date, title); names may come from there.
        encoder: For the comparison of meaning.

    Returns:
        The verdict.
    """
    if not sources:
        return Support("unsupported", "it cites nothing", 0)
    vectors = encoder.encode([sentence, *sources])
    best, likeness = _closest(vectors, sentence, sources)
    near = " ".join(sources[max(0, best - 1) : best + 2])
    everything = f"{' '.join(sources)} {context}"
    for reason in (_foreign_quotation(sentence, everything), _foreign_numbers(sentence, f"{near} {context}"),
                   _foreign_names(sentence, everything), _turned(sentence, sources[best])):  # fmt: skip
        if reason:
            return Support("unsupported", reason, best)
    if likeness >= SUPPORTED:
        return Support("supported", "", best)
    if likeness >= WEAK:
        return Support("weak", "its source says it in other words", best)
    return Support("unsupported", "its source does not say it", best)


def _closest(vectors: npt.NDArray[np.float32], sentence: str, sources: Sequence[str]) -> tuple[int, float]:
    wanted = set(content_words(sentence))
    scores = []
    for vector, source in zip(vectors[1:], sources, strict=True):
        shared = len(wanted & set(content_words(source))) / max(1, len(wanted))
        scores.append(max(float(vectors[0] @ vector), 0.5 * float(vectors[0] @ vector) + 0.5 * shared))
    best = int(np.argmax(scores))
    return best, scores[best]


def _foreign_quotation(sentence: str, text: str) -> str:
    folded = fold(text)
    for quoted in _QUOTED.findall(sentence):
        if fold(quoted).strip(" .,;!?") not in folded:
            return f"the quotation {quoted[:60]!r} is not in its source"
    return ""


def _foreign_numbers(sentence: str, text: str) -> str:
    extra = numbers(sentence) - numbers(text)
    if extra:
        return f"the number {min(extra):g} is not in its source"
    return "a month is not in its source" if months_named(sentence) - months_named(text) else ""


def _foreign_names(sentence: str, text: str) -> str:
    known = set(content_words(text))
    for name in names(sentence):
        if not set(content_words(name)) <= known:
            return f"the name {name!r} is not in its source"
    return ""


def _turned(sentence: str, source: str) -> str:
    """A negation on one side only, where both speak of the same."""
    wanted = set(content_words(sentence))
    if len(wanted & set(content_words(source))) < len(wanted) / 2:
        return ""
    ours, theirs = bool(_NEGATION.search(fold(sentence))), bool(_NEGATION.search(fold(source)))
    if ours == theirs:
        return ""
    return "it negates what its source says" if ours else "its source negates what it says"
