"""What a sentence's score is made of, feature by feature."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from assistant.query.parsed import parse_question
from assistant.reading.model import Reading
from assistant.reading.sentence_ranker import (
    LIKENESS,
    LOOKED_AGAIN,
    MOST_ALIKE,
    MOST_BEFORE,
    SENTENCE_FEATURES,
    coefficients,
    look_again,
    score_sentences,
    sentence_text,
)
from assistant.types import Hit
from tests.assistant.reading.test_pipeline import make_hit


def read(sentences: list[str], logits: list[float] | None = None) -> tuple[Hit, Reading]:
    """A hit of these sentences at the top of their article, each read with its logit."""
    hit = make_hit(sentences, start=0)
    tokens = np.array([logits or [0.0] * len(sentences)] * 3, np.float32)
    return hit, Reading(0.0, 0.0, np.array(hit.passage.sentences, np.int64), tokens)


def values(question: str, name: str, sentences: list[str], logits: list[float] | None = None) -> list[float]:
    """One feature of every sentence, in the order of the text."""
    hit, reading = read(sentences, logits)
    found = sorted(
        score_sentences(parse_question(question), [hit], [reading], coefficients()), key=lambda item: item.index
    )
    return [item.values[SENTENCE_FEATURES.index(name)] for item in found]


def test_a_word_that_few_sentences_have_counts_more() -> None:
    sentences = ["The ferry left.", "The ferry sank.", "The ferry was old.", "A captain drowned."]
    left, *_, drowned = values("Which ferry captain?", "rare", sentences)
    assert 0 < left < 0.5 < drowned


def test_the_words_of_the_neighbours_count() -> None:
    sentences = ["Lucas waited for a liver.", "He spent 18 months on the list.", "It rained.", "Nobody came."]
    assert values("How long did Lucas wait?", "around", sentences)[1] > 0
    assert values("How long did Lucas wait?", "around", sentences)[3] == 0


def test_sentences_with_more_evidence_in_the_passage_are_counted() -> None:
    assert values("q", "behind", ["One came.", "Two came.", "Three came."], [1.0, 3.0, 2.0]) == [2, 0, 1]


@pytest.mark.parametrize(
    ("question", "name", "expected"),
    [
        ("What did Mara Sole say?", "stranger", [0, 0, 0, 1]),
        ("What did Mara Sole say?", "subject", [1, 0, 0, 0]),
        ("How many turbines are there?", "kind", [1, 1, 0, 1]),
        ("What did Mara Sole say?", "quote", [0, 1, 0, 0]),
        ("Who opened the farm?", "quote", [0, 0, 0, 0]),
    ],
)
def test_plain_facts_of_a_sentence(question: str, name: str, expected: list[int]) -> None:
    sentences = ["Mara Sole opened it.", "“We are glad,” Bo Lund said.", "There are 12 turbines.", "He left early."]
    assert values(question, name, sentences) == expected


def test_further_down_is_further_from_the_top() -> None:
    top, below = values("q", "place", ["A " + "long " * 120 + "opening came.", "It ended."])
    assert top == 0 < below


def test_what_was_not_read_is_not_scored() -> None:
    hit, reading = read(["It was read.", "It stands behind the cut."])
    cut = Reading(0.0, 0.0, reading.offsets[:1], reading.tokens[:, :1])
    (only,) = score_sentences(parse_question("q"), [hit], [cut], coefficients(evidence=1.0))
    assert sentence_text([hit], only) == "It was read."


def test_a_feature_that_there_is_not_is_said() -> None:
    with pytest.raises(ValueError, match="surprise"):
        coefficients(evidence=1.0, surprise=2.0)


def test_the_best_are_looked_at_again_with_what_stands_before_them() -> None:
    sentences = [f"Guest {number} came." for number in range(LOOKED_AGAIN + 3)]
    hit, reading = read(sentences, [float(-number) for number in range(len(sentences))])
    first = score_sentences(parse_question("q"), [hit], [reading], coefficients(evidence=1.0))
    compared: list[str] = []

    def likeness(question: str, texts: Sequence[str]) -> list[float]:
        compared.extend(texts)
        return [float("Guest 3 " in text) for text in texts]

    second = (0.0,) * len(SENTENCE_FEATURES) + (2.0, 1.0)
    assert len(second) == len(SENTENCE_FEATURES) + len(LIKENESS)
    again = look_again("q", [hit], first, likeness, second)
    assert len(again) == LOOKED_AGAIN, "a sentence that was not re-scored cannot be compared with one that was"
    assert [sentence_text([hit], item) for item in again[:3]] == ["Guest 3 came.", "Guest 4 came.", "Guest 0 came."]
    assert again[0].values[-2:] == (1.0, 1.0) and again[1].values[-2:] == (0.0, 1.0)
    assert "Guest 2 came. Guest 3 came." in compared


def test_of_long_sentences_a_part_is_compared() -> None:
    hit, reading = read(["first " * 200 + "end.", "second " * 200])
    first = score_sentences(parse_question("q"), [hit], [reading], coefficients())
    compared: list[str] = []

    def likeness(question: str, texts: Sequence[str]) -> list[float]:
        compared.extend(texts)
        return [0.0] * len(texts)

    look_again("q", [hit], first, likeness, (0.0,) * (len(SENTENCE_FEATURES) + len(LIKENESS)))
    assert {len(text) for text in compared} == {MOST_ALIKE, MOST_ALIKE + 1, MOST_ALIKE + 1 + MOST_BEFORE}
