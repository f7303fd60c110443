"""Sets of passage numbers, and whether a byline names an author. Knows nothing of SQL or of Chroma."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


class Numbers:
    """A set of passage numbers.

    Args:
        values: int64, rising, without repeats.
    """

    __slots__ = ("_json", "_mask", "values")

    def __init__(self, values: Ints) -> None:
        self.values = values
        self._mask: bytearray | None = None
        self._json = ""

    @property
    def as_json(self) -> str:
        """As a JSON list, which is how SQL takes them."""
        if not self._json:
            self._json = json.dumps(self.values.tolist(), separators=(",", ":"))
        return self._json

    @classmethod
    def of(cls, numbers: Iterable[int]) -> Numbers:
        """From any whole numbers."""
        return cls(np.unique(np.fromiter(numbers, np.int64)))

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[int]:
        return iter(self.values.tolist())

    def __contains__(self, number: object) -> bool:
        if self._mask is None:
            self._mask = bytearray(int(self.values[-1]) + 1 if len(self.values) else 0)
            np.frombuffer(self._mask, np.uint8)[self.values] = 1
        return isinstance(number, int) and 0 <= number < len(self._mask) and self._mask[number] == 1

    def __and__(self, other: Numbers) -> Numbers:
        return Numbers(np.intersect1d(self.values, other.values, assume_unique=True))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Numbers) and np.array_equal(self.values, other.values)

    __hash__ = None  # type: ignore[assignment]


def wrote(byline: str | None, authors: Iterable[str]) -> bool:
    """Whether one of the authors is named in a byline, as whole words; case and accents do not matter."""
    text = f" {_plain_words(byline or '')} "
    return any(name and f" {name} " in text for name in map(_plain_words, authors))


@lru_cache(maxsize=4096)
def _plain_words(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"\w+", "".join(ch for ch in letters if not unicodedata.combining(ch))))
