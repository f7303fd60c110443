"""Cached readings equal uncached ones; a changed reader, question or passage, or a damaged file, is read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from assistant.reading.model import Reading
from eval.reading_cache import CachedReader

PASSAGES = [("The Tarn Echo", "The mill burnt down."), ("", "It stood empty.")]


class Counting:
    """A reader whose logits follow from the text; records what it is asked to read."""

    def __init__(self) -> None:
        self.read_passages: list[tuple[str, str]] = []

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        self.read_passages += passages
        return [self._one(question, text) for _, text in passages]

    def _one(self, question: str, text: str) -> Reading:
        logits = np.random.default_rng(len(question + text)).normal(size=(3, len(text))).astype(np.float32)
        offsets = np.array([(i, i + 1) for i in range(len(text))], np.int64)
        return Reading(len(text) / 7, -len(question) / 3, offsets, logits)

    def likeness(self, question: str, texts: Sequence[str]) -> list[float]:
        return [0.5] * len(texts)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "reader.onnx"
    path.write_bytes(b"weights")
    return path


def same(first: Sequence[Reading], second: Sequence[Reading]) -> bool:
    pairs = [
        (getattr(a, f.name), getattr(b, f.name)) for a, b in zip(first, second, strict=True) for f in fields(Reading)
    ]
    return all(np.array_equal(np.asarray(a, object), np.asarray(b, object)) for a, b in pairs)


def test_a_stored_reading_is_the_very_same(model: Path, tmp_path: Path) -> None:
    plain, asked = Counting(), Counting()
    for _ in range(2):
        cached = CachedReader(asked, model, tmp_path / "cache")
        assert same(cached.read("Why?", PASSAGES), plain.read("Why?", PASSAGES))
    assert asked.read_passages == PASSAGES, "the second time nothing is read"
    assert (cached.hits, cached.misses) == (2, 0)
    assert cached.likeness("Why?", ["a", "b"]) == [0.5, 0.5]


def test_only_what_is_new_is_read_and_the_order_is_kept(model: Path, tmp_path: Path) -> None:
    asked = Counting()
    cached = CachedReader(asked, model, tmp_path / "cache")
    cached.read("Why?", PASSAGES[1:])
    asked.read_passages.clear()
    assert same(cached.read("Why?", PASSAGES), Counting().read("Why?", PASSAGES))
    assert asked.read_passages == PASSAGES[:1]


@pytest.mark.parametrize("change", ["reader", "question", "header", "text"])
def test_a_change_is_read(change: str, model: Path, tmp_path: Path) -> None:
    asked = Counting()
    CachedReader(asked, model, tmp_path / "cache").read("Why?", PASSAGES[:1])
    if change == "reader":
        model.write_bytes(b"other weights")
    header, text = PASSAGES[0]
    passage = (header + "x" * (change == "header"), text + "x" * (change == "text"))
    CachedReader(asked, model, tmp_path / "cache").read("Who?" if change == "question" else "Why?", [passage])
    assert len(asked.read_passages) == 2


def test_a_damaged_file_is_made_again(model: Path, tmp_path: Path) -> None:
    asked = Counting()
    cached = CachedReader(asked, model, tmp_path / "cache")
    first = cached.read("Why?", PASSAGES)
    (path,) = (tmp_path / "cache").rglob("*.npz")
    for damage in (b"", path.read_bytes()[:50], b"no zip at all"):
        path.write_bytes(damage)
        assert same(cached.read("Why?", PASSAGES), first)
