"""The store with eight readers and a writer that is killed, with a full disk, a lock held by another program, a wrong clock."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import shutil
import signal
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import StoreError
from assistant.storage.failpoints import POINTS
from assistant.storage.opening import open_folder
from assistant.testing import HashingEmbedder
from ingest.pipeline import ingest
from tests.attack import storing
from tests.counts import SOAK, count
from tests.ingest.making import FINGERPRINT, open_tiny

READERS = 8
KILLS = count(2, 150)
LIMITS = count(2, 60)
MODULE = "tests.attack.storing"
NOBODY = 65_534


@pytest.fixture(scope="module")
def fork() -> Any:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([MODULE, "chromadb", "datasketch", "xxhash"])
    return context


def run(fork: Any, target: Any, *arguments: Any) -> int:
    process = fork.Process(target=target, args=arguments)
    process.start()
    process.join(120)
    assert process.exitcode is not None, "it hangs"
    return int(process.exitcode)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A library of the first round."""
    storing.write_round(tmp_path / "articles", 0)
    library = open_tiny(tmp_path / "home")
    ingest(library, HashingEmbedder(), [str(tmp_path / "articles")])
    library.close()
    return tmp_path / "home"


def rounds_of(home: Path) -> set[int]:
    library = open_folder(home, FINGERPRINT)
    try:
        assert library.catalogue.check() == ""
        texts = [library.catalogue.article(head.article_id).text for head in library.catalogue.headlines()]  # type: ignore[union-attr]
        assert len(texts) == storing.ARTICLES
        return {number for text in texts for number in storing.said(text)}
    finally:
        library.close()


def test_eight_who_ask_see_whole_articles_while_one_writes_and_is_killed(home: Path, fork: Any, tmp_path: Path) -> None:
    stop, draw = tmp_path / "stop", random.Random(5)
    outs = [tmp_path / f"reader-{number}.json" for number in range(READERS)]
    readers = [
        fork.Process(target=storing.read, args=(str(home), str(stop), str(out), number))
        for number, out in enumerate(outs)
    ]
    for reader in readers:
        reader.start()
    begun = time.monotonic()
    while not all(Path(f"{out}.ready").exists() for out in outs):  # all have asked before the first write
        assert time.monotonic() - begun < 120
        time.sleep(0.05)
    killed = number = 0
    writing = [point for point in POINTS if not point.startswith(("remove", "index-reset"))]
    while killed < KILLS:
        number += 1
        assert number <= 8 * KILLS, f"only {killed} of {number} writers were killed in time"
        storing.write_round(tmp_path / "articles", number)
        point = draw.choice(writing) if number % 2 else ""
        code = run(
            fork, storing.take, str(home), str(tmp_path / "articles"), point, 0 if point else draw.uniform(0.02, 0.5)
        )
        assert code in (0, -signal.SIGKILL)
        killed += code != 0
    assert run(fork, storing.take, str(home), str(tmp_path / "articles"), "", 0) == 0
    time.sleep(3)  # eight readers share the processors: each is to ask some more
    stop.touch()
    for reader in readers:
        reader.join(60)
        assert reader.exitcode == 0
    found = [json.loads(out.read_text()) for out in outs]
    assert [wrong for reader in found for wrong in reader["wrong"]] == []
    assert all(reader["asked"] > 5 and len(reader["rounds"]) > 1 for reader in found), "they saw nothing change"
    assert rounds_of(home) == {number}


@pytest.fixture
def told(tmp_path: Path, fork: Any) -> Iterator[Any]:
    """Ingest under a fault, and return the error message."""

    def take(home: Path, fault: str, value: int) -> dict[str, str]:
        out = home.parent / "said.json"
        out.touch()
        out.chmod(0o666)
        assert run(fork, storing.take_with, str(home), str(home.parent / "articles"), str(out), fault, value) == 0
        return dict(json.loads(out.read_text()))

    yield take


def check_said(said: dict[str, str]) -> None:
    assert said["kind"] == "StoreError", said
    assert "\n" not in said["text"] and len(said["text"]) < 500
    assert "data folder" in said["text"] or "catalogue" in said["text"] or "index" in said["text"]


def test_a_full_disk_is_one_sentence_and_loses_nothing(home: Path, told: Any, fork: Any) -> None:
    """Limit the size of files, each time at another size."""
    draw = random.Random(6)
    largest = max(path.stat().st_size for path in home.rglob("*") if path.is_file())
    failed = 0
    for number in range(LIMITS):
        storing.write_round(home.parent / "articles", 1)
        copy = home.parent / f"copy-{number}" / "home"
        shutil.copytree(home, copy)
        shutil.copytree(home.parent / "articles", copy.parent / "articles")
        said = told(copy, "full", draw.randrange(4_096, int(1.5 * largest), 512))
        if said["kind"]:
            failed += 1
            check_said(said)
        assert rounds_of(copy) <= {0, 1}
        assert run(fork, storing.take, str(copy), str(copy.parent / "articles"), "", 0) == 0
        assert rounds_of(copy) == {1}, "with room again it does not go on"
    assert failed > LIMITS // 3, "the limits were too wide to show anything"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to become somebody else, whom the folder does not belong to")
def test_a_folder_that_cannot_be_written_is_one_sentence_and_loses_nothing(home: Path, told: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        shutil.copytree(home.parent / "articles", place / "articles")
        shutil.copytree(home, place / "home")
        for path in [place / "home", *(place / "home").rglob("*")]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        before = {path: path.read_bytes() for path in (place / "home").rglob("*") if path.is_file()}
        storing.write_round(place / "articles", 1)
        check_said(told(place / "home", "read-only", NOBODY))
        assert {path: path.read_bytes() for path in before} == before
        assert rounds_of(place / "home") == {0}


def test_a_locked_catalogue_is_waited_for_and_read_meanwhile(home: Path) -> None:
    """Another program locks the file: readers continue, a writer waits."""
    storing.write_round(home.parent / "articles", 1)
    other = sqlite3.connect(home / "catalogue.sqlite3", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    library = open_tiny(home)
    try:
        assert len(library.catalogue.headlines()) == storing.ARTICLES
        release = threading.Timer(count(1, 5), other.execute, ("ROLLBACK",))
        release.start()
        assert ingest(library, HashingEmbedder(), [str(home.parent / "articles")]).updated == storing.ARTICLES
        release.join()
    finally:
        library.close()
        other.close()
    assert rounds_of(home) == {1}


@pytest.mark.soak
@pytest.mark.skipif(not SOAK, reason="SQLite waits for half a minute; under BYLINE_SOAK=1")
def test_a_catalogue_that_stays_locked_is_one_sentence(home: Path) -> None:
    storing.write_round(home.parent / "articles", 1)
    other = sqlite3.connect(home / "catalogue.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    library = open_tiny(home)
    with pytest.raises(StoreError, match="database is locked"):
        ingest(library, HashingEmbedder(), [str(home.parent / "articles")])
    library.close()
    other.close()
    assert rounds_of(home) == {0}


def test_a_clock_that_was_set_back_changes_no_order(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest version is decided by a counter, not by a clock."""

    class Back(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime(1999, 1, 1, tzinfo=UTC)

    monkeypatch.setattr("assistant.storage.records.datetime", Back)
    monkeypatch.setattr("time.time", lambda: 915_148_800.0)
    for number in (1, 2):
        storing.write_round(home.parent / "articles", number)
        library = open_tiny(home)
        report = ingest(library, HashingEmbedder(), [str(home.parent / "articles")])
        assert (report.updated, report.added) == (storing.ARTICLES, 0)
        head = library.catalogue.headlines()[0]
        versions = library.catalogue.versions(head.article_id)
        assert len(versions) == number + 1
        assert versions[-1].version == head.version
        library.close()
        assert rounds_of(home) == {number}
    monkeypatch.undo()
    library = open_tiny(home)
    assert ingest(library, HashingEmbedder(), [str(home.parent / "articles")]).unchanged == storing.ARTICLES
    library.close()
