from __future__ import annotations

import pytest

from assistant.query.parsed import AnswerType, parse_question, wanted_type
from assistant.reading.answer_type import holds_answer_type


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many people died?", "number"),
        ("In 2022, how much did it cost?", "number"),
        ("Is there an injection? (HIV) And how much is it in the US?", "number"),
        ("how many users were there? (Beeper)", "number"),
        ("By how much did the price rise?", "number"),
        ("What was the final score?", "number"),
        ("When did he leave?", "time"),
        ("Since what year has it stood empty?", "time"),
        ("Who was in charge when the ferry sank?", None),
        ("How did Pochettino describe him?", None),
        ("What did he say when he left?", None),
        ("Why is the number of visitors falling?", None),
    ],
)
def test_the_kind_is_told_by_the_question_word(question: str, kind: AnswerType | None) -> None:
    assert wanted_type(question) == kind


@pytest.mark.parametrize(
    ("kind", "sentence", "there"),
    [
        ("number", "Seventeen were hurt.", True),
        ("number", "A dose costs $3,700.", True),
        ("number", "Nobody was hurt.", False),
        ("number", "The 2022 budget was cut.", False),
        ("time", "He left last week.", True),
        ("time", "She was appointed in 2016.", True),
        ("time", "He left in anger.", False),
    ],
)
def test_a_sentence_has_it_or_not(kind: AnswerType, sentence: str, there: bool) -> None:
    question = {"number": "How much was it in 2022?", "time": "When was it, in 2022?"}[kind]
    assert wanted_type(question) == kind
    assert holds_answer_type(parse_question(question), sentence) is there


def test_where_no_kind_is_asked_for_every_sentence_has_it() -> None:
    assert holds_answer_type(parse_question("How did Pochettino describe him?"), "He left in anger.")
