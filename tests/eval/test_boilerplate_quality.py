"""The labelled pages: what is not the story stays out, the story stays in. The figures are printed by
`python -m eval.boilerplate_quality tests/ingest/pages`; the floors lie just under what it printed when they were set."""

from __future__ import annotations

from pathlib import Path

from eval.boilerplate_quality import measure_lines, measure_pages, report

PAGES = Path(__file__).parents[1] / "ingest" / "pages"


def test_the_labelled_pages() -> None:
    mended = measure_pages(PAGES)
    assert mended.lost == [] and mended.kept >= 55
    assert mended.precision == 1.0 and mended.recall >= 0.95, mended.let_in


def test_the_pages_that_were_held_out() -> None:
    held = measure_pages(PAGES, held_out=True)
    assert held.lost == [] and held.recall >= 0.65, held.let_in


def test_the_rules_for_plain_text() -> None:
    lines = measure_lines(PAGES / "lines.tsv")
    assert lines.precision >= 0.92 and lines.recall >= 0.7
    assert len(lines.lost) <= 1, lines.lost


def test_the_report_names_what_went_wrong() -> None:
    text = report(PAGES)
    assert "pages held out:" in text and "precision" in text and "let in (" in text
