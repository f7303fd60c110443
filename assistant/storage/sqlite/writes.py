"""Writes and removes articles on the catalogue's connection, inside its transaction."""

from __future__ import annotations

import json

from assistant.storage.failpoints import reach
from assistant.storage.records import Entry, now, text_key
from assistant.storage.sqlite import duplicates, ingest_log
from assistant.storage.sqlite.connection import Connection
from assistant.types import Article, Pages, Passage


def store_entry(con: Connection, entry: Entry) -> None:
    """Write one article's version and make it the one that is searched."""
    article = entry.article
    before = con.execute("SELECT current FROM articles WHERE id = ?", (article.id,)).fetchone()
    _store_version(con, article)
    if before is None or before[0] != article.version:
        # Fresh numbers also for a version that comes back: the dense index reads what is above its last.
        drop_passages(con, article.version)
        for passage in entry.passages:
            _store_passage(con, article, passage)
    con.execute(
        "INSERT INTO articles VALUES (?, ?, ?, ?, NULL) ON CONFLICT (id) DO UPDATE SET "
        "current = excluded.current, origin = excluded.origin, seen_at = excluded.seen_at",
        (article.id, article.version, entry.origin, now()),
    )
    con.execute(
        "INSERT OR IGNORE INTO sightings VALUES (?, ?, ?)", (article.id, entry.source or entry.origin, entry.origin)
    )
    ingest_log.keep_provenance(con, article.version, entry.read_from)
    keep_pages(con, article.version, entry.pages)
    ingest_log.note(con, entry.place or entry.origin, "added" if before is None else "updated", article.id)
    parted = duplicates.unlink(con, article.id)
    duplicates.link(con, article.id, entry.bands, entry.alike)
    duplicates.choose_leads(con, {article.id, *parted})
    reach("article-written")


def keep_pages(con: Connection, version: str, pages: Pages) -> None:
    """Write where the pages of a version begin, inside a transaction."""
    if pages:
        con.execute("INSERT OR REPLACE INTO pages VALUES (?, ?)", (version, json.dumps(pages)))


def _store_version(con: Connection, article: Article) -> None:
    if con.execute("SELECT 1 FROM versions WHERE version = ?", (article.version,)).fetchone():
        return
    sql = "SELECT coalesce(max(number), 0) FROM versions WHERE article_id = ?"
    number = con.execute(sql, (article.id,)).fetchone()[0] + 1
    spans = json.dumps([[s.start, s.end, s.kind] for s in article.boilerplate])
    row = (article.version, article.id, number, article.source_id, article.url, article.title, article.byline,
           article.outlet, article.published_at, (article.published_at or "")[:10] or None, article.date_source,
           article.language, spans, article.text, now())  # fmt: skip
    con.execute(f"INSERT INTO versions VALUES ({','.join('?' * len(row))})", row)


def _store_passage(con: Connection, article: Article, passage: Passage) -> None:
    key = text_key(passage.text)
    row = (passage.id, passage.version, passage.start, passage.end, json.dumps(passage.sentences), key)
    cursor = con.execute(
        "INSERT INTO passages (id, version, start, end, sentences, text_key) VALUES (?, ?, ?, ?, ?, ?)", row
    )
    day = (article.published_at or "")[:10]
    con.execute(
        "INSERT INTO passages_fts (rowid, title, outlet, day, body) VALUES (?, ?, ?, ?, ?)",
        (cursor.lastrowid, article.title, article.outlet or "", day, passage.text),
    )


def drop_passages(con: Connection, version: str) -> list[bytes]:
    """Delete a version's passages and full-text rows; gives the keys of their texts."""
    rows = con.execute("SELECT seq, text_key FROM passages WHERE version = ?", (version,)).fetchall()
    con.executemany("DELETE FROM passages_fts WHERE rowid = ?", ((seq,) for seq, _ in rows))
    con.execute("DELETE FROM passages WHERE version = ?", (version,))
    return [key for _, key in rows]


def remove_entry(con: Connection, article_id: str) -> bool:
    """Delete an article with all versions, passages, full-text rows, vectors and notes.

    Returns:
        Whether it was there.
    """
    there = con.execute("DELETE FROM articles WHERE id = ?", (article_id,)).rowcount > 0
    keys: list[bytes] = []
    for (version,) in con.execute("SELECT version FROM versions WHERE article_id = ?", (article_id,)).fetchall():
        keys += drop_passages(con, version)
        con.execute("DELETE FROM provenance WHERE version = ?", (version,))
        con.execute("DELETE FROM pages WHERE version = ?", (version,))
    con.execute("DELETE FROM versions WHERE article_id = ?", (article_id,))
    for key in set(keys):
        con.execute(
            "DELETE FROM vectors WHERE text_key = ?1 AND NOT EXISTS (SELECT 1 FROM passages WHERE text_key = ?1)",
            (key,),
        )
    sql = "DELETE FROM fetches WHERE url IN (SELECT origin FROM sightings WHERE article_id = ?)"
    con.execute(sql, (article_id,))
    con.execute("DELETE FROM sightings WHERE article_id = ?", (article_id,))
    con.execute("DELETE FROM statuses WHERE article_id = ?", (article_id,))
    con.execute("DELETE FROM edits WHERE article_id = ?", (article_id,))
    duplicates.choose_leads(con, duplicates.unlink(con, article_id))
    return there
