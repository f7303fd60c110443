"""A plain reader without training: shared words and the embedding's cosine, sentence by sentence.

For comparison in the evaluation (what the trained reader brings), under the same interface.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from assistant.models.embeddings import Embedder, cosines
from assistant.reading.model import Reading
from assistant.text.lexical import content_words


class PlainReader:
    """Scores every sentence by its share of the question's words and by its cosine.

    Args:
        embedder: For the cosines.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        """One reading per (header, text); a "token" is a stretch up to a full stop."""
        wanted = set(content_words(question))
        stretches = [_stretches(text) for _, text in passages]
        texts = [text[a:b] for (_, text), spans in zip(passages, stretches, strict=True) for a, b in spans]
        likeness = iter(self.likeness(question, texts))
        readings = []
        for (header, text), spans in zip(passages, stretches, strict=True):
            known = wanted & set(content_words(header))
            scores = []
            for a, b in spans:
                shared = len(wanted & (set(content_words(text[a:b])) | known)) / max(1, len(wanted))
                scores.append(4 * next(likeness) + 2 * shared - 3)
            best = max(scores, default=-10.0)
            tokens = np.tile(np.array(scores, np.float32), (3, 1))
            tokens[:2] = 0
            readings.append(Reading(best, best, np.array(spans, np.int64).reshape(-1, 2), tokens))
        return readings

    def likeness(self, question: str, texts: Sequence[str]) -> list[float]:
        """The question's cosine with each text."""
        return cosines(self._embedder, question, texts)


def _stretches(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"[^.!?\n]+(?:[.!?]+[”\"')]*|\n|$)", text) if match.group().strip()]
