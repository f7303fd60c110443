"""A chat model's server fails in seventeen ways: each time quotations are the answer, by the deadline."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.answering.pipeline import Assistant
from assistant.events import Checked, Event, Finished, Restarted
from assistant.grounding.citations import check_exact
from assistant.models.chat import RemoteChatModel
from assistant.settings import Settings, load_settings
from assistant.types import Answer, Sentence
from tests.attack.conftest import QUESTION, TEXT
from tests.attack.fault_server import FAULTS, TRUE, FaultServer
from tests.counts import count

SEEDS = range(count(10, 30))
AT_ONCE = 5
REPAIRED = ("refusal", "wrong citations")
"""Faults that are whole sentences: those that fail verification go back to the model once."""
SECRET = "sk-planted-5f0e8c1d7a"
LIMITS = {"token_timeout": 0.6, "connect_timeout": 0.6, "answer_timeout": 2.0}
DEADLINE = 2.0 + 0.6 + 6.0
"""The time limits of an answer and a token, plus room for a busy machine; without limits the faults never end."""


def with_model(assistant: Assistant, settings: Settings) -> Assistant:
    return Assistant(replace(assistant.parts, settings=settings, chat_model=RemoteChatModel(settings)))


def shown_at_the_end(events: list[Event]) -> list[Sentence]:
    """The sentences that a page shows after all events; a restart withdraws earlier ones."""
    shown: list[Sentence] = []
    for event in events:
        if isinstance(event, Restarted):
            shown = []
        elif isinstance(event, Checked):
            shown.append(event.sentence)
    return shown


def left_over() -> list[str]:
    for thread in threading.enumerate():
        if thread.name == "byline-chat":
            thread.join(6)
    return [thread.name for thread in threading.enumerate() if thread.name == "byline-chat"]


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_gives_one_answer_of_quotations_or_what_was_checked(kind: str, ferry: Assistant) -> None:
    with ThreadPoolExecutor(AT_ONCE) as threads:  # most of the time is waiting for a server that fails
        begun = [threads.submit(meet, kind, seed, ferry) for seed in SEEDS]
        requests = {done.result() for done in begun}
    assert max(requests) == (2 if kind in REPAIRED else 1), "none of them met the fault, or it asked too often"
    assert left_over() == []


def meet(kind: str, seed: int, ferry: Assistant) -> int:
    """Ask once with a failing server; return its number of requests, 0 if the machine was too slow to send one."""
    fault = FAULTS[kind]
    with nullcontext() if isinstance(fault, str) else FaultServer(fault, seed) as server:
        url = fault if isinstance(fault, str) else server.url
        settings = load_settings(
            home=ferry.settings.home, chat_model="openai:m", chat_url=url, chat_key=SECRET, **LIMITS
        )
        began = time.monotonic()
        events = list(with_model(ferry, settings).stream(QUESTION))
        took = time.monotonic() - began
        requests = 1 if isinstance(fault, str) else server.requests
    answer = events[-1].answer if isinstance(events[-1], Finished) else None
    assert answer is not None
    assert took < DEADLINE
    assert requests <= 1 + (kind in REPAIRED), "it asked again for what cannot succeed"
    assert shown_at_the_end(events) == list(answer.sentences)
    check(kind, answer)
    assert SECRET not in repr(events)
    return requests


def check(kind: str, answer: Answer) -> None:
    assert answer.status == "answered"
    assert check_exact(answer.citations, texts(answer)) == []
    said = [sentence.text for sentence in answer.sentences]
    assert len(said) == len(set(said)), "the same text twice"
    if kind == "truncated":  # the sentence before the cut was verified and stays
        assert said == [TRUE.removesuffix(" [1].") + "."]
        assert any("cut off" in line for line in answer.dropped)
        return
    if kind == "wrong citations":  # an unmarked true sentence has its neighbour's marker; nothing else passes
        assert said == [TRUE.removesuffix(" [1].") + "."]
        assert any("does not exist" in line for line in answer.dropped)
        return
    assert answer.model == "quotations"
    assert all(text in " ".join(TEXT.split()) for text in said)
    assert len(answer.notes) == 1
    assert "\n" not in answer.notes[0]


def texts(answer: Answer) -> dict[str, str]:
    return {hit.headline.version: TEXT + "\n" for hit in answer.hits}


def test_a_sentence_that_passes_comes_through_when_nothing_fails(ferry: Assistant) -> None:
    """Proves that the faults cause the quotations, not the test setup."""

    def fine(reply, rng):  # type: ignore[no-untyped-def]
        reply.begin()
        reply.words(TRUE, rng)

    with FaultServer(fine, 0) as server:
        settings = load_settings(home=ferry.settings.home, chat_model="openai:m", chat_url=server.url, **LIMITS)
        answer = with_model(ferry, settings).answer(QUESTION)
    assert answer.model == "openai:m"
    assert answer.notes == ()


def test_what_a_fault_leaves_in_the_data_folder_holds_no_key(ferry: Assistant) -> None:
    """After all of the above: receipts, index and catalogue are searched byte by byte."""
    home: Path = ferry.settings.home
    files = [path for path in home.rglob("*") if path.is_file()]
    assert files
    assert [str(path) for path in files if SECRET.encode() in path.read_bytes()] == []
