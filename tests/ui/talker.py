"""A chat model that writes until the client disconnects; the bundled one would finish within half a second."""

from __future__ import annotations

import random
import threading
import time

from tests.attack.fault_server import Reply, chunk

SENTENCE = "Kim vowed to “fully support” Russia’s military, which he described as a “fraternal duty” [1]. Then "
PAUSE = 0.1
"""Seconds between its pieces: an answer's length is limited, and so lasts for most of a minute."""


class Talker:
    """Served by a `FaultServer`; it counts who still listens.

    Args:
        first: What it says before it goes on without end.
    """

    def __init__(self, first: str = SENTENCE) -> None:
        self.listeners = 0
        self.most = 0
        self._first = first
        self._guard = threading.Lock()

    def __call__(self, reply: Reply, rng: random.Random) -> None:
        self._count(1)
        try:
            reply.begin()
            reply.words(self._first, rng, None)
            while not reply.over.is_set():
                reply.event(chunk("and so on "))
                time.sleep(PAUSE)
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        with self._guard:
            self.listeners += change
            self.most = max(self.most, self.listeners)
