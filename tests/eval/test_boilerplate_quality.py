"""The labelled pages: what is not the story stays out, the story stays in, the fields are right. The figures are printed by
`python -m eval.boilerplate_quality tests/ingest/pages`; the floors lie just under what it printed when they were set.
Nothing here prints which lines of the pages held out are wrong."""

from __future__ import annotations

from pathlib import Path

from eval.boilerplate_quality import FIELDS, measure_fields, measure_lines, measure_pages, report

PAGES = Path(__file__).parents[1] / "ingest" / "pages"


def test_the_labelled_pages() -> None:
    mended = measure_pages(PAGES)
    assert mended.lost == [] and mended.kept >= 387
    assert mended.body_precision >= 0.99 and mended.recall >= 0.98, mended.let_in
    assert mended.captions >= 36


def test_the_pages_that_were_held_out() -> None:
    held = measure_pages(PAGES, held_out=True)
    precision, recall, captions_lost = held.body_precision, held.body_recall, held.captions_lost
    assert precision >= 0.96 and recall >= 0.97 and captions_lost == 0


def test_the_fields_of_the_pages() -> None:
    right, pages, wrong = measure_fields(PAGES)
    assert pages == 31 and all(right[name] >= 30 for name in FIELDS), wrong


def test_the_fields_of_the_pages_that_were_held_out() -> None:
    right, pages, _ = measure_fields(PAGES, held_out=True)
    assert pages == 17 and right["title"] >= 15 and right["published_at"] >= 17
    assert right["outlet"] >= 14 and right["byline"] >= 11


def test_the_rules_for_plain_text() -> None:
    lines = measure_lines(PAGES / "lines.tsv")
    assert lines.precision >= 0.92 and lines.recall >= 0.7
    assert len(lines.lost) <= 1, lines.lost


def test_the_report_gives_figures_and_hides_what_is_held_out() -> None:
    text = report(PAGES)
    held = text.split("pages held out:")[1].split("\n")
    assert "precision" in held[0] and held[1].startswith("lines of plain text:")
    assert "let in (" in text and "fields held out: 17 pages" in text
