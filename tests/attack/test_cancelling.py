"""Stops at random moments: the stream ends, its thread ends, its connection closes, the answer stays valid."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from assistant.answering.pipeline import Assistant
from assistant.events import Checked, Finished
from assistant.models.chat import RemoteChatModel
from assistant.settings import load_settings
from tests.attack.conftest import make_assistant
from tests.attack.fault_server import TRUE, FaultServer, Reply, chunk
from tests.attack.test_model_faults import TEXT, left_over
from tests.counts import count

STOPS = count(25, 400)


class Slow:
    """Streams without end, word by word, and notices when the client disconnects."""

    def __init__(self) -> None:
        self.open = 0
        self.guard = threading.Lock()

    def __call__(self, reply: Reply, rng: random.Random) -> None:
        with self.guard:
            self.open += 1
        try:
            reply.begin()
            while not reply.over.is_set():
                for word in TRUE.split(" "):
                    reply.event(chunk(word + " "))
                    time.sleep(0.002)
        finally:
            with self.guard:
                self.open -= 1


@pytest.fixture
def ferry(tmp_path: object) -> Iterator[Assistant]:
    from pathlib import Path

    folder = Path(str(tmp_path))
    (folder / "ferry.md").write_text(
        f"---\nid: f\ntitle: Ferry Marisol sinks\noutlet: Alder Post\n---\n{TEXT}\n", "utf-8"
    )
    assistant = make_assistant(folder / "home", [str(folder / "ferry.md")], None)
    yield assistant
    assistant.close()


def wait_until_closed(slow: Slow, seconds: float = 5.0) -> int:
    until = time.monotonic() + seconds
    while slow.open and time.monotonic() < until:
        time.sleep(0.01)
    return slow.open


def test_stops_leave_nothing_behind(ferry: Assistant) -> None:
    slow, rng = Slow(), random.Random(4)
    with FaultServer(slow, 0) as server:
        settings = load_settings(home=ferry.settings.home, chat_model="openai:m", chat_url=server.url)
        assistant = Assistant(replace(ferry.parts, settings=settings, chat_model=RemoteChatModel(settings)))
        for number in range(STOPS):
            stop, shown = threading.Event(), []
            timer = threading.Timer(rng.random() * 0.12, stop.set)
            timer.start()
            events = list(assistant.stream("How many people were aboard the ferry Marisol?", stop=stop))
            timer.join()
            assert isinstance(events[-1], Finished), number
            answer = events[-1].answer
            shown = [event.sentence for event in events if isinstance(event, Checked)]
            assert answer.status == "answered"
            assert set(answer.sentences) <= set(shown)
        assert server.requests <= STOPS
        assert wait_until_closed(slow) == 0
    assert left_over() == []


def test_a_stream_that_is_left_is_closed(ferry: Assistant) -> None:
    """The stream is closed without a stop."""
    slow = Slow()
    with FaultServer(slow, 0) as server:
        settings = load_settings(home=ferry.settings.home, chat_model="openai:m", chat_url=server.url)
        for pieces in range(1, count(4, 40)):
            stream = RemoteChatModel(settings).stream([("user", "go on")])
            for _ in range(pieces):
                next(iter(stream))
            stream.close()  # type: ignore[attr-defined]
        assert wait_until_closed(slow) == 0
    assert left_over() == []


def test_a_stop_wakes_a_connection_on_which_nothing_comes(ferry: Assistant) -> None:
    def silent(reply: Reply, rng: random.Random) -> None:
        reply.begin()
        reply.event(chunk("Kim "))
        reply.wait(30)

    with FaultServer(silent, 0) as server:
        settings = load_settings(home=ferry.settings.home, chat_model="openai:m", chat_url=server.url, token_timeout=60)
        stop = threading.Event()
        for _ in RemoteChatModel(settings).stream([("user", "go on")], stop):
            stop.set()
        alive = [thread for thread in threading.enumerate() if thread.name == "byline-chat"]
        for thread in alive:
            thread.join(5)  # far less than the timeouts of 30 s and 60 s
        assert not any(thread.is_alive() for thread in alive)
