from __future__ import annotations

from datetime import date

import pytest

from assistant.query.decomposition import split_parts
from assistant.query.follow_up import resolve
from assistant.query.outlets import named_outlets, outlet_aliases, outlet_places
from assistant.query.understanding import Coverage, understand

OUTLETS = ["The Verge", "BBC News - Technology", "Wired", "Fortune", "The New York Times", "Rivals"]
BASE = date(2023, 12, 20)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What did the Verge say about it?", ["The Verge"]),
        ("Do BBC News and The New York Times agree?", ["BBC News - Technology", "The New York Times"]),
        ("According to Wired, who won?", ["Wired"]),
        ("is the house wired for power?", []),
        ("Who made a fortune with it?", []),
    ],
)
def test_outlets_are_found_by_their_usual_names(question: str, expected: list[str]) -> None:
    assert named_outlets(outlet_places(question, OUTLETS)) == expected


def test_aliases_drop_article_section_and_suffix() -> None:
    assert {"bbc news", "bbc"} <= outlet_aliases("BBC News - Technology")
    assert "verge" in outlet_aliases("The Verge")


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("What happened on 7 November 2023?", date(2023, 11, 7), date(2023, 11, 7)),
        ("What happened on November 7?", date(2023, 11, 7), date(2023, 11, 7)),
        ("What happened on 24 December?", date(2022, 12, 24), date(2022, 12, 24)),
        ("Who won in October 2023?", date(2023, 10, 1), date(2023, 10, 31)),
        ("What did he say last week?", date(2023, 12, 11), date(2023, 12, 17)),
        ("What was announced yesterday?", date(2023, 12, 19), date(2023, 12, 19)),
    ],
)
def test_periods_are_resolved_by_code(question: str, since: date, until: date) -> None:
    assert understand(question, today=BASE).periods == ((since, until),)


def test_no_period_where_none_is_named() -> None:
    assert understand("Who may win the second half of the season?", today=BASE).periods == ()


def test_as_of_a_day_before_all_articles_is_no_limit() -> None:
    question = "What was the only approved drug as of July 2023?"
    query = understand(question, today=date(2024, 1, 1), coverage=Coverage((), date(2023, 9, 1)))
    assert query.as_of is None
    assert understand(question, today=date(2024, 1, 1), coverage=Coverage((), date(2023, 7, 1))).as_of == date(
        2023, 7, 31
    )


def test_as_of_in_the_question_limits_what_may_be_used() -> None:
    query = understand("How many died as of 7 November 2023?", today=BASE)
    assert query.as_of == date(2023, 11, 7)
    assert query.periods == ()


HISTORY = [
    {"role": "user", "content": "Who is the new Minnesota Wild coach?"},
    {"role": "assistant", "content": "The Wild are hiring John Hynes to replace Dean Evason."},
]


def test_a_follow_up_brings_the_last_question_and_the_names_of_its_answer() -> None:
    standalone = resolve("Which teams did he coach before that?", HISTORY).standalone
    assert "Minnesota Wild" in standalone
    assert "John Hynes" in standalone
    assert standalone.endswith("Which teams did he coach before that?")


def test_a_question_that_stands_alone_is_left_alone() -> None:
    question = "Who won the Champions League final in Istanbul?"
    assert resolve(question, HISTORY).standalone == question
    assert resolve("And then?", []).standalone == "And then?"


def test_two_questions_are_two_parts_and_the_name_is_carried() -> None:
    assert split_parts("How much has Beeper raised, and how many users were there?") == (
        "How much has Beeper raised?",
        "how many users were there? (Beeper)",
    )
    assert split_parts("Which lake is good for auroras, and in which Montana town did Ann Moe photograph them?")[1] == (
        "Which lake is good for auroras? in which Montana town did Ann Moe photograph them?"
    )
    assert split_parts("Where did Bo Lund and Al Ek meet, and how did Ek learn that he had won?")[1] == (
        "how did Ek learn that he had won?"
    )
    assert len(split_parts("Who lost and won?")) == 1
    long = "Who is the person who " + "did something and " * 20 + "and who is it?"
    assert split_parts(long) == (long,)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "How many trams ran before and after the strike?",
            ("How many trams ran before the strike?", "How many trams ran after the strike?"),
        ),
        (
            "How much did the price of bread rise from May to late July?",
            ("What was the price of bread in May?", "What was the price of bread in late July?"),
        ),
        (
            "How has the count of otters changed between the first survey and the last?",
            ("What was the count of otters on the first survey?", "What was the count of otters on the last survey?"),
        ),
        (
            "Who led the council in 2019 and in 2023?",
            ("Who led the council in 2019?", "Who led the council in 2023?"),
        ),
        (
            "What did the mayor and the union propose on Monday?",
            ("What did the mayor propose on Monday?", "What did the union propose on Monday?"),
        ),
    ],
)
def test_the_same_asked_of_two_times_or_two_people_is_two_questions(question: str, parts: tuple[str, ...]) -> None:
    assert split_parts(question) == parts


@pytest.mark.parametrize(
    "question",
    [
        "What did Johnson and Johnson say about the recall?",
        "How did the review describe the change from Burrow to Browning?",
        "Where did Jada and Will Smith promise each other not to divorce?",
        "Which law covers food and drink in trains and on ships that sail under a foreign flag for a year?",
    ],
)
def test_other_pairs_are_left_in_one_question(question: str) -> None:
    assert split_parts(question) == (question,)


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("What did she say last Tuesday?", date(2023, 12, 19), date(2023, 12, 19)),
        ("What happened on Monday?", date(2023, 12, 25), date(2023, 12, 25)),
        ("Who resigned two weeks ago?", date(2023, 12, 8), date(2023, 12, 14)),
        ("Late October: who led the table?", date(2023, 10, 21), date(2023, 10, 31)),
        ("What was said in mid-October?", date(2023, 10, 11), date(2023, 10, 20)),
        ("What was decided on 3/11?", date(2023, 11, 3), date(2023, 11, 3)),
        ("What was decided on 11/23?", date(2023, 11, 23), date(2023, 11, 23)),
        ("Which games were on last weekend?", date(2023, 12, 23), date(2023, 12, 24)),
    ],
)
def test_days_named_by_their_distance_or_their_part_of_a_month(question: str, since: date, until: date) -> None:
    assert understand(question, today=date(2023, 12, 25)).periods == ((since, until),)


@pytest.mark.parametrize("question", ["Who offers 24/7 care?", "What is a 50/50 split?", "Did it cost 3.5 million?"])
def test_numbers_that_are_no_days(question: str) -> None:
    assert understand(question, today=date(2023, 12, 25)).periods == ()


def test_an_old_library_has_its_own_today_and_the_query_says_so() -> None:
    covered = Coverage((), date(2023, 9, 26), date(2023, 12, 25))
    query = understand("What happened last Tuesday?", coverage=covered, today=date(2026, 11, 30))
    assert query.periods == ((date(2023, 12, 19), date(2023, 12, 19)),)
    assert "the newest article (2023-12-25)" in query.assumed[0]
    asked = understand(
        "What happened last Tuesday?", coverage=covered, as_of=date(2023, 10, 4), today=date(2026, 11, 30)
    )
    assert "the as-of day (2023-10-04)" in asked.assumed[0]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who was Marcus Urann?", "definition"),
        ("what was Alameda Research?", "definition"),
        ("What is the fediverse?", "definition"),
        ("What was the verdict?", "fact"),
        ("What is STEVE short for?", "fact"),
        ("What is the app's web client based on?", "fact"),
    ],
)
def test_who_or_what_is_a_definition_and_an_attribute_is_a_fact(question: str, kind: str) -> None:
    assert understand(question).kind == kind


@pytest.mark.parametrize(
    ("question", "one", "two"),
    [
        (
            "Adobe v Salesforce on sales - what differs?",
            "Adobe on sales - what differs?",
            "Salesforce on sales - what differs?",
        ),
        ("What's the difference between Threads and Bluesky?", "What's Threads?", "What's Bluesky?"),
        ("Compare Threads with Bluesky on privacy.", "Threads on privacy.", "Bluesky on privacy."),
    ],
)
def test_each_side_is_asked_about_in_a_sentence_of_its_own(question: str, one: str, two: str) -> None:
    assert understand(question).parts == (question, one, two)
