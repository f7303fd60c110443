"""Nuggets: the facts that a good answer states, each with the strings that count as stating it.

The comparison is the one that the reporter questions were written for: case, typographic quotation marks, dashes and
spacing do not count; everything else must match. It is looser than `text_metrics.contains`, which knows numbers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

RIGHT_FROM = 2 / 3
"""Share of the vital nuggets from which an answer counts as right."""

_MARKER = re.compile(r"\[\d+\]")
_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " "})


def plain(text: str) -> str:
    """Lower case, straight quotation marks and dashes, single spaces, no citation markers."""
    return re.sub(r"\s+", " ", _MARKER.sub(" ", text).lower().translate(_PLAIN))


def states_any(text: str, strings: Sequence[str]) -> bool:
    """Whether one of the strings occurs in the text, both in plain form."""
    said = plain(text)
    return any(plain(string) in said for string in strings)


def nugget_share(text: str, nuggets: Sequence[Mapping[str, Any]], must_not: Sequence[str] = ()) -> float:
    """Vital nuggets that a text states / vital nuggets.

    Args:
        text: The whole answer.
        nuggets: With "any" (strings, one of which must occur) and "vital", as rows hold them.
        must_not: Strings that make the answer wrong wherever they occur.

    Returns:
        0 to 1; 0 when a forbidden string occurs.
    """
    if must_not and states_any(text, must_not):
        return 0.0
    vital = [nugget for nugget in nuggets if nugget["vital"]]
    return sum(states_any(text, nugget["any"]) for nugget in vital) / len(vital)
