"""Answers under way and just finished, each under its conversation and turn: a page that is reloaded takes its own up.

An answer goes on while somebody watches it, and for some seconds after the last one has left.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from assistant.ui.server.request_queue import Stop

KEPT = 200
"""Finished answers that are kept, and"""
KEPT_SECONDS = 600.0
"""for how long."""

T = TypeVar("T")
Key = tuple[str, str, str]
"""(user, conversation, turn)"""


@dataclass(eq=False)
class RunningAnswer(Generic[T]):
    """One answer under way; `state` is what a page shows of it."""

    state: T
    stop: Stop = field(default_factory=Stop)
    done: bool = False
    ended_at: float = 0.0
    watchers: set[str] = field(default_factory=set)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _leaving: asyncio.TimerHandle | None = None

    def put(self, state: T) -> None:
        """Show this from now on."""
        self.state = state
        self._wake()

    def end(self) -> None:
        """Nothing more comes."""
        self.done, self.ended_at = True, time.monotonic()
        self._wake()

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


class RunningAnswers(Generic[T]):
    """All answers that pages of this process wait for.

    Args:
        unwatched: Seconds that an answer goes on when nobody watches it.
    """

    def __init__(self, unwatched: float) -> None:
        self._unwatched = unwatched
        self._answers: dict[Key, RunningAnswer[T]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def find(self, key: Key) -> RunningAnswer[T] | None:
        """The answer of a turn, or None when this process does not have it."""
        return self._answers.get(key)

    def start(self, key: Key, state: T, work: Callable[[RunningAnswer[T]], AsyncIterator[T]]) -> RunningAnswer[T]:
        """Start an answer.

        Args:
            key: Whose it is.
            state: What is shown at first.
            work: Yields what is shown after each step; called with the answer.
        """
        self._forget_old()
        if key in self._answers:
            return self._answers[key]
        answer = self._answers[key] = RunningAnswer(state)
        self._leave(answer)  # until the first watcher comes, who may be gone already
        task = asyncio.get_running_loop().create_task(self._work(answer, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return answer

    async def _work(self, answer: RunningAnswer[T], work: Callable[[RunningAnswer[T]], AsyncIterator[T]]) -> None:
        try:
            async with contextlib.aclosing(work(answer)) as states:  # type: ignore[type-var]
                async for state in states:
                    answer.put(state)
        finally:
            answer.end()

    async def watch(self, answer: RunningAnswer[T], watcher: str) -> AsyncIterator[T]:
        """What is shown of an answer, now and after each change, until it ends.

        Args:
            answer: The answer.
            watcher: Who watches; see `leave`.
        """
        answer.watchers.add(watcher)
        if answer._leaving is not None:
            answer._leaving.cancel()
            answer._leaving = None
        try:
            while True:
                changed, shown, done = answer._changed, answer.state, answer.done
                yield shown
                if done:
                    return
                await changed.wait()
        finally:
            self._unwatch(answer, watcher)

    def leave(self, watcher: str) -> None:
        """Somebody has gone; what they watched may not have noticed."""
        for answer in self._answers.values():
            self._unwatch(answer, watcher)

    def _unwatch(self, answer: RunningAnswer[T], watcher: str) -> None:
        if watcher in answer.watchers:
            answer.watchers.discard(watcher)
            if not answer.watchers and not answer.done:
                self._leave(answer)

    def _leave(self, answer: RunningAnswer[T]) -> None:
        """Stop the answer in a while unless somebody watches it by then."""
        answer._leaving = asyncio.get_running_loop().call_later(self._unwatched, answer.stop.set)

    def _forget_old(self) -> None:
        now = time.monotonic()
        ended = [(answer.ended_at, key) for key, answer in self._answers.items() if answer.done]
        old = [key for at, key in ended if now - at > KEPT_SECONDS]
        over = [key for _, key in sorted(ended)[: max(0, len(ended) - KEPT)]]
        for key in {*old, *over}:
            del self._answers[key]
