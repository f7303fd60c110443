"""Catalogue and dense index as one thing: store, remove, search, repair.

The catalogue is written first and alone decides what exists; the dense index catches up by passage
number before the next search, also after a kill or after another process wrote.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from filelock import FileLock, Timeout

from assistant.catalogue import Catalogue
from assistant.domain import Article, Passage
from assistant.errors import StoreError
from assistant.vectors import DenseIndex

Vectors = npt.NDArray[np.float32]

EXACT_BELOW = 20_000
"""With so few eligible passages the stored vectors are compared one by one: filtered search in the
index loses hits where few passages fit, and is slower."""


@dataclass
class _Matrix:
    """Vectors in memory for exact search, in the order of `numbers`."""

    state: str
    numbers: npt.NDArray[np.int64]
    vectors: Vectors


class Library:
    """All that is stored in one data folder.

    Args:
        home: The data folder.
        fingerprint: Embedding model and passage rules; a library made with another is refused.

    Raises:
        StoreError: The folder cannot be used, or was made with another embedding model or rules.
    """

    def __init__(self, home: Path, fingerprint: str) -> None:
        self.home = home
        self.catalogue = Catalogue(home / "catalogue.sqlite3")
        self._dense = DenseIndex(home / "chroma", fingerprint)
        self._writer = FileLock(home / "write.lock", timeout=0)
        self._guard = threading.RLock()
        self._matrix: _Matrix | None = None
        self._numbers: tuple[str, set[int]] | None = None
        self._synced = ""
        self._check_fingerprint(fingerprint)

    def _check_fingerprint(self, fingerprint: str) -> None:
        found = self.catalogue.meta("fingerprint")
        if found is None:
            self.catalogue.set_meta("fingerprint", fingerprint)
        elif found != fingerprint:
            raise StoreError(
                f"The data folder {str(self.home)!r} was made with {found!r}, the settings ask for {fingerprint!r}: "
                "set BYLINE_EMBEDDING_MODEL back, or run `byline repair --reembed`."
            )

    def __enter__(self) -> Library:
        """Take the right to write.

        Raises:
            StoreError: Another process is writing to this folder.
        """
        try:
            self._writer.acquire()
        except Timeout as error:
            raise StoreError(
                f"Another process is writing to {str(self.home)!r}: wait until it is done, or use another --home."
            ) from error
        except OSError as error:
            raise StoreError(f"The data folder {str(self.home)!r} cannot be written: {error.strerror}.") from error
        return self

    def __exit__(self, *_: object) -> None:
        """Give up the right to write."""
        self._writer.release()

    def store(self, items: Sequence[tuple[Article, Sequence[Passage], str]], vectors: dict[bytes, bytes]) -> None:
        """Store articles in one transaction; see `Catalogue.store`. Needs the right to write."""
        self.catalogue.store(items, vectors)

    def remove(self, article_ids: Sequence[str]) -> int:
        """Remove articles and give their space back; the dense index is made anew without them."""
        gone = self.catalogue.remove(article_ids)
        if gone:
            self.repair()
        return gone

    def repair(self) -> int:
        """Make the dense index anew from the stored vectors; nothing is embedded.

        Returns:
            How many vectors it holds now.

        Raises:
            StoreError: Another process holds the index.
        """
        with self._guard:
            if not self._dense.acquire():
                raise StoreError(f"Another process has the index of {str(self.home)!r} open: stop it and try again.")
            self._dense.reset()
            count = self._dense.add(self.catalogue.stored_vectors())
            self._synced = self.catalogue.state()
            return count

    def sync(self) -> bool:
        """Bring the dense index up to the catalogue.

        Returns:
            Whether the index is this process's to search; when not, searches compare stored vectors.
        """
        with self._guard:
            if not self._dense.acquire():
                return False
            state = self.catalogue.state()
            if state != self._synced:
                self._dense.add(self.catalogue.stored_vectors(above=self._dense.applied))
                self._synced = state
            return True

    def dense(self, vector: Vectors, limit: int, among: set[int] | None = None) -> list[tuple[int, float]]:
        """Nearest passages by cosine.

        Args:
            vector: float32 [width], length one.
            limit: How many at most.
            among: Only these passages; all current ones when None.

        Returns:
            (passage number, cosine), best first.
        """
        if among is not None and (len(among) <= EXACT_BELOW or not self.sync()):
            return self._exact(vector, limit, among)
        if not self.sync():
            return self._exact(vector, limit, None)
        # Removed and superseded passages leave the index at the next rebuild; ask for more until then.
        live = self._live()
        extra = max(0, self._dense.count() - len(live))
        wanted = live if among is None else live & among
        found = self._dense.search(vector, limit + min(extra, 4 * limit))
        kept = [(number, score) for number, score in found if number in wanted]
        if len(kept) < min(limit, len(wanted)):
            return self._exact(vector, limit, wanted)
        return kept[:limit]

    def _live(self) -> set[int]:
        state = self.catalogue.state()
        with self._guard:
            if self._numbers is None or self._numbers[0] != state:
                self._numbers = (state, self.catalogue.live_numbers())
            return self._numbers[1]

    def _exact(self, vector: Vectors, limit: int, among: set[int] | None) -> list[tuple[int, float]]:
        matrix = self._loaded()
        numbers, vectors = matrix.numbers, matrix.vectors
        if among is not None:
            keep = np.isin(numbers, np.fromiter(among, np.int64, len(among)))
            missing = among.difference(numbers.tolist()) if not keep.sum() == len(among) else set()
            numbers, vectors = numbers[keep], vectors[keep]
            if missing:  # versions that are not current, asked for by an as-of date
                older = list(self.catalogue.stored_vectors(among=missing))
                numbers = np.concatenate([numbers, np.array([number for number, _ in older], np.int64)])
                vectors = np.concatenate([vectors, _stack([row for _, row in older], len(vector))])
        if not len(numbers):
            return []
        scores = vectors @ vector
        best = np.lexsort((numbers, -scores))[:limit]
        return [(int(numbers[i]), float(scores[i])) for i in best]

    def _loaded(self) -> _Matrix:
        state = self.catalogue.state()
        with self._guard:
            if self._matrix is None or self._matrix.state != state:
                rows = list(self.catalogue.stored_vectors())
                numbers = np.array([number for number, _ in rows], np.int64)
                width = len(rows[0][1]) // 4 if rows else 0
                self._matrix = _Matrix(state, numbers, _stack([row for _, row in rows], width))
            return self._matrix

    def disk_bytes(self) -> int:
        """How much disk the data folder uses."""
        return sum(path.stat().st_size for path in self.home.rglob("*") if path.is_file())

    def close(self) -> None:
        """Close the catalogue and the index."""
        self._dense.release()
        self.catalogue.close()


def _stack(rows: Sequence[bytes], width: int) -> Vectors:
    return np.frombuffer(b"".join(rows), np.float32).reshape(len(rows), width)
