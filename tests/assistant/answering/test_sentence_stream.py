"""A model's text is cut into the same sentences however it is streamed, with the markers that belong to them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.markers import marked, unmarked
from assistant.answering.sentence_stream import SentenceStream, Unit, is_not_found

CUTS: dict[str, Callable[[str], list[str]]] = {
    "one piece": lambda text: [text],
    "characters": list,
    "words": lambda text: [f"{word} " for word in text.split(" ")],
    "tokens": lambda text: [text[at : at + 4] for at in range(0, len(text), 4)],
}
FORMS = [
    "{} [1].", "{}. [1]", "{}.[1]", "{} [1, 2].", "{}. [1][2]", "{}. [1] [2]", "{}. [1-2]", "{}. 【1】", "{}. 【1†source】",
    "{} (1).", "{}. [^1]", "{}. [passage 1]", "{}. [Source 1, 2]", "{}.¹", "{}. <sup>1</sup>", "{}. [[1]]", "{}. ［1］",
]  # fmt: skip


def cut(pieces: list[str], passages: int = 3) -> list[Unit]:
    stream = SentenceStream(passages)
    return [unit for piece in pieces for unit in stream.feed(piece)] + stream.close()


@pytest.mark.parametrize("how", CUTS)
@pytest.mark.parametrize("form", FORMS)
def test_a_marker_in_any_form_stays_with_its_sentence_however_it_is_streamed(form: str, how: str) -> None:
    first, second = (
        form.format("The ferry sank on Monday"),
        form.format("Nobody was hurt").replace("1", "3").replace("¹", "³"),
    )
    units = cut(CUTS[how](f"{first} {second}"))
    assert [unit.text.rstrip(".") for unit in units] == ["The ferry sank on Monday", "Nobody was hurt"]
    assert 1 in units[0].cited
    assert 3 in units[1].cited
    assert 3 not in units[0].cited


ABBREVIATED = [
    "Dr. Wang met Rep. Jim Jordan in the U.S. Senate at No. 2 Street.",
    "Mr. Fox of St. Alban vs. the Gov. of Ohio, Sept. 3.",
    "J. K. Lund paid $1.2 million, i.e. half of it.",
]


@pytest.mark.parametrize("how", CUTS)
@pytest.mark.parametrize("text", ABBREVIATED)
def test_an_abbreviation_ends_no_sentence(text: str, how: str) -> None:
    units = cut(CUTS[how](f"{text} [1] It rained. [2]"))
    assert [unit.text for unit in units] == [text, "It rained."]


@given(st.data())
def test_any_cut_gives_the_same_sentences(data: st.DataObject) -> None:
    text = (
        "<think>I wonder [2]. Yes.</think>No. Mr. Lund said “We won.” [1] He left on 3 May.[2][3] Why? (1)\n\n"
        "- **3 May 2024** – The vote was held 【2】. It failed [1, 3].\n### The Courier\nIt was late. [passage 3]\nNOT FOUND"
    )
    places = sorted(data.draw(st.sets(st.integers(1, len(text) - 1), max_size=40)))
    pieces = [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]
    assert cut(pieces) == cut([text])


def test_markdown_lines_are_entries_with_their_labels() -> None:
    text = (
        "Here is what the articles say about it, in order of time:\n\n- **3 May 2024** – The vote was held [1]. It failed. [2]\n"
        "- 5 June 2024: A second one passed. [3]\n\n## The Courier\nIt called it late [1].\n\n**The Post:** It called it fair. [2]"
    )
    units = cut([text])
    assert [(unit.entry, unit.label, unit.text) for unit in units] == [
        (0, "3 May 2024", "The vote was held."),
        (0, "3 May 2024", "It failed."),
        (1, "5 June 2024", "A second one passed."),
        (2, "The Courier", "It called it late."),
        (3, "The Post", "It called it fair."),
    ]


def test_a_sentence_without_a_marker_has_that_of_the_sentence_it_leads_up_to() -> None:
    units = cut(["The bridge closed. It reopened in May. [2]\nNobody said why."])
    assert [unit.cited for unit in units] == [(2,), (2,), ()]


def test_thinking_code_fences_and_tables_do_not_come_out_raw() -> None:
    text = "<think>Not this. [1]</think>```\n| Side | Said |\n|---|---|\n| Courier | It was late [1] |\n```\n`Done` and *over*. [2]"
    shown = " ".join(unit.text for unit in cut([text]))
    assert "Not this" not in shown
    assert not set("|`*<>") & set(shown)
    assert "It was late" in shown


def test_thinking_that_never_ends_is_not_shown() -> None:
    assert cut(["<think>", "It is 5. [1] ", "So there."]) == []


def test_a_text_that_breaks_off_is_known_to() -> None:
    assert [unit.whole for unit in cut(["It rained. [1] Then the mayor sa"])] == [True, False]


@pytest.mark.parametrize(
    "text", ["NOT FOUND", "NOT FOUND.", "Not found", "**NOT FOUND**", "“NOT FOUND”", "Answer: NOT FOUND"]
)
def test_not_found_in_any_spelling(text: str) -> None:
    assert any(is_not_found(unit.text) for unit in cut([text]))


def test_figures_in_brackets_are_no_markers() -> None:
    assert marked("The league (25 clubs) and Osei (34) agreed [2].", 12) == (2,)
    assert unmarked("Osei (34) agreed [2].", 12) == "Osei (34) agreed."
    assert marked("In 2023 (2) it grew.", 12) == (2,)
