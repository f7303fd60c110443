"""Killed at any moment and started again, the library equals one that was never killed."""

from __future__ import annotations

import json
import multiprocessing
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.storage.failpoints import POINTS
from tests.counts import count
from tests.ingest.making import story, write_articles

ROUNDS = count(10, 500)
MODULE = "tests.ingest.killing"


@pytest.fixture(scope="module")
def fork() -> Any:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([MODULE, "chromadb", "datasketch", "xxhash"])
    return context


class Place:
    """A folder of articles, and libraries that are made from it in other processes."""

    def __init__(self, root: Path, fork: Any) -> None:
        self.root, self.fork = root, fork
        self.seconds = 1.0
        self.folder = write_articles(root / "articles", range(10))
        twin = {
            "id": "twin",
            "title": "Copied report",
            "outlet": "Fell Gazette",
            "published_at": "2025-03-03",
            "text": story(4),
        }
        (self.folder / "twin.json").write_text(json.dumps(twin))

    def take(self, name: str, point: str = "", passes: int = 0, after: float = 0.0, remove: bool = False) -> int:
        """Ingest in another process; gives its exit code."""
        from tests.ingest import killing

        embedded = str(self.root / f"{name}.embedded")
        arguments = (str(self.root / name), str(self.folder), point, passes, after, embedded, remove)
        return self._run(killing.take, arguments)

    def look(self, name: str) -> dict[str, Any]:
        from tests.ingest import killing

        out = self.root / f"{name}.json"
        assert self._run(killing.describe, (str(self.root / name), str(out))) == 0
        return json.loads(out.read_text())

    def embedded_twice(self, name: str) -> list[str]:
        path = self.root / f"{name}.embedded"
        return [key for key, times in Counter(path.read_text().split()).items() if times > 1] if path.exists() else []

    def _run(self, target: Any, arguments: tuple[Any, ...]) -> int:
        process = self.fork.Process(target=target, args=arguments)
        process.start()
        process.join(120)
        assert process.exitcode is not None, "it hangs"
        return process.exitcode


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, fork: Any) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("killed"), fork)
    assert place.take("never") == 0
    began = time.monotonic()
    assert place.take("again") == 0  # the first one also started the fork server
    place.seconds = time.monotonic() - began
    assert place.take("never-removed", remove=True) == 0
    yield place


@pytest.fixture(scope="module")
def never(place: Place) -> dict[str, Any]:
    record = place.look("never")
    assert len(record["heads"]) == 11 and record["whole"] == "" and record["index"] == [True, record["vectors"]]
    assert len(record["leads"]) == 1 and all(any(found) for found in record["searches"].values())
    return record


@pytest.mark.parametrize("passes", [0, 1])
@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_named_point(place: Place, never: dict[str, Any], point: str, passes: int) -> None:
    removing = point.startswith("remove")
    if removing and passes:
        pytest.skip("a removal passes its points once")
    name = f"{point}-{passes}"
    code = place.take(name, point, passes, remove=removing)
    if code == 0:
        assert passes, f"{point} was never reached"
        pytest.skip(f"{point} is passed once only")
    assert code == -signal.SIGKILL
    half = place.look(name)  # a reader sees whole articles only
    assert half["whole"] == ""
    assert {tuple(head) for head in half["heads"]} <= {tuple(head) for head in never["heads"]}
    assert {key: value for key, value in never["texts"].items() if key in half["texts"]} == half["texts"]
    assert place.take(name, remove=removing) == 0
    expected = place.look("never-removed") if removing else never
    assert place.look(name) == expected
    assert removing or place.embedded_twice(name) == []


def test_killed_at_random(place: Place, never: dict[str, Any]) -> None:
    """Kill -9 at random times, over and over, until a run ends by itself: then nothing may be missing."""
    draw = random.Random(17)
    kills = libraries = attempts = half = 0
    while kills < ROUNDS:
        attempts += 1
        assert attempts <= 8 * ROUNDS, f"only {kills} of {attempts} runs were killed in time"
        name = f"random-{libraries}"
        code = place.take(name, after=draw.uniform(0.001, 0.8 * place.seconds))
        assert code in (0, -signal.SIGKILL)
        kills, half = kills + (code != 0), half + (code != 0)
        if code == 0:
            if half:  # a library that no run was killed over has nothing to show
                assert place.look(name) == never
                assert place.embedded_twice(name) == []
            libraries, half = libraries + 1, 0
    name = f"random-{libraries}"
    assert place.take(name) == 0 and place.look(name) == never and place.embedded_twice(name) == []
