"""Opens the library of a data folder: the one place that chooses how articles and vectors are stored."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import StoreError
from assistant.storage.chroma import DenseIndex
from assistant.storage.library import Library
from assistant.storage.sqlite.catalogue import Catalogue

CATALOGUE = "catalogue.sqlite3"
"""File of the catalogue in a data folder."""


class FolderLock:
    """The right to write to a data folder, as a lock file.

    Args:
        home: The data folder.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._lock = FileLock(home / "write.lock", timeout=0)

    def acquire(self) -> None:
        """Take it.

        Raises:
            StoreError: Another process has it, or the folder cannot be written.
        """
        try:
            self._lock.acquire()
        except Timeout as error:
            raise StoreError(
                f"Another process is writing to {str(self._home)!r}: wait until it is done, or use another --home."
            ) from error
        except OSError as error:
            raise StoreError(f"The data folder {str(self._home)!r} cannot be written: {error.strerror}.") from error

    def release(self) -> None:
        """Give it up."""
        self._lock.release()


def open_folder(home: Path, fingerprint: str, *, adopt: bool = False) -> Library:
    """The library in a data folder: a SQLite catalogue and embedded Chroma.

    Args:
        home: The data folder; made when it is not there.
        fingerprint: Embedding model and passage rules; a library made with another is refused.
        adopt: Open it although it was made with another embedding model, to embed it again.

    Raises:
        StoreError: The folder cannot be used, or was made with another embedding model or rules.
    """
    catalogue = Catalogue(home / CATALOGUE)
    index = DenseIndex(home / "chroma", f"{fingerprint}, library {catalogue.meta('library')}")
    try:
        return Library(home, catalogue, index, FolderLock(home), fingerprint, adopt=adopt)
    except StoreError:
        catalogue.close()
        raise
