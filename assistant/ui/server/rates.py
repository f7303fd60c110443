"""How often somebody may ask, and how long somebody who guesses passwords has to wait."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from assistant.errors import RunError

KEPT = 10_000
"""Users and addresses that are remembered."""


class TooManyError(RunError):
    """Too many requests or attempts.

    Args:
        message: What happened and what to do.
        seconds: When to try again.
    """

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = max(1, round(seconds))


class Rate:
    """A token bucket per user or address.

    Args:
        per_minute: Requests per minute on average; half as many at once. 0 means no limit.
        clock: Seconds.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_minute / 60
        self._most = max(1.0, per_minute / 2)
        self._clock = clock
        self._left: dict[Hashable, tuple[float, float]] = {}

    def take(self, who: Hashable) -> None:
        """Count one request.

        Raises:
            TooManyError: There were too many.
        """
        if not self._per_second:
            return
        now = self._clock()
        left, since = self._left.pop(who, (self._most, now))
        left = min(self._most, left + (now - since) * self._per_second)
        self._left[who] = (max(0.0, left - 1), now)  # the newest last
        if len(self._left) > KEPT:
            del self._left[next(iter(self._left))]
        if left < 1:
            raise TooManyError("Too many requests. Try again in a moment.", (1 - left) / self._per_second)


@dataclass(slots=True)
class _Failures:
    count: int = 0
    until: float = 0.0


@dataclass(frozen=True, slots=True)
class _Rule:
    """After `free` failures each further one doubles the wait, from one second up to `longest`."""

    free: int
    longest: float


RULES = {"pair": _Rule(5, 900.0), "address": _Rule(20, 60.0), "user": _Rule(50, 60.0)}
"""A user at an address, an address whatever the user, a user whatever the address."""


class Lockout:
    """Makes guessing passwords slow without locking out a user whose address is known to be theirs.

    Args:
        clock: Seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: dict[tuple[str, ...], _Failures] = {}
        self._trusted: dict[tuple[str, str], None] = {}

    def check(self, user: str, address: str) -> None:
        """Refuse an attempt that comes too early.

        Raises:
            TooManyError: There were too many failures.
        """
        until = max(self._failures.get(key, _Failures()).until for key in self._keys(user, address))
        wait = until - self._clock()
        if wait > 0:
            seconds = max(1, round(wait))
            unit = (
                f"{seconds} second{'' if seconds == 1 else 's'}" if seconds < 90 else f"{round(seconds / 60)} minutes"
            )
            raise TooManyError(f"Too many failed attempts. Try again in {unit}.", wait)

    def failed(self, user: str, address: str) -> None:
        """Count a wrong password."""
        for key in self._keys(user, address):
            found = self._failures.pop(key, _Failures())
            found.count += 1
            rule = RULES[key[0]]
            if found.count >= rule.free:
                wait = min(rule.longest, 2.0 ** min(20, found.count - rule.free))
                found.until = self._clock() + wait
            self._failures[key] = found  # the newest last
        while len(self._failures) > KEPT:
            del self._failures[next(iter(self._failures))]

    def succeeded(self, user: str, address: str) -> None:
        """Forget the failures of a user at an address, and trust the address with this user."""
        self._failures.pop(("pair", user, address), None)
        self._trusted.pop((user, address), None)
        self._trusted[user, address] = None
        if len(self._trusted) > KEPT:
            del self._trusted[next(iter(self._trusted))]

    def _keys(self, user: str, address: str) -> list[tuple[str, ...]]:
        pair: list[tuple[str, ...]] = [("pair", user, address)]
        return pair if (user, address) in self._trusted else [*pair, ("address", address), ("user", user)]
