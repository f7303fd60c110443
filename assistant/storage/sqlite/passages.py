"""Searches the catalogue: filters, full text, and the rows behind passage numbers.

A part of `catalogue`; writes nothing. Vectors are read here and compared in `library`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, cast

import numpy as np

from assistant.storage.filters import Numbers
from assistant.storage.sqlite.articles import HEAD, Articles
from assistant.storage.sqlite.connection import Connection
from assistant.storage.sqlite.filtering import conditions
from assistant.storage.sqlite.stemming import Stemmer
from assistant.types import Filters, Headline, Passage, scanned_pages

FIELD_WEIGHTS = (1.0, 2.0, 1.0, 1.0)
"""BM25 weights of title, outlet, day and body."""

KEPT = 8
"""Cached filter results: a question uses its filters several times, and a conversation again."""

MARGIN = 2
"""Where a filter lets most passages through, so many times what should be enough is looked at."""

_LIVE = "JOIN versions v ON v.version = p.version JOIN articles a ON a.current = v.version"


class Finding(Articles):
    """The passages of a catalogue.

    Args:
        path: The database file.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._stemmer = Stemmer()

    def close(self) -> None:
        """Close every connection; the catalogue is not used afterwards."""
        super().close()
        self._stemmer.close()

    def counts(self) -> dict[str, int]:
        """How many articles, versions, passages (of current versions) and receipts there are."""

        def count(con: Connection) -> dict[str, int]:
            return {
                name: int(con.execute(f"SELECT count(*) FROM {name}").fetchone()[0])
                for name in ("articles", "versions")
            }

        counts = dict(self.fact("counts", count))
        with self.guard() as con:
            receipts = int(con.execute("SELECT count(*) FROM receipts").fetchone()[0])
        return {**counts, "passages": len(self.live()), "receipts": receipts}

    def live(self) -> Numbers:
        """The passages of current versions."""
        sql = f"SELECT p.seq FROM passages p {_LIVE} ORDER BY p.seq"
        return cast(Numbers, self.fact("live", lambda con: _numbers(con.execute(sql))))

    def _stored(self) -> int:
        """How many passages there are, of all versions."""
        return int(self.fact("stored", lambda con: con.execute("SELECT count(*) FROM passages").fetchone()[0]))

    def eligible(self, filters: Filters, as_of: date | None = None) -> Numbers | None:
        """The passages that pass the filters, or None when that is every current one; the last few are remembered.

        With `as_of` an article counts in its last version published by that day; one without a date is left out, since
        nobody can say when it was there.
        """
        if not filters and as_of is None:
            return None
        found: dict[tuple[Filters, date | None], Numbers] = self.fact("eligible", lambda _: {})
        key = (filters, as_of)
        if key not in found:
            where, values = conditions(filters, as_of, self.bylines_of_all)
            with self.guard() as con:
                sql = f"SELECT p.seq FROM versions v CROSS JOIN passages p ON p.version = v.version WHERE {where} ORDER BY p.seq"
                numbers = _numbers(con.execute(sql, values))
            while len(found) >= KEPT:
                found.pop(next(iter(found)), None)
            found[key] = numbers
        return found[key]

    def bylines_of_all(self) -> list[str]:
        """Every byline of any version."""
        sql = "SELECT DISTINCT byline FROM versions WHERE byline IS NOT NULL"
        return [row[0] for row in self.fact("all bylines", lambda con: con.execute(sql).fetchall())]

    def full_text(self, terms: Sequence[str], limit: int, among: Numbers | None = None) -> list[tuple[int, float]]:
        """BM25 over title, outlet, day and body, of passages that hold at least one term.

        Args:
            terms: Words as typed.
            limit: How many at most.
            among: Only these passages; current ones when None.

        Returns:
            (passage number, score), best first; higher is better.
        """
        if not terms:
            return []
        match = " OR ".join('"' + term.replace('"', '""') + '"' for term in terms)
        stored = self._stored()
        if among is None:
            among = self.live()
            if len(among) == stored:
                return self._best(match, limit)
        if not len(among):
            return []
        if 2 * len(among) < stored:
            return self._best(match, limit, among)
        # Most passages count: the best of all hold enough of them, and a list of them would cost more.
        wide = limit * MARGIN * stored // len(among) + limit
        found = self._best(match, wide)
        kept = [(seq, score) for seq, score in found if seq in among][:limit]
        return kept if len(kept) == limit or len(found) < wide else self._best(match, limit, among)

    def _best(self, match: str, limit: int, among: Numbers | None = None) -> list[tuple[int, float]]:
        """The best matches; of those that are left out the score is never computed, which is most of the cost."""
        weights = ", ".join(str(weight) for weight in FIELD_WEIGHTS)
        # The plus keeps SQLite from running the whole match once for each number.
        only = "" if among is None else "AND +rowid IN (SELECT value FROM json_each(:among)) "
        sql = (
            f"SELECT rowid, -bm25(passages_fts, {weights}) AS score FROM passages_fts "
            f"WHERE passages_fts MATCH :match {only}ORDER BY score DESC, rowid LIMIT :limit"
        )
        values = {"match": match, "limit": limit, "among": "" if among is None else among.as_json}
        with self.guard() as con:
            return con.execute(sql, values).fetchall()

    def stems(self, text: str) -> dict[str, str]:
        """Word as typed (lower case) -> term as the full-text index keeps it."""
        return self._stemmer.stems(text)

    def document_counts(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many passages each indexed (stemmed) term occurs; counted once per state of the library."""
        counts: dict[str, int] = self.fact("document counts", lambda _: {})
        sql = "SELECT doc FROM passages_terms WHERE term = ?"
        with self.guard() as con:
            for term in terms:
                if term not in counts:
                    row = con.execute(sql, (term,)).fetchone()
                    counts[term] = int(row[0]) if row else 0
        return {term: counts[term] for term in terms if counts[term]}

    def passages(self, seqs: Sequence[int]) -> dict[int, tuple[Passage, Headline]]:
        """Read passages with their articles' headlines; unknown numbers are left out."""
        found: dict[int, tuple[Passage, Headline]] = {}
        with self.guard() as con:
            marks = ",".join("?" * len(seqs))
            for row in con.execute(
                f"SELECT p.seq, p.id, p.start, p.end, p.sentences, f.c3, {HEAD}, g.starts, r.fields FROM passages p "  # noqa: S608
                "JOIN versions v ON v.version = p.version JOIN passages_fts_content f ON f.id = p.seq "
                "LEFT JOIN provenance r ON r.version = p.version "
                f"LEFT JOIN pages g ON g.version = p.version WHERE p.seq IN ({marks})",
                tuple(seqs),
            ):
                head = Headline(row[6], row[7], row[8], row[9], row[10], row[11], row[12], row[13])
                sentences = tuple((s, e) for s, e in json.loads(row[4]))
                pages = tuple((start, page) for start, page in json.loads(row[14])) if row[14] else ()
                scanned = tuple(scanned_pages(json.loads(row[15]))) if row[15] else ()
                passage = Passage(
                    row[1], head.article_id, head.version, row[2], row[3], row[5], sentences, pages, scanned
                )
                found[row[0]] = (passage, head)
        return found

    # Texts and vectors

    def missing_vectors(self, keys: Iterable[bytes]) -> set[bytes]:
        """Those of the text keys that have no stored vector yet."""
        wanted = set(keys)
        with self.guard() as con:
            for key in list(wanted):
                if con.execute("SELECT 1 FROM vectors WHERE text_key = ?", (key,)).fetchone():
                    wanted.discard(key)
        return wanted

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


def _numbers(rows: Iterable[tuple[Any, ...]]) -> Numbers:
    """Passage numbers of rows that come in rising order."""
    return Numbers(np.fromiter((row[0] for row in rows), np.int64))
