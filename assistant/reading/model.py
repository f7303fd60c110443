"""Reads passages against a question: which bear on it, which sentences hold the answer, whether any does.

Runs the trained reader (models/reader.onnx, see models/READER.md) on ONNX Runtime. It scores and points; choosing
how many sentences to quote, and when to decline, is left to the caller.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from assistant.models.embeddings import OnnxEmbedder, batches, cosines, load_session

Floats = npt.NDArray[np.float32]
Offsets = tuple[int, int]

MAX_QUESTION = 80
MAX_HEADER = 64
MAX_SPAN = 30
UNREAD = -20.0
KEPT = 32
"""Calls whose readings are kept, some 0.2 MB each: a question that is asked again is answered at once."""
CLS, SEP, COLON = 101, 102, 1024


@dataclass(frozen=True, slots=True)
class Span:
    """A likely answer in a passage's text.

    Attributes:
        start: Offset of its first character.
        end: Offset behind its last character.
        score: Start logit plus end logit; "nothing here" is 0 on the same scale.
    """

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader found in one passage. All scores are logits and comparable between passages of a question.

    Attributes:
        relevance: Whether the passage bears on the question; for ranking.
        answerable: Whether it holds the answer.
        offsets: Character offsets [tokens, 2] of the tokens that were read (a long passage is cut at its end).
        tokens: Start, end and evidence logits [3, tokens].
    """

    relevance: float
    answerable: float
    offsets: npt.NDArray[np.int64] = field(repr=False, compare=False)
    tokens: Floats = field(repr=False, compare=False)


def format_header(outlet: str, published: date | None, title: str) -> str:
    """Return the header that the reader was trained with, "outlet · Month D, YYYY · title"; empty parts fall out."""
    day = f"{published:%B} {published.day}, {published.year}" if published else ""
    return " · ".join(part for part in (outlet, day, title) if part)


class Reader:
    """The trained reader; opened at its first use, safe to share between threads."""

    def __init__(
        self,
        model_path: Path,
        tokenizer_path: Path,
        *,
        threads: int = 0,
        max_tokens: int = 256,
        embedder: OnnxEmbedder | None = None,
    ) -> None:
        """Remember where the model is.

        Args:
            model_path: The ONNX file.
            tokenizer_path: The bundled MiniLM's tokenizer.json.
            threads: Threads for one question; 0 takes the machine's cores.
            max_tokens: Question, header and passage together; the passage is cut to fit.
            embedder: The bundled one where it is open already; the weights are fitted to its cosines, to no other's.
        """
        self._model_path, self._tokenizer_path = model_path, tokenizer_path
        self._threads, self._max_tokens = threads, max_tokens
        self._embedder = embedder or OnnxEmbedder(threads)
        self._lock = threading.Lock()
        # At most one batch per core: more batches need more memory and are not faster.
        cores = os.cpu_count() or 1
        self._runs = threading.Semaphore(max(1, cores // (threads or cores)))
        self._session: Any = None
        self._tokenizer: Any = None
        self._read = lru_cache(KEPT)(self._read_anew)
        self._likeness = lru_cache(KEPT)(self._compare_anew)

    def open(self) -> None:
        """Load model and tokenizer now instead of at the first question.

        Raises:
            ModelError: The model's file is missing or damaged.
        """
        with self._lock:
            if self._session is None:
                tokenizer = Tokenizer.from_file(str(self._tokenizer_path))
                tokenizer.no_truncation()
                tokenizer.no_padding()
                self._tokenizer = tokenizer
                self._session = load_session(self._model_path, self._threads)

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        """Read passages against a question.

        Args:
            question: The standalone question.
            passages: Header (see `format_header`) and text of each.

        Returns:
            One reading a passage, in the order given.
        """
        return list(self._read(question, tuple(passages)))

    def likeness(self, question: str, texts: Sequence[str]) -> list[float]:
        """The question's cosine with each text."""
        return list(self._likeness(question, tuple(texts)))

    def _read_anew(self, question: str, passages: tuple[tuple[str, str], ...]) -> tuple[Reading, ...]:
        self.open()
        if not passages:
            return ()
        asked = self._ids([question])[0].ids[:MAX_QUESTION]
        headers = self._ids([header for header, _ in passages])
        texts = self._ids([text for _, text in passages])
        rows, firsts = [], []
        for header, text in zip(headers, texts, strict=True):
            row = [CLS, *asked, SEP]
            if header.ids:
                row += [*header.ids[:MAX_HEADER], COLON]
            firsts.append(len(row))
            rows.append([*row, *text.ids[: self._max_tokens - len(row) - 1], SEP])
        found: dict[int, Reading] = {}
        for some in batches([len(row) for row in rows]):
            outputs = self._run([rows[i] for i in some], len(asked) + 2)
            for at, i in enumerate(some):
                here = slice(firsts[i], len(rows[i]) - 1)
                offsets = np.array(texts[i].offsets[: here.stop - here.start], np.int64).reshape(-1, 2)
                logits = np.stack([part[at, here] for part in outputs[:3]])
                found[i] = Reading(float(outputs[3][at]), float(outputs[4][at]), offsets, logits)
        return tuple(found[i] for i in range(len(rows)))

    def _compare_anew(self, question: str, texts: tuple[str, ...]) -> tuple[float, ...]:
        return tuple(cosines(self._embedder, question, texts))

    def _ids(self, texts: Sequence[str]) -> Any:
        return self._tokenizer.encode_batch(list(texts), add_special_tokens=False)

    def _run(self, rows: Sequence[Sequence[int]], question: int) -> list[Floats]:
        shape = (len(rows), max(map(len, rows)))
        ids, mask, types = (np.zeros(shape, np.int64) for _ in range(3))
        for i, row in enumerate(rows):
            ids[i, : len(row)] = row
            mask[i, : len(row)] = 1
            types[i, question : len(row)] = 1
        names = ["start_logits", "end_logits", "evidence_logits", "relevance", "answerable"]
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        with self._runs:
            outputs: list[Floats] = self._session.run(names, feed)
        return outputs


def sentence_scores(reading: Reading, sentence_spans: Sequence[Offsets]) -> list[float]:
    """Return how likely each sentence of the passage is the evidence.

    Args:
        reading: The passage's reading.
        sentence_spans: The sentences' character offsets in the passage's text.

    Returns:
        Logits, comparable over all passages read for one question, "nothing here" at 0: the mean evidence logit of
        the sentence's tokens; UNREAD for a sentence behind the cut.
    """
    scores = []
    for a, b in sentence_spans:
        inside = (reading.offsets[:, 0] < b) & (reading.offsets[:, 1] > a)
        scores.append(float(reading.tokens[2, inside].mean()) if inside.any() else UNREAD)
    return scores


def sentence_answers(reading: Reading, sentence_spans: Sequence[Offsets]) -> list[Span]:
    """Return the best answer that starts and ends in each sentence; one of score UNREAD for a sentence behind the cut."""
    found = []
    for a, b in sentence_spans:
        places = np.flatnonzero((reading.offsets[:, 0] < b) & (reading.offsets[:, 1] > a))
        start, end = reading.tokens[0, places], reading.tokens[1, places]
        if not places.size:
            found.append(Span(a, b, UNREAD))
            continue
        latest = [i + int(end[i : i + MAX_SPAN].argmax()) for i in range(len(end))]
        first = int((start + end[latest]).argmax())
        low, high = places[first], places[latest[first]]
        score = float(start[first] + end[latest[first]])
        found.append(Span(int(reading.offsets[low, 0]), int(reading.offsets[high, 1]), score))
    return found
