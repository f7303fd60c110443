"""What a written sentence may rest on, and the verdict on it: records of the verifier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
import numpy.typing as npt

from assistant.text.injection import asks, is_forged, opens_a_frame
from assistant.types import Hit, Passage, Verdict


class Encoder(Protocol):
    """What turns texts into vectors of length one."""

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """float32 [len(texts), width]."""
        ...


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a sentence may rest on.

    Attributes:
        cited: Passages whose markers the sentence carries.
        given: All passages that the writer was shown, in the order of their numbers.
        question: The standalone question; its names and facts may be taken for granted.
    """

    cited: tuple[Hit, ...]
    given: tuple[Hit, ...]
    question: str


@dataclass(frozen=True, slots=True)
class Quotation:
    """A stretch of whole sentences that carries a claim.

    Attributes:
        hit: The passage that holds the stretch.
        start: First character in the article's text.
        end: One past the last.
    """

    hit: Hit
    start: int
    end: int

    @property
    def text(self) -> str:
        """The words of the stretch."""
        passage = self.hit.passage
        return passage.text[self.start - passage.start : self.end - passage.start]


@dataclass(frozen=True, slots=True)
class Verification:
    """The verdict on one sentence.

    Attributes:
        verdict: supported, check, or unsupported.
        reason: Why it is not supported, in plain words; empty when it is.
        carriers: The fewest source sentences that carry the claim, possibly of several passages; at least
            one unless the verdict is unsupported.
        likeness: 0 to 1, how close the closest source sentence is.
        candidates: The closest source sentences, best first, for a prompt that asks for a repair.
    """

    verdict: Verdict
    reason: str
    carriers: tuple[Quotation, ...]
    likeness: float = 0.0
    candidates: tuple[Quotation, ...] = ()


class Verifier(Protocol):
    """What decides whether the passages say a sentence."""

    def verify(self, claim: str, evidence: Evidence) -> Verification:
        """Check one sentence, given without its markers."""
        ...


def readable(hit: Hit) -> list[tuple[tuple[int, int], str]]:
    """The sentences of a passage that a sentence may rest on: (offsets in the article, words).

    What speaks to the program that answers is left out, and in the same paragraph what follows it, which usually
    belongs to it. Questions state nothing and are left out too.
    """
    return list(_readable(hit.passage, hit.silenced))


@lru_cache(maxsize=512)
def _readable(passage: Passage, withheld: tuple[tuple[int, int], ...]) -> tuple[tuple[tuple[int, int], str], ...]:
    found, silenced, framed = [], False, False
    for at, (a, b) in enumerate(passage.sentences):
        words = passage.text[a - passage.start : b - passage.start]
        between = passage.text[passage.sentences[at - 1][1] - passage.start : a - passage.start] if at else ""
        silenced = (silenced and "\n" not in between) or (a, b) in withheld or is_forged(words)
        framed = framed or opens_a_frame(words)
        if not silenced and not framed and not asks(words):
            found.append(((a, b), words))
    return tuple(found)
