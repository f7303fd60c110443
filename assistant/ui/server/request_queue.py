"""Answers a limited number of questions at once, queues a limited number, and refuses the rest as busy.

Every answer runs in a thread of its own, so that stopping, a closed page or a stalled model never
hold up the event loop. The page and the HTTP API ask here and nowhere else.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from assistant.errors import BylineError, RunError
from assistant.events import Event, Finished
from assistant.types import Answer, Filters, Hit
from assistant.ui.server.loader import Loader
from assistant.ui.server.progress import Waiting

log = logging.getLogger(__name__)


class BusyError(RunError):
    """Too many questions at once; try again in a moment."""


class Stop(threading.Event):
    """Ends an answer. Set from any thread; code on an event loop can wait for it without polling."""

    def __init__(self) -> None:
        super().__init__()
        self._callbacks: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    def set(self) -> None:
        """Set it and call what waits for it."""
        with self._lock:
            super().set()
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def call(self, callback: Callable[[], None]) -> None:
        """Call this once it is set; now when it is set already."""
        with self._lock:
            if not self.is_set():
                self._callbacks.append(callback)
                return
        callback()

    def forget(self, callback: Callable[[], None]) -> None:
        """Remove a callback."""
        with self._lock:
            self._callbacks = [kept for kept in self._callbacks if kept is not callback]


@dataclass(frozen=True, slots=True)
class Ask:
    """A question with its conversation and limits."""

    question: str
    history: Sequence[dict[str, str]] = ()
    filters: Filters = Filters()
    as_of: date | None = None
    ignore: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Half characters (lone surrogates) cannot be stored or sent: they become question marks."""
        object.__setattr__(self, "question", whole_characters(self.question))
        turns = [{role: whole_characters(text) for role, text in turn.items()} for turn in self.history]
        object.__setattr__(self, "history", turns)
        object.__setattr__(self, "ignore", [whole_characters(name) for name in self.ignore])


def whole_characters(text: str) -> str:
    """The text with a question mark for every lone surrogate."""
    return text.encode("utf-8", "replace").decode()


@dataclass(eq=False)
class Run:
    """One question under way. `stop` may be set from any thread."""

    ask: Ask
    stop: Stop
    _items: asyncio.Queue[Event | BaseException | None] = field(default_factory=asyncio.Queue)


@dataclass
class QuestionQueue:
    """Shares the assistant among all who ask.

    Attributes:
        loader: Where the assistant comes from.
        at_once: How many questions are answered at the same time.
        waiting: Maximum queued questions.
    """

    loader: Loader
    at_once: int = 4
    waiting: int = 32
    _inside: int = 0
    _places: asyncio.Semaphore | None = None

    async def run(self, ask: Ask, stop: Stop | None = None) -> AsyncIterator[Event | Waiting]:
        """Answer a question.

        Args:
            ask: The question.
            stop: Set it to end the answer at once; nothing more is yielded then.

        Raises:
            BusyError: Too many are waiting already.
            BylineError: What the assistant raises.
        """
        self._enter()
        run = Run(ask, stop or Stop())
        try:
            async for item in self._in_turn(run):
                yield item
        finally:
            self._inside -= 1
            run.stop.set()

    async def answer(self, ask: Ask) -> Answer:
        """Answer a question and return the whole answer; see `run`."""
        async for item in self.run(ask):
            if isinstance(item, Finished):
                return item.answer
        raise RunError("The answer ended early. Ask again.")

    async def search(self, query: str, k: int, filters: Filters, as_of: date | None = None) -> list[Hit]:
        """Find passages, in turn with the questions; see `Assistant.search`.

        Raises:
            BusyError: Too many are waiting already.
            BylineError: What the assistant raises.
        """
        self._enter()
        try:
            assistant = await self.loader.ready()
            self._places = self._places or asyncio.Semaphore(self.at_once)
            async with self._places:
                found: list[Hit] = await asyncio.to_thread(assistant.search, whole_characters(query), k, filters, as_of)
                return found
        finally:
            self._inside -= 1

    def _enter(self) -> None:
        if self._inside >= self.at_once + self.waiting:
            raise BusyError("Byline is busy. Try again in a moment.")
        self._inside += 1

    async def _in_turn(self, run: Run) -> AsyncIterator[Event | Waiting]:
        if self.loader.assistant is None and self.loader.error is None:
            yield Waiting(self.loader.doing)
        assistant = await _unless_stopped(self.loader.ready(), run.stop)
        if assistant is None:
            return
        self._places = self._places or asyncio.Semaphore(self.at_once)
        if self._places.locked():
            yield Waiting("In the queue: other questions are being answered")
        if await _unless_stopped(self._places.acquire(), run.stop, self._places.release) is None:
            return
        worker = threading.Thread(
            target=self._work, args=(assistant, run, asyncio.get_running_loop()), name="byline-answer", daemon=True
        )
        worker.start()
        while True:
            item = await _unless_stopped(run._items.get(), run.stop)
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item

    def _work(self, assistant: Any, run: Run, loop: asyncio.AbstractEventLoop) -> None:
        """Runs in the answer's thread; gives its place back when the work has really ended."""

        def tell(item: Event | BaseException | None) -> None:
            loop.call_soon_threadsafe(run._items.put_nowait, item)

        try:
            ask = run.ask
            events = assistant.stream(
                ask.question,
                history=ask.history,
                filters=ask.filters,
                as_of=ask.as_of,
                stop=run.stop,
                ignore=ask.ignore,
            )
            for event in events:
                if run.stop.is_set():
                    break
                tell(event)
            tell(None)
        except BylineError as error:
            tell(error)
        except Exception as error:  # the user must see any failure
            log.exception("an answer failed")
            tell(RunError(f"Something went wrong ({type(error).__name__}). Ask again, or run `byline doctor`."))
        finally:
            if self._places is not None:
                loop.call_soon_threadsafe(self._places.release)


async def _unless_stopped(waited: Any, stop: Stop, give_back: Callable[[], None] | None = None) -> Any:
    """What is waited for, or None as soon as `stop` is set; what came too late to be taken is given back."""
    loop = asyncio.get_running_loop()
    task, stopped = asyncio.ensure_future(waited), loop.create_future()

    def wake() -> None:
        loop.call_soon_threadsafe(stopped.cancel)

    taken = False
    stop.call(wake)
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done() or stop.is_set():
            return None
        taken = True
        return task.result()
    finally:
        stop.forget(wake)
        stopped.cancel()
        if not task.done():
            task.cancel()
        elif not taken and give_back is not None and not task.cancelled() and task.exception() is None:
            give_back()
