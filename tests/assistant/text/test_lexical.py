from __future__ import annotations

import pytest

from assistant.text.lexical import content_words, fold, months_named, names, numbers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It cost 1.2 million.", {1_200_000}),
        ("It cost 1,200,000 crowns", {1_200_000}),
        ("€4.5bn and 12%", {4.5e9, 12}),
        ("twelve hundred people", {1200}),
        ("twenty-five of the 3rd", {25, 3}),
        ("the first of two", {1, 2}),
        ("COVID-19 and F-35", {19, 35}),
        ("the 2022 budget, 5 minutes, 7 kilometres", {2022, 5, 7}),
        ("no number here", set()),
    ],
)
def test_numbers_have_their_values(text: str, expected: set[float]) -> None:
    assert expected <= numbers(text)
    assert len(numbers(text)) <= len(expected) + 1


def test_names_leave_out_openers_and_months() -> None:
    assert names("What did Kim Jong Un say in September?") == ["Kim Jong Un"]
    assert names("Who leads the Bank of England?") == ["Bank of England"]
    assert names("Why?") == []


def test_fold_makes_typographic_forms_alike() -> None:
    assert fold("“It’s  CAFÉ–time”") == '"it\'s cafe-time"'


def test_content_words_drop_what_carries_no_meaning() -> None:
    assert content_words("What did the minister's aide say about it?") == ["minister", "aide"]


def test_may_is_a_month_only_with_a_capital() -> None:
    assert months_named("it may rain in May and june") == {5, 6}
    assert months_named("it may rain") == set()


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("10⁶ cells", "10^6 cells"),
        ("10⁻⁹", "10^−9"),
        ("said in 2024³", "said in 2024^3"),
        ("3½ years", "3 1⁄2 years"),
        ("10①", "10 1"),
        ("log10₂", "log10 2"),
        ("CO₂ and m²", "co2 and m2"),
        ("１２", "12"),
    ],
)
def test_a_power_or_fraction_never_becomes_part_of_a_number(written: str, folded: str) -> None:
    assert fold(written) == folded
