"""What happened to each source: last statuses, sightings for `--sync`, what servers said of pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from assistant.storage.records import Fetched, Status, now
from assistant.storage.sqlite.connection import Connection, Database


class Journal:
    """Reads and writes the notes beside the articles.

    Args:
        database: The catalogue's file.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def statuses(self) -> list[Status]:
        """Every place's last status, by place."""
        with self._database.guard() as con:
            sql = (
                "SELECT s.place, s.status, s.article_id, CASE WHEN a.duplicate_of IS NULL THEN s.detail ELSE "
                "a.duplicate_of END, s.at, a.duplicate_of FROM statuses s LEFT JOIN articles a ON a.id = s.article_id "
                "ORDER BY s.place"
            )
            rows = con.execute(sql).fetchall()
        return [Status(row[0], "duplicate" if row[5] else row[1], *row[2:5]) for row in rows]

    def reject(self, rejected: Mapping[str, str]) -> None:
        """Note why places gave no article; what is noted already is not written again."""
        with self._database.guard() as con:
            sql = "SELECT 1 FROM statuses WHERE place = ? AND status = 'rejected' AND detail = ?"
            fresh = [item for item in rejected.items() if not con.execute(sql, item).fetchone()]
        if fresh:
            with self._database.write() as con:
                for place, detail in fresh:
                    note(con, place, "rejected", None, detail)

    def see(self, sightings: Iterable[tuple[str, str, str]]) -> None:
        """Note that sources hold articles: (article id, source, origin); known ones cost a look-up."""
        with self._database.guard() as con:
            sql = "SELECT 1 FROM sightings WHERE article_id = ? AND source = ? AND origin = ?"
            fresh = [row for row in sightings if not con.execute(sql, row).fetchone()]
        if fresh:
            with self._database.write() as con:
                con.executemany("INSERT OR IGNORE INTO sightings VALUES (?, ?, ?)", fresh)

    def seen_in(self, source: str, *, folder: bool = False) -> list[tuple[str, str]]:
        """(article id, origin) of what a source held; of a folder also what came by a file inside it."""
        with self._database.guard() as con:
            if not folder:
                sql = "SELECT DISTINCT article_id, origin FROM sightings WHERE source = ?"
                return con.execute(sql, (source,)).fetchall()
            inside = source.rstrip("/") + "/"
            sql = "SELECT DISTINCT article_id, origin FROM sightings WHERE source = ?1 OR substr(origin, 1, ?3) = ?2"
            return con.execute(sql, (source, inside, len(inside))).fetchall()

    def lose(self, pairs: Sequence[tuple[str, str]]) -> list[str]:
        """Forget (article id, origin) sightings; gives the articles that no source holds any more."""
        with self._database.write() as con:
            con.executemany("DELETE FROM sightings WHERE article_id = ? AND origin = ?", pairs)
            sql = "SELECT 1 FROM sightings WHERE article_id = ?"
            return [key for key in dict.fromkeys(key for key, _ in pairs) if not con.execute(sql, (key,)).fetchone()]

    def origin_articles(self, origin: str) -> list[str]:
        """The articles that an origin gave."""
        with self._database.guard() as con:
            return [row[0] for row in con.execute("SELECT id FROM articles WHERE origin = ?", (origin,))]

    def fetched(self, url: str) -> Fetched | None:
        """What the server said when the page was last taken in, if its articles are still stored."""
        with self._database.guard() as con:
            sql = "SELECT etag, modified FROM fetches WHERE url = ?1 AND EXISTS (SELECT 1 FROM articles WHERE origin = ?1)"
            row = con.execute(sql, (url,)).fetchone()
        return Fetched(*row) if row else None

    def keep_fetched(self, answers: Mapping[str, Fetched]) -> None:
        """Keep what servers said of pages whose articles are stored now."""
        with self._database.guard() as con:
            sql = "SELECT 1 FROM fetches WHERE url = ? AND etag IS ? AND modified IS ?"
            fresh = [
                (url, said.etag, said.modified, now())
                for url, said in answers.items()
                if (said.etag or said.modified) and not con.execute(sql, (url, said.etag, said.modified)).fetchone()
            ]
        if fresh:
            with self._database.write() as con:
                con.executemany("INSERT OR REPLACE INTO fetches VALUES (?, ?, ?, ?)", fresh)


def note(con: Connection, place: str, status: str, article_id: str | None, detail: str = "") -> None:
    """Write a place's status inside a transaction."""
    con.execute("INSERT OR REPLACE INTO statuses VALUES (?, ?, ?, ?, ?)", (place, status, article_id, detail, now()))


def keep_provenance(con: Connection, version: str, fields: Mapping[str, str]) -> None:
    """Write where a version's fields were read from, inside a transaction."""
    if fields:
        con.execute("INSERT OR REPLACE INTO provenance VALUES (?, ?)", (version, json.dumps(dict(fields))))
