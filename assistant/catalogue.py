"""SQLite: articles, versions, passages, vectors, full-text index, receipts. The truth.

Knows nothing of Chroma, of embedding, or of how articles are read. Writes happen in one transaction
per call; a killed process leaves the last whole state. The parts: `database` (connections),
`storing` (rows of an article), `copies` (clusters), `journal` (statuses), `shelf` (filters).
"""

from __future__ import annotations

import json
import re
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from assistant import copies
from assistant.database import Connection, Database
from assistant.domain import Article, Filters, Headline, Passage, Span
from assistant.errors import StoreError
from assistant.failpoints import reach
from assistant.journal import Journal, now
from assistant.schema import ADDED_IN_2, SCHEMA_VERSION, STEMMER, TABLES
from assistant.shelf import Numbers, Shelf
from assistant.storing import Entry, remove_entry, store_entry, text_key

__all__ = ["Catalogue", "Entry", "Numbers", "text_key"]

FIELD_WEIGHTS = (1.0, 2.0, 1.0, 1.0)
"""BM25 weights of title, outlet, day and body."""

_HEAD = "v.article_id, v.version, v.source_id, v.title, v.outlet, v.byline, v.published_at, v.url"
_LIVE = "JOIN versions v ON v.version = p.version JOIN articles a ON a.current = v.version"


class Catalogue(Database):
    """The catalogue in one data folder. Safe to use from several threads.

    Args:
        path: The database file; made with its folder when it is not there.

    Raises:
        StoreError: The file cannot be opened, is damaged, or is of a newer schema.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._stemmer_lock = threading.Lock()
        self._stems: dict[str, str] = {}
        self._stemmer = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._stemmer.executescript(STEMMER)
        self._shelf: tuple[str, Shelf] | None = None
        self._facts: tuple[str, dict[str, Any]] = ("", {})
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
        found = self.meta("schema")
        if found == "1":
            con.executescript(
                f"BEGIN IMMEDIATE; {ADDED_IN_2} UPDATE meta SET value = '2' WHERE key = 'schema'; COMMIT;"
            )
            found = self.meta("schema")
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

    def close(self) -> None:
        """Close every connection; the catalogue is not used afterwards."""
        super().close()
        self._stemmer.close()

    # Meta and receipts

    def meta(self, key: str) -> str | None:
        """Read a small value."""
        with self.guard() as con:
            row = con.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def set_meta(self, key: str, value: str) -> None:
        """Write a small value."""
        with self.guard() as con:
            con.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def keep_receipt(self, receipt: str, record: dict[str, object]) -> None:
        """Store what an answer was made of."""
        with self.guard() as con:
            row = (receipt, now(), json.dumps(record, ensure_ascii=False))
            con.execute("INSERT OR REPLACE INTO receipts VALUES (?, ?, ?)", row)

    def receipt(self, receipt: str) -> dict[str, object] | None:
        """Read a stored receipt, or None."""
        with self.guard() as con:
            row = con.execute("SELECT made_at, record FROM receipts WHERE id = ?", (receipt,)).fetchone()
        return {"id": receipt, "made_at": row[0], **json.loads(row[1])} if row else None

    # Writing articles

    def current_versions(self) -> dict[str, str]:
        """Article id -> version that is searched."""
        with self.guard() as con:
            return dict(con.execute("SELECT id, current FROM articles"))

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
                copies.link(con, article_id, keys, alike)
            copies.choose_leads(con, bands)

    def unsigned(self) -> list[str]:
        """Articles that were stored without bands, by an earlier release."""
        with self.guard() as con:
            sql = "SELECT id FROM articles a WHERE NOT EXISTS (SELECT 1 FROM bands b WHERE b.article_id = a.id)"
            return [row[0] for row in con.execute(sql)]

    def missing_vectors(self, keys: Iterable[bytes]) -> set[bytes]:
        """Those of the text keys that have no stored vector yet."""
        wanted = set(keys)
        with self.guard() as con:
            for key in list(wanted):
                if con.execute("SELECT 1 FROM vectors WHERE text_key = ?", (key,)).fetchone():
                    wanted.discard(key)
        return wanted

    # Reading

    def check(self) -> str:
        """SQLite's own check of the file: empty when it is whole, else the first thing found."""
        with self.guard() as con:
            found = str(con.execute("PRAGMA quick_check(1)").fetchone()[0])
        return "" if found == "ok" else found

    def counts(self) -> dict[str, int]:
        """How many articles, versions, passages (of current versions) and receipts there are."""

        def count(con: Connection) -> dict[str, int]:
            return {
                name: int(con.execute(f"SELECT count(*) FROM {name}").fetchone()[0])
                for name in ("articles", "versions")
            }

        counts = dict(self._fact("counts", count))
        with self.guard() as con:
            receipts = int(con.execute("SELECT count(*) FROM receipts").fetchone()[0])
        return {**counts, "passages": len(self.shelf().live), "receipts": receipts}

    def days(self) -> tuple[str, str] | None:
        """First and last day of publication in the library."""
        sql = "SELECT min(v.day), max(v.day) FROM versions v JOIN articles a ON a.current = v.version"
        first, last = self._fact("days", lambda con: con.execute(sql).fetchone())
        return (first, last) if first else None

    def outlets(self) -> dict[str, int]:
        """Outlet -> number of its articles."""
        sql = (
            "SELECT v.outlet, count(*) FROM versions v JOIN articles a ON a.current = v.version "
            "WHERE v.outlet IS NOT NULL GROUP BY v.outlet ORDER BY 2 DESC"
        )
        return dict(self._fact("outlets", lambda con: con.execute(sql).fetchall()))

    def _fact(self, name: str, find: Callable[[Connection], Any]) -> Any:
        """Something about the whole library, found once per state."""
        state = self.state()
        if self._facts[0] != state:
            self._facts = (state, {})
        facts = self._facts[1]
        if name not in facts:
            with self.guard() as con:
                facts[name] = find(con)
        return facts[name]

    def version_counts(self) -> dict[str, int]:
        """Article id -> number of its versions, for articles that have more than one."""
        with self.guard() as con:
            return dict(
                con.execute("SELECT article_id, count(*) FROM versions GROUP BY article_id HAVING count(*) > 1")
            )

    def copies(self) -> dict[str, str]:
        """Article id -> the article that it is a copy of."""
        with self.guard() as con:
            return dict(con.execute("SELECT id, duplicate_of FROM articles WHERE duplicate_of IS NOT NULL"))

    def headlines(self) -> list[Headline]:
        """All current articles, newest first."""
        with self.guard() as con:
            sql = (
                f"SELECT {_HEAD} FROM versions v JOIN articles a ON a.current = v.version ORDER BY v.day DESC, v.title"  # noqa: S608
            )
            return [Headline(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]) for r in con.execute(sql)]

    def article(self, key: str, version: str | None = None) -> Article | None:
        """Read one article by article id, version or source id; the current version unless one is named."""
        select = "SELECT v.*, a.current FROM versions v LEFT JOIN articles a ON a.id = v.article_id WHERE "
        ways = (
            ("v.article_id = ?1 AND v.version = coalesce(?2, a.current)", (key, version)),
            ("v.version = ?1", (key,)),
            ("CAST(v.source_id AS TEXT) = ?1 AND v.version = a.current", (key,)),
        )
        row = None
        with self.guard() as con:
            for where, values in ways:
                row = row or con.execute(f"{select}{where} LIMIT 1", values).fetchone()
        if row is None:
            return None
        spans = tuple(Span(start, end, kind) for start, end, kind in json.loads(row[12]))
        return Article(row[1], row[3], row[4], row[5], row[6], row[7], row[8], row[10], row[11], row[13], row[0], spans)

    def versions(self, article_id: str) -> list[Headline]:
        """All versions of an article, oldest first."""
        with self.guard() as con:
            sql = f"SELECT {_HEAD} FROM versions v WHERE v.article_id = ? ORDER BY v.number"  # noqa: S608
            return [Headline(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]) for r in con.execute(sql, (article_id,))]

    def passages(self, seqs: Sequence[int]) -> dict[int, tuple[Passage, Headline]]:
        """Read passages with their articles' headlines; unknown numbers are left out."""
        found: dict[int, tuple[Passage, Headline]] = {}
        with self.guard() as con:
            marks = ",".join("?" * len(seqs))
            for row in con.execute(
                f"SELECT p.seq, p.id, p.start, p.end, p.sentences, f.c3, {_HEAD} FROM passages p "  # noqa: S608
                f"JOIN versions v ON v.version = p.version JOIN passages_fts_content f ON f.id = p.seq WHERE p.seq IN ({marks})",
                tuple(seqs),
            ):
                head = Headline(row[6], row[7], row[8], row[9], row[10], row[11], row[12], row[13])
                sentences = tuple((s, e) for s, e in json.loads(row[4]))
                passage = Passage(row[1], head.article_id, head.version, row[2], row[3], row[5], sentences)
                found[row[0]] = (passage, head)
        return found

    # Searching

    def shelf(self) -> Shelf:
        """What filters look at, in memory; read again when the library has changed."""
        state = self.state()
        if self._shelf is None or self._shelf[0] != state:
            sql = (
                "SELECT p.seq, v.article_id, v.outlet, v.day, v.number, a.current IS v.version FROM passages p "
                "JOIN versions v ON v.version = p.version LEFT JOIN articles a ON a.id = v.article_id ORDER BY p.seq"
            )
            with self.guard() as con:
                self._shelf = (state, Shelf(con.execute(sql).fetchall()))
        return self._shelf[1]

    def eligible(self, filters: Filters, as_of: date | None = None) -> Numbers | None:
        """The passages that may be searched, or None when that is every current one; see `Shelf.eligible`."""
        return self.shelf().eligible(filters, as_of) if filters or as_of is not None else None

    def full_text(self, match: str, limit: int, among: Numbers | None = None) -> list[tuple[int, float]]:
        """BM25 over title, outlet, day and body.

        Args:
            match: An FTS5 expression.
            limit: How many at most.
            among: Only these passages; current ones when None.

        Returns:
            (seq, score), best first; higher is better.
        """
        shelf = self.shelf()
        if among is None and shelf.superseded:
            among = shelf.live
        weights = ", ".join(str(weight) for weight in FIELD_WEIGHTS)
        sql = (
            f"SELECT rowid, -bm25(passages_fts, {weights}) AS score FROM passages_fts "
            "WHERE passages_fts MATCH ? ORDER BY score DESC, rowid"
        )
        with self.guard() as con:
            if among is None:
                return con.execute(f"{sql} LIMIT {int(limit)}", (match,)).fetchall()
            rows = ((seq, score) for seq, score in con.execute(sql, (match,)) if seq in among)
            return list(islice(rows, limit))

    def stems(self, text: str) -> dict[str, str]:
        """Word as typed (lower case) -> term as the full-text index keeps it."""
        words = dict.fromkeys(re.findall(r"\w+", text.lower()))
        with self._stemmer_lock:
            for word in words:
                if word not in self._stems:
                    self._stems[word] = self._stem(word)
            return {word: self._stems[word] for word in words}

    def _stem(self, word: str) -> str:
        con = self._stemmer
        con.execute("DELETE FROM words")
        con.execute("INSERT INTO words VALUES (?)", (word,))
        row = con.execute("SELECT term FROM terms").fetchone()
        return row[0] if row else word

    def document_counts(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many passages each indexed (stemmed) term occurs; counted once per state of the library."""
        counts: dict[str, int] = self._fact("document counts", lambda _: {})
        sql = "SELECT doc FROM passages_terms WHERE term = ?"
        with self.guard() as con:
            for term in terms:
                if term not in counts:
                    row = con.execute(sql, (term,)).fetchone()
                    counts[term] = int(row[0]) if row else 0
        return {term: counts[term] for term in terms if counts[term]}

    def stored_vectors(self, above: int = 0, among: Iterable[int] | None = None) -> Iterator[tuple[int, bytes]]:
        """(seq, float32 bytes) of current passages with seq > `above`, or of exactly those in `among`."""
        with self.guard() as con:
            if among is not None:
                for seq in sorted(among):
                    yield from con.execute(
                        "SELECT p.seq, x.vector FROM passages p JOIN vectors x USING (text_key) WHERE p.seq = ?", (seq,)
                    )
                return
            yield from con.execute(
                f"SELECT p.seq, x.vector FROM passages p {_LIVE} JOIN vectors x USING (text_key) "
                "WHERE p.seq > ? ORDER BY p.seq",
                (above,),
            )

    def passage_texts(self) -> dict[bytes, str]:
        """Text key -> text of every passage, those of older versions too."""
        with self.guard() as con:
            sql = "SELECT p.text_key, f.body FROM passages p JOIN passages_fts f ON f.rowid = p.seq"
            return dict(con.execute(sql))

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

    def state(self) -> str:
        """A value that changes whenever articles do; one look-up, to be asked before every search."""
        with self.guard() as con:
            sql = "SELECT group_concat(value, ':') FROM (SELECT value FROM meta WHERE key IN ('library', 'revision') ORDER BY key)"
            return str(con.execute(sql).fetchone()[0])

    # Copies and provenance

    def near(self, bands: Sequence[int]) -> set[str]:
        """Articles that may be copies of one with these band keys."""
        with self.guard() as con:
            return copies.near(con, bands)

    def leads(self, article_ids: Iterable[str]) -> dict[str, str]:
        """Article id -> the article that leads its cluster, for those that do not lead themselves."""
        sql = "SELECT duplicate_of FROM articles WHERE id = ?"
        with self.guard() as con:
            rows = {key: con.execute(sql, (key,)).fetchone() for key in article_ids}
        return {key: row[0] for key, row in rows.items() if row and row[0]}

    def cluster(self, article_id: str) -> list[Headline]:
        """The other articles that tell the same words, the lead first, then by date."""
        return self.clusters([article_id]).get(article_id, [])

    def clusters(self, article_ids: Iterable[str]) -> dict[str, list[Headline]]:
        """Article id -> the others of its cluster; articles that stand alone are left out."""
        sql = (
            f"SELECT {_HEAD}, a.duplicate_of IS NULL AS lead FROM articles a JOIN versions v ON v.version = a.current "
            "WHERE (a.id = ?1 OR a.duplicate_of = ?1) ORDER BY lead DESC, v.day IS NULL, v.published_at, a.id"
        )
        found = {}
        with self.guard() as con:
            for article_id in set(article_ids):
                row = con.execute(
                    "SELECT coalesce(duplicate_of, id) FROM articles WHERE id = ?", (article_id,)
                ).fetchone()
                heads = [Headline(*r[:8]) for r in con.execute(sql, row)] if row else []
                others = [head for head in heads if head.article_id != article_id]
                if others:
                    found[article_id] = others
        return found

    def read_from(self, version: str) -> dict[str, str]:
        """Where a version's fields were read from; empty for one stored by an earlier release."""
        with self.guard() as con:
            row = con.execute("SELECT fields FROM provenance WHERE version = ?", (version,)).fetchone()
        return dict(json.loads(row[0])) if row else {}
