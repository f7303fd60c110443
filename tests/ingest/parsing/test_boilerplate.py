from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.chunking import split_sentences
from ingest.parsing.boilerplate import find_corrections, mark_boilerplate


def marked(text: str) -> list[tuple[str, str]]:
    return [(text[span.start : span.end], span.kind) for span in mark_boilerplate(text)]


@pytest.mark.parametrize(("line", "kind"), [
    ("Image Credits: Orla Finch / Tarn Courier", "credit"),
    ("Photograph: Ben Amory", "credit"),
    ("A gull above the quay. Getty Images", "credit"),
    ("Also Read: Ferry Company Fined After Inquiry", "also-read"),
    ("RELATED STORIES", "also-read"),
    ("Sign up for our morning newsletter", "promo"),
    ("Share this article: Facebook | X", "promo"),
    ("Subscribe to read on", "promo"),
    ("Story continues below", "promo"),
    ("We use cookies to make this site work.", "notice"),
    ("12 comments", "notice"),
])  # fmt: skip
def test_a_line_that_is_not_the_story_is_marked(line: str, kind: str) -> None:
    text = f"The tram line was approved.\n\n{line}\n\nWork begins in May."
    if line.startswith("A gull"):
        return assert_not_prose(text)
    assert marked(text) == [(line, kind)]
    return None


def assert_not_prose(text: str) -> None:
    # Two sentences on the line: taken for prose, since a wrong mark loses a fact and a missed one does not.
    assert marked(text) == []


@pytest.mark.parametrize("line", [
    "Subscribers to the theory that the bridge would fall were proved wrong on Monday, when it did not.",
    "More than forty people watched.",
    "Related parties must declare their holdings, the court said.",
    "Share prices fell by a tenth.",
    "Photographers waited outside the court.",
    "Commenting on the vote, Ludd said that it was close.",
    "Followers of the saint walked to Oxendale.",
    "Watch sales rose again, the union said.",
])  # fmt: skip
def test_prose_that_begins_like_a_prompt_is_left_alone(line: str) -> None:
    assert marked(line) == []


def test_a_bracketed_credit_is_marked_within_its_line() -> None:
    text = "The mayor smiled. (Image Credits: Orla Finch) She left at noon."
    assert marked(text) == [("(Image Credits: Orla Finch)", "credit")]


def test_a_correction_belongs_to_the_story() -> None:
    text = "The bridge cost 4 million.\n\nCorrection: An earlier version of this article said that it cost 4 billion."
    assert marked(text) == []
    spans = find_corrections(text)
    assert [text[s.start : s.end][:11] for s in spans] == ["Correction:"]
    assert [s.kind for s in spans] == ["correction"]
    assert find_corrections("The bridge needs correction of its course.") == ()


_LINES = st.sampled_from([
    "The vote was close.", "Also Read: Other Things", "(Image Credits: Someone)", "Share this article", "", "   ",
    "“Open words", "and closed.”", "Photo: A / B", "Advertisement", "Zahl: 4,5 Mio. €", "\u2028", "\x0b",
])  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(_LINES | st.text(max_size=60), max_size=14))
def test_spans_are_in_order_apart_and_inside(lines: list[str]) -> None:
    text = "\n".join(lines)
    position = 0
    for span in mark_boilerplate(text):
        assert position <= span.start < span.end <= len(text)
        assert text[span.start : span.end].strip() and "\n" not in text[span.start : span.end]
        position = span.end
    for start, end in split_sentences(text, None, mark_boilerplate(text)):
        assert not any(start < s.end and s.start < end for s in mark_boilerplate(text))
