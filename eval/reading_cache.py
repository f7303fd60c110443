"""Keeps the reader's results on disk, so that a question that was read before costs no time.

The key is what a reading depends on: the reader's file, the question, and the passage with its header. A new reader, a new
question or a changed passage is read; nothing else is. One file a question, replaced whole.
"""

from __future__ import annotations

import hashlib
import os
import threading
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assistant.reading.model import Reading
from assistant.reading.pipeline import PassageReader

Arrays = Mapping[str, npt.NDArray[Any]]


class CachedReader:
    """A reader whose readings are kept in a folder.

    Args:
        reader: Reads what is not known yet.
        model: The reader's file; a folder of its own for each content of it.
        folder: Where readings are kept.

    Attributes:
        hits: Readings that came from disk.
        misses: Readings that were made.
    """

    def __init__(self, reader: PassageReader, model: Path, folder: Path) -> None:
        """Find the folder of this reader."""
        self.hits = 0
        self.misses = 0
        self._reader = reader
        self._folder = folder / hashlib.sha256(model.read_bytes()).hexdigest()[:16]
        self._lock = threading.Lock()

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        """One reading per (header, text), in the order given."""
        path = self._folder / f"{_digest(question)}.npz"
        keys = [_digest(f"{header}\n\n{text}") for header, text in passages]
        known = _load(path)
        fresh = [i for i, key in enumerate(keys) if f"{key}-tokens" not in known]
        made = dict(zip(fresh, self._reader.read(question, [passages[i] for i in fresh]), strict=True)) if fresh else {}
        with self._lock:
            self.hits += len(keys) - len(fresh)
            self.misses += len(fresh)
        if made:
            _save(
                path, {**known, **{f"{keys[i]}-{name}": a for i, r in made.items() for name, a in _arrays(r).items()}}
            )
        return [made[i] if i in made else _reading(known, key) for i, key in enumerate(keys)]

    def likeness(self, question: str, texts: Sequence[str]) -> list[float]:
        """The question's cosine with each text; not kept."""
        return self._reader.likeness(question, texts)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _arrays(reading: Reading) -> dict[str, npt.NDArray[Any]]:
    scores = np.array([reading.relevance, reading.answerable])
    return {"tokens": reading.tokens, "offsets": reading.offsets, "scores": scores}


def _reading(known: Arrays, key: str) -> Reading:
    tokens, offsets, scores = (known[f"{key}-{name}"] for name in ("tokens", "offsets", "scores"))
    return Reading(float(scores[0]), float(scores[1]), offsets, tokens)


def _load(path: Path) -> dict[str, npt.NDArray[Any]]:
    try:
        with path.open("rb") as file, np.load(file) as stored:
            return dict(stored)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):  # absent or damaged: it is read again
        return {}


def _save(path: Path, arrays: Arrays) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    with fresh.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
    os.replace(fresh, path)
