from __future__ import annotations

import pytest

from assistant.grounding.alignment import Source, align
from assistant.grounding.limits import counted_otherwise, limited_otherwise
from assistant.grounding.units import parse

pytestmark = pytest.mark.unit
SOURCE = (Source(parse("The keeper lost five ferries and three tugs after the storm hit the harbour."), 0, 0, True),)


def found(claim: str, question: str = "") -> list[str]:
    parsed = parse(claim)
    aligned = align(parsed, SOURCE, question)
    changes = (*limited_otherwise(parsed, aligned, SOURCE, parse(question)), *counted_otherwise(aligned, SOURCE))
    return [change.reason for change in changes]


def test_what_the_source_says_is_not_limited_otherwise() -> None:
    assert found("After the storm the keeper lost three tugs and five ferries.") == []


def test_counts_that_changed_places_are_told() -> None:
    reasons = found("The keeper lost three ferries and five tugs.")
    assert reasons == [f"{number!r} stands for something else in its source" for number in ("three", "five")]


def test_a_word_that_limits_needs_a_source_or_the_question() -> None:
    claim = "The keeper lost most tugs."
    assert found(claim) == ["its source does not say 'most'"]
    assert found(claim, "Which keeper lost most tugs?") == []
