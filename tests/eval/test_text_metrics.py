from __future__ import annotations

import pytest

from eval import text_metrics


@pytest.mark.parametrize(
    ("said", "wanted", "there"),
    [
        ("It cost $18,000.", "18000", True),
        ("It cost 18000 crowns.", "18,000", True),
        ("It cost 118,000.", "18,000", False),
        ("a rise of 3.5%", "3.5%", True),
        ("a rise of 3.5%", "5%", False),
        ("a rise of 3.5", "3", False),
        ("“Fraternal—duty”", "fraternal duty", True),
        ("ZÜRICH", "zürich", True),
        ("the STRASSE", "straße", True),
        ("anything", "…", False),
        ("in 2026.", "2026", True),
    ],
)
def test_contains_knows_case_punctuation_and_whole_numbers(said: str, wanted: str, there: bool) -> None:
    assert text_metrics.contains(said, wanted) is there


def test_squad_tokens_drop_case_punctuation_and_articles() -> None:
    assert text_metrics.squad_tokens("The U.S. bought a “big” boat, for $5.") == [
        "us",
        "bought",
        "big",
        "boat",
        "for",
        "5",
    ]


def test_token_f1_counts_each_word_as_often_as_it_stands() -> None:
    # multiset: "no no yes" against "no": shared 1, 2 * 1 / (3 + 1)
    assert text_metrics.token_f1("no no yes", ["no"]) == pytest.approx(0.5)
    assert text_metrics.token_f1("", ["no"]) == 0.0
    assert text_metrics.token_f1("the", ["a"]) == 1.0
    assert text_metrics.token_f1("yes", []) == 0.0


def test_facts_are_numbers_and_names_that_do_not_begin_a_sentence() -> None:
    assert text_metrics.facts_in("Boats left Tarn on 3 May [2]. Ida Rook’s 1,200 crates stayed.") == [
        "3",
        "1200",
        "tarn",
        "may",
        "rook",
    ]
    assert text_metrics.facts_in("“Nobody came,” I said.") == []


def test_facts_kept_compares_whole_words() -> None:
    assert text_metrics.facts_kept("In May 12 came to Tarn.", ["In May, 120 came to Tarnby."]) == (1, 3)
    assert text_metrics.facts_kept("It cost 1,200.", ["It cost 1200."]) == (1, 1)


def test_markers_and_quotations_are_found() -> None:
    assert text_metrics.markers_in("One [1]. Two [2][13]. None [x].") == [1, 2, 13]
    assert text_metrics.quoted_in('He said “we won,” and "never again".') == ["we won", "never again"]


def test_a_date_is_known_in_the_forms_that_answers_use() -> None:
    words = text_metrics.date_words("2026-03-09T08:00:00+01:00")
    for form in ("2026-03-09", "9 March", "Mar", "2026"):
        assert form in words
    assert text_metrics.date_words(None) == ""
