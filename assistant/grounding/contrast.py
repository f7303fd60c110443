"""One place where a claim and its source differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Sort = Literal[
    "negation", "opposite", "replaced", "foreign", "joined", "lost", "unbound", "swapped", "measure", "bound", "quantity",
    "hedge", "twice",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Contrast:
    """One place where claim and source differ.

    Attributes:
        sort: What differs.
        unit: Index of the unit in the claim.
        reason: In plain words.
    """

    sort: Sort
    unit: int
    reason: str
