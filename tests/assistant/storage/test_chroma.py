from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.storage.chroma import DenseIndex
from assistant.storage.library import Library
from tests.counts import count
from tests.ingest.making import article, fill, open_tiny, story

ROUNDS = count(50, 200)
EVERY = count(4, 1)
"""Of the manifest's bytes, every so many are flipped."""


def unit(seed: int) -> np.ndarray:
    row = np.random.default_rng(seed).normal(size=16).astype(np.float32)
    return row / np.linalg.norm(row)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[int, bytes]]]:
    """An index of 120 vectors, closed as after a clean end."""
    folder = tmp_path_factory.mktemp("sealed") / "chroma"
    rows = [(n, unit(n).tobytes()) for n in range(1, 121)]
    index = DenseIndex(folder, "made with X")
    assert index.acquire()
    assert index.add(rows) == 120
    index.release()
    return folder, rows


def test_nearest_first_by_cosine(sealed: tuple[Path, list[tuple[int, bytes]]], tmp_path: Path) -> None:
    folder, rows = sealed
    copy = tmp_path / "chroma"
    shutil.copytree(folder, copy)
    index = DenseIndex(copy, "made with X")
    assert index.acquire() and index.applied == 120 and index.count() == 120
    vector = unit(999)
    by_hand = sorted(((n, float(np.frombuffer(v, np.float32) @ vector)) for n, v in rows), key=lambda item: -item[1])[
        :7
    ]
    found = index.search(vector, 7)
    assert [n for n, _ in found] == [n for n, _ in by_hand]
    assert np.allclose([s for _, s in found], [s for _, s in by_hand], atol=1e-5)
    index.release()


def test_another_fingerprint_and_a_missing_manifest_open_empty(
    sealed: tuple[Path, list[tuple[int, bytes]]], tmp_path: Path
) -> None:
    for name, fingerprint in (("a", "made with Y"), ("b", "made with X")):
        copy = tmp_path / name
        shutil.copytree(sealed[0], copy)
        if name == "b":
            (copy / "manifest.json").unlink()
        index = DenseIndex(copy, fingerprint)
        assert index.acquire() and index.applied == 0 and index.count() == 0
        assert len(list(copy.glob("gen-*"))) == 1
        index.release()


@pytest.fixture
def in_memory() -> Iterator[Path]:
    """A folder in memory where there is one: Chroma waits for the disk at every commit of a rebuild."""
    memory = "/dev/shm"
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


def damage(path: Path, draw: random.Random, cut: bool) -> str:
    """Cut a file short, or flip some bits of one byte, at a drawn place; says where."""
    whole = path.read_bytes()
    at = draw.randrange(len(whole))
    flipped = bytes([whole[at] ^ draw.randrange(1, 256)])
    path.write_bytes(whole[:at] if cut else whole[:at] + flipped + whole[at + 1 :])
    return f"{path.name} {'cut' if cut else 'flipped'} at {at} of {len(whole)}"


def index_files(home: Path) -> list[Path]:
    """Chroma's files and the manifest over them, without the empty ones."""
    found = [*(home / "chroma").glob("gen-*/**/*"), home / "chroma" / "manifest.json"]
    return sorted((path for path in found if path.is_file() and path.stat().st_size), key=lambda path: path.name)


def test_damage_anywhere_is_noticed_and_rebuilt(in_memory: Path) -> None:
    """Each damaged index is made anew from the stored vectors and finds what the untouched one found."""
    library = open_tiny(in_memory)
    fill(library, [article(n) for n in range(20)])
    library.sync()
    count, generation = library.catalogue.counts()["passages"], library._dense.generation
    probes = [unit_of(text) for text in (story(7), "lighthouse survey postponed Wray", "tram line approved 212")]
    expected = [ranked(library, probe) for probe in probes]
    library.close()
    draw, struck = random.Random(20260401), set()
    for round_number in range(ROUNDS):
        files = index_files(in_memory)
        path = files[round_number % len(files)]
        where = damage(path, draw, cut=draw.random() < 0.25)
        struck.add(path.name)
        again = open_tiny(in_memory)
        try:
            assert again._dense.is_open and again._dense.generation != generation, f"{where}: taken for whole"
            assert again._dense.count() == count, where
            assert [ranked(again, probe) for probe in probes] == expected, where
            generation = again._dense.generation
        finally:
            again.close()
    assert {"chroma.sqlite3", "data_level0.bin", "header.bin", "manifest.json"} <= struck
    whole = open_tiny(in_memory)  # and what nobody damaged is opened as it is
    assert whole._dense.generation == generation
    whole.close()


def ranked(library: Library, vector: np.ndarray) -> list[tuple[int, float]]:
    return [(number, round(score, 5)) for number, score in library.dense(vector, 8)]


def test_a_flipped_byte_of_the_manifest_is_noticed(
    sealed: tuple[Path, list[tuple[int, bytes]]], tmp_path: Path
) -> None:
    copy = tmp_path / "chroma"
    shutil.copytree(sealed[0], copy)
    index, path = DenseIndex(copy, "made with X"), copy / "manifest.json"
    whole, draw = path.read_bytes(), random.Random(7)
    assert index._manifest() is not None
    for at in range(0, len(whole), EVERY):
        for mask in (1, draw.randrange(2, 256)):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ mask]) + whole[at + 1 :])
            assert index._manifest() is None, f"{whole[at - 9 : at + 9]!r} at {at}"


@pytest.mark.parametrize("how", ["flipped", "cut short", "emptied", "deleted", "manifest torn"])
def test_a_damaged_index_is_rebuilt_and_finds_the_same(tmp_path: Path, how: str) -> None:
    library = open_tiny(tmp_path)
    fill(library, [article(n) for n in range(20)])
    vector = unit_of(story(7))
    expected = ranked(library, vector)
    library.close()
    path = max((tmp_path / "chroma").glob("gen-*/**/*"), key=lambda p: p.stat().st_size if p.is_file() else 0)
    if how == "manifest torn":
        path = tmp_path / "chroma" / "manifest.json"
    whole = path.read_bytes()
    if how == "deleted":
        path.unlink()
    else:
        middle = len(whole) // 2
        path.write_bytes({
            "flipped": whole[:middle] + bytes([whole[middle] ^ 0xFF]) + whole[middle + 1 :], "cut short": whole[:middle],
            "emptied": b"", "manifest torn": whole[: len(whole) - 9],
        }[how])  # fmt: skip
    again = open_tiny(tmp_path)
    again.sync()
    assert again._dense.count() == again.catalogue.counts()["passages"]
    assert ranked(again, vector) == expected
    again.close()


def unit_of(text: str) -> np.ndarray:
    from assistant.testing import HashingEmbedder

    return HashingEmbedder().encode([text])[0]


def test_an_index_of_a_library_that_is_gone_is_not_used_for_another(tmp_path: Path) -> None:
    library = open_tiny(tmp_path)
    fill(library, [article(n) for n in range(5)])
    library.sync()
    library.close()
    for name in ("catalogue.sqlite3", "catalogue.sqlite3-wal", "catalogue.sqlite3-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    again = open_tiny(tmp_path)
    fill(again, [article(n) for n in range(90, 95)])
    found = again.catalogue.passages([n for n, _ in again.dense(unit_of(story(91)), 3)])
    assert 91 in {head.source_id for _, head in found.values()}
    assert again._dense.count() == again.catalogue.counts()["passages"]
    again.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_an_index_folder_without_permission_is_one_sentence(tmp_path: Path) -> None:
    from assistant.errors import StoreError

    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="cannot be written"):
        DenseIndex(tmp_path / "chroma", "X").acquire()
    tmp_path.chmod(0o700)
