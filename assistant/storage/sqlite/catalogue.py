"""SQLite: articles, versions, passages, vectors, full-text index, receipts. The truth.

Knows nothing of Chroma, of embedding, or of how articles are read. Writes happen in one transaction
per call; a killed process leaves the last whole state. The parts: `connection`, `articles` (reading),
`passages` (searching), `filtering` (filters), `writes` (rows of an article), `duplicates` (clusters), `edits`, `ingest_log`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from assistant.errors import StoreError
from assistant.storage.failpoints import reach
from assistant.storage.records import Edit, Entry, now
from assistant.storage.sqlite import duplicates
from assistant.storage.sqlite.connection import Connection
from assistant.storage.sqlite.edits import write_edit
from assistant.storage.sqlite.ingest_log import Journal
from assistant.storage.sqlite.passages import Finding
from assistant.storage.sqlite.schema import MIGRATIONS, SCHEMA_VERSION, TABLES
from assistant.storage.sqlite.writes import drop_passages, keep_pages, remove_entry, store_entry
from assistant.types import Pages


class Catalogue(Finding):
    """The catalogue in one data folder. Safe to use from several threads.

    Args:
        path: The database file; made with its folder when it is not there.

    Raises:
        StoreError: The file cannot be opened, is damaged, or is of a newer schema.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.journal = Journal(self)
        try:
            with self.guard() as con:
                self._prepare(con)
        except StoreError:
            self.close()
            raise

    def _prepare(self, con: Connection) -> None:
        if con.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
            con.execute("PRAGMA auto_vacuum = INCREMENTAL")
            con.execute("PRAGMA journal_mode = WAL")
            con.executescript(f"BEGIN IMMEDIATE; {TABLES} INSERT OR IGNORE INTO meta VALUES ('schema', '1'); COMMIT;")
        while (found := self.meta("schema")) in MIGRATIONS:
            step = f"{MIGRATIONS[found]} UPDATE meta SET value = {int(found) + 1} WHERE key = 'schema';"
            con.executescript(f"BEGIN IMMEDIATE; {step} COMMIT;")
        if found != str(SCHEMA_VERSION):
            raise StoreError(
                f"The data folder {str(self.path.parent)!r} has schema {found}, this Byline expects {SCHEMA_VERSION}: "
                "use the release that made it, or ingest into a new folder with --home."
            )

    @contextmanager
    def change(self) -> Iterator[Connection]:
        """A transaction after which the library counts as another one (`state`)."""
        with self.write() as con:
            yield con
            con.execute("UPDATE meta SET value = value + 1 WHERE key = 'revision'")

    def check(self) -> str:
        """SQLite's own check of the file: empty when it is whole, else the first thing found."""
        with self.guard() as con:
            found = str(con.execute("PRAGMA quick_check(1)").fetchone()[0])
        return "" if found == "ok" else found

    def set_meta(self, key: str, value: str) -> None:
        """Write a small value."""
        with self.guard() as con:
            con.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def keep_receipt(self, receipt: str, record: dict[str, object]) -> None:
        """Store what an answer was made of."""
        with self.guard() as con:
            row = (receipt, now(), json.dumps(record, ensure_ascii=False))
            con.execute("INSERT OR REPLACE INTO receipts VALUES (?, ?, ?)", row)

    # Writing articles

    def store(self, entries: Sequence[Entry], vectors: dict[bytes, bytes]) -> None:
        """Make articles visible, all of them in one transaction.

        Args:
            entries: The articles with what belongs to them.
            vectors: New vectors (float32 bytes) by `text_key`; those already stored may be left out.
        """
        with self.change() as con:
            reach("store-begun")
            con.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", vectors.items())
            reach("vectors-written")
            for entry in entries:
                store_entry(con, entry)
            reach("store-written")
        reach("store-committed")

    def keep_pages(self, version: str, pages: Pages) -> None:
        """Keep the pages of a version that an earlier release stored without; known ones cost a look-up."""
        if pages and self.pages(version) != pages:
            with self.change() as con:
                keep_pages(con, version, pages)

    def store_edit(self, entry: Entry, edit: Edit) -> None:
        """Store an article as a user corrected it, and the corrections, in one transaction.

        The version before gives up its passages, so that nothing is found by the wrong date or outlet any more.
        """
        article = entry.article
        with self.change() as con:
            (before,) = con.execute("SELECT current FROM articles WHERE id = ?", (article.id,)).fetchone()
            if before != article.version:
                store_entry(con, entry)
                drop_passages(con, before)
            write_edit(con, article.id, edit)

    def remove(self, article_ids: Iterable[str]) -> int:
        """Remove articles with all versions, passages, vectors and full-text rows; `compact` gives the space back.

        Returns:
            How many articles were there and are gone.
        """
        with self.change() as con:
            gone = sum(remove_entry(con, article_id) for article_id in article_ids)
            if gone:  # until the space is given back, also by the next process
                con.execute("INSERT OR REPLACE INTO meta VALUES ('compact', '1')")
            reach("remove-written")
        reach("remove-committed")
        return gone

    def compact(self) -> None:
        """Give the space of what was removed back to the disk."""
        with self.guard() as con:
            con.execute("INSERT INTO passages_fts (passages_fts) VALUES ('optimize')")
            con.executescript("PRAGMA incremental_vacuum")  # `execute` would stop after one page
            con.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def sign(self, bands: Mapping[str, tuple[tuple[int, ...], Sequence[str]]]) -> None:
        """Keep bands and pairs for articles that were stored without: id -> (band keys, ids alike)."""
        with self.write() as con:
            for article_id, (keys, alike) in bands.items():
                duplicates.link(con, article_id, keys, alike)
            duplicates.choose_leads(con, bands)

    def replace_vectors(self, vectors: Mapping[bytes, bytes], fingerprint: str) -> None:
        """Put other vectors in the place of all stored ones, in one transaction.

        Args:
            vectors: Text key -> float32 bytes, for every passage.
            fingerprint: What they were made with.
        """
        with self.change() as con:
            con.execute("DELETE FROM vectors")
            con.executemany("INSERT INTO vectors VALUES (?, ?)", vectors.items())
            con.execute("INSERT OR REPLACE INTO meta VALUES ('fingerprint', ?)", (fingerprint,))
