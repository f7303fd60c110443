"""Clients disconnect at random moments (close, reset, Stop) and leave nothing behind."""

from __future__ import annotations

import asyncio
import json
import random
import socket
import struct
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.answering.pipeline import Assistant
from assistant.settings import load_settings
from assistant.ui.server.loader import Loader
from assistant.ui.server.options import Options
from assistant.ui.server.progress import Waiting
from assistant.ui.server.request_queue import Ask, QuestionQueue, Stop
from assistant.ui.views.turns import read_turns
from tests.attack.conftest import QUESTION, TEXT
from tests.attack.fault_server import FaultServer, Reply, chunk
from tests.attack.house import PAGE, House
from tests.attack.test_cancelling import Slow, wait_until_closed
from tests.attack.test_model_faults import left_over, with_model
from tests.counts import count

CLIENTS = count(25, 600)
AT_ONCE = 12
ROUNDS = 4
"""How often so many clients come at most, until enough of them came as far as the chat model."""
HISTORY = [{"role": "user", "content": "What left Port Alder?"}, {"role": "assistant", "content": "The ferry Marisol."}]


class Thinking(Slow):
    """Every second reply sends a few words and then stalls for longer than the test waits."""

    def __call__(self, reply: Reply, rng: random.Random) -> None:
        with self.guard:
            self.begun += 1
            talks = self.begun % 2
        if talks:
            return super().__call__(reply, rng)
        with self.guard:
            self.open += 1
        try:
            reply.begin()
            reply.event(chunk("The ferry Marisol left "))
            while not reply.over.is_set():
                reply.handler.wfile.write(b": thinking\n\n")
                time.sleep(0.01)
        finally:
            with self.guard:
                self.open -= 1

    begun = 0


class Visitor:
    """One client; it keeps what it received.

    Args:
        house: Where it goes.
        numbers: The page's functions.
        seed: How it comes and how it leaves.
        longest: Seconds that it stays at most.
    """

    def __init__(self, house: House, numbers: dict[str, int], seed: int, longest: float) -> None:
        self._house, self._numbers, self._rng = house, numbers, random.Random(seed)
        self._seed, self._longest = seed, longest
        self.kept: list[str] = []
        """Records that a page was told to keep."""

    def come_and_go(self) -> str:
        """Ask, stay for a random time, leave; gives how."""
        stay = self._longest * self._rng.random() ** 2  # many leave at once, a few stay
        if self._seed % 5 < 3:
            return self._program(stay, reset=self._rng.random() < 0.3)
        return self._page(stay, stops=self._seed % 5 == 3)

    def _program(self, stay: float, reset: bool) -> str:
        streams = self._rng.random() < 0.75
        path, body = "/api/ask", {"question": QUESTION, "history": HISTORY, "stream": streams}
        if self._seed % 3 == 0:
            messages = [*HISTORY, {"role": "user", "content": QUESTION}]
            path, body = "/v1/chat/completions", {"messages": messages, "stream": streams}
        content = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self._house.port), timeout=10) as connection:
            if reset:  # the server sees an error instead of an end
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            whole = head.encode() + content
            cut = self._rng.randrange(len(whole)) if self._rng.random() < 0.1 else len(whole)
            connection.sendall(whole[:cut])  # one in ten leaves before the question is finished
            time.sleep(stay)
        return "reset" if reset else "closed"

    def _page(self, stay: float, stops: bool) -> str:
        """As the page does it: an event stream beside a post, and a heartbeat that ends when the tab is closed."""
        session = f"visitor{self._seed}"
        with httpx.Client(base_url=self._house.url, headers=PAGE, timeout=20) as client:
            with client.stream("GET", f"/gradio_api/heartbeat/{session}"):
                payload = json.dumps({"turn": session, "conversation": "c", "turns": []})
                client.post("/gradio_api/queue/join", json={"data": [QUESTION, payload], "fn_index": self._numbers["ask"],
                                                            "session_hash": session}).raise_for_status()  # fmt: skip
                with client.stream("GET", f"/gradio_api/queue/data?session_hash={session}") as events:
                    if not stops:
                        time.sleep(stay)
                        return "tab closed"
                    threading.Timer(stay, self._stop, (self._numbers["stop"], session)).start()
                    self.kept += _kept(events)
        return "stopped"

    def _stop(self, number: int, session: str) -> None:
        with httpx.Client(base_url=self._house.url, headers=PAGE, timeout=20) as client:
            until = time.monotonic() + 20
            while not self.kept and time.monotonic() < until:  # a Stop that comes before the question is pressed again
                client.post(
                    "/gradio_api/run/predict", json={"data": ["{}"], "fn_index": number, "session_hash": session}
                )
                time.sleep(0.1)


def functions(client: httpx.Client) -> dict[str, int]:
    """The numbers of the page's functions, by what sets them off."""
    config = client.get("/config").json()
    ids = {part["id"]: part["props"].get("elem_id") for part in config["components"]}
    found = {}
    for function in config["dependencies"]:
        for part, _ in function["targets"]:
            if ids.get(part) == "byline-send" and function["backend_fn"]:
                found["ask"] = function["id"]
            elif ids.get(part) == "byline-stop":
                found["stop"] = function["id"]
    return found


def _kept(events: httpx.Response) -> list[str]:
    """The record that the page is told to keep at the end of a turn."""
    for line in events.iter_lines():
        if line.startswith("data:"):
            message = json.loads(line.removeprefix("data:"))
            if message["msg"] == "process_completed":
                return [part for part in message["output"]["data"] if isinstance(part, str) and part.startswith("{")]
    return []


def settled(house: House, seconds: float = 20.0) -> dict[str, Any]:
    """What remains of all clients, once it no longer changes or the time is over."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        places = house.questions._places
        left = {
            "questions": house.questions._inside,
            "places taken": house.questions.at_once - places._value if places else 0,
            "connections": house.connections,
            "threads": sum(thread.name == "byline-answer" for thread in threading.enumerate()),
        }
        if not any(left.values()):
            break
        time.sleep(0.05)
    return left


def way_to_the_model(house: House, server: FaultServer) -> float:
    """Measure the seconds until a question reaches the chat model."""
    began = time.monotonic()
    with house.client() as client, client.stream("POST", "/api/ask", json={"question": QUESTION, "stream": True}):
        while not server.requests:
            time.sleep(0.01)
    return time.monotonic() - began


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Gradio's own queue
def test_of_clients_who_leave_nothing_stays(ferry: Assistant) -> None:
    slow = Thinking()
    with FaultServer(slow, 0) as server:
        settings = load_settings(home=ferry.settings.home, chat_model="openai:m", chat_url=server.url, token_timeout=60)
        house = House(with_model(ferry, settings), Options(at_once=8, unwatched=0.2))
        try:
            with house.client() as client:
                numbers = functions(client)
            longest = max(1.0, AT_ONCE * way_to_the_model(house, server))
            visitors: list[Visitor] = []
            ways: list[str] = []
            while server.requests <= CLIENTS // 8 and len(visitors) < ROUNDS * CLIENTS:
                # On a busy machine most of a round may leave on the way; the next one stays longer.
                stay = longest * (1 + len(visitors) / CLIENTS)
                more = [Visitor(house, numbers, len(visitors) + seed, stay) for seed in range(CLIENTS)]
                with ThreadPoolExecutor(AT_ONCE) as pool:
                    ways += pool.map(Visitor.come_and_go, more)
                visitors += more
            assert {"closed", "reset", "tab closed", "stopped"} == set(ways)
            left = settled(house)
            assert not any(left.values()), left
            assert wait_until_closed(slow) == 0
            assert server.requests > CLIENTS // 8, "too few came as far as the chat model"
            assert left_over() == []
            check_stopped(visitors, ways)
        finally:
            house.close()
    check_goes_on(ferry)


def check_stopped(visitors: list[Visitor], ways: list[str]) -> None:
    """A stopped turn can be shown and continued."""
    for visitor, way in zip(visitors, ways, strict=True):
        if way == "stopped":
            turns = read_turns([json.loads(visitor.kept[0])])
            assert len(turns) == 1
            assert turns[0].state in ("stopped", "answered")
            known = {citation.number for citation in turns[0].citations}
            assert all(set(sentence.citations) <= known for sentence in turns[0].sentences)
            assert all(
                citation.quote in " ".join(TEXT.split()) or citation.quote in TEXT for citation in turns[0].citations
            )


def check_goes_on(ferry: Assistant) -> None:
    """The library answers the next question, and every stored receipt is complete."""
    house = House(ferry, Options(at_once=1, waiting=0))
    try:
        for _ in range(3):
            reply = httpx.post(f"{house.url}/api/ask", json={"question": QUESTION, "history": HISTORY}, timeout=30)
            assert reply.status_code == 200
            record = reply.json()
            assert "214 people" in record["text"]
            assert ferry.library.catalogue.receipt(record["receipt"]) is not None
    finally:
        house.close()
    assert ferry.library.catalogue.check() == ""


class Busy:
    """An assistant that answers until it is told to stop."""

    def stream(self, question: str, stop: threading.Event, **_: Any) -> Iterator[Any]:
        stop.wait(20)
        return iter(())


@pytest.mark.parametrize("leaves", ["cancelled", "stopped"])
@pytest.mark.parametrize("turns", range(6))
def test_a_place_that_falls_free_for_somebody_who_just_left_is_not_lost(
    turns: int, leaves: str, tmp_path: Path
) -> None:
    """Every order of "a place is free" and "the one who waited is gone", by single turns of the event loop."""

    async def talk() -> tuple[int, int]:
        questions = QuestionQueue(Loader(load_settings(home=tmp_path), lambda _: Busy()), at_once=1, waiting=4)
        questions.loader._load()
        questions._places = asyncio.Semaphore(1)
        await questions._places.acquire()
        stop, waits = Stop(), asyncio.Event()

        async def ask() -> None:
            async for item in questions.run(Ask("what?"), stop):
                if isinstance(item, Waiting):
                    waits.set()

        task = asyncio.create_task(ask())
        await waits.wait()
        await asyncio.sleep(0.01)
        questions._places.release()
        for _ in range(turns):
            await asyncio.sleep(0)
        stop.set() if leaves == "stopped" else task.cancel()
        await asyncio.wait([task], timeout=10)
        for _ in range(200):  # the answer's thread, where one was begun, gives its place back
            if questions._places._value == 1:
                break
            await asyncio.sleep(0.01)
        return questions._places._value, questions._inside

    with ThreadPoolExecutor(1) as thread:  # the browser of other tests keeps a loop in this one
        assert thread.submit(lambda: asyncio.run(talk())).result() == (1, 0)
