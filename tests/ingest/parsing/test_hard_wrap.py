"""Lines of wrapped text are joined; lists, verse, tables, headings and addresses keep their lines."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parsing.hard_wrap import unwrap
from ingest.parsing.hyphens import close_up
from ingest.parsing.mail_parts import unflow
from ingest.parsing.markdown import unwrap_markdown
from tests.ingest.parsing.pdf_layouts import S

STORY = [" ".join(S[:3]), " ".join(S[3:6]), " ".join(S[6:10])]


@pytest.mark.parametrize("width", [50, 60, 65, 68, 72, 76, 78, 80, 100])
@pytest.mark.parametrize("form", ["blank lines", "indents", "quoted", "dashes"])
def test_wrapped_paragraphs_are_whole(width: int, form: str) -> None:
    if form == "indents":
        text = "\n".join(textwrap.fill(paragraph, width, initial_indent="   ") for paragraph in STORY)
    elif form == "quoted":
        text = "\n>\n".join(
            textwrap.fill(paragraph, width, initial_indent="> ", subsequent_indent="> ") for paragraph in STORY
        )
    else:
        text = ("\n\n" if form == "blank lines" else "\n\n* * *\n\n").join(
            textwrap.fill(paragraph, width) for paragraph in STORY
        )
    joined = unwrap(text)
    assert [paragraph for paragraph in STORY if paragraph not in joined] == []
    assert f"{STORY[0]} {STORY[1][:20]}" not in joined


KEPT = {
    "verse": "Dig, old bucket, dig the sand,\nbring the bottom up to land,\nnever mind the broken bone,\nhalf of it is only stone.",
    "verse with capitals": "The tide goes out and leaves the sand\nThe gulls come in to walk on land\nAnd nobody is there to see\nThe empty chair beside the sea",
    "list": "- a doctor on three days a week\n- a bridge for walkers below the mill\n- street lamps as far as the last house",
    "numbers": "1. Children under nine need a grown-up\n2. No glass on the jetty\n3. Dogs swim after six",
    "table": "Lindesby      167\nUlvsand       142\nPort Amery     88",
    "address": "Seamen's Relief Fund\n14 Rope Walk\nOstrel\nCounty Vestmar",
    "results": "Skarn 3, Ulvsand 1\nCaddow 0, Norrhult 0\nOstrel 2, Pellworth 4",
    "dialogue": "Q: How many gannets did you count?\nA: Six hundred and two.\nQ: And the puffins?\nA: They would not stand still.",
    "headings": "FERRIES\nTo the island at nine and noon\nBUSES\nEvery hour from the square",
    "long lines": "\n".join(STORY),
    "one line": S[0],
    "japanese": "港の橋は月曜日に再開した。\n鋼材の費用は四百十万円だった。",
}


@pytest.mark.parametrize("name", KEPT)
def test_what_is_not_wrapped_is_left_as_it_is(name: str) -> None:
    assert unwrap(KEPT[name]) == KEPT[name]


@pytest.mark.parametrize("name", ["list", "numbers", "table", "address", "results", "dialogue", "verse"])
def test_it_keeps_its_lines_between_wrapped_paragraphs(name: str) -> None:
    text = "\n\n".join([textwrap.fill(STORY[0], 72), KEPT[name], textwrap.fill(STORY[1], 72)])
    joined = unwrap(text)
    assert STORY[0] in joined and STORY[1] in joined and KEPT[name] in joined


@given(st.text(alphabet="ab .,-\n>|*1", max_size=400))
def test_no_word_is_lost_or_made(text: str) -> None:
    def squeezed(value: str) -> str:
        return "".join(ch for ch in value if ch not in " \n->|")

    assert squeezed(unwrap(text)) == squeezed(text)


def test_markdown_is_joined_as_it_is_shown() -> None:
    text = f"# A heading\n\n{textwrap.fill(STORY[0], 72)}\n\n* oak beams\n* iron straps\n\n```\nfor a in b:\n    print(a)\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nFirst line  \nsecond line\n"
    joined = unwrap_markdown(text)
    assert STORY[0] in joined
    for kept in (
        "* oak beams\n* iron straps",
        "for a in b:\n    print(a)",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "First line  \nsecond line",
    ):
        assert kept in joined


@pytest.mark.parametrize(
    ("before", "after", "whole"),
    [
        ("the of-", "fice said", "the office said"), ("a well-", "known man", "a well-known man"), ("for 1,200,-", "000 euros", "for 1,200,000 euros"),
        ("anti-", "Brandsma", "anti-Brandsma"), ("an in-", "dependent audit", "an independent audit"), ("in 2020-", "21", "in 2020-21"),
        ("twenty-", "five", "twenty-five"), ("an under-", "statement", "an understatement"), ("the so-", "called", "the so-called"),
        ("soft\u00ad", "hyphen", "softhyphen"), ("Vitamin-B-", "deficiency", "Vitamin-B-deficiency"),
    ],
)  # fmt: skip
def test_words_split_at_line_ends(before: str, after: str, whole: str) -> None:
    assert close_up(before, after) == whole


def test_flowed_mail() -> None:
    assert (
        unflow("One line \ngoes on.\n\n From here.\n> quoted \n> too\n-- \nAnn")
        == "One line goes on.\n\nFrom here.\n> quoted too\n--\nAnn"
    )
    assert unflow("Donau\u00addampf \nschiff", delete_space=True) == "Donau\u00addampfschiff"
