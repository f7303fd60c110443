from __future__ import annotations

import os
import sqlite3
from datetime import date
from pathlib import Path
from threading import Thread

import pytest

from assistant.errors import StoreError
from assistant.storage.records import Fetched
from assistant.storage.sqlite.catalogue import Catalogue
from assistant.types import Filters
from tests.ingest.making import article, fill, open_tiny


def days(catalogue: Catalogue, filters: Filters, as_of: date | None = None) -> set[tuple[str | None, str | None]]:
    numbers = catalogue.eligible(filters, as_of)
    assert numbers is not None
    return {(h.outlet, h.published_at) for _, h in catalogue.passages(list(numbers)).values()}


@pytest.fixture
def catalogue(tmp_path: Path):
    library = open_tiny(tmp_path)
    fill(library, [
        article(1, outlet="Tarn Courier", day="2025-03-04"), article(2, outlet="Tarn Courier", day="2025-03-09T23:30:00+01:00"),
        article(3, outlet="Fell Gazette", day="2025-04-01"), article(4, outlet="Fell Gazette", day=None),
    ])  # fmt: skip
    yield library.catalogue
    library.close()


def test_a_version_that_comes_back_is_searched_again_and_keeps_its_id(tmp_path: Path) -> None:
    library = open_tiny(tmp_path)
    first, second = article(1, "The quarry at Oxendale opened."), article(1, "The quarry at Oxendale closed.")
    for made in (first, second, first):
        fill(library, [made])
        library.sync()
    library.repair()
    head = library.catalogue.headlines()
    assert [h.version for h in head] == [first.version]
    hits = library.dense(__import__("assistant.testing").testing.HashingEmbedder().encode([first.text])[0], 5)
    assert [library.catalogue.passages([n])[n][0].text for n, _ in hits] == [first.text]
    assert [h.version for h in library.catalogue.versions(first.id)] == [first.version, second.version]
    library.close()


def test_removing_leaves_no_trace_but_receipts(catalogue: Catalogue) -> None:
    gone = article(1)
    catalogue.keep_receipt("r1", {"citations": [{"article_id": gone.id}]})
    catalogue.journal.keep_fetched({"made.json": Fetched("x", None)})
    assert catalogue.remove([gone.id, "no such id"]) == 1
    catalogue.compact()
    text = catalogue.path.read_bytes()
    assert b"in case 1-" not in text and b"in case 2-" in text
    assert catalogue.receipt("r1") is not None
    con = sqlite3.connect(catalogue.path)
    for table in ("articles", "versions", "sightings", "statuses", "bands", "copies", "provenance"):
        column = {"articles": "id", "bands": "article_id", "copies": "a", "provenance": "version"}.get(
            table, "article_id"
        )
        key = gone.version if table == "provenance" else gone.id
        assert con.execute(f"SELECT count(*) FROM {table} WHERE {column} = ?", (key,)).fetchone() == (0,), table
    con.close()


def test_words_shared_with_another_article_keep_their_vector(tmp_path: Path) -> None:
    library = open_tiny(tmp_path)
    fill(library, [article(1, "One and the same sentence."), article(2, "One and the same sentence.")])
    with library:
        library.remove([article(1).id])
    assert [len(vector) for _, vector in library.catalogue.stored_vectors()] == [256]
    library.close()


def test_a_library_of_the_first_schema_is_brought_up_and_keeps_everything(tmp_path: Path) -> None:
    from assistant.storage.sqlite.schema import TABLES

    path = tmp_path / "c.sqlite3"
    con = sqlite3.connect(path)
    con.executescript(TABLES + "INSERT INTO meta VALUES ('schema', '1');")
    con.execute("INSERT INTO articles VALUES ('a1', 'v1', 'old.json', '2025', NULL)")
    con.execute(
        "INSERT INTO versions VALUES ('v1','a1',1,5,NULL,'T',NULL,NULL,NULL,NULL,'not found',NULL,'[]','Text.','2025')"
    )
    con.commit()
    con.close()
    catalogue = Catalogue(path)
    found = catalogue.article("5")
    assert found is not None and found.text == "Text."
    assert catalogue.unsigned() == ["a1"]
    assert catalogue.journal.seen_in("old.json") == [("a1", "old.json")]
    catalogue.close()


def test_a_newer_or_damaged_catalogue_is_one_sentence_and_stays_as_it_is(tmp_path: Path) -> None:
    newer = Catalogue(tmp_path / "n.sqlite3")
    newer.set_meta("schema", "99")
    newer.close()
    with pytest.raises(StoreError, match="schema 99"):
        Catalogue(tmp_path / "n.sqlite3")
    bad = tmp_path / "b.sqlite3"
    bad.write_bytes(b"this is no database at all" * 100)
    with pytest.raises(StoreError, match="cannot be used"):
        Catalogue(bad)
    assert bad.read_bytes().startswith(b"this is no database")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are read from /proc")
def test_a_threads_connection_ends_with_it(catalogue: Catalogue) -> None:
    def opened() -> int:
        return sum(str(catalogue.path) in os.path.realpath(link) for link in Path("/proc/self/fd").iterdir())

    before = opened()
    assert before
    for _ in range(20):
        thread = Thread(target=lambda: days(catalogue, Filters(outlets=("Fell Gazette",))))
        thread.start()
        thread.join()
    assert opened() <= before + 1  # SQLite keeps a file that it cannot close yet and uses it for the next
