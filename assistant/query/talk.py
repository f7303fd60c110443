"""Tells small talk, questions about the assistant and instructions to it from questions about the articles.

A linear classifier over the bundled encoder's vector of the text and a few features of its words. Word lists alone fail:
people greet, thank and command in more ways than a list holds. Trained by `python -m assistant.training.talk` on
utterances written for this project (`assistant/training/utterances.txt`).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.query.kinds import chat_kind, without_courtesy
from assistant.types import QuestionKind

WEIGHTS = Path(__file__).parent.parent / "models" / "talk.json"
KINDS: tuple[QuestionKind, ...] = ("fact", "small_talk", "help", "instruction")
"""The classes, in the order of the weights; "fact" stands for every question about the articles."""
SURE = 0.7
"""Probability from which on a text is taken for talk: a question that is taken for talk costs more than the reverse."""
SPREAD = 3.0
"""What the unit vector is multiplied by, so that one regularisation fits it and the other features."""

_YOU = re.compile(r"\b(?:you|your|yours|u|ur|yourself|byline|assistant|bot)\b", re.I)
_NAMED = re.compile(r"(?<=\w\s)[A-Z]\w+")
_ASKS = re.compile(r"\b(?:who|what|when|where|why|how|which)\b", re.I)

Floats = npt.NDArray[np.float32]
Encode = Callable[[Sequence[str]], Floats]
"""Texts to vectors of length one, one row each."""


def talk_features(texts: Sequence[str], encode: Encode) -> Floats:
    """What the classifier sees of texts: one row each, the vector first.

    Args:
        texts: As typed; a greeting before a question is left out.
        encode: The bundled encoder.
    """
    bare = [without_courtesy(text) for text in texts]
    return np.hstack([SPREAD * encode(bare), np.array([_of_words(*pair) for pair in zip(texts, bare, strict=True)])])


def _of_words(text: str, bare: str) -> list[float]:
    rule = chat_kind(text)
    count = len(re.findall(r"\w+", bare))
    found = [rule == kind for kind in KINDS[1:]]
    asked = bare.rstrip().endswith("?")
    seen = [asked, bool(_YOU.search(bare)), bool(_NAMED.search(bare)), bool(_ASKS.search(bare))]
    return [*map(float, found), math.log1p(count) / 2, *map(float, seen)]


class TalkClassifier:
    """Decides whether a text is talk, and of which kind.

    Args:
        encode: The bundled encoder; the weights fit no other.
    """

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._weights, self._constants = _load()

    def __call__(self, text: str) -> QuestionKind | None:
        """The kind of talk; None for a question about the articles, and in doubt."""
        if not re.search(r"\w", text):
            return None
        scores = talk_features([text], self._encode)[0] @ self._weights + self._constants
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        if 1 - shares[0] < SURE:
            return None
        return KINDS[1 + int(shares[1:].argmax())]


@lru_cache(1)
def _load() -> tuple[Floats, Floats]:
    """Weights (features x kinds) and constants."""
    kept = json.loads(WEIGHTS.read_text("utf-8"))
    return np.array(kept["weights"], np.float32).T, np.array(kept["constants"], np.float32)
