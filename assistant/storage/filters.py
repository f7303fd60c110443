"""Which passages may be searched, as arrays in memory: filters cost a few array operations.

Built from the catalogue once per state of the library. Knows nothing of SQL or of Chroma.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from assistant.types import Filters

Ints = npt.NDArray[np.int64]
Row = tuple[int, str, str | None, str | None, int, bool, str | None]
"""Passage number, article, outlet, day, number of the version, whether that version is current, byline."""

KEPT = 8
"""Filters whose passages are remembered: a question asks for its own several times, a conversation again."""


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


class Shelf:
    """Every stored passage with what filters look at.

    Args:
        rows: All passages, rising by number.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self._numbers = np.array([row[0] for row in rows], np.int64)
        articles: dict[str, int] = {}
        self._outlet_codes: dict[str, int] = {}
        self._article = np.array([articles.setdefault(row[1], len(articles)) for row in rows], np.int64)
        self._outlet = np.array(
            [-1 if row[2] is None else self._outlet_codes.setdefault(row[2], len(self._outlet_codes)) for row in rows],
            np.int64,
        )
        self._byline_codes: dict[str, int] = {}
        self._byline = np.array(
            [self._byline_codes.setdefault(row[6] or "", len(self._byline_codes)) for row in rows], np.int64
        )
        self._day = np.array([_ordinal(row[3]) for row in rows], np.int64)
        self._version = np.array([row[4] for row in rows], np.int64)
        self._current = np.array([row[5] for row in rows], bool)
        self._articles = len(articles)
        self.live = Numbers(self._numbers[self._current])
        """The passages of current versions."""
        self.eligible = lru_cache(maxsize=KEPT)(self._eligible)
        """The passages that pass filters (`Filters`, as-of day or None), found once for those asked for lately."""

    @property
    def stored(self) -> int:
        """How many passages there are, of all versions."""
        return len(self._numbers)

    @property
    def superseded(self) -> int:
        """How many stored passages belong to versions that are not current."""
        return len(self._numbers) - len(self.live)

    def _eligible(self, filters: Filters, as_of: date | None) -> Numbers:
        """Find the passages that pass the filters.

        With `as_of` an article stands with the last version published by that day; without a date of
        publication it is left out, since nobody can say when it was there.
        """
        keep = np.ones(len(self._numbers), bool)
        if filters.outlets:
            keep &= np.isin(self._outlet, [self._outlet_codes.get(outlet, -2) for outlet in filters.outlets])
        if filters.authors:
            fits = [code for byline, code in self._byline_codes.items() if wrote(byline, filters.authors)]
            keep &= np.isin(self._byline, fits)
        dated = self._day > 0
        if filters.since:
            keep &= dated & (self._day >= filters.since.toordinal())
        if filters.until:
            keep &= dated & (self._day <= filters.until.toordinal())
        if as_of is None:
            keep &= self._current
        else:
            there = dated & (self._day <= as_of.toordinal())
            last = np.zeros(self._articles, np.int64)
            np.maximum.at(last, self._article[there], self._version[there])
            keep &= there & (self._version == last[self._article])
        return Numbers(self._numbers[keep])


def wrote(byline: str | None, authors: Iterable[str]) -> bool:
    """Whether one of the authors is named in a byline, as whole words; case and accents do not matter."""
    text = f" {_plain_words(byline or '')} "
    return any(name and f" {name} " in text for name in map(_plain_words, authors))


@lru_cache(maxsize=4096)
def _plain_words(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"\w+", "".join(ch for ch in letters if not unicodedata.combining(ch))))


def _ordinal(day: str | None) -> int:
    try:
        return date.fromisoformat(day).toordinal() if day else 0
    except ValueError:
        return 0
