"""Raised figures are powers, cents or ordinals, or they are the marks of notes and are not read."""

from __future__ import annotations

import pytest

from ingest.parsing.html_text import text_of
from ingest.parsing.raised import lowered, raised


@pytest.mark.parametrize(
    ("before", "text", "read"),
    [
        ("a loss of 140", "1", ""), ("about 2,300", "12", ""), ("in 2024", "3", ""), ("the mayor said.", "4", ""), ("costs", "a", ""),
        ("said.", "1,2", ""), ("said.", "[7]", ""), ("jobs", "*", ""), ("jobs", "†", ""), ("26", "3)", ""),
        ("10", "6", "⁶"), ("3 × 10", "8", "⁸"), ("of 10", "-9", "⁻⁹"), ("40 km", "2", "²"), ("12 m", "3", "³"), ("E = mc", "2", ""),
        ("x", "2", "²"), ("for $11", "99", ".99"), ("just £1,299", "00", ".00"), ("€ 5", "49", ".49"), ("for $11.99", "1", ""),
        ("the 1", "st", "st"), ("the 22", "nd", "nd"), ("M", "lle", "lle"), ("Byline", "™", "™"), ("110", "1", ""), ("2,010", "2", ""),
    ],
)  # fmt: skip
def test_what_raised_characters_are(before: str, text: str, read: str) -> None:
    assert raised(before, text) == read


def test_figures_of_formulas_are_lowered() -> None:
    assert lowered("CO", "2") == "₂" and lowered("H", "2") == "₂" and lowered("the word", "low") == "low"


def test_in_html() -> None:
    page = "<p>The yard has 140<sup>1</sup> jobs, 10<sup>6</sup> litres and 30 km<sup>2</sup>; a ticket is $11<sup>99</sup>. CO<sub>2</sub></p>"
    assert text_of(page) == "The yard has 140 jobs, 10⁶ litres and 30 km²; a ticket is $11.99. CO₂"
