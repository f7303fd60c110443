"""Corrections of articles: shown, searched, marked, and still there after the source is ingested again."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from assistant.errors import UsageError
from assistant.storage.library import Library
from assistant.types import Filters
from ingest.editing import Changes, edit_article
from ingest.pipeline import Options, Report, ingest
from tests.ingest.making import HashingEmbedder

TEXT = "The Larkin bridge reopened on Monday after nine weeks. It was closed because of a cracked bearing."

pytestmark = pytest.mark.models


def take(library: Library, path: Path, text: str = TEXT, **fields: str) -> Report:
    path.mkdir(exist_ok=True)
    row = {"id": 7, "title": "Bridge reopens", "source": "Harbour Pots", "published_at": "2026-03-02", "body": text}
    (path / "one.json").write_text(json.dumps({**row, **fields}), "utf-8")
    return ingest(library, HashingEmbedder(), [str(path)])


def found(library: Library, filters: Filters, as_of: date | None = None) -> set[str | None]:
    numbers = library.catalogue.eligible(filters, as_of)
    return {head.outlet for _, head in library.catalogue.passages(list(numbers or ())).values()}


def test_a_correction_is_shown_searched_and_marked(library: Library, tmp_path: Path) -> None:
    take(library, tmp_path / "in")
    changes = Changes({"outlet": "Harbour Post", "byline": "Ilse Ott", "published_at": "2026-03-05"}, ("bridge",))
    edited = edit_article(library, "7", changes)
    stored = library.catalogue.article("7")
    assert stored == edited
    assert (edited.outlet, edited.byline, edited.published_at) == ("Harbour Post", "Ilse Ott", "2026-03-05")
    assert (edited.text, edited.date_source) == (TEXT, "edited")
    assert library.catalogue.read_from(edited.version)["outlet"] == "edited"
    assert library.catalogue.edits()[edited.id].tags == ("bridge",)
    assert found(library, Filters(outlets=("Harbour Pots",))) == set()
    assert found(library, Filters(authors=("ilse ott",))) == {"Harbour Post"}
    assert found(library, Filters(), date(2026, 3, 4)) == set(), "as of a day before the corrected date"
    assert found(library, Filters(), date(2026, 3, 5)) == {"Harbour Post"}


def test_a_correction_survives_the_next_ingest_and_a_new_text(library: Library, tmp_path: Path) -> None:
    take(library, tmp_path / "in")
    edit_article(library, "7", Changes({"outlet": "Harbour Post"}))
    again = take(library, tmp_path / "in")
    assert (again.unchanged, again.updated) == (1, 0)
    renewed = take(library, tmp_path / "in", TEXT + " Traffic was light.", title="Bridge open again")
    assert renewed.updated == 1
    article = library.catalogue.article("7")
    assert article is not None
    assert (article.outlet, article.title) == ("Harbour Post", "Bridge open again")
    assert article.text.endswith("light.")
    assert library.catalogue.read_from(article.version)["outlet"] == "edited"


def test_corrections_add_up_and_can_be_undone(library: Library, tmp_path: Path) -> None:
    take(library, tmp_path / "in")
    before = library.catalogue.article("7")
    assert before is not None
    edit_article(library, "7", Changes({"outlet": "Harbour Post"}, ("a", "b")))
    edited = edit_article(library, "7", Changes({"title": "The bridge is open"}, remove_tags=("a",)))
    assert (edited.outlet, edited.title) == ("Harbour Post", "The bridge is open")
    assert library.catalogue.edits()[edited.id].tags == ("b",)
    assert edit_article(library, "7", Changes(reset=True)) == before
    assert library.catalogue.article("7") == before
    assert "edited" not in library.catalogue.read_from(before.version).values()
    assert take(library, tmp_path / "in").unchanged == 1
    assert len(library.catalogue.live()) == 1


def test_a_value_can_be_removed(library: Library, tmp_path: Path) -> None:
    take(library, tmp_path / "in")
    edited = edit_article(library, "7", Changes({"published_at": "", "outlet": ""}))
    assert (edited.published_at, edited.outlet, edited.date_source) == (None, None, "not found")
    assert library.catalogue.days() is None


def test_an_edited_article_is_removed_with_its_source_and_its_edits_with_it(library: Library, tmp_path: Path) -> None:
    take(library, tmp_path / "in")
    edited = edit_article(library, "7", Changes({"outlet": "Harbour Post"}))
    assert [status.article_id for status in library.catalogue.journal.statuses()] == [edited.id]
    (tmp_path / "in" / "one.json").unlink()
    (tmp_path / "in" / "two.txt").write_text("The harbour froze over in January, for the first time in years.", "utf-8")
    synced = ingest(library, HashingEmbedder(), [str(tmp_path / "in")], None, Options(sync=True))
    assert synced.removed == 1
    assert library.catalogue.edits() == {}
    take(library, tmp_path / "in")
    article = library.catalogue.article("7")
    assert article is not None
    assert article.outlet == "Harbour Pots"


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"title": " "}, "title is empty"), ({"published_at": "soon"}, "soon"), ({"text": "x"}, "cannot be edited")],
)
def test_wrong_corrections_change_nothing(library: Library, tmp_path: Path, fields: dict[str, str], said: str) -> None:
    take(library, tmp_path / "in")
    before = library.catalogue.article("7")
    with pytest.raises(UsageError, match=said):
        edit_article(library, "7", Changes(fields))
    assert library.catalogue.article("7") == before
    with pytest.raises(UsageError, match="No article has the id"):
        edit_article(library, "nobody", Changes({"title": "x"}))
