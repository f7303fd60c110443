"""The SQLite file: connections per thread, transactions, errors as one sentence. Knows no table.

The only module that imports sqlite3.
"""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.errors import StoreError

Connection = sqlite3.Connection


class _Own:
    """One thread's connection: closed when the thread ends, and its memory and open file with it.

    It is held here because a connection refers to itself, and would wait for the garbage collector.
    """

    def __init__(self, con: sqlite3.Connection) -> None:
        self.con = con

    def __del__(self) -> None:
        self.con.close()


class Database:
    """One database file, usable from several threads.

    Args:
        path: The file; its folder is made when it is not there.

    Raises:
        StoreError: The folder cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._open: weakref.WeakSet[_Own] = weakref.WeakSet()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"The data folder {str(path.parent)!r} cannot be made: {error.strerror}. "
                             "Choose another with --home.") from error  # fmt: skip

    def _connect(self) -> sqlite3.Connection:
        own: _Own | None = getattr(self._local, "own", None)
        if own is None:
            con = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
            own = _Own(con)
            con.execute("PRAGMA synchronous = FULL")
            con.execute("PRAGMA cache_size = -32000")
            self._local.own = own
            self._open.add(own)
        return own.con

    @contextmanager
    def guard(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection; SQLite's errors become one sentence.

        Raises:
            StoreError: SQLite failed.
        """
        try:
            yield self._connect()
        except sqlite3.Error as error:
            raise StoreError(
                f"The catalogue {str(self.path)!r} cannot be used: {error}. Check the folder's permissions and free "
                "space, then run `byline doctor`."
            ) from error

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it or nothing.

        Raises:
            StoreError: SQLite failed; nothing was written.
        """
        with self.guard() as con:
            con.execute("BEGIN IMMEDIATE")
            try:
                yield con
                con.execute("COMMIT")
            except BaseException:
                if con.in_transaction:
                    con.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close every connection; the database is not used afterwards."""
        for own in list(self._open):
            own.con.close()
        self._local = threading.local()


def in_memory(script: str) -> Connection:
    """A database in memory, for any thread (one at a time), after the script has run."""
    con = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    con.executescript(script)
    return con
