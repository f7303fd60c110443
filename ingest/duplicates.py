"""Which articles tell the same words: MinHash finds candidates, the words themselves decide.

The bands of each article's MinHash are kept in the catalogue; two articles that share one are
compared by their runs of words, so that no chance of hashing makes a copy. A copy that was cut short counts,
an article on the same event in other words does not.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache

from assistant.storage.ports import Catalogue
from assistant.types import Article, Span
from ingest.minhash import signature

PERMUTATIONS = 120
BANDS = 24
"""Bands of five: finds 99% of the pairs with 0.7 of their runs in common, 85% of those with 0.6."""
RUN = 4
"""Words in a run."""
ALIKE = 0.6
"""Share of all runs that two copies have in common at least."""
CONTAINED = 0.8
"""Or this share of the shorter one's, when it is at least `CUT` of the longer."""
CUT = 0.4
FEWEST = 8
"""With fewer runs nothing is a near copy; only the same words are."""

Runs = frozenset[int]


def runs(text: str, skip: Sequence[Span] = ()) -> Runs:
    """The runs of words of a text without what is not the story, as hashes."""
    parts, position = [], 0
    for span in skip:
        parts.append(text[position : span.start])
        position = span.end
    words = re.findall(r"\w+", " ".join([*parts, text[position:]]).lower())
    size = min(RUN, len(words)) or 1
    return frozenset(_hash(" ".join(words[at : at + size])) for at in range(len(words) - size + 1))


def _hash(run: str) -> int:
    import xxhash

    return int(xxhash.xxh3_64_intdigest(run.encode("utf-8", "surrogatepass")))


def bands(found: Runs) -> tuple[int, ...]:
    """Band keys of an article's runs, signed 64-bit; the same runs give the same keys on every machine."""
    import xxhash

    smallest = signature(found, PERMUTATIONS)
    rows = PERMUTATIONS // BANDS
    keys = []
    for band in range(BANDS):
        values = smallest[band * rows : (band + 1) * rows].astype("<u8").tobytes()
        keys.append(struct.unpack("<q", xxhash.xxh3_64_digest(bytes([band]) + values))[0])
    return tuple(keys)


def alike(first: Runs, second: Runs) -> bool:
    """Whether two articles tell the same words."""
    if first == second:
        return bool(first)
    short, long = sorted((len(first), len(second)))
    if short < FEWEST:
        return False
    common = len(first & second)
    return common >= ALIKE * (short + long - common) or (common >= CONTAINED * short and short >= CUT * long)


class Copies:
    """Finds the copies of articles that are about to be stored.

    Args:
        catalogue: Holds the others.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._waiting: dict[str, tuple[Runs, tuple[int, ...]]] = {}
        self._stored = lru_cache(maxsize=256)(self._read)

    def find(self, article: Article) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Band keys of an article, and the articles that it is a copy of.

        Articles that were asked for since `stored` was called count, too.
        """
        mine = runs(article.text, article.boilerplate)
        keys = bands(mine)
        shared = set(keys)
        found = [key for key, (others, theirs) in self._waiting.items() if shared & set(theirs) and alike(mine, others)]
        near = self._catalogue.near(keys) - self._waiting.keys() - {article.id}
        found += [other for other in near if alike(mine, self._stored(other))]
        self._waiting[article.id] = (mine, keys)
        return keys, tuple(sorted(set(found) - {article.id}))

    def stored(self) -> None:
        """Say that the articles asked for are in the catalogue now."""
        self._waiting.clear()
        self._stored.cache_clear()

    def sign(self, article_ids: Iterable[str]) -> None:
        """Find bands and copies of articles that were stored without."""
        waiting = list(article_ids)
        for start in range(0, len(waiting), 200):
            articles = [self._catalogue.article(article_id) for article_id in waiting[start : start + 200]]
            self._catalogue.sign({article.id: self.find(article) for article in articles if article})
            self.stored()

    def _read(self, article_id: str) -> Runs:
        article = self._catalogue.article(article_id)
        return runs(article.text, article.boilerplate) if article else frozenset()
