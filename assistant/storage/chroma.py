"""Chroma as the dense index: derived from the catalogue's stored vectors, rebuilt whenever in doubt.

The only module that imports chromadb. One process at a time may hold the index (a second opener of
Chroma can hang for minutes); the others search the stored vectors instead, with the same result.
A manifest with the sums of Chroma's files is written after every change and checked before opening,
because Chroma's own persisting is not atomic.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from filelock import FileLock, Timeout

from assistant.errors import StoreError
from assistant.storage.failpoints import reach

Vectors = npt.NDArray[np.float32]

COLLECTION = "passages"
_HNSW = {"space": "cosine", "ef_construction": 200, "ef_search": 200, "max_neighbors": 24}


class DenseIndex:
    """The Chroma collection in one data folder.

    Args:
        folder: Where its generations live; made when it is not there.
        fingerprint: What the vectors were made with; another one means a rebuild.
    """

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self._folder = folder
        self._fingerprint = fingerprint
        self._lock = FileLock(folder / "chroma.lock", timeout=0)
        self._client: Any = None
        self._collection: Any = None
        self.generation: str = ""
        self._size = 0
        self.applied = 0
        """The highest passage number in the index; those above it are not searched here yet."""

    @property
    def is_open(self) -> bool:
        """Whether this process holds the index open."""
        return self._collection is not None

    def acquire(self) -> bool:
        """Open the index if no other process holds it.

        Returns:
            Whether this process holds it. An index that is damaged, unfinished or made with another
            fingerprint is opened empty, with `applied` 0.
        """
        if self._collection is not None:
            return True
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except Timeout:
            return False
        except OSError as error:
            raise StoreError(f"The index folder {str(self._folder)!r} cannot be written: {error.strerror}.") from error
        manifest = self._manifest()
        if manifest is None:
            self.reset()
        else:
            self.generation, self.applied = manifest["generation"], manifest["applied"]
            self._connect()
            self._seal()  # opening alone changes a few bytes of Chroma's own database
        return True

    def release(self) -> None:
        """Close the index and let another process have it."""
        if self._client is not None:
            self._disconnect()
        if self._lock.is_locked:
            self._lock.release()

    def reset(self) -> None:
        """Start a fresh, empty generation and remove the old one's files (Chroma leaves them behind)."""
        self._disconnect()
        (self._folder / "manifest.json").unlink(missing_ok=True)
        for old in self._folder.glob("gen-*"):
            shutil.rmtree(old, ignore_errors=True)
        reach("index-reset")
        self.generation, self.applied = f"gen-{uuid.uuid4().hex[:12]}", 0
        self._connect()

    def add(self, rows: Iterable[tuple[int, bytes]]) -> int:
        """Add passages.

        Args:
            rows: (passage number, float32 bytes) in rising order of number.

        Returns:
            How many were added.
        """
        source, count = iter(rows), 0
        size = int(self._client.get_max_batch_size())
        while batch := list(islice(source, size)):
            if count == 0:
                (self._folder / "manifest.json").unlink(missing_ok=True)
                reach("index-unsealed")
            vectors = np.frombuffer(b"".join(vector for _, vector in batch), np.float32).reshape(len(batch), -1)
            self._collection.upsert(ids=[str(number) for number, _ in batch], embeddings=vectors)
            self.applied = max(self.applied, batch[-1][0])
            count += len(batch)
        if count:
            self._size = int(self._collection.count())
        reach("index-added")
        if count or not (self._folder / "manifest.json").exists():
            self._seal()
        return count

    def search(self, vector: Vectors, limit: int) -> list[tuple[int, float]]:
        """Nearest passages: (number, cosine), best first. Removed passages may be among them."""
        if self._size == 0:
            return []
        found = self._collection.query(
            query_embeddings=vector.reshape(1, -1), n_results=min(limit, self._size), include=["distances"]
        )
        return [(int(key), 1.0 - float(gap)) for key, gap in zip(found["ids"][0], found["distances"][0], strict=True)]

    def count(self) -> int:
        """How many vectors it holds, removed passages included."""
        return self._size

    def _connect(self) -> None:
        import chromadb
        from chromadb.config import Settings

        where = str(self._folder / self.generation)
        self._client = chromadb.PersistentClient(where, settings=Settings(anonymized_telemetry=False))
        self._collection = self._client.get_or_create_collection(
            COLLECTION, configuration={"hnsw": _HNSW}, embedding_function=None
        )
        self._size = int(self._collection.count())  # kept: counting costs more the more there is

    def _disconnect(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = self._collection = None

    def _manifest(self) -> dict[str, Any] | None:
        """The manifest, if the files are exactly those it was written for."""
        try:
            manifest: dict[str, Any] = json.loads((self._folder / "manifest.json").read_text("utf-8"))
            whole = manifest.pop("sum") == _sum(manifest) and manifest["files"] == self._sums(manifest["generation"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return manifest if whole and manifest.get("fingerprint") == self._fingerprint else None

    def _seal(self) -> None:
        manifest: dict[str, Any] = {
            "fingerprint": self._fingerprint,
            "generation": self.generation,
            "applied": self.applied,
            "files": self._sums(self.generation),
        }
        fresh = self._folder / "manifest.json.new"
        fresh.write_text(json.dumps({**manifest, "sum": _sum(manifest)}), "utf-8")
        reach("index-sealing")
        os.replace(fresh, self._folder / "manifest.json")

    def _sums(self, generation: str) -> dict[str, str]:
        root = self._folder / generation
        sums = {}
        for path in sorted(root.rglob("*")):
            if path.is_file() and not path.name.endswith(("-wal", "-shm", "-journal")):
                with path.open("rb") as file:
                    sums[str(path.relative_to(root))] = hashlib.file_digest(file, "sha256").hexdigest()
        return sums


def _sum(manifest: dict[str, Any]) -> str:
    """Over the manifest itself: one flipped digit of `applied` would leave passages out of the index."""
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()
