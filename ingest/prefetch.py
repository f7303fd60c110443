"""Runs an iterator in a thread of its own, a few items ahead of whoever reads them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")

DEPTH = 32
PATIENCE = 2.0
"""Seconds that closing waits for an item that is being read; the thread ends after it anyway."""


class Ahead(Generic[T]):
    """Gives what an iterator gives, in order; its exception is raised here.

    Args:
        items: Is read in the other thread only.
        depth: How far ahead.
    """

    def __init__(self, items: Iterator[T], depth: int = DEPTH) -> None:
        self._items = items
        self._ready: queue.Queue[tuple[T | None, BaseException | None]] = queue.Queue(depth)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reading ahead", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        end: BaseException = StopIteration()
        try:
            for item in self._items:
                if not self._put(item, None):
                    break
        except BaseException as error:  # carried over to the reader
            end = error
        finally:
            close = getattr(self._items, "close", None)
            if close is not None:
                close()
        self._put(None, end)

    def _put(self, item: T | None, error: BaseException | None) -> bool:
        while not self._stop.is_set():
            try:
                self._ready.put((item, error), timeout=0.1)
                return True
            except queue.Full:
                continue
        return False

    def __iter__(self) -> Iterator[T]:
        """Read to the end."""
        while True:
            item, error = self._ready.get()
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield item  # type: ignore[misc]

    def close(self) -> None:
        """End the thread after the item that it is at."""
        self._stop.set()
        self._thread.join(PATIENCE)
