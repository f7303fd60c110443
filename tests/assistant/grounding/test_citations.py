from __future__ import annotations

import pytest

from assistant.grounding.citations import CitationBook, check_exact, markers, without_markers
from assistant.types import Citation, Headline, Hit, Passage

TEXT = "First sentence here. Second one there."
HEAD = Headline("a1", "v1", 7, "Title", "Outlet", None, "2024-01-02", None)
HIT = Hit(Passage("p", "a1", "v1", 10, 10 + len(TEXT), TEXT, ((10, 30), (31, 48))), HEAD, 1.0, 1)


def test_markers_are_read_in_all_their_forms() -> None:
    assert markers("One [1]. Two [2, 3] and [1].") == [1, 2, 3]
    assert markers("None [a] [] 1]") == []
    assert without_markers("One [1]. Two [2, 3].") == "One. Two."


def test_a_citation_is_an_exact_stretch_and_keeps_its_number() -> None:
    book = CitationBook()
    second, first = book.cite(HIT, 31, 48), book.cite(HIT, 10, 30)
    assert (second.number, second.quote) == (1, "Second one there.")
    assert (first.number, first.quote) == (2, "First sentence here.")
    assert book.cite(HIT, 31, 48) is second
    assert [citation.number for citation in book.citations] == [1, 2]


@pytest.mark.parametrize(("start", "end"), [(9, 30), (10, 49), (30, 30), (40, 20)])
def test_a_stretch_outside_the_passage_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="not inside"):
        CitationBook().cite(HIT, start, end)


def test_a_quotation_that_does_not_fit_its_offsets_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        Citation(1, HEAD, "abc", 0, 4)


def test_exactness_is_checked_against_the_stored_text() -> None:
    right = Citation(1, HEAD, "First", 10, 15)
    assert check_exact((right,), {"v1": " " * 10 + TEXT}) == []
    assert len(check_exact((right,), {"v1": " " * 9 + TEXT})) == 1
    assert len(check_exact((right,), {})) == 1
