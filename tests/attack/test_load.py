"""Many users at once, each with a secret word: everyone gets an answer or a clear "busy", and no one sees another's words.

Speed is not judged. Latencies under load and of a single user are written to `artifacts/load.json`.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.attack.conftest import keep_figures
from tests.counts import count
from tests.loops import run_async
from tests.ui.conftest import Server, servers

__all__ = ["servers"]

PEOPLE = count(50, 100)
SECONDS = count(30, 600)
PLACES, WAITING = 4, count(10, 32)
"""Fewer than there are users, so that some are told "busy"."""

WARM = 120
"""Seconds until growth is measured; the models fill their memory within two minutes, so that only soak measures it."""
MOST_GROWTH = 0.10
"""Largest growth of memory after that, as a share."""

NO_REPLY = 600
"""Timeout of a reply in seconds. With fourteen others ahead on a busy machine, a reply can take over two minutes."""

TOPICS = ("Kim", "Putin", "the ferry", "the dock strike", "the census", "the storm", "the harbour", "the museum")


@dataclass
class Seen:
    """The outcomes of all questions."""

    answered: list[float] = field(default_factory=list)
    busy: int = 0
    wrong: list[str] = field(default_factory=list)
    memory: list[tuple[float, int]] = field(default_factory=list)


def canary(person: int) -> str:
    return f"zq{person:03}xkryptonite{(person * 7919) % 997:03}"


class Person:
    """Asks one question after another, with a word of its own in each and in the conversation.

    Args:
        number: Whose word.
        client: To ask with.
        seen: Where to note what came.
    """

    def __init__(self, number: int, client: httpx.AsyncClient, seen: Seen) -> None:
        self._number, self._client, self._seen = number, client, seen
        self._rng = random.Random(number)
        self._history: list[dict[str, str]] = []

    async def ask_until(self, end: float) -> None:
        """Once at least: beside other tests the time can be over before the first question."""
        for turn in itertools.count(1):
            await self._ask(turn)
            if time.monotonic() >= end:
                return

    async def _ask(self, turn: int) -> None:
        question = f"What is said about {self._rng.choice(TOPICS)}? My word is {canary(self._number)}, turn {turn}."
        began = time.monotonic()
        way = self._rng.randrange(3)
        try:
            status, text, answer = await (self._json, self._events, self._openai)[way](question)
        except httpx.HTTPError as error:
            self._seen.wrong.append(f"no reply: {error!r}")
            return
        if status == 503:
            self._seen.busy += 1
            if "Byline is busy" not in text:
                self._seen.wrong.append(f"a busy that does not say so: {text[:200]}")
            await asyncio.sleep(0.2 + self._rng.random())
        elif status != 200 or not answer:
            self._seen.wrong.append(f"{status}: {text[:200]}")
        else:
            self._seen.answered.append(time.monotonic() - began)
            self._history = [*self._history, {"role": "user", "content": question}, {"role": "assistant", "content": answer}][-8:]  # fmt: skip
        self._look(text, way, status)

    def _look(self, text: str, way: int, status: int) -> None:
        others = [number for number in range(PEOPLE) if number != self._number and canary(number) in text]
        if others:
            self._seen.wrong.append(f"{self._number} sees the words of {others}")
        if way < 2 and status == 200 and canary(self._number) not in text:
            self._seen.wrong.append(f"{self._number} got an answer to another question: {text[:200]}")

    async def _json(self, question: str) -> tuple[int, str, str]:
        reply = await self._client.post("/api/ask", json={"question": question, "history": self._history})
        return reply.status_code, reply.text, reply.json().get("text", "") if reply.status_code == 200 else ""

    async def _events(self, question: str) -> tuple[int, str, str]:
        body = {"question": question, "history": self._history, "stream": True}
        reply = await self._client.post("/api/ask", json=body)
        last = reply.text.strip().rpartition("event: ")[2]
        name, _, data = last.partition("\ndata: ")
        record = json.loads(data or "{}")
        if name == "error":  # a stream has begun with 200 by then and says its status in the event
            return int(record["status"]), reply.text, ""
        return reply.status_code, reply.text, record.get("text", "") if name == "answer" else ""

    async def _openai(self, question: str) -> tuple[int, str, str]:
        body = {"messages": [*self._history, {"role": "user", "content": question}]}
        reply = await self._client.post("/v1/chat/completions", json=body)
        answer = reply.json()["choices"][0]["message"]["content"] if reply.status_code == 200 else ""
        return reply.status_code, reply.text, answer


def memory_of(process: int) -> int:
    """Bytes of memory that a process holds."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * 4096


async def crowd(url: str, process: int, people: int, seconds: float) -> Seen:
    """Let a number of users ask for some seconds."""
    seen = Seen()
    began = time.monotonic()
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)

    async def watch() -> None:
        while True:
            seen.memory.append((time.monotonic() - began, memory_of(process)))
            await asyncio.sleep(min(1.0, seconds / 40))

    async with httpx.AsyncClient(base_url=url, timeout=NO_REPLY, limits=limits) as client:
        watching = asyncio.create_task(watch())
        await asyncio.gather(*(Person(number, client, seen).ask_until(began + seconds) for number in range(people)))
        watching.cancel()
    return seen


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_everyone_gets_an_own_answer_or_hears_that_it_is_busy(
    servers: Callable[..., Server], sample_home: Path
) -> None:
    server = servers(sample_home, "--at-once", str(PLACES), "--waiting", str(WAITING))
    assert server.process is not None
    process = server.process.pid

    def run(people: int, seconds: float) -> Seen:
        return run_async(lambda: crowd(server.url, process, people, seconds))

    alone = run(1, count(2, 30))
    many = run(PEOPLE, SECONDS)
    after = run(1, 1)
    assert alone.wrong == many.wrong == after.wrong == []
    assert alone.busy == after.busy == 0, "it is busy with one person"
    assert alone.answered and after.answered
    assert many.busy > 0, "there was room for everyone: the queue was not tried"
    assert len(many.answered) > PLACES + WAITING, "fewer were answered than there are places"
    grown = growth(many.memory, min(WARM, SECONDS / 2))
    report(alone, many, grown)
    if SECONDS > WARM:  # before that the models are still filling their memory
        assert grown < MOST_GROWTH, f"memory grew by {grown:.1%}"


def growth(memory: list[tuple[float, int]], since: float) -> float:
    """Growth of memory from the first tenth of the samples after `since` to the last tenth, as a share."""
    rows = [size for at, size in memory if at >= since]
    tenth = max(1, len(rows) // 10)
    return statistics.median(rows[-tenth:]) / statistics.median(rows[:tenth]) - 1


def report(alone: Seen, many: Seen, grown: float) -> None:
    """Write the figures."""
    figures = {
        "people": PEOPLE, "seconds": SECONDS, "answered": len(many.answered), "busy": many.busy,
        "one person, p50 in seconds": round(statistics.median(alone.answered), 3),
        "all, p95 in seconds": round(statistics.quantiles(many.answered, n=20)[-1], 3),
        "memory in MB, first and last": [round(many.memory[at][1] / 1e6) for at in (0, -1)],
        "memory grew by, as a share, once it was warm": round(grown, 3),
    }  # fmt: skip
    keep_figures("load", figures)
