"""What is read from a question's words, once."""

from __future__ import annotations

import pytest

from assistant.query.parsed import grounded, parse_question, recased

PASSAGES = [
    "Then Gary Wang met Sam Bankman-Fried. Lawyers for Gary Wang said so.",
    "The case of Sam Bankman-Fried goes on, and SBF waits.",
]


def test_names_numbers_and_type_are_there() -> None:
    asked = parse_question("How many of the 12 turbines did Mara Sole open?")
    assert asked.names == ("Mara Sole",)
    assert asked.numbers == {12.0}
    assert asked.wanted == "number"
    assert asked.opens and asked.happened and not asked.asks_words


def test_words_get_the_capitals_that_the_passages_give_them() -> None:
    assert recased("who is gary wang", "\n".join(PASSAGES)) == "who is Gary Wang"
    assert recased("who is the mayor", "\n".join(PASSAGES)) == "who is the mayor"


def test_initials_stand_for_the_name_that_is_spelled_out() -> None:
    asked = grounded(parse_question("what did sbf do?"), PASSAGES)
    assert "bankman-fried" in asked.name_words and "sbf" in asked.name_words
    assert asked.text == "what did sbf do?", "the question stays as it was typed"


@pytest.mark.parametrize(
    ("question", "speaker"),
    [
        ("What did Mayor Oduya say about tolls?", "Mayor Oduya"),
        ("what did schmeichel have to say about the game", "schmeichel"),
        ("How did the minister react to the strike?", "the minister"),
        ("Who won?", ""),
    ],
)
def test_whose_words_are_asked_for(question: str, speaker: str) -> None:
    assert parse_question(question).speaker == speaker


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("Who is Mara Sole?", "Mara Sole"),
        ("what's beeper mini and what does it do", "beeper mini"),
        ("When did it end?", ""),
    ],
)
def test_what_a_definition_is_asked_of(question: str, subject: str) -> None:
    assert parse_question(question).subject == subject


def test_quoted_words_and_the_writer() -> None:
    assert parse_question('who said he "picked the wrong founder"').phrases == ("picked the wrong founder",)
    assert parse_question("What has Kyle Wiggers written about Gemini?").writer == "Kyle Wiggers"
    assert parse_question("articles by Kyle Wiggers about Gemini").writer == "Kyle Wiggers"


def test_what_may_happen_is_no_event_that_happened() -> None:
    assert parse_question("How many years did he get?").happened
    assert not parse_question("How many years could he have got?").happened
