"""The order of a long question's passages: by rank, by what the question names, by the clause that a sentence answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from assistant.retrieval.fusion import Found, fuse, reciprocal_ranks, with_shares
from assistant.retrieval.multihop_rerank import LOOKED_AT, ORDER_FEATURES, likenesses, order_features, order_long
from assistant.types import Filters, Headline, Passage, Query, Share

DAY = date(2023, 10, 3)


def stored(number: int, text: str, outlet: str, day: str = "2023-10-03") -> tuple[Passage, Headline]:
    passage = Passage(f"p{number}", f"a{number}", f"v{number}", 0, len(text), text, ((0, len(text)),))
    return passage, Headline(f"a{number}", f"v{number}", number, "Title", outlet, None, day, None)


PASSAGES = {
    1: stored(1, "The harbour was quiet.", "The Post", "2023-10-04"),
    2: stored(2, "Sellers on the market pay higher fees from Monday.", "The Post"),
    3: stored(3, "Banks will end overdraft charges next spring.", "The Times"),
}
QUESTION = Query(
    question="q",
    standalone="Did The Post say that sellers pay higher fees while The Times says that banks end overdraft charges?",
    outlets=("The Post",),
    shares=(
        Share(Filters(("The Post",), DAY, DAY), "say that sellers pay higher fees while"),
        Share(Filters(("The Times",)), "says that banks end overdraft charges?"),
    ),
)


def found(*numbers: int) -> list[Found]:
    return [Found(number, 1.0 / rank, rank, rank) for rank, number in enumerate(numbers, 1)]


def test_the_features_say_what_they_are_documented_to_say() -> None:
    lists = [found(2), found(3, 2), found(1, 2, 3)]
    table = order_features(QUESTION, found(1, 2, 3), lists, PASSAGES)
    first, second, third = (dict(zip(ORDER_FEATURES, values, strict=True)) for values in table)
    assert first["ranks"] == 1.0
    assert second["ranks"] == pytest.approx(1 + 11 / 12 + 11 / 12)
    assert (first["best_share"], second["best_share"], third["best_share"]) == (0.0, 1.0, 1.0)
    assert (first["named"], second["named"], third["named"]) == (1.0, 1.0, 0.0)
    assert (first["dated"], second["dated"], third["dated"]) == (0.0, 1.0, 0.0), "the day is asked of The Post alone"
    assert first["clause"] == 0.0 < second["clause"]
    assert third["clause"] > 0.0


def by_words(question: str, texts: Sequence[str]) -> list[float]:
    """Likeness by shared words."""
    asked = set(question.lower().split())
    return [len(asked & set(text.lower().rstrip(".").split())) / len(asked) for text in texts]


def alike_to_none(question: str, texts: Sequence[str]) -> list[float]:
    return [0.0] * len(texts)


def test_what_answers_a_clause_comes_before_what_the_whole_question_found_first() -> None:
    ordered = order_long(QUESTION, found(1, 2, 3), [found(2), found(3), found(1, 2, 3)], PASSAGES, alike_to_none)
    assert [item.number for item in ordered] == [2, 3, 1]
    assert [item.score for item in ordered] == sorted((item.score for item in ordered), reverse=True)


def test_passages_that_are_not_looked_at_or_not_stored_stay_behind() -> None:
    many = {n: stored(n, "Nothing of note.", "The Post") for n in range(1, LOOKED_AT + 6)}
    del many[4]
    lists = [[], [], found(*range(1, LOOKED_AT + 6))]
    ordered = order_long(QUESTION, lists[-1], lists, many, alike_to_none)
    assert sorted(item.number for item in ordered) == list(range(1, LOOKED_AT + 6))
    assert {item.number for item in ordered[LOOKED_AT:]} == {4, *range(LOOKED_AT + 2, LOOKED_AT + 6)}
    assert [item.score for item in ordered] == sorted((item.score for item in ordered), reverse=True)
    assert order_long(QUESTION, [], [[], [], []], {}, alike_to_none) == []


def test_of_passages_alike_in_all_else_the_one_whose_sentence_is_like_the_question_comes_first() -> None:
    text = "Banks will end overdraft charges next spring."
    both = {1: stored(1, "Nobody knows more about it.", "The Times"), 2: stored(2, text, "The Times")}
    assert likenesses(QUESTION.standalone, [both[1][0], both[2][0]], by_words)[0] == 0.0
    lists = [[], [], found(1, 2)]
    assert order_long(QUESTION, lists[-1], lists, both, alike_to_none)[0].number == 2, "by its words"
    alike = order_long(QUESTION, lists[-1], lists, both, lambda _, texts: [float("Nobody" in text) for text in texts])
    assert alike[0].number == 1


def test_only_the_sentences_with_most_of_the_questions_words_are_compared() -> None:
    passage = Passage("p", "a", "v", 0, 17, "One two. Two. Six", ((0, 8), (9, 13), (14, 17)))

    def likeness(question: str, texts: Sequence[str]) -> list[float]:
        assert (question, list(texts)) == ("one two", ["One two.", "Two."])
        return [0.25, 0.5]

    assert likenesses("one two", [passage], likeness) == [0.5]


def test_lists_are_added_by_their_ranks() -> None:
    assert reciprocal_ranks([found(7, 8), found(8)], 0) == {7: 1.0, 8: 1.5}
    assert [item.number for item in with_shares(found(1, 2), [found(3), found(2)])] == [2, 3, 1]
    assert [item.number for item in with_shares(found(1, 2), [])] == [1, 2]


def test_both_searches_are_scaled_over_their_own_list() -> None:
    both = fuse([(1, 30.0), (2, 10.0)], [(2, 0.9), (3, 0.1)], dense_weight=0.5)
    assert [(item.number, item.score) for item in both] == [(1, 1.0), (2, 0.5), (3, 0.0)]
    assert (both[1].text_rank, both[1].dense_rank) == (2, 1)
