from __future__ import annotations

import pytest

from assistant.grounding.limitations import is_limitation


@pytest.mark.parametrize(
    "sentence",
    [
        "The passages do not say how the trial ended.",
        "The passages don't give a date for the sentencing.",
        "However, none of the articles mentions who paid for it.",
        "No passage names the judge.",
        "The provided sources do not state the reason for the rise, only that an article explores it.",
        "The cause is not mentioned in the passages.",
        "The articles say nothing about the price.",
        "Nothing in the sources explains the delay.",
        "The articles are silent on the cost.",
    ],
)
def test_a_sentence_about_the_evidence_is_a_limitation(sentence: str) -> None:
    assert is_limitation(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The company did not answer questions.",
        "The judge said that the report does not name a culprit.",
        "No, Jim Jordan did not become speaker.",
        "The article by Kyle Wiggers was published in November.",
        "Police found no evidence of a crime.",
        "No source of the leak was found, the ministry said.",
        "The report was not published until 2023.",
        "The text of the bill does not mention taxes.",
    ],
)
def test_a_sentence_about_the_world_is_none(sentence: str) -> None:
    assert not is_limitation(sentence)
