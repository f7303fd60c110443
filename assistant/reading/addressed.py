"""Tells sentences that speak to the program that answers from sentences that speak to people or report.

A linear classifier over the bundled encoder's vector of the sentence and a few features of its words: orders come in
more wordings than a list holds, and advice, laws and manuals give orders too. Trained by
`python -m assistant.training.addressed` on sentences written for this project (`assistant/training/addressed.txt`).
"""

from __future__ import annotations

import json
import math
import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from assistant.text.contacts import CODE
from assistant.text.injection import ADDRESSED, OVERRIDES, THE_ANSWER, is_forged, plain_text, sets_a_task, unquoted
from assistant.text.lexical import fold

WEIGHTS = Path(__file__).parent.parent / "models" / "addressed.json"
SURE = 0.5
"""Probability from which on a sentence is taken to speak to the program."""
SURE_WITH_RULE = 0.03
"""The same for one that speaks of earlier instructions, prompts or contexts in the usual words."""
SPREAD = 3.0
"""What the unit vector is multiplied by, so that one regularisation fits it and the other features."""
LONGEST = 600
"""Characters of a sentence that are looked at."""
REMEMBERED = 5_000
"""Sentences whose probability is kept."""

_YOU = re.compile(r"\b(?:you|your|yours)\b", re.I)
_ANSWERING = re.compile(
    r"\b(?:answers?|repl(?:y|ies)|responses?|output|prompts?|instructions?|assistants?|models?|chat ?bots?|ai|passages?|summar\w+|"
    r"questions?|users?|readers?|text|system)\b",
    re.I,
)

Floats = npt.NDArray[np.float32]
Encode = Callable[[Sequence[str]], Floats]
"""Texts to vectors of length one, one row each."""


class Screen(Protocol):
    """What finds the sentences that speak to the program."""

    def __call__(self, texts: Sequence[str]) -> list[bool]:
        """For each sentence, whether it does."""
        ...


def forged(texts: Sequence[str]) -> list[bool]:
    """The screen without a model: only what has the form of an attack."""
    return [is_forged(text) for text in texts]


_PROGRAMS = re.compile(
    r"\b(?:chat ?bots?|prompts?|language models?|llms?|jailbreak\w*|ai|artificial intelligence|prompt injections?|"
    r"(?:voice|digital|virtual) assistants?|chatgpt)\b",
    re.I,
)


def screen_for(question: str, screen: Screen) -> Screen:
    """The screen for the quotations of an answer: who asks about programs and what they are told is shown it."""
    return forged if _PROGRAMS.search(question) else screen


def addressed_features(texts: Sequence[str], encode: Encode) -> Floats:
    """What the classifier sees of sentences: one row each, the vector first; codes are masked."""
    plain = [CODE.sub("code", plain_text(text)[:LONGEST]) for text in texts]
    return np.hstack([SPREAD * encode(plain), np.array([_of_words(text) for text in plain], np.float32)])


def _overrides(text: str) -> bool:
    told = unquoted(plain_text(text))
    return bool(OVERRIDES.search(told) or OVERRIDES.search(fold(told)))


def _of_words(text: str) -> list[float]:
    told = unquoted(text)
    forms = (told, fold(told))
    rules = [any(rule.search(form) for form in forms) for rule in (OVERRIDES, ADDRESSED, THE_ANSWER)]
    letters = re.findall(r"[^\W\d_]", text)
    foreign = sum(not ch.isascii() for ch in letters) > len(letters) / 2
    told_of = min(3, len(_ANSWERING.findall(text))) / 2
    flags = [*rules, sets_a_task(text), bool(_YOU.search(text)), foreign]
    return [*map(float, flags), told_of, math.log1p(len(text.split())) / 2]


class Addressed:
    """Finds the sentences that speak to the program: those of the form of an attack, and those the classifier finds.

    Args:
        encode: The bundled encoder; the weights fit no other.
    """

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._weights, self._constant = _load()
        self._known: OrderedDict[str, float] = OrderedDict()

    def __call__(self, texts: Sequence[str]) -> list[bool]:
        """For each sentence, whether it speaks to the program."""
        return [
            is_forged(text) or share >= (SURE_WITH_RULE if _overrides(text) else SURE)
            for text, share in zip(texts, self.shares(texts), strict=True)
        ]

    def shares(self, texts: Sequence[str]) -> list[float]:
        """The probability of each sentence."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            scores = addressed_features(new, self._encode) @ self._weights + self._constant
            self._known.update(zip(new, (1 / (1 + np.exp(-scores))).tolist(), strict=True))
        found = [self._known[text] for text in texts]
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return found


@lru_cache(1)
def _load() -> tuple[Floats, float]:
    """Weights of the features, and the constant."""
    kept = json.loads(WEIGHTS.read_text("utf-8"))
    return np.array(kept["weights"], np.float32), float(kept["constant"])
