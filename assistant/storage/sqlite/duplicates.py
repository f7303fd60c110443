"""Clusters of copies: which articles tell the same words, and which of them leads.

SQL on the catalogue's connection; what counts as a copy is decided by `ingest.duplicates`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from assistant.storage.sqlite.connection import Connection


def near(con: Connection, bands: Sequence[int]) -> set[str]:
    """Articles that share a band: candidates, to be compared by their words."""
    found: set[str] = set()
    for key in bands:
        found.update(row[0] for row in con.execute("SELECT article_id FROM bands WHERE key = ?", (key,)))
    return found


def unlink(con: Connection, article_id: str) -> set[str]:
    """Forget an article's bands and pairs; gives the articles it was paired with."""
    others = {row[0] for row in con.execute("SELECT b FROM copies WHERE a = ?", (article_id,))}
    con.execute("DELETE FROM copies WHERE a = ? OR b = ?", (article_id, article_id))
    con.execute("DELETE FROM bands WHERE article_id = ?", (article_id,))
    return others


def link(con: Connection, article_id: str, bands: Sequence[int], alike: Iterable[str]) -> None:
    """Keep an article's bands and the articles that it is alike with (those that are stored)."""
    con.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?)", ((key, article_id) for key in bands))
    for other in alike:
        if other != article_id and con.execute("SELECT 1 FROM articles WHERE id = ?", (other,)).fetchone():
            con.executemany("INSERT OR IGNORE INTO copies VALUES (?, ?)", ((article_id, other), (other, article_id)))


def choose_leads(con: Connection, article_ids: Iterable[str]) -> None:
    """Find the clusters of these articles anew; the earliest published leads, undated ones come last."""
    waiting = set(article_ids)
    while waiting:
        cluster = _cluster(con, waiting.pop())
        waiting -= cluster
        marks = ",".join("?" * len(cluster))
        rows = con.execute(
            "SELECT a.id, v.published_at FROM articles a JOIN versions v ON v.version = a.current "
            f"WHERE a.id IN ({marks})",
            tuple(cluster),
        ).fetchall()
        if not rows:
            continue
        lead = min(rows, key=lambda row: (_moment(row[1]), row[0]))[0]
        for article_id, _ in rows:
            con.execute(
                "UPDATE articles SET duplicate_of = ?1 WHERE id = ?2 AND duplicate_of IS NOT ?1",
                (None if article_id == lead else lead, article_id),
            )


def _cluster(con: Connection, article_id: str) -> set[str]:
    cluster, edge = {article_id}, [article_id]
    while edge:
        for (other,) in con.execute("SELECT b FROM copies WHERE a = ?", (edge.pop(),)).fetchall():
            if other not in cluster:
                cluster.add(other)
                edge.append(other)
    return cluster


def _moment(published_at: str | None) -> float:
    if not published_at:
        return float("inf")
    try:
        moment = datetime.fromisoformat(published_at)
    except ValueError:
        return float("inf")
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
