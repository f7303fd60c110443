"""The implementations of the storage ports: one entry here puts another through all contract tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from assistant.storage.chroma import DenseIndex
from assistant.storage.opening import FolderLock
from assistant.storage.ports import Catalogue, VectorIndex, WriteLock
from assistant.storage.sqlite.catalogue import Catalogue as SqliteCatalogue

CATALOGUES: dict[str, Callable[[Path], Catalogue]] = {"sqlite": lambda place: SqliteCatalogue(place / "c.sqlite3")}
"""Name -> opens the catalogue at a place, made when it is not there."""

INDEXES: dict[str, Callable[[Path, str], VectorIndex]] = {
    "chroma": lambda place, made: DenseIndex(place / "chroma", made)
}
"""Name -> opens the index at a place, with what its vectors were made with."""

LOCKS: dict[str, Callable[[Path], WriteLock]] = {"folder": FolderLock}
"""Name -> the lock of a place."""
