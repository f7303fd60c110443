"""Takes questions one after another: so many at once, so many waiting, the rest hear "busy".

Every answer runs in a thread of its own, so that stopping, a closed page or a stalled model never
hold up the event loop. The page and the HTTP interface ask here and nowhere else.
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
from assistant.ui.server.startup import Boot
from assistant.ui.views.html import counted

log = logging.getLogger(__name__)


class BusyError(RunError):
    """More people ask than can be served; try again in a moment."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question with all that belongs to it."""

    question: str
    history: Sequence[dict[str, str]] = ()
    filters: Filters = Filters()
    as_of: date | None = None
    ignore: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not begun yet: what is waited for."""

    why: str


@dataclass(eq=False)
class Run:
    """One question under way. `stop` may be set from any thread."""

    ask: Ask
    stop: threading.Event = field(default_factory=threading.Event)
    _items: asyncio.Queue[Event | BaseException | None] = field(default_factory=asyncio.Queue)


@dataclass
class Desk:
    """Shares the assistant among all who ask.

    Attributes:
        boot: Where the assistant comes from.
        at_once: How many questions are answered at the same time.
        waiting: How many more may wait.
    """

    boot: Boot
    at_once: int = 4
    waiting: int = 32
    _inside: int = 0
    _places: asyncio.Semaphore | None = None

    async def run(self, ask: Ask, stop: threading.Event | None = None) -> AsyncIterator[Event | Waiting]:
        """Answer a question.

        Args:
            ask: The question.
            stop: Set it to end the answer at once; nothing more is yielded then.

        Raises:
            BusyError: Too many are waiting already.
            BylineError: What the assistant raises.
        """
        self._enter()
        run = Run(ask, stop or threading.Event())
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
        raise RunError("The answer ended before it was finished: ask again.")

    async def search(self, query: str, k: int, filters: Filters, as_of: date | None = None) -> list[Hit]:
        """Find passages, in turn with those who ask; see `Assistant.search`.

        Raises:
            BusyError: Too many are waiting already.
            BylineError: What the assistant raises.
        """
        self._enter()
        try:
            assistant = await self.boot.ready()
            self._places = self._places or asyncio.Semaphore(self.at_once)
            async with self._places:
                found: list[Hit] = await asyncio.to_thread(assistant.search, query, k, filters, as_of)
                return found
        finally:
            self._inside -= 1

    def _enter(self) -> None:
        if self._inside >= self.at_once + self.waiting:
            raise BusyError(
                f"Byline is busy: {counted(self.at_once, 'question is', 'questions are')} being answered and "
                f"{f'{self.waiting:,}' if self.waiting else 'none'} may wait. Try again in a moment."
            )
        self._inside += 1

    async def _in_turn(self, run: Run) -> AsyncIterator[Event | Waiting]:
        if self.boot.assistant is None and self.boot.error is None:
            yield Waiting(self.boot.doing)
        assistant = await _unless_stopped(self.boot.ready(), run.stop)
        if assistant is None:
            return
        self._places = self._places or asyncio.Semaphore(self.at_once)
        if self._places.locked():
            yield Waiting(f"Waiting for a place, {self._inside - self.at_once} before you or beside you")
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
        except Exception as error:  # the person who asked must hear of it, whatever it is
            log.exception("an answer failed")
            tell(RunError(f"The answer failed ({type(error).__name__}): ask again, or run `byline doctor`."))
        finally:
            if self._places is not None:
                loop.call_soon_threadsafe(self._places.release)


async def _unless_stopped(waited: Any, stop: threading.Event, give_back: Callable[[], None] | None = None) -> Any:
    """What is waited for, or None as soon as `stop` is set; what came too late to be taken is given back."""
    task = asyncio.ensure_future(waited)
    taken = False
    try:
        while not stop.is_set():
            done, _ = await asyncio.wait({task}, timeout=0.05)
            if done:
                taken = True
                return task.result()
        return None
    finally:
        if not task.done():
            task.cancel()
        elif not taken and give_back is not None:
            give_back()
