from __future__ import annotations

import multiprocessing
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import StoreError
from assistant.storage.library import Library
from assistant.storage.opening import open_folder
from assistant.testing import HashingEmbedder
from assistant.types import Filters
from tests.ingest.making import FINGERPRINT, article, entry, fill, open_tiny, story


def ask(library: Library, text: str, limit: int = 5, filters: Filters | None = None) -> list[tuple[int, float]]:
    among = library.catalogue.eligible(filters) if filters else None
    return [(n, round(s, 4)) for n, s in library.dense(HashingEmbedder().encode([text])[0], limit, among)]


def texts(library: Library, text: str) -> list[str]:
    return [library.catalogue.passages([n])[n][0].text for n, _ in ask(library, text)]


@pytest.fixture
def library(tmp_path: Path):
    library = open_tiny(tmp_path / "home")
    fill(library, [article(n, outlet=f"Paper {n % 3}", day=f"2025-03-{n + 1:02}") for n in range(12)])
    yield library
    library.close()


def hold(home: str, ready, done) -> None:
    library = open_folder(Path(home), FINGERPRINT)
    with library:
        library.sync()
        ready.set()
        done.wait(60)
    library.close()


@pytest.mark.models
def test_a_second_writer_is_told_at_once_and_readers_go_on(library: Library) -> None:
    expected = ask(library, story(3))
    library._dense.release()
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    other = context.Process(target=hold, args=(str(library.home), ready, done))
    other.start()
    try:
        assert ready.wait(60)
        with pytest.raises(StoreError, match="Another process is writing"), library:
            raise AssertionError("two writers")
        with pytest.raises(StoreError, match="Another process has the index"):
            library.repair()
        assert ask(library, story(3)) == expected  # by the stored vectors, since the index is held elsewhere
    finally:
        done.set()
        other.join(60)
    with library:
        pass


def test_another_fingerprint_is_an_error_that_names_the_way_out(library: Library) -> None:
    with pytest.raises(StoreError, match=r"hashing, passage rules 3.*other model.*repair"):
        open_folder(library.home, "other model, passage rules 3")


def test_repair_embeds_nothing_and_finds_the_same(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = ask(library, story(5))

    def never(*_: object) -> None:
        raise AssertionError("something was embedded")

    vector = HashingEmbedder().encode([story(5)])[0]
    monkeypatch.setattr(HashingEmbedder, "encode", never)
    assert library.repair() == library.catalogue.counts()["passages"]
    assert [(n, round(s, 4)) for n, s in library.dense(vector, 5)] == expected


@pytest.mark.parametrize("at_once", [3, 256])
def test_filtered_search_equals_search_by_hand(library: Library, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr("assistant.storage.library.AT_ONCE", at_once)
    vector = HashingEmbedder().encode([story(4)])[0]
    filters = Filters(outlets=("Paper 1",), since=date(2025, 3, 4))
    wanted = library.catalogue.eligible(filters)
    assert wanted is not None and 0 < len(wanted) < library.catalogue.counts()["passages"]
    rows = {n: float(np.frombuffer(v, np.float32) @ vector) for n, v in library.catalogue.stored_vectors()}
    by_hand = sorted(wanted, key=lambda n: (-rows[n], n))[:5]
    assert [n for n, _ in library.dense(vector, 5, wanted)] == by_hand
    everything = sorted(rows, key=lambda n: (-rows[n], n))[:5]
    assert [round(rows[n], 4) for n in everything] == [s for _, s in ask(library, story(4))]


def test_a_superseded_version_is_not_found_and_can_be_read(library: Library) -> None:
    old = library.catalogue.article("4")
    assert old is not None
    fill(library, [article(4, "Nothing of the sort happened in Oxendale.", outlet="Paper 1", day="2025-03-05")])
    assert all(number in library.catalogue.live() for number, _ in ask(library, old.text, 20))
    assert texts(library, "Nothing of the sort happened in Oxendale.")[0].startswith("Nothing of the sort")
    kept = library.catalogue.article(old.id, old.version)
    assert kept == old


def test_as_of_finds_the_superseded_version(library: Library) -> None:
    old = library.catalogue.article("4")
    assert old is not None
    fill(library, [article(4, "Nothing of the sort happened.", outlet="Paper 1", day="2025-06-01")])
    among = library.catalogue.eligible(Filters(), date(2025, 3, 31))
    hits = library.dense(HashingEmbedder().encode([old.text])[0], 3, among)
    assert library.catalogue.passages([hits[0][0]])[hits[0][0]][1].version == old.version


def test_removing_gives_the_space_back_and_the_rest_is_found(tmp_path: Path) -> None:
    library = open_tiny(tmp_path)
    fill(library, [article(n, story(n, 60)) for n in range(150)])
    library.sync()
    full = library.disk_bytes()
    kept = [library.catalogue.article(str(n)) for n in range(3)]
    with library:
        gone = [h.article_id for h in library.catalogue.headlines() if h.source_id not in (0, 1, 2)]
        assert library.remove(gone) == 147
        assert library.remove(gone) == 0
    assert [library.catalogue.article(str(n)) for n in range(3)] == kept
    assert library.disk_bytes() < full / 3
    assert library._dense.count() == library.catalogue.counts()["passages"]
    assert len(list((tmp_path / "chroma").glob("gen-*"))) == 1
    library.close()


def test_a_killed_removal_is_finished_by_the_next_writer(library: Library) -> None:
    library.sync()
    held = library._dense.count()
    library.catalogue.remove([h.article_id for h in library.catalogue.headlines()][:6])  # and no further: killed
    assert library._dense.count() == held
    with library:
        pass
    assert library._dense.count() == library.catalogue.counts()["passages"] < held


def test_a_home_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(StoreError, match="cannot be made"):
        open_tiny(tmp_path / "home")


def test_storing_fails_whole_when_one_article_cannot_be_stored(library: Library) -> None:
    before, state = library.catalogue.headlines(), library.catalogue.state()
    good, bad = entry(article(50)), entry(article(51))
    twice = bad.passages[0]
    with pytest.raises(StoreError), library:
        library.store([good, type(bad)(bad.article, [twice, twice], "x")], {})
    assert library.catalogue.headlines() == before and library.catalogue.state() == state
