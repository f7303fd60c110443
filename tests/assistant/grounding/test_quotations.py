from __future__ import annotations

import pytest

from assistant.grounding.quotations import is_quoted_from, quotations

TEXT = "“He’s not going to stop, and we will wait for him here,” the mayor’s wife said in “Night Watch”."


@pytest.mark.parametrize(
    "quotation",
    [
        "He's not going to stop,",
        "he’s not going to stop",
        "[The captain is] not going to stop",
        "He's not going ... wait for him",
        "we will wait for [the captain] here",
        "Night Watch",
    ],
)
def test_marks_case_brackets_and_ellipses_are_evened_out(quotation: str) -> None:
    assert is_quoted_from(quotation, [TEXT])


@pytest.mark.parametrize(
    "quotation", ["He's going to stop", "wait for her here", "he's not going to stop or wait", "Night Watc"]
)
def test_other_words_are_not_quoted(quotation: str) -> None:
    assert not is_quoted_from(quotation, [TEXT])


def test_an_apostrophe_opens_no_quotation() -> None:
    text = "The players' union and the coaches' wives said ‘we don’t know yet’ and \"never\"."
    assert list(quotations(text)) == ["never", "we don’t know yet"]
