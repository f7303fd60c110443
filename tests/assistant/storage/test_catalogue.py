from __future__ import annotations

import os
import random
import sqlite3
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path
from threading import Thread

import pytest

from assistant.errors import StoreError
from assistant.storage.filters import Numbers
from assistant.storage.records import Fetched
from assistant.storage.sqlite.catalogue import Catalogue
from assistant.types import Filters
from tests.ingest.making import article, entry, fill, open_tiny, story


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


def test_an_article_comes_back_character_by_character(tmp_path: Path) -> None:
    text = "  Léonie said: “Yes.”\r\n\r\n\tTwo\u2028lines — 100\xa0000 … \U0001f30a end. \n"
    catalogue = Catalogue(tmp_path / "c.sqlite3")
    made = article(9, text)
    catalogue.store([entry(made)], {})
    for key in (made.id, made.version, "9"):
        found = catalogue.article(key)
        assert found == made
    assert catalogue.article("nothing") is None
    catalogue.close()


def test_filters_by_outlet_and_day_are_inclusive(catalogue: Catalogue) -> None:
    courier, gazette = "Tarn Courier", "Fell Gazette"
    assert catalogue.eligible(Filters()) is None
    assert days(catalogue, Filters(outlets=(gazette,))) == {(gazette, "2025-04-01"), (gazette, None)}
    assert days(catalogue, Filters(since=date(2025, 3, 9))) == {
        (courier, "2025-03-09T23:30:00+01:00"),
        (gazette, "2025-04-01"),
    }
    assert days(catalogue, Filters(until=date(2025, 3, 4))) == {(courier, "2025-03-04")}
    assert days(catalogue, Filters((gazette,), date(2025, 4, 1), date(2025, 4, 1))) == {(gazette, "2025-04-01")}
    assert days(catalogue, Filters(outlets=("Nobody's Paper",))) == set()
    assert days(catalogue, Filters(since=date(2026, 1, 1))) == set()


def test_as_of_a_day_the_version_of_that_day_stands(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "c.sqlite3")
    first, second = article(1, story(1), day="2025-03-01"), article(1, story(2), day="2025-03-08")
    undated = article(7, day=None)
    for made in (first, second, undated):
        catalogue.store([entry(made)], {})

    def versions(as_of: date) -> set[str]:
        numbers = catalogue.eligible(Filters(), as_of)
        return {head.version for _, head in catalogue.passages(list(numbers or ())).values()}

    assert versions(date(2025, 2, 28)) == set()
    assert versions(date(2025, 3, 7)) == {first.version}
    assert versions(date(2025, 3, 8)) == {second.version}
    catalogue.close()


def test_full_text_gives_only_what_is_current_and_asked_for(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "c.sqlite3")
    old, new = article(1, "The quarry at Oxendale opened."), article(1, "The quarry at Oxendale closed.")
    other = article(2, "Oxendale has a quarry.", outlet="Fell Gazette")
    for made in (old, new, other):
        catalogue.store([entry(made)], {})
    found = catalogue.passages([seq for seq, _ in catalogue.full_text(["oxendale"], 10)])
    assert {head.version for _, head in found.values()} == {new.version, other.version}
    gazette = catalogue.eligible(Filters(outlets=("Fell Gazette",)))
    assert len(catalogue.full_text(["oxendale"], 10, gazette)) == 1
    assert len(catalogue.full_text(["oxendale"], 1)) == 1
    catalogue.close()


@pytest.mark.parametrize("few", [1, 7, 30, 35, 59, 60])
def test_full_text_among_some_is_full_text_of_all_without_the_others(tmp_path: Path, few: int) -> None:
    """However many a filter lets through: the same passages, scores and order."""
    library = open_tiny(tmp_path)
    fill(library, [article(n, day=f"2025-03-{n % 28 + 1:02}") for n in range(30)])
    fill(library, [article(3, story(300), day="2025-04-01")])  # one that stands in a newer version
    catalogue = library.catalogue
    live = list(catalogue.live())
    assert len(live) == 60
    for match in (["tram"], ["council", "tram", "lighthous"], ["in", "case"], ["nowhere"]):
        whole = catalogue.full_text(match, 1000)
        for seed, limit in product(range(12), (1, 5, 1000)):
            some = Numbers.of(random.Random(seed).sample(live, few))
            assert catalogue.full_text(match, limit, some) == [row for row in whole if row[0] in some][:limit]
    assert catalogue.full_text(["tram"], 5, Numbers.of(())) == []
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


def test_the_state_changes_with_articles_and_with_nothing_else(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "c.sqlite3")
    empty = catalogue.state()
    catalogue.keep_receipt("r1", {"citations": []})
    catalogue.journal.reject({"a.txt": "empty"})
    assert catalogue.state() == empty
    catalogue.store([entry(article(1))], {})
    stored = catalogue.state()
    assert stored != empty
    catalogue.remove([article(1).id])
    assert catalogue.state() not in (empty, stored)
    catalogue.close()


def test_what_is_known_of_the_whole_follows_the_articles(catalogue: Catalogue) -> None:
    assert catalogue.days() == ("2025-03-04", "2025-04-01")
    assert catalogue.outlets() == {"Tarn Courier": 2, "Fell Gazette": 2}
    before = catalogue.counts()
    catalogue.remove([article(3, outlet="Fell Gazette", day="2025-04-01").id])
    assert catalogue.days() == ("2025-03-04", "2025-03-09")
    assert catalogue.outlets()["Fell Gazette"] == 1
    assert catalogue.counts()["articles"] == before["articles"] - 1
    assert catalogue.counts()["passages"] < before["passages"]


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


def test_a_cluster_is_led_by_its_earliest_article_whatever_the_order(tmp_path: Path) -> None:
    papers = [("A", "2025-03-05"), ("B", "2025-03-04T22:00:00-05:00"), ("C", "2025-03-04T23:00:00+00:00"), ("D", None)]
    made = {name: article(1, story(1), outlet=name, day=day) for name, day in papers}
    for order in ("ABCD", "DCBA", "CADB"):
        catalogue = Catalogue(tmp_path / order / "c.sqlite3")
        stored: list[str] = []
        for name in order:
            catalogue.store([replace(entry(made[name]), alike=tuple(stored), bands=(1, 2))], {})
            stored.append(made[name].id)
        assert [h.outlet for h in catalogue.cluster(made["A"].id)] == ["C", "B", "D"]
        assert [h.outlet for h in catalogue.cluster(made["C"].id)] == ["A", "B", "D"] or [
            h.outlet for h in catalogue.cluster(made["C"].id)
        ] == ["B", "A", "D"]
        catalogue.remove([made["C"].id])
        assert catalogue.cluster(made["D"].id)[0].outlet in "AB"
        assert made["C"].id not in {h.article_id for h in catalogue.cluster(made["A"].id)}
        catalogue.close()


def test_statuses_name_the_lead_of_a_duplicate(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "c.sqlite3")
    lead, copy = article(1, story(1), outlet="A", day="2025-03-01"), article(1, story(1), outlet="B", day="2025-03-02")
    catalogue.store([replace(entry(lead), place="a.json")], {})
    catalogue.store([replace(entry(copy), place="b.json", alike=(lead.id,))], {})
    catalogue.journal.reject({"c.json": "no text"})
    rows = {s.place: (s.status, s.detail) for s in catalogue.journal.statuses()}
    assert rows == {"a.json": ("added", ""), "b.json": ("duplicate", lead.id), "c.json": ("rejected", "no text")}
    catalogue.close()


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
