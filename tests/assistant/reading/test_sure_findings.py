"""Which parts of a question count as answered."""

from __future__ import annotations

import pytest

from assistant.reading.evidence import Evidence
from assistant.reading.pipeline import Finding, sure_findings
from assistant.reading.scoring import Weights
from assistant.types import Headline, Hit, Passage

WEIGHTS = Weights(threshold=0.7, further=0.5)


def finding(part: str, confidence: float, found: bool = True) -> Finding:
    passage = Passage("p", "a", "v", 0, 9, "It is so.", ((0, 9),))
    hit = Hit(passage, Headline("a", "v", 1, "Title", "Post", None, "2025-01-01", None), 1.0, 1)
    return Finding(part, (hit,), (Evidence(hit, 0, 9, 1.0),) if found else (), confidence)


@pytest.mark.parametrize(
    ("given", "answered"),
    [
        ([("one", 0.8)], ["one"]),
        ([("one", 0.69)], []),
        ([("one", 0.69), ("two", 0.6)], []),
        ([("one", 0.55), ("two", 0.9)], ["one", "two"]),
        ([("one", 0.45), ("two", 0.9)], ["two"]),
    ],
)
def test_where_one_part_is_sure_the_others_need_less(given: list[tuple[str, float]], answered: list[str]) -> None:
    findings = [finding(*item) for item in given]
    assert [found.part for found in sure_findings(findings, WEIGHTS)] == answered


def test_a_part_without_a_quotation_is_not_answered_and_makes_no_other_sure() -> None:
    findings = [finding("one", 0.95, found=False), finding("two", 0.6)]
    assert sure_findings(findings, WEIGHTS) == []
    assert sure_findings([], WEIGHTS) == []
