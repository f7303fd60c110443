"""Counts that grow under `BYLINE_SOAK=1` (`make soak`); tests/README.md lists them."""

from __future__ import annotations

import os

SOAK = os.environ.get("BYLINE_SOAK") == "1"


def count(ci: int, soak: int) -> int:
    """How many: the first number in CI, the second in soak."""
    return soak if SOAK else ci
