"""Headings, dates, captions and fragments are not quoted alone; events must be reported, not announced."""

from __future__ import annotations

import pytest

from assistant.reading.events import is_reported
from assistant.reading.quotable import stands_alone


@pytest.mark.parametrize(
    "text",
    ["SBF arrested", "December 11, 2023", "Published: Monday 4 December 2023 at 10:15 a.m.", "Photo: Ann Moe / Getty Images",
     "A window into Google’s most popular search queries", "Please try again later {{ /verifyErrors }}", "Not quite."],
)  # fmt: skip
def test_what_says_nothing_by_itself(text: str) -> None:
    assert not stands_alone(text)


@pytest.mark.parametrize(
    "text", ["The bridge closed on Monday.", "“We will not sell the harbour,” she said.", "He left the club in May."]
)
def test_a_sentence_stands_alone(text: str) -> None:
    assert stands_alone(text)


@pytest.mark.parametrize(
    ("question", "text", "told"),
    [
        ("Why did Tarn settle with Ostrey?", "Tarn went to trial against Ostrey.", False),
        ("Why did Tarn settle with Ostrey?", "Tarn settled to avoid a trial.", True),
        (
            "By how many points did the club's appeal bring the penalty down?",
            "The appeal will be heard in spring.",
            False,
        ),
        (
            "By how many points did the club's appeal bring the penalty down?",
            "On appeal the penalty was cut to six points.",
            True,
        ),
        ("How many years in prison did Bo Lund get?", "He faces up to 50 years in prison.", False),
        ("How many years in prison did Bo Lund get?", "He was sentenced to nine years.", True),
        ("Why did Bo Lund resign?", "Critics want Bo Lund to go.", False),
        ("Who opened the bridge?", "Nobody came.", True),
    ],
)
def test_an_event_must_be_reported(question: str, text: str, told: bool) -> None:
    assert is_reported(question, text) is told
