from __future__ import annotations

import pytest

from assistant.grounding import lexicon
from assistant.grounding.units import parse


@pytest.mark.parametrize(
    ("text", "value", "measure"),
    [
        ("It cost $1.2bn.", 1.2e9, "$"),
        ("It cost 1.2 billion dollars.", 1.2e9, "$"),
        ("It cost US$4 billion.", 4e9, "$"),
        ("It rose by 25 per cent.", 25.0, "%"),
        ("It rose by 25%.", 25.0, "%"),
        ("A dozen ships came.", 12.0, "ship"),
        ("Twenty-five ships came.", 25.0, "ship"),
        ("The six-year-old girl came.", 6.0, "girl"),
        ("On March 3 it sank.", 3.0, "month 3"),
        ("On 3 March it sank.", 3.0, "month 3"),
    ],
)
def test_numbers_are_read_in_every_form(text: str, value: float, measure: str) -> None:
    number = next(unit for unit in parse(text).units if unit.kind == "number")
    assert number.value == pytest.approx(value)
    assert number.measure == measure


def test_two_thirds_is_one_number() -> None:
    assert [unit.value for unit in parse("Two-thirds of them left.").units if unit.kind == "number"] == [
        pytest.approx(2 / 3)
    ]


def test_a_clause_opens_after_a_mark_and_a_conjunction() -> None:
    units = parse("Rask sailed at dawn, and Okoro waited.").units
    assert [unit.text for unit in units if unit.opens] == ["rask", "okoro"]


def test_the_lexicon_knows_forms_relatives_and_opposites() -> None:
    assert lexicon.related("bought", "purchase")
    assert lexicon.related("sentenced", "sentencing")
    assert lexicon.opposite("heavier", "lighter")
    assert lexicon.opposite("fell", "rose")
    assert lexicon.broader("boat", "ferry")
    assert not lexicon.related("judge", "jury")
    assert lexicon.is_saying("announced")
    assert not lexicon.is_saying("condemned")
