"""SQLite: articles, versions, passages, vectors, full-text index, receipts. The truth.

The only module that imports sqlite3. It knows nothing of Chroma, of embedding, or of how
articles are read. Writes happen in one transaction per call; a killed process leaves the last
whole state.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.domain import Article, Filters, Headline, Passage, Span
from assistant.errors import StoreError
from assistant.schema import SCHEMA_VERSION, STEMMER, TABLES

Vectors = npt.NDArray[np.float32]

FIELD_WEIGHTS = (1.0, 2.0, 1.0, 1.0)
"""BM25 weights of title, outlet, day and body."""

_HEAD = "v.article_id, v.version, v.source_id, v.title, v.outlet, v.byline, v.published_at, v.url"
_LIVE = "JOIN versions v ON v.version = p.version JOIN articles a ON a.current = v.version"


def text_key(text: str) -> bytes:
    """The key under which the vector of a text is kept."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


class Catalogue:
    """The catalogue in one data folder. Safe to use from several threads.

    Args:
        path: The database file; made with its folder when it is not there.

    Raises:
        StoreError: The file cannot be opened, is damaged, or is of a newer schema.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._stemmer_lock = threading.Lock()
        self._stems: dict[str, str] = {}
        self._stemmer = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._stemmer.executescript(STEMMER)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"The data folder {str(path.parent)!r} cannot be made: {error.strerror}. "
                             "Choose another with --home.") from error  # fmt: skip
        with self._guard():
            self._prepare()

    def _prepare(self) -> None:
        con = self._connect()
        if con.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
            con.execute("PRAGMA auto_vacuum = INCREMENTAL")
            con.execute("PRAGMA journal_mode = WAL")
            con.executescript(TABLES)
            self.set_meta("schema", str(SCHEMA_VERSION))
        found = self.meta("schema")
        if found != str(SCHEMA_VERSION):
            raise StoreError(
                f"The data folder {str(self.path.parent)!r} has schema {found}, this Byline expects {SCHEMA_VERSION}: "
                "use the release that made it, or ingest into a new folder with --home."
            )

    def _connect(self) -> sqlite3.Connection:
        con: sqlite3.Connection | None = getattr(self._local, "con", None)
        if con is None:
            con = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
            con.execute("PRAGMA synchronous = FULL")
            con.execute("PRAGMA cache_size = -32000")
            self._local.con = con
            self._open.append(con)
        return con

    @contextmanager
    def _guard(self) -> Iterator[sqlite3.Connection]:
        """Turn SQLite's errors into one sentence."""
        try:
            yield self._connect()
        except sqlite3.Error as error:
            raise StoreError(
                f"The catalogue {str(self.path)!r} cannot be used: {error}. Check the folder's permissions and free "
                "space, then run `byline doctor`."
            ) from error

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._guard() as con:
            con.execute("BEGIN IMMEDIATE")
            try:
                yield con
                con.execute("COMMIT")
            except BaseException:
                if con.in_transaction:
                    con.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close every connection; the catalogue is not used afterwards."""
        while self._open:
            self._open.pop().close()
        self._local = threading.local()
        self._stemmer.close()

    # Meta and receipts

    def meta(self, key: str) -> str | None:
        """Read a small value."""
        with self._guard() as con:
            row = con.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def set_meta(self, key: str, value: str) -> None:
        """Write a small value."""
        with self._guard() as con:
            con.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def keep_receipt(self, receipt: str, record: dict[str, object]) -> None:
        """Store what an answer was made of."""
        with self._guard() as con:
            row = (receipt, _now(), json.dumps(record, ensure_ascii=False))
            con.execute("INSERT OR REPLACE INTO receipts VALUES (?, ?, ?)", row)

    def receipt(self, receipt: str) -> dict[str, object] | None:
        """Read a stored receipt, or None."""
        with self._guard() as con:
            row = con.execute("SELECT made_at, record FROM receipts WHERE id = ?", (receipt,)).fetchone()
        return {"id": receipt, "made_at": row[0], **json.loads(row[1])} if row else None

    # Writing articles

    def current_versions(self) -> dict[str, str]:
        """Article id -> version that is searched."""
        with self._guard() as con:
            return dict(con.execute("SELECT id, current FROM articles"))

    def store(self, items: Sequence[tuple[Article, Sequence[Passage], str]], vectors: dict[bytes, bytes]) -> None:
        """Make articles visible, all of them in one transaction.

        Args:
            items: Article, its passages and its origin.
            vectors: New vectors (float32 bytes) by `text_key`; those already stored may be left out.
        """
        with self._write() as con:
            con.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", vectors.items())
            for article, passages, origin in items:
                self._store_one(con, article, passages, origin)

    def _store_one(self, con: sqlite3.Connection, article: Article, passages: Sequence[Passage], origin: str) -> None:
        known = con.execute("SELECT 1 FROM versions WHERE version = ?", (article.version,)).fetchone()
        if not known:
            count = con.execute("SELECT count(*) FROM versions WHERE article_id = ?", (article.id,)).fetchone()[0]
            spans = json.dumps([[s.start, s.end, s.kind] for s in article.boilerplate])
            row = (article.version, article.id, count + 1, article.source_id, article.url, article.title,
                   article.byline, article.outlet, article.published_at, (article.published_at or "")[:10] or None,
                   article.date_source, article.language, spans, article.text, _now())  # fmt: skip
            con.execute(f"INSERT INTO versions VALUES ({','.join('?' * len(row))})", row)  # noqa: S608
            for passage in passages:
                self._store_passage(con, article, passage)
        con.execute(
            "INSERT INTO articles VALUES (?, ?, ?, ?, NULL) ON CONFLICT (id) DO UPDATE SET "
            "current = excluded.current, origin = excluded.origin, seen_at = excluded.seen_at",
            (article.id, article.version, origin, _now()),
        )

    @staticmethod
    def _store_passage(con: sqlite3.Connection, article: Article, passage: Passage) -> None:
        row = (passage.id, passage.version, passage.start, passage.end, json.dumps(passage.sentences),
               text_key(passage.text))  # fmt: skip
        cursor = con.execute(
            "INSERT INTO passages (id, version, start, end, sentences, text_key) VALUES (?, ?, ?, ?, ?, ?)", row
        )
        day = (article.published_at or "")[:10]
        con.execute(
            "INSERT INTO passages_fts (rowid, title, outlet, day, body) VALUES (?, ?, ?, ?, ?)",
            (cursor.lastrowid, article.title, article.outlet or "", day, passage.text),
        )

    def remove(self, article_ids: Iterable[str]) -> int:
        """Remove articles with all versions, passages, vectors and full-text rows; give the space back.

        Returns:
            How many articles were there and are gone.
        """
        gone = 0
        with self._write() as con:
            for article_id in article_ids:
                gone += con.execute("DELETE FROM articles WHERE id = ?", (article_id,)).rowcount
                where = "version IN (SELECT version FROM versions WHERE article_id = ?)"
                con.execute(
                    f"DELETE FROM passages_fts WHERE rowid IN (SELECT seq FROM passages WHERE {where})",  # noqa: S608
                    (article_id,),
                )
                con.execute(f"DELETE FROM passages WHERE {where}", (article_id,))  # noqa: S608
                con.execute("DELETE FROM versions WHERE article_id = ?", (article_id,))
            con.execute("DELETE FROM vectors WHERE text_key NOT IN (SELECT text_key FROM passages)")
        with self._guard() as con:
            con.execute("INSERT INTO passages_fts (passages_fts) VALUES ('optimize')")
            con.execute("PRAGMA incremental_vacuum").fetchall()
            con.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return gone

    def missing_vectors(self, keys: Iterable[bytes]) -> set[bytes]:
        """Those of the text keys that have no stored vector yet."""
        wanted = set(keys)
        with self._guard() as con:
            for key in list(wanted):
                if con.execute("SELECT 1 FROM vectors WHERE text_key = ?", (key,)).fetchone():
                    wanted.discard(key)
        return wanted

    # Reading

    def check(self) -> str:
        """SQLite's own check of the file: empty when it is whole, else the first thing found."""
        with self._guard() as con:
            found = str(con.execute("PRAGMA quick_check(1)").fetchone()[0])
        return "" if found == "ok" else found

    def counts(self) -> dict[str, int]:
        """How many articles, versions, passages (of current versions) and receipts there are."""
        with self._guard() as con:
            sources = {
                "articles": "articles",
                "versions": "versions",
                "passages": f"passages p {_LIVE}",
                "receipts": "receipts",
            }
            return {
                name: int(con.execute(f"SELECT count(*) FROM {source}").fetchone()[0])
                for name, source in sources.items()
            }

    def days(self) -> tuple[str, str] | None:
        """First and last day of publication in the library."""
        with self._guard() as con:
            sql = "SELECT min(v.day), max(v.day) FROM versions v JOIN articles a ON a.current = v.version"
            first, last = con.execute(sql).fetchone()
        return (first, last) if first else None

    def outlets(self) -> dict[str, int]:
        """Outlet -> number of its articles."""
        with self._guard() as con:
            return dict(con.execute(
                "SELECT v.outlet, count(*) FROM versions v JOIN articles a ON a.current = v.version "
                "WHERE v.outlet IS NOT NULL GROUP BY v.outlet ORDER BY 2 DESC"
            ))  # fmt: skip

    def version_counts(self) -> dict[str, int]:
        """Article id -> number of its versions, for articles that have more than one."""
        with self._guard() as con:
            return dict(
                con.execute("SELECT article_id, count(*) FROM versions GROUP BY article_id HAVING count(*) > 1")
            )

    def copies(self) -> dict[str, str]:
        """Article id -> the article that it is a copy of."""
        with self._guard() as con:
            return dict(con.execute("SELECT id, duplicate_of FROM articles WHERE duplicate_of IS NOT NULL"))

    def headlines(self) -> list[Headline]:
        """All current articles, newest first."""
        with self._guard() as con:
            sql = (
                f"SELECT {_HEAD} FROM versions v JOIN articles a ON a.current = v.version ORDER BY v.day DESC, v.title"  # noqa: S608
            )
            return [Headline(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]) for r in con.execute(sql)]

    def article(self, key: str, version: str | None = None) -> Article | None:
        """Read one article by article id, version or source id; the current version unless one is named."""
        with self._guard() as con:
            row = con.execute(
                "SELECT v.*, a.current FROM versions v LEFT JOIN articles a ON a.id = v.article_id "
                "WHERE (v.article_id = ?1 AND v.version = coalesce(?2, a.current)) OR v.version = ?1 "
                "OR (CAST(v.source_id AS TEXT) = ?1 AND v.version = a.current) LIMIT 1",
                (key, version),
            ).fetchone()
        if row is None:
            return None
        spans = tuple(Span(start, end, kind) for start, end, kind in json.loads(row[12]))
        return Article(row[1], row[3], row[4], row[5], row[6], row[7], row[8], row[10], row[11], row[13], row[0], spans)

    def versions(self, article_id: str) -> list[Headline]:
        """All versions of an article, oldest first."""
        with self._guard() as con:
            sql = f"SELECT {_HEAD} FROM versions v WHERE v.article_id = ? ORDER BY v.number"  # noqa: S608
            return [Headline(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]) for r in con.execute(sql, (article_id,))]

    def passages(self, seqs: Sequence[int]) -> dict[int, tuple[Passage, Headline]]:
        """Read passages with their articles' headlines; unknown numbers are left out."""
        found: dict[int, tuple[Passage, Headline]] = {}
        with self._guard() as con:
            marks = ",".join("?" * len(seqs))
            for row in con.execute(
                f"SELECT p.seq, p.id, p.start, p.end, p.sentences, f.body, {_HEAD} FROM passages p "  # noqa: S608
                f"JOIN versions v ON v.version = p.version JOIN passages_fts f ON f.rowid = p.seq WHERE p.seq IN ({marks})",
                tuple(seqs),
            ):
                head = Headline(row[6], row[7], row[8], row[9], row[10], row[11], row[12], row[13])
                sentences = tuple((s, e) for s, e in json.loads(row[4]))
                passage = Passage(row[1], head.article_id, head.version, row[2], row[3], row[5], sentences)
                found[row[0]] = (passage, head)
        return found

    # Searching

    def eligible(self, filters: Filters, as_of: date | None = None) -> set[int] | None:
        """The passages that may be searched, or None when that is every current one.

        With `as_of` an article stands with the last version published by that day; without a date
        of publication it is left out, since nobody can say when it was there.
        """
        if not filters and as_of is None:
            return None
        where, values = ["1"], []
        if filters.outlets:
            where.append(f"v.outlet IN ({','.join('?' * len(filters.outlets))})")
            values += list(filters.outlets)
        for day, test in ((filters.since, ">="), (filters.until, "<="), (as_of, "<=")):
            if day is not None:
                where.append(f"v.day {test} ?")
                values.append(day.isoformat())
        if as_of is None:
            source = _LIVE
        else:
            source = "JOIN versions v ON v.version = p.version"
            where.append(
                "v.number = (SELECT max(w.number) FROM versions w WHERE w.article_id = v.article_id AND w.day <= ?)"
            )
            values.append(as_of.isoformat())
        with self._guard() as con:
            sql = f"SELECT p.seq FROM passages p {source} WHERE {' AND '.join(where)}"  # noqa: S608
            return {row[0] for row in con.execute(sql, values)}

    def full_text(self, match: str, limit: int, among: set[int] | None = None) -> list[tuple[int, float]]:
        """BM25 over title, outlet, day and body.

        Args:
            match: An FTS5 expression.
            limit: How many at most.
            among: Only these passages; current ones when None.

        Returns:
            (seq, score), best first; higher is better.
        """
        weights = ", ".join(str(weight) for weight in FIELD_WEIGHTS)
        live = "" if among is not None else "AND rowid IN (SELECT seq FROM live)"
        with self._guard() as con:
            if (
                among is not None
                or con.execute("SELECT count(*) FROM versions").fetchone()
                == con.execute("SELECT count(*) FROM articles").fetchone()
            ):
                live = ""
            sql = (
                f"WITH live AS (SELECT p.seq FROM passages p {_LIVE}) "  # noqa: S608
                f"SELECT rowid, -bm25(passages_fts, {weights}) AS score FROM passages_fts "
                f"WHERE passages_fts MATCH ? {live} ORDER BY score DESC, rowid"
            )
            rows = con.execute(sql + ("" if among is not None else f" LIMIT {int(limit)}"), (match,))
            return [(seq, score) for seq, score in rows if among is None or seq in among][:limit]

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
        """In how many passages each indexed (stemmed) term occurs."""
        with self._guard() as con:
            marks = ",".join("?" * len(terms))
            sql = f"SELECT term, doc FROM passages_terms WHERE term IN ({marks})"  # noqa: S608
            return dict(con.execute(sql, tuple(terms)))

    def stored_vectors(self, above: int = 0, among: set[int] | None = None) -> Iterator[tuple[int, bytes]]:
        """(seq, float32 bytes) of current passages with seq > `above`, or of exactly those in `among`."""
        with self._guard() as con:
            if among is not None:
                for seq in sorted(among):
                    yield from con.execute(
                        "SELECT p.seq, x.vector FROM passages p JOIN vectors x USING (text_key) WHERE p.seq = ?", (seq,)
                    )
                return
            yield from con.execute(
                f"SELECT p.seq, x.vector FROM passages p {_LIVE} JOIN vectors x USING (text_key) "  # noqa: S608
                "WHERE p.seq > ? ORDER BY p.seq",
                (above,),
            )

    def live_numbers(self) -> set[int]:
        """The numbers of all current passages."""
        with self._guard() as con:
            return {row[0] for row in con.execute(f"SELECT p.seq FROM passages p {_LIVE}")}  # noqa: S608

    def state(self) -> str:
        """A value that changes whenever articles do; cheap enough to ask before every search."""
        with self._guard() as con:
            row = con.execute(
                "SELECT (SELECT seq FROM sqlite_sequence WHERE name = 'passages'), (SELECT count(*) FROM passages), "
                "(SELECT count(*) FROM articles), (SELECT max(seen_at) FROM articles)"
            ).fetchone()
        return ":".join(str(part) for part in row)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
