"""Named places where a test may kill the process. Off unless armed; then one comparison each.

Nothing here reads the environment: a test arms a point inside the process that is to die.
"""

from __future__ import annotations

import os
import signal

POINTS = (
    "document-read",
    "group-full",
    "group-embedded",
    "store-begun",
    "vectors-written",
    "article-written",
    "store-written",
    "store-committed",
    "index-unsealed",
    "index-added",
    "index-sealing",
    "index-reset",
    "remove-written",
    "remove-committed",
)
"""In the order in which an ingestion passes them; the last two belong to removing."""

_armed: dict[str, int] = {}


def arm(name: str, passes: int = 0) -> None:
    """Kill this process when the point is reached, after it was passed `passes` times."""
    if name not in POINTS:
        raise ValueError(f"expected one of {', '.join(POINTS)}, found {name!r}")
    _armed[name] = passes


def reach(name: str) -> None:
    """Die here if the point is armed; no clean-up runs, as with `kill -9`."""
    if name in _armed:
        if _armed[name] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        _armed[name] -= 1
