"""PDFs read in the order of a reader, on layouts drawn for this and in the forms of damage that occur."""

from __future__ import annotations

import pytest

from ingest.parsing.pdf import read_pdf
from ingest.parsing.source import Source
from tests.ingest.parsing.pdf_layouts import LAYOUTS, pdf


def articles(content: bytes) -> list[dict[str, object]]:
    return [item for item in read_pdf(Source("a.pdf", content)) if isinstance(item, dict)]


@pytest.mark.parametrize("name", LAYOUTS)
def test_sentences_are_whole_and_in_order(name: str) -> None:
    made = LAYOUTS[name]()
    (article,) = articles(pdf(made.sheets))
    text = str(article["text"])
    assert [part for part in made.has if part not in text] == []
    places = [text.index(part) for part in made.has]
    assert places == sorted(places)
    assert [part for part in made.has_not if part in text] == []
    assert article["title"] == made.title
