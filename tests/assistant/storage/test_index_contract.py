"""What every vector index and every lock must do. Implementations are listed in `implementations.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import StoreError
from assistant.storage.ports import VectorIndex
from tests.assistant.storage.implementations import INDEXES, LOCKS


def unit(seed: int) -> np.ndarray:
    row = np.random.default_rng(seed).normal(size=16).astype(np.float32)
    return row / np.linalg.norm(row)


ROWS = [(number, unit(number).tobytes()) for number in range(1, 41)]
Opened = Callable[[str], VectorIndex]


@pytest.fixture(params=INDEXES)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    made: list[VectorIndex] = []

    def open_index(fingerprint: str = "made with X") -> VectorIndex:
        made.append(INDEXES[request.param](tmp_path, fingerprint))
        return made[-1]

    yield open_index
    for index in made:
        index.release()


def test_an_index_is_empty_at_first_and_finds_the_nearest_by_cosine(opened: Opened) -> None:
    index = opened("made with X")
    assert index.acquire()
    assert (index.applied, index.count(), index.search(unit(7), 5)) == (0, 0, [])
    assert index.add(ROWS) == 40
    assert (index.applied, index.count()) == (40, 40)
    by_hand = sorted(((number, float(unit(number) @ unit(99))) for number, _ in ROWS), key=lambda item: -item[1])
    found = index.search(unit(99), 6)
    assert [number for number, _ in found] == [number for number, _ in by_hand[:6]]
    assert np.allclose([score for _, score in found], [score for _, score in by_hand[:6]], atol=1e-5)
    assert len(index.search(unit(99), 100)) == 40


def test_an_index_is_there_after_opening_again_and_grows(opened: Opened) -> None:
    first = opened("made with X")
    assert first.acquire()
    first.add(ROWS[:20])
    first.release()
    assert not first.is_open
    again = opened("made with X")
    assert again.acquire()
    assert (again.applied, again.count()) == (20, 20)
    assert again.add(ROWS[20:]) == 20
    assert again.add(ROWS[38:]) == 2, "a row that comes twice stands once"
    assert (again.applied, again.count()) == (40, 40)
    assert again.search(unit(33), 1)[0][0] == 33


def test_an_index_of_other_vectors_opens_empty(opened: Opened) -> None:
    first = opened("made with X")
    assert first.acquire()
    first.add(ROWS)
    first.release()
    other = opened("made with Y")
    assert other.acquire()
    assert (other.applied, other.count()) == (0, 0)


def test_an_index_that_is_reset_is_empty(opened: Opened) -> None:
    index = opened("made with X")
    assert index.acquire()
    index.add(ROWS)
    index.reset()
    assert (index.applied, index.count(), index.search(unit(1), 3)) == (0, 0, [])
    assert index.add(ROWS[:3]) == 3


@pytest.mark.parametrize("kind_of_lock", LOCKS)
def test_one_may_write_at_a_time(kind_of_lock: str, tmp_path: Path) -> None:
    first, second = LOCKS[kind_of_lock](tmp_path), LOCKS[kind_of_lock](tmp_path)
    first.acquire()
    with pytest.raises(StoreError, match="Another process is writing"):
        second.acquire()
    first.release()
    second.acquire()
    second.release()
