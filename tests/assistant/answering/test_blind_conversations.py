"""Conversations written blind over the sample articles: see eval/sample/blind/README.md. No rule is fitted to them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assistant.answering.pipeline import Assistant
from assistant.types import CHAT, Answer
from eval.nuggets import states_any
from eval.suites import BLIND


def lines(name: str) -> list[Any]:
    """The lines of a file as parameters, named by file and line."""
    rows = (BLIND / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [pytest.param(json.loads(row), id=f"{name}-{number}") for number, row in enumerate(rows, 1)]


def quoted(answer: Answer) -> list[tuple[str | int, int, int]]:
    """What an answer cites."""
    return [(c.headline.source_id, c.start, c.end) for c in answer.citations]


@pytest.mark.parametrize(("kind", "line"), [
    pytest.param(kind, *line.values, id=line.id)
    for name, kind in (("small_talk", "small_talk"), ("help", "help"), ("orders", "instruction"))
    for line in lines(name)
])  # fmt: skip
def test_what_is_no_question_about_the_articles_gets_a_fixed_reply(
    kind: str, line: dict[str, str], sample_assistant: Assistant
) -> None:
    answer = sample_assistant.answer(line["question"])
    assert answer.kind in CHAT, f"expected {kind}"
    assert (answer.status, answer.citations, answer.hits) == ("abstained", (), ())
    assert "“" not in answer.text
    assert answer.text


@pytest.mark.parametrize("line", lines("off_topic"))
def test_what_no_article_is_about_is_declined(line: dict[str, str], sample_assistant: Assistant) -> None:
    answer = sample_assistant.answer(line["question"])
    assert answer.status == "abstained"
    assert answer.sentences == ()


@pytest.mark.parametrize("line", lines("near_misses"))
def test_a_question_that_looks_like_small_talk_reaches_the_articles(
    line: dict[str, str], sample_assistant: Assistant
) -> None:
    """Whether it is answered well is measured elsewhere; here its passages must hold what was asked for."""
    answer = sample_assistant.answer(line["question"])
    assert answer.kind not in CHAT
    assert any(states_any(hit.passage.text, [line["expects"]]) for hit in answer.hits)


@pytest.mark.parametrize("line", lines("subject_changes"))
def test_after_another_subject_a_question_is_answered_as_if_asked_alone(
    line: dict[str, Any], sample_assistant: Assistant
) -> None:
    history = [{"role": "user", "content": line["first"]}, {"role": "assistant", "content": line["first_answer"]}]
    alone, after = sample_assistant.answer(line["second"]), sample_assistant.answer(line["second"], history)
    assert (after.status, quoted(after)) == (alone.status, quoted(alone))
    if after.status == "answered":
        assert not states_any(after.text, line["must_not"])
