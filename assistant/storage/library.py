"""Catalogue and dense index as one thing: store, remove, search, repair.

The catalogue is written first and alone decides what exists; the dense index catches up by passage
number before the next search, also after a kill or after another process wrote.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.errors import StoreError
from assistant.storage.filters import Numbers
from assistant.storage.ports import Catalogue, VectorIndex, Vectors, WriteLock
from assistant.storage.records import Entry

EXACT_BELOW = 20_000
"""Below so many passages one question is answered from the stored vectors, without opening the index."""

EXACT_AMONG = 50_000
"""With so few passages that pass a filter the stored vectors are compared one by one: filtered search in
the index loses hits where few passages fit, and is slower."""

AT_ONCE = 256
"""Vectors that are copied and compared together: as many as stay in the processor's cache."""

EMBED_AT_ONCE = 512
"""Passages embedded together when all are embedded anew."""

TIED = 16
"""Over-fetch, so that ties (copies) break by passage number and not by how the index was built."""


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
        catalogue: The articles.
        index: Their vectors.
        lock: The right to write to both.
        fingerprint: Embedding model and passage rules; a library made with another is refused.
        adopt: Open it although it was made with another embedding model, to embed it again.

    Raises:
        StoreError: It was made with another embedding model or other rules.
    """

    def __init__(
        self,
        home: Path,
        catalogue: Catalogue,
        index: VectorIndex,
        lock: WriteLock,
        fingerprint: str,
        *,
        adopt: bool = False,
    ) -> None:
        self.home = home
        self.catalogue = catalogue
        self._dense = index
        self._writer = lock
        self._guard = threading.RLock()
        self._matrix: _Matrix | None = None
        self._synced = ""
        self._fingerprint = fingerprint
        self._check_fingerprint(fingerprint, adopt)

    def _check_fingerprint(self, fingerprint: str, adopt: bool) -> None:
        found = self.catalogue.meta("fingerprint")
        if found is None:
            self.catalogue.set_meta("fingerprint", fingerprint)
        elif found.rpartition(", ")[2] != fingerprint.rpartition(", ")[2]:
            raise StoreError(
                f"The data folder {str(self.home)!r} was made with {found!r}, this Byline cuts passages by "
                f"{fingerprint.rpartition(', ')[2]!r}: ingest the articles into a new folder with --home."
            )
        elif found != fingerprint and not adopt:
            raise StoreError(
                f"The data folder {str(self.home)!r} was made with {found!r}, the settings ask for {fingerprint!r}: "
                "set BYLINE_EMBEDDING_MODEL back, or run `byline repair --reembed`."
            )

    def __enter__(self) -> Library:
        """Take the right to write.

        Raises:
            StoreError: Another process is writing to this folder, or it cannot be written.
        """
        self._writer.acquire()
        try:
            self._finish_removal()
        except BaseException:
            self._writer.release()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Give up the right to write."""
        self._writer.release()

    def store(self, entries: Sequence[Entry], vectors: dict[bytes, bytes]) -> None:
        """Store articles in one transaction; see `Catalogue.store`. Needs the right to write."""
        self.catalogue.store(entries, vectors)

    def remove(self, article_ids: Sequence[str]) -> int:
        """Remove articles, free their space, and rebuild the vector index without them."""
        gone = self.catalogue.remove(article_ids)
        self._finish_removal()
        return gone

    def _finish_removal(self) -> None:
        """Make the index without what was removed, also when the process that removed it was killed."""
        if self.catalogue.meta("compact") == "1":
            self.catalogue.compact()
            self.repair()
            self.catalogue.set_meta("compact", "0")

    def repair(self) -> int:
        """Rebuild the vector index from the stored vectors; nothing is embedded.

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

    def reembed(self, encode: Callable[[Sequence[str]], Vectors]) -> int:
        """Embed every stored passage with another model and make the index anew. Needs the right to write.

        Args:
            encode: Texts -> float32 [texts, width].

        Returns:
            How many vectors the index holds now.
        """
        texts = self.catalogue.passage_texts()
        keys = list(texts)
        vectors: dict[bytes, bytes] = {}
        for start in range(0, len(keys), EMBED_AT_ONCE):
            some = keys[start : start + EMBED_AT_ONCE]
            rows = encode([texts[key] for key in some])
            vectors.update((key, row.tobytes()) for key, row in zip(some, rows, strict=True))
        self.catalogue.replace_vectors(vectors, self._fingerprint)
        return self.repair()

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

    def dense(self, vector: Vectors, limit: int, among: Numbers | None = None) -> list[tuple[int, float]]:
        """Nearest passages by cosine.

        Args:
            vector: float32 [width], length one.
            limit: How many at most.
            among: Only these passages; all current ones when None.

        Returns:
            (passage number, cosine), best first.
        """
        if among is not None:
            few = len(among) <= EXACT_AMONG
        else:  # one question to a small library is answered before Chroma would have been imported
            few = not self._dense.is_open and len(self.catalogue.live()) <= EXACT_BELOW
        if few:
            return self._exact(vector, limit, among)
        if not self.sync():
            return self._exact(vector, limit, among)
        # Removed and superseded passages leave the index at the next rebuild; ask for more until then.
        live = self.catalogue.live()
        wanted = live if among is None else among
        extra = max(0, self._dense.count() - len(wanted))
        found = self._dense.search(vector, limit + TIED + min(extra, 4 * limit))
        found.sort(key=lambda item: (-item[1], item[0]))
        kept = [(number, score) for number, score in found if number in wanted]
        if len(kept) < min(limit, len(wanted)):
            return self._exact(vector, limit, wanted)
        return kept[:limit]

    def _exact(self, vector: Vectors, limit: int, among: Numbers | None) -> list[tuple[int, float]]:
        matrix = self._loaded()
        numbers, vectors = matrix.numbers, matrix.vectors
        if among is not None:
            at = np.searchsorted(numbers, among.values)
            there = at < len(numbers)
            there[there] = numbers[at[there]] == among.values[there]
            at = at[there]
            # Where much is asked for, copying its rows would cost more than scoring them all.
            scores = (vectors @ vector)[at] if 2 * len(at) > len(matrix.numbers) else _products(vectors, at, vector)
            numbers = among.values[there]
            if not there.all():  # versions that are not current, asked for by an as-of date
                older = list(self.catalogue.stored_vectors(among=among.values[~there].tolist()))
                numbers = np.concatenate([numbers, np.array([number for number, _ in older], np.int64)])
                scores = np.concatenate([scores, _stack([row for _, row in older], len(vector)) @ vector])
        else:
            scores = vectors @ vector if len(numbers) else np.zeros(0, np.float32)
        if len(scores) > 4 * limit:  # all that score as the last of the best are kept for the order by number
            keep = scores >= np.partition(scores, len(scores) - limit)[len(scores) - limit]
            numbers, scores = numbers[keep], scores[keep]
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


def _products(vectors: Vectors, at: npt.NDArray[np.int64], vector: Vectors) -> Vectors:
    """`vectors[at] @ vector`, a piece at a time."""
    products = np.empty(len(at), np.float32)
    for start in range(0, len(at), AT_ONCE):
        some = at[start : start + AT_ONCE]
        products[start : start + AT_ONCE] = vectors[some] @ vector
    return products
