"""What every catalogue must do. Implementations are listed in `implementations.py`."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from assistant.storage.filters import Numbers
from assistant.storage.ports import Catalogue
from assistant.storage.records import Edit, Fetched, text_key
from assistant.testing import HashingEmbedder
from assistant.types import Article, Filters
from tests.assistant.storage.implementations import CATALOGUES
from tests.ingest.making import article, entry, story

FOUR = [
    article(1, outlet="Tarn Courier", day="2025-03-04"),
    article(2, outlet="Tarn Courier", day="2025-03-09T23:30:00+01:00"),
    article(3, outlet="Fell Gazette", day="2025-04-01"),
    article(4, outlet="Fell Gazette", day=None),
]


def put(catalogue: Catalogue, articles: Sequence[Article]) -> None:
    """Store articles with the hashing embedder's vectors, in one call."""
    entries = [entry(made) for made in articles]
    texts = list({passage.text for item in entries for passage in item.passages})
    rows = HashingEmbedder().encode(texts)
    catalogue.store(entries, {text_key(text): row.tobytes() for text, row in zip(texts, rows, strict=True)})


def days(catalogue: Catalogue, filters: Filters, as_of: date | None = None) -> set[tuple[str | None, str | None]]:
    numbers = catalogue.eligible(filters, as_of)
    assert numbers is not None
    return {(head.outlet, head.published_at) for _, head in catalogue.passages(list(numbers)).values()}


def texts_of(catalogue: Catalogue, numbers: Numbers) -> set[str]:
    return {passage.text for passage, _ in catalogue.passages(list(numbers)).values()}


def test_an_article_comes_back_character_by_character(catalogue: Catalogue) -> None:
    text = "  Léonie said: “Yes.”\r\n\r\n\tTwo\u2028lines — 100\xa0000 … \U0001f30a end. \n"
    made = article(9, text)
    catalogue.store([entry(made)], {})
    for key in (made.id, made.version, "9"):
        found = catalogue.article(key)
        assert found == made
    assert catalogue.article("nothing") is None


def test_filters_by_outlet_and_day_are_inclusive(catalogue: Catalogue) -> None:
    put(catalogue, FOUR)
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


def test_as_of_a_day_the_version_of_that_day_stands(catalogue: Catalogue) -> None:
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


def test_full_text_gives_only_what_is_current_and_asked_for(catalogue: Catalogue) -> None:
    old, new = article(1, "The quarry at Oxendale opened."), article(1, "The quarry at Oxendale closed.")
    other = article(2, "Oxendale has a quarry.", outlet="Fell Gazette")
    for made in (old, new, other):
        catalogue.store([entry(made)], {})
    found = catalogue.passages([seq for seq, _ in catalogue.full_text(["oxendale"], 10)])
    assert {head.version for _, head in found.values()} == {new.version, other.version}
    gazette = catalogue.eligible(Filters(outlets=("Fell Gazette",)))
    assert len(catalogue.full_text(["oxendale"], 10, gazette)) == 1
    assert len(catalogue.full_text(["oxendale"], 1)) == 1


@pytest.mark.parametrize("few", [1, 7, 30, 35, 59, 60])
def test_full_text_among_some_is_full_text_of_all_without_the_others(catalogue: Catalogue, few: int) -> None:
    """However many a filter lets through: the same passages, scores and order."""
    put(catalogue, [article(n, day=f"2025-03-{n % 28 + 1:02}") for n in range(30)])
    put(catalogue, [article(3, story(300), day="2025-04-01")])  # one that stands in a newer version
    live = list(catalogue.live())
    assert len(live) == 60
    for match in (["tram"], ["council", "tram", "lighthous"], ["in", "case"], ["nowhere"]):
        whole = catalogue.full_text(match, 1000)
        for seed, limit in product(range(12), (1, 5, 1000)):
            some = Numbers.of(random.Random(seed).sample(live, few))
            assert catalogue.full_text(match, limit, some) == [row for row in whole if row[0] in some][:limit]
    assert catalogue.full_text(["tram"], 5, Numbers.of(())) == []


def test_the_state_changes_with_articles_and_with_nothing_else(catalogue: Catalogue) -> None:
    before = catalogue.state()
    catalogue.keep_receipt("r1", {"citations": []})
    catalogue.journal.reject({"a.txt": "empty"})
    assert catalogue.state() == before
    catalogue.store([entry(article(1))], {})
    stored = catalogue.state()
    assert stored != before
    catalogue.remove([article(1).id])
    assert catalogue.state() not in (before, stored)


def test_what_is_known_of_the_whole_follows_the_articles(catalogue: Catalogue) -> None:
    put(catalogue, FOUR)
    assert catalogue.days() == ("2025-03-04", "2025-04-01")
    assert catalogue.outlets() == {"Tarn Courier": 2, "Fell Gazette": 2}
    before = catalogue.counts()
    catalogue.remove([article(3, outlet="Fell Gazette", day="2025-04-01").id])
    assert catalogue.days() == ("2025-03-04", "2025-03-09")
    assert catalogue.outlets()["Fell Gazette"] == 1
    assert catalogue.counts()["articles"] == before["articles"] - 1
    assert catalogue.counts()["passages"] < before["passages"]


def test_a_cluster_is_led_by_its_earliest_article_whatever_the_order(kind: str, tmp_path: Path) -> None:
    papers = [("A", "2025-03-05"), ("B", "2025-03-04T22:00:00-05:00"), ("C", "2025-03-04T23:00:00+00:00"), ("D", None)]
    made = {name: article(1, story(1), outlet=name, day=day) for name, day in papers}
    for order in ("ABCD", "DCBA", "CADB"):
        catalogue = CATALOGUES[kind](tmp_path / order)
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


def test_statuses_name_the_lead_of_a_duplicate(catalogue: Catalogue) -> None:
    lead, copy = article(1, story(1), outlet="A", day="2025-03-01"), article(1, story(1), outlet="B", day="2025-03-02")
    catalogue.store([replace(entry(lead), place="a.json")], {})
    catalogue.store([replace(entry(copy), place="b.json", alike=(lead.id,))], {})
    catalogue.journal.reject({"c.json": "no text"})
    rows = {s.place: (s.status, s.detail) for s in catalogue.journal.statuses()}
    assert rows == {"a.json": ("added", ""), "b.json": ("duplicate", lead.id), "c.json": ("rejected", "no text")}


def test_an_empty_catalogue_answers_everything_with_nothing(catalogue: Catalogue) -> None:
    assert (len(catalogue.live()), catalogue.days(), catalogue.headlines()) == (0, None, [])
    assert catalogue.full_text(["tram"], 5) == []
    assert catalogue.full_text([], 5) == []
    assert catalogue.eligible(Filters(outlets=("A",))) == Numbers.of(())
    assert catalogue.passages([1, 2]) == {}
    assert list(catalogue.stored_vectors()) == []
    assert catalogue.counts() == {"articles": 0, "versions": 0, "passages": 0, "receipts": 0}
    assert catalogue.remove(["nothing"]) == 0
    assert (catalogue.receipt("r"), catalogue.edit("a"), catalogue.journal.fetched("u")) == (None, None, None)
    assert catalogue.check() == ""


def test_all_is_there_after_opening_again(kind: str, tmp_path: Path) -> None:
    first = CATALOGUES[kind](tmp_path)
    put(first, FOUR)
    first.keep_receipt("r1", {"question": "q"})
    told = (first.state(), first.headlines(), list(first.stored_vectors()), first.full_text(["tram", "budget"], 9))
    first.close()
    again = CATALOGUES[kind](tmp_path)
    assert (
        again.state(),
        again.headlines(),
        list(again.stored_vectors()),
        again.full_text(["tram", "budget"], 9),
    ) == told
    assert (again.receipt("r1") or {})["question"] == "q"
    again.close()


def test_articles_become_visible_together_or_not_at_all(catalogue: Catalogue) -> None:
    put(catalogue, FOUR[:1])
    state = catalogue.state()
    broken = replace(entry(FOUR[2]), passages=(object(),))  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        catalogue.store([entry(FOUR[1]), broken], {})
    assert [head.article_id for head in catalogue.headlines()] == [FOUR[0].id]
    assert catalogue.state() == state


def test_a_passage_number_is_never_used_again(catalogue: Catalogue) -> None:
    put(catalogue, FOUR[:2])
    seen = set(catalogue.live())
    catalogue.remove([FOUR[1].id])
    catalogue.compact()
    put(catalogue, FOUR[1:3])
    fresh = set(catalogue.live()) - seen
    assert fresh and min(fresh) > max(seen)
    assert [number for number, _ in catalogue.stored_vectors(above=max(seen))] == sorted(fresh)


def test_stored_vectors_are_those_of_current_passages_or_of_the_numbers_asked_for(catalogue: Catalogue) -> None:
    put(catalogue, [article(1, story(1))])
    old = set(catalogue.live())
    put(catalogue, [article(1, story(2))])
    assert {number for number, _ in catalogue.stored_vectors()} == set(catalogue.live())
    assert {number for number, _ in catalogue.stored_vectors(among=old)} == old
    texts = {passage.text for passage, _ in catalogue.passages(list(old)).values()}
    assert catalogue.missing_vectors([*map(text_key, texts), b"unknown"]) == {b"unknown"}
    assert texts <= set(catalogue.passage_texts().values())


def test_authors_are_found_in_bylines_as_whole_words(catalogue: Catalogue) -> None:
    put(catalogue, [replace(FOUR[0], byline="By Zoë Ann Lund and Ada Byron"), replace(FOUR[2], byline="Ada Lundgren")])
    found = catalogue.eligible(Filters(authors=("zoe ann lund",)))
    assert found is not None
    assert {head.article_id for _, head in catalogue.passages(list(found)).values()} == {FOUR[0].id}
    assert catalogue.eligible(Filters(authors=("Lund", "Ada"))) == catalogue.live()
    assert catalogue.eligible(Filters(authors=("Nobody",))) == Numbers.of(())


def test_filters_follow_what_is_stored_and_removed(catalogue: Catalogue) -> None:
    gazette = Filters(outlets=("Fell Gazette",))
    put(catalogue, FOUR[:2])
    assert catalogue.eligible(gazette) == Numbers.of(())
    put(catalogue, FOUR[2:])
    assert days(catalogue, gazette) == {("Fell Gazette", "2025-04-01"), ("Fell Gazette", None)}
    catalogue.remove([FOUR[2].id])
    assert days(catalogue, gazette) == {("Fell Gazette", None)}
    for number in range(20):  # more filters than are remembered
        assert catalogue.eligible(Filters(outlets=(f"Paper {number}",))) == Numbers.of(())
    assert days(catalogue, gazette) == {("Fell Gazette", None)}


def test_an_edited_article_is_found_by_its_new_values_alone(catalogue: Catalogue) -> None:
    put(catalogue, FOUR[:1])
    edit = Edit(
        {"outlet": "Fell Gazette", "published_at": "2024-01-02"}, {"outlet": "Tarn Courier"}, ("trams",), "2026"
    )
    catalogue.store_edit(entry(edit.apply(FOUR[0])), edit)
    assert days(catalogue, Filters(outlets=("Fell Gazette",))) == {("Fell Gazette", "2024-01-02")}
    assert catalogue.eligible(Filters(outlets=("Tarn Courier",))) == Numbers.of(())
    assert days(catalogue, Filters(), date(2025, 12, 31)) == {("Fell Gazette", "2024-01-02")}
    assert catalogue.edit(FOUR[0].id) == edit
    assert catalogue.edits() == {FOUR[0].id: edit}


def test_removing_takes_everything_but_receipts(catalogue: Catalogue) -> None:
    put(catalogue, FOUR)
    catalogue.keep_receipt("r1", {"citations": []})
    catalogue.journal.keep_fetched({"made.json": Fetched("x", None)})
    gone = FOUR[0]
    assert catalogue.remove([gone.id, "no such id"]) == 1
    catalogue.compact()
    assert catalogue.article(gone.id) is None
    assert catalogue.article(gone.version) is None
    assert catalogue.versions(gone.id) == []
    assert gone.id not in catalogue.current_versions()
    assert not texts_of(catalogue, catalogue.live()) & {passage.text for passage in entry(gone).passages}
    assert catalogue.receipt("r1") is not None


def test_other_vectors_take_the_place_of_all(catalogue: Catalogue) -> None:
    put(catalogue, FOUR[:2])
    other = {key: np.full(4, 0.5, np.float32).tobytes() for key in catalogue.passage_texts()}
    catalogue.replace_vectors(other, "another model")
    assert {vector for _, vector in catalogue.stored_vectors()} == set(other.values())
    assert catalogue.meta("fingerprint") == "another model"


def test_what_sources_held_is_kept_and_lost(catalogue: Catalogue) -> None:
    put(catalogue, FOUR[:2])
    journal = catalogue.journal
    journal.see([(FOUR[0].id, "feed", "f/1.json"), (FOUR[1].id, "feed", "f/2.json")])
    assert sorted(journal.seen_in("feed")) == sorted([(FOUR[0].id, "f/1.json"), (FOUR[1].id, "f/2.json")])
    assert [pair for pair in journal.seen_in("f", folder=True) if pair[1].startswith("f/")]
    assert journal.lose([(FOUR[0].id, "f/1.json")]) == [], "it also came with made.json"
    assert journal.lose([(FOUR[0].id, "made.json")]) == [FOUR[0].id]
    assert set(journal.origin_articles("made.json")) == {FOUR[0].id, FOUR[1].id}
    journal.keep_fetched({"made.json": Fetched("tag", "yesterday"), "elsewhere": Fetched("tag", None)})
    assert journal.fetched("made.json") == Fetched("tag", "yesterday")
    assert journal.fetched("elsewhere") is None, "nothing of it is stored"
