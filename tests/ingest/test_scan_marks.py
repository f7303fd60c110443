"""Text that was read from a scan is told from text that was not: in citations, on the page, and by `articles show`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.cli import articles
from assistant.cli.main import app
from assistant.cli.rendering import _source
from assistant.grounding.citations import CitationBook
from assistant.json_forms import citation_record
from assistant.storage.library import Library
from assistant.storage.records import text_key
from assistant.testing import HashingEmbedder
from assistant.types import Article, Citation, Hit, Pages, scanned_pages
from assistant.ui.views.article import render_article
from ingest.editing import Changes, edit_article
from ingest.parsing.article_builder import from_page
from ingest.types import Raw
from tests.ingest.making import article, entry, open_tiny

PRINTED = "The printed page says that the crane was painted blue on Monday."
SCANNED = "The scanned page says that the harbour was closed on Tuesday."
TEXT = f"{PRINTED}\n\n{SCANNED}"
PAGES = ((0, 1), (len(PRINTED) + 2, 2))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = open_tiny(tmp_path)
    yield library
    library.close()


def keep(library: Library, made: Article, pages: Pages, scan: str) -> None:
    kept = replace(entry(made), pages=pages, read_from={"text": "pdf"} | ({"scan": scan} if scan else {}))
    texts = [passage.text for passage in kept.passages]
    rows = HashingEmbedder().encode(texts)
    with library:
        library.store([kept], {text_key(t): row.tobytes() for t, row in zip(texts, rows, strict=True)})


def citations(library: Library) -> dict[str, Citation]:
    book = CitationBook()
    for passage, headline in library.catalogue.passages(range(1, 20)).values():
        for start, end in passage.sentences:
            book.cite(Hit(passage, headline, 1.0, 1), start, end)
    return {citation.quote: citation for citation in book.citations}


def test_of_a_mixed_document_only_the_scanned_pages_are_marked(library: Library) -> None:
    keep(library, article(1, TEXT), PAGES, "2: 88%")
    found = citations(library)
    assert (found[PRINTED].page, found[PRINTED].ocr) == (1, False)
    assert (found[SCANNED].page, found[SCANNED].ocr) == (2, True)
    assert "ocr" not in citation_record(found[PRINTED])
    assert citation_record(found[SCANNED])["ocr"] is True
    assert "p. 2, read from a scan, characters" in _source(found[SCANNED])
    assert "scan," not in _source(found[PRINTED])


@pytest.mark.parametrize(("scan", "marked"), [("1: 96%", True), ("", False)])
def test_a_picture_has_no_pages_and_is_marked_whole(library: Library, scan: str, marked: bool) -> None:
    keep(library, article(1, TEXT), (), scan)
    assert {citation.ocr for citation in citations(library).values()} == {marked}


def test_the_article_view_tells_pages_and_confidence(library: Library) -> None:
    made = article(1, TEXT)
    keep(library, made, PAGES, "2: 88%")
    page = render_article(library.catalogue, made.id, "", "")
    assert page is not None
    assert "Read from a scan; may contain errors. Confidence by page: p. 2 (88%)." in page
    keep(library, article(2, TEXT), PAGES, "")
    assert "scan" not in str(render_article(library.catalogue, article(2, TEXT).id, "", "")).replace(SCANNED, "")


def test_the_mark_outlives_an_edit(library: Library) -> None:
    made = article(1, TEXT)
    keep(library, made, PAGES, "2: 88%")
    edited = edit_article(library, made.id, Changes({"title": "Another title"}))
    assert scanned_pages(library.catalogue.read_from(edited.version)) == {2: 88}


def test_a_long_document_keeps_every_page() -> None:
    scan = ", ".join(f"{page}: 100%" for page in range(1, 1_001))
    read = from_page(
        {"text": TEXT, "title": "A title", "read_from": {"text": "scan", "scan": scan}}, Raw("a.pdf", "a.pdf")
    )
    assert len(scanned_pages(read.read_from)) == 1_000
    assert set(scanned_pages(read.read_from).values()) == {100}


def test_articles_show_says_it(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    made = article(1, TEXT)
    keep(library, made, PAGES, "2: 88%")
    monkeypatch.setattr(
        articles, "opened_library", lambda _: nullcontext(library)
    )  # its vectors are of the tests' encoder
    shown = CliRunner().invoke(app, ["articles", "show", made.id])
    assert "Read from a scan; may contain errors. Confidence by page: p. 2 (88%)" in shown.stdout, shown.output
