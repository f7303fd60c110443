"""The page of a PDF, from the parser to the citation and the article view."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from assistant.grounding.citations import CitationBook
from assistant.json_forms import citation_record
from assistant.storage.library import Library
from assistant.testing import HashingEmbedder
from assistant.types import Hit, page_at
from assistant.ui.views.article import render_article
from ingest.editing import Changes, edit_article
from ingest.parsing.pdf import read_pdf
from ingest.parsing.source import Source
from ingest.pipeline import ingest
from tests.ingest.making import open_tiny
from tests.ingest.parsing.pdf_layouts import HEAD, S, Sheet, pdf

pytestmark = pytest.mark.models

OVER = "The harbour master said that the new lamp on the outer mole would be lit before the first of October this year"
REST = "and that nobody would have to pay for it but the board itself, which has the money."


def report() -> bytes:
    """Three pages; a sentence runs from the first to the second, and page three repeats words of page one."""
    sheets = [Sheet(), Sheet(), Sheet()]
    sheets[0].put(60, 760, 20, HEAD)
    below = sheets[0].block(60, 720, S[0], 470)
    sheets[0].block(60, below - 14, OVER, 470, full=True)
    below = sheets[1].block(60, 720, REST, 470)
    sheets[1].block(60, below - 14, S[1], 470)
    below = sheets[2].block(60, 720, S[2], 470)
    sheets[2].block(60, below - 14, S[3], 470)
    return pdf(sheets)


@pytest.fixture
def taken(library: Library, tmp_path: Path) -> Library:
    (tmp_path / "report.pdf").write_bytes(report())
    result = ingest(library, HashingEmbedder(), [str(tmp_path / "report.pdf")])
    assert result.added == 1
    return library


def test_every_character_has_the_page_that_it_is_printed_on() -> None:
    (fields,) = (item for item in read_pdf(Source("a.pdf", report())) if isinstance(item, dict))
    text, pages = fields["text"], tuple(fields["pages"])
    assert f"{OVER} {REST}" in text
    where = {part: page_at(pages, text.index(part)) for part in (HEAD, S[0], OVER, REST, S[1], S[2], S[3])}
    assert where == {HEAD: 1, S[0]: 1, OVER: 1, REST: 2, S[1]: 2, S[2]: 3, S[3]: 3}


def test_a_citation_names_its_page_and_other_articles_have_none(taken: Library, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text(
        "A note about the crane\n\nThe crane was painted blue on Monday, the board said."
    )
    ingest(taken, HashingEmbedder(), [str(tmp_path / "note.txt")])
    book, found = CitationBook(), {}
    for passage, headline in taken.catalogue.passages(range(1, 20)).values():
        for start, end in passage.sentences:
            citation = book.cite(Hit(passage, headline, 1.0, 1), start, end)
            found[citation.quote] = citation_record(citation).get("page")
    assert (found[S[0]], found[f"{OVER} {REST}"], found[S[1]], found[S[3]]) == (1, 1, 2, 3)
    assert found["The crane was painted blue on Monday, the board said."] is None


def test_the_article_view_shows_where_pages_begin_and_keeps_the_words(taken: Library) -> None:
    (head,) = taken.catalogue.headlines()
    article = taken.catalogue.article(head.article_id)
    assert article is not None
    start = article.text.index(OVER)
    page = render_article(taken.catalogue, head.article_id, "", f"1:{start}-{start + len(OVER) + len(REST) + 1}")
    assert page is not None
    assert [page.index(f'data-page="{number}"') for number in (1, 2, 3)] == sorted(
        page.index(f'data-page="{number}"') for number in (1, 2, 3)
    )
    assert f'data-page="2"></span><mark data-quote="1">{REST}</mark>' in page


def test_pages_outlive_an_edit_and_leave_with_the_article(taken: Library) -> None:
    (head,) = taken.catalogue.headlines()
    edited = edit_article(taken, head.article_id, Changes({"title": "Another title"}))
    assert edited.version != head.version
    assert taken.catalogue.pages(edited.version) == taken.catalogue.pages(head.version) != ()
    with taken:
        taken.remove([head.article_id])
    assert taken.catalogue.pages(edited.version) == taken.catalogue.pages(head.version) == ()


def test_a_library_from_before_pages_gets_them_from_an_unchanged_document(taken: Library, tmp_path: Path) -> None:
    (head,) = taken.catalogue.headlines()
    pages = taken.catalogue.pages(head.version)
    path = taken.catalogue.path
    taken.close()
    con = sqlite3.connect(path)
    con.executescript("DROP TABLE pages; UPDATE meta SET value = '3' WHERE key = 'schema';")
    con.close()
    again = open_tiny(tmp_path / "home")
    assert again.catalogue.pages(head.version) == ()
    result = ingest(again, HashingEmbedder(), [str(tmp_path / "report.pdf")])
    assert (result.unchanged, again.catalogue.pages(head.version)) == (1, pages)
    again.close()
