"""Reads what is stored of articles: versions, copies, notes, and facts about the whole library.

A part of `catalogue`; writes nothing and searches nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from assistant.storage.records import Edit
from assistant.storage.sqlite import duplicates
from assistant.storage.sqlite.connection import Connection, Database
from assistant.storage.sqlite.edits import read_edits
from assistant.types import Article, Headline, Pages, Span

HEAD = "v.article_id, v.version, v.source_id, v.title, v.outlet, v.byline, v.published_at, v.url"
"""The columns of a `Headline`, of `versions v`."""


class Articles(Database):
    """The articles of a catalogue.

    Args:
        path: The database file.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._facts: tuple[str, dict[str, Any]] = ("", {})

    def meta(self, key: str) -> str | None:
        """Read a small value."""
        with self.guard() as con:
            row = con.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def state(self) -> str:
        """A value that changes whenever articles do; one look-up, to be asked before every search."""
        with self.guard() as con:
            sql = "SELECT group_concat(value, ':') FROM (SELECT value FROM meta WHERE key IN ('library', 'revision') ORDER BY key)"
            return str(con.execute(sql).fetchone()[0])

    def receipt(self, receipt: str) -> dict[str, object] | None:
        """Read a stored receipt, or None."""
        with self.guard() as con:
            row = con.execute("SELECT made_at, record FROM receipts WHERE id = ?", (receipt,)).fetchone()
        return {"id": receipt, "made_at": row[0], **json.loads(row[1])} if row else None

    def fact(self, name: str, find: Callable[[Connection], Any]) -> Any:
        """Something about the whole library, found once per state."""
        state = self.state()
        if self._facts[0] != state:
            self._facts = (state, {})
        facts = self._facts[1]
        if name not in facts:
            with self.guard() as con:
                facts[name] = find(con)
        return facts[name]

    def current_versions(self) -> dict[str, str]:
        """Article id -> version that is searched."""
        with self.guard() as con:
            return dict(con.execute("SELECT id, current FROM articles"))

    def unsigned(self) -> list[str]:
        """Articles that were stored without bands, by an earlier release."""
        with self.guard() as con:
            sql = "SELECT id FROM articles a WHERE NOT EXISTS (SELECT 1 FROM bands b WHERE b.article_id = a.id)"
            return [row[0] for row in con.execute(sql)]

    def days(self) -> tuple[str, str] | None:
        """First and last day of publication in the library."""
        sql = "SELECT min(v.day), max(v.day) FROM versions v JOIN articles a ON a.current = v.version"
        first, last = self.fact("days", lambda con: con.execute(sql).fetchone())
        return (first, last) if first else None

    def outlets(self) -> dict[str, int]:
        """Outlet -> number of its articles."""
        sql = (
            "SELECT v.outlet, count(*) FROM versions v JOIN articles a ON a.current = v.version "
            "WHERE v.outlet IS NOT NULL GROUP BY v.outlet ORDER BY 2 DESC"
        )
        return dict(self.fact("outlets", lambda con: con.execute(sql).fetchall()))

    def bylines(self) -> dict[str, int]:
        """Byline -> number of its articles."""
        sql = (
            "SELECT v.byline, count(*) FROM versions v JOIN articles a ON a.current = v.version "
            "WHERE v.byline IS NOT NULL GROUP BY v.byline ORDER BY 2 DESC"
        )
        return dict(self.fact("bylines", lambda con: con.execute(sql).fetchall()))

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
            sql = f"SELECT {HEAD} FROM versions v JOIN articles a ON a.current = v.version ORDER BY v.day DESC, v.title"  # noqa: S608
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
            sql = f"SELECT {HEAD} FROM versions v WHERE v.article_id = ? ORDER BY v.number"  # noqa: S608
            return [Headline(r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]) for r in con.execute(sql, (article_id,))]

    def sentences(self, version: str) -> list[tuple[int, int]]:
        """Offsets of every sentence of an article version that stands in a passage, in order."""
        with self.guard() as con:
            rows = con.execute("SELECT sentences FROM passages WHERE version = ?", (version,)).fetchall()
        return sorted({(start, end) for row in rows for start, end in json.loads(row[0])})

    # Copies and provenance

    def near(self, bands: Sequence[int]) -> set[str]:
        """Articles that may be copies of one with these band keys."""
        with self.guard() as con:
            return duplicates.near(con, bands)

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
            f"SELECT {HEAD}, a.duplicate_of IS NULL AS lead FROM articles a JOIN versions v ON v.version = a.current "
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

    def edits(self) -> dict[str, Edit]:
        """Article id -> what users corrected of it."""
        with self.guard() as con:
            return read_edits(con)

    def edit(self, article_id: str) -> Edit | None:
        """What users corrected of an article, or None."""
        return self.edits().get(article_id)

    def provenance(self, article_id: str) -> tuple[str, str, str]:
        """The source that the user named, the file or address, and the place in it, that an article came from."""
        sql = (
            "SELECT coalesce(s.source, a.origin), coalesce(s.origin, a.origin), coalesce(t.place, a.origin) FROM articles a "
            "LEFT JOIN sightings s ON s.article_id = a.id LEFT JOIN statuses t ON t.article_id = a.id WHERE a.id = ? LIMIT 1"
        )
        with self.guard() as con:
            source, origin, place = con.execute(sql, (article_id,)).fetchone()
        return source, origin, place

    def pages(self, version: str) -> Pages:
        """Where the pages of a version begin; empty without pages, and for one stored by an earlier release."""
        with self.guard() as con:
            row = con.execute("SELECT starts FROM pages WHERE version = ?", (version,)).fetchone()
        return tuple((start, page) for start, page in json.loads(row[0])) if row else ()

    def read_from(self, version: str) -> dict[str, str]:
        """Where a version's fields were read from; empty for one stored by an earlier release."""
        with self.guard() as con:
            row = con.execute("SELECT fields FROM provenance WHERE version = ?", (version,)).fetchone()
        return dict(json.loads(row[0])) if row else {}
