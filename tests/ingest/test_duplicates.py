from __future__ import annotations

import random
from pathlib import Path

import pytest

from assistant.testing import HashingEmbedder
from ingest.duplicates import alike, bands, runs
from ingest.parsing.registry import Raw
from ingest.pipeline import Report, ingest, store_documents
from tests.ingest.making import article, entry, open_tiny, story, write_articles

WIRE = story(500, 24)


def variants() -> dict[str, str]:
    """The wire story as papers print it."""
    lines = WIRE.split("\n\n")
    words = WIRE.split(" ")
    draw = random.Random(3)
    for _ in range(len(words) // 40):
        words[draw.randrange(len(words))] = "reportedly"
    return {
        "as it came": WIRE, "with a dateline": f"TARN (VPA) — {WIRE}", "cut after two thirds": "\n\n".join(lines[:4]),
        "first lines turned": "\n\n".join([lines[1], lines[0], *lines[2:]]), "a few words changed": " ".join(words),
        "own first line": f"Readers of this paper heard it first from the harbour on Tuesday evening.\n\n{WIRE}",
        "with boilerplate": f"{WIRE}\n\nAlso Read: Something Else\n\nSign up for our newsletter",
    }  # fmt: skip


@pytest.mark.parametrize("name", variants())
def test_a_wire_story_is_recognised_however_it_is_printed(name: str) -> None:
    text = variants()[name]
    made = article(1, text)
    printed, wire = runs(text, made.boilerplate), runs(WIRE)
    assert alike(printed, wire)
    assert set(bands(printed)) & set(bands(wire)), "no band in common: it would not be compared"


def test_other_stories_are_not_copies() -> None:
    """The same event in other words, and the many reports of one council: not one pair is taken for copies."""
    stories = [runs(story(seed, 24)) for seed in range(60)]
    assert not any(alike(a, b) for i, a in enumerate(stories) for b in stories[:i])
    told = (
        "Councillors backed the tram on Monday. Mayor Corvane called the vote a relief after eleven years of waiting."
    )
    again = "The tram will be built: the council voted for it on Monday night, to the relief of Mayor Ilse Corvane."
    assert not alike(runs(told), runs(again))
    assert alike(runs("Short."), runs("short")) and not alike(runs("Short one."), runs("Short two."))
    assert not alike(runs(""), runs(""))


def test_every_sample_story_is_alone_but_the_wire_story() -> None:
    from ingest.parsing.registry import read_articles

    found = []
    for path in sorted((Path(__file__).parents[2] / "eval" / "sample" / "articles").glob("*.md")):
        (item,) = read_articles(Raw(path.name, str(path), path.read_bytes()))
        found.append((path.stem, runs(item.article.text, item.article.boilerplate)))
    pairs = {tuple(sorted((a, b))) for i, (a, x) in enumerate(found) for b, y in found[:i] if alike(x, y)}
    assert {name for pair in pairs for name in pair} == {
        "11-quota-herald",
        "12-quota-courier",
        "13-quota-gazette",
        "14-quota-post",
    }


def take(library, *documents: tuple[str, str, str, str]) -> Report:
    rows = [
        Raw(
            f"{n}.md", f"{n}.md", f"---\nid: {n}\ntitle: T\noutlet: {outlet}\npublished_at: {day}\n---\n{text}".encode()
        )
        for n, outlet, day, text in documents
    ]
    return store_documents(library, HashingEmbedder(), rows)


def test_copies_make_one_cluster_led_by_the_earliest(tmp_path: Path) -> None:
    texts = variants()
    library = open_tiny(tmp_path)
    first = take(
        library,
        ("b", "Fell Gazette", "2025-03-05", texts["with a dateline"]),
        ("c", "Tarn Courier", "2025-03-06", texts["as it came"]),
        ("x", "Tarn Courier", "2025-03-01", story(9)),
    )
    assert (first.added, first.duplicates) == (3, 1)
    second = take(library, ("a", "Marsh Observer", "2025-03-04", texts["cut after two thirds"]))
    assert second.duplicates == 0  # it leads: the others follow it from now on
    rows = {s.place: s for s in library.catalogue.journal.statuses()}
    lead = library.catalogue.article("a")
    assert lead is not None
    assert {place: (row.status, row.detail) for place, row in rows.items()} == {
        "a.md": ("added", ""), "b.md": ("duplicate", lead.id), "c.md": ("duplicate", lead.id), "x.md": ("added", ""),
    }  # fmt: skip
    assert [h.outlet for h in library.catalogue.cluster(lead.id)] == ["Fell Gazette", "Tarn Courier"]
    with library:
        library.remove([lead.id])
    assert library.catalogue.leads([h.article_id for h in library.catalogue.headlines()]) == {
        article_id.article_id: library.catalogue.article("b").id for article_id in library.catalogue.headlines() if article_id.source_id == "c"
    }  # fmt: skip
    library.close()


def test_an_article_that_is_rewritten_leaves_its_cluster(tmp_path: Path) -> None:
    library = open_tiny(tmp_path)
    take(library, ("a", "A", "2025-03-04", WIRE), ("b", "B", "2025-03-05", WIRE))
    b = library.catalogue.article("b")
    assert b is not None and library.catalogue.cluster(b.id)
    take(library, ("b", "B", "2025-03-05", story(77)))
    assert library.catalogue.cluster(b.id) == []
    library.close()


def test_articles_of_an_earlier_release_are_compared_too(tmp_path: Path) -> None:
    from dataclasses import replace

    library = open_tiny(tmp_path)
    with library:
        library.store([replace(entry(article(1, WIRE)), bands=())], {})
    assert library.catalogue.unsigned()
    take(library, ("b", "B", "2025-03-09", WIRE))
    assert library.catalogue.unsigned() == [] and len(library.catalogue.cluster(article(1, WIRE).id)) == 1
    library.close()


def test_the_order_of_arrival_does_not_matter(tmp_path: Path) -> None:
    texts = list(variants().items())
    seen = set()
    for seed in range(4):
        random.Random(seed).shuffle(texts)
        library = open_tiny(tmp_path / str(seed))
        take(library, *[(name.replace(" ", "-"), name, f"2025-03-{len(name):02}", text) for name, text in texts])
        heads = library.catalogue.headlines()
        seen.add(frozenset(library.catalogue.leads([h.article_id for h in heads]).items()))
        library.close()
    assert len(seen) == 1 and len(next(iter(seen))) == len(texts) - 1


def test_the_same_files_in_two_folders_are_copies(tmp_path: Path) -> None:
    library = open_tiny(tmp_path / "home")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(WIRE)
    write_articles(tmp_path / "one", [4])
    report = ingest(library, HashingEmbedder(), [str(tmp_path / "one"), str(tmp_path / "two")])
    assert (report.added, report.duplicates) == (3, 1)
    library.close()


def test_a_story_in_four_papers_is_one_hit_that_names_them_all(tmp_path: Path) -> None:
    from datetime import date

    from assistant.retrieval.hybrid import HybridRetriever
    from assistant.types import Query

    library = open_tiny(tmp_path)
    texts = variants()
    take(
        library, ("d", "Fourth", "2025-03-09", texts["own first line"]), ("c", "Third", "2025-03-06", texts["with a dateline"]),
        ("b", "Second", "2025-03-05", texts["a few words changed"]), ("a", "First", "2025-03-04", texts["as it came"]),
        ("x", "Other", "2025-03-04", story(9)),
    )  # fmt: skip
    question = "in case 500-2"
    query = Query(question, question, parts=(question,))
    retriever = HybridRetriever(library=library, embedder=HashingEmbedder())
    hits = retriever.find(query, question, 10)
    for hit in hits:
        if hit.headline.outlet != "Other":
            assert sorted({h.outlet for h in hit.also_in} | {hit.headline.outlet}) == [
                "First",
                "Fourth",
                "Second",
                "Third",
            ]
    beginning = [hit for hit in hits if "500-2." in hit.passage.text]
    assert [hit.headline.outlet for hit in beginning] == ["First"]
    earlier = retriever.find(Query(question, question, parts=(question,), as_of=date(2025, 3, 5)), question, 10)
    assert {h.outlet for hit in earlier for h in hit.also_in} == {"Second"}
    library.close()
