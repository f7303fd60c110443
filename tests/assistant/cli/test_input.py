"""Where a question comes from, which articles it may use, and what the exit code says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.assistant.cli.conftest import Run


@pytest.fixture
def stocked(byline: Run, small: Path) -> Run:
    byline("ingest", small)
    return byline


def test_a_question_comes_as_words_by_a_dash_or_through_a_pipe(stocked: Run) -> None:
    asked = "Why was the Larkin bridge closed?"
    answers = [
        stocked("ask", asked),
        stocked("ask", *asked.split()),
        stocked("ask", "-", piped=f"{asked}\n"),
        stocked("ask", piped=f"  {asked}\n\n"),
    ]
    assert {code for code, _, _ in answers} == {0}
    assert len({out for _, out, _ in answers}) == 1
    assert "cracked bearing" in answers[0][1]
    typed = stocked("search", "bridge", "closed", "--json", piped="mayor")[1]
    assert typed == stocked("search", "bridge closed", "--json")[1], "words win over a pipe"


def test_a_batch_comes_from_standard_input_and_is_answered_line_by_line(stocked: Run) -> None:
    lines = '{"id": 1, "question": "Who resigned on Friday?"}\n\n{"id": 2, "question": ""}\nnot json\n'
    code, out, err = stocked("ask", "--batch", "-", piped=lines)
    rows = [json.loads(line) for line in out.splitlines()]
    assert [(row["id"], row["status"]) for row in rows] == [(1, "answered"), (2, "error")]
    assert (code, "standard input, line 4: not valid JSON" in err) == (2, True)
    found = json.loads(stocked("search", "--batch", "-", "-k", "1", piped='{"query": "mayor"}')[1])
    assert found["hits"][0]["source_id"] == "b"


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (["--outlet", "harbour post"], {7}),
        (["--outlet", "Harbour Post", "--outlet", "Tarn Gazette"], {7, "b"}),
        (["--author", "ada bruck"], {7}),
        (["--since", "2026-03-02", "--until", "2026-03-02"], {7}),
        (["--since", "2026-03-03"], set()),
        (["--until", "2026-03-01"], set()),
        (["--as-of", "2026-03-01"], set()),
    ],
)
def test_filters_limit_search_and_answers(stocked: Run, options: list[str], ids: set[object]) -> None:
    hits = json.loads(stocked("search", "mayor or bridge", "--json", *options)[1])["hits"]
    assert {hit["source_id"] for hit in hits} == ids
    answer = json.loads(stocked("ask", "Why was the Larkin bridge closed?", "--json", *options)[1])
    assert (answer["status"] == "answered") == (7 in ids)


def test_the_exit_code_of_a_single_plain_question_says_that_nothing_was_found(stocked: Run) -> None:
    unknown = "Who won the 2022 World Cup?"
    code, out, _ = stocked("ask", unknown)
    assert code == 3
    assert "couldn't find" in out
    assert "Closest passages:" in out
    assert stocked("ask", unknown, "--json")[0] == 0
    assert stocked("ask", "--batch", "-", piped=json.dumps({"question": unknown}))[0] == 0
    assert stocked("ask", "hello!")[0] == 0, "a greeting is no question that was declined"


def test_commands_that_read_create_nothing_in_a_mistyped_folder(byline: Run, tmp_path: Path) -> None:
    home = tmp_path / "mistyped"
    for arguments in (["ask", "hi"], ["search", "hi"], ["articles", "list"], ["articles", "edit", "7", "--tag", "x"],
                      ["receipt", "x"], ["repair"]):  # fmt: skip
        for placed in (["--home", str(home), *arguments], [*arguments, "--home", str(home)]):
            code, out, err = byline(*placed)
            assert (code, out) == (2, ""), placed
            assert str(home) in err
            assert "byline ingest" in err
    assert not home.exists()


def test_the_data_folder_may_be_named_before_between_and_after(byline: Run, small: Path, tmp_path: Path) -> None:
    home = str(tmp_path / "here")
    assert byline("ingest", str(small), "--home", home)[0] == 0
    lists = [
        byline("--home", home, "articles", "list"),
        byline("articles", "--home", home, "list"),
        byline("articles", "list", f"--home={home}"),
        byline("--home", "nowhere", "articles", "list", "--home", home),
    ]
    assert len(set(lists)) == 1
    assert "Bridge reopens" in lists[0][1]
    assert byline("articles", "list")[0] == 2


def test_a_text_is_pasted_with_its_fields_and_changed_by_the_same_title(byline: Run) -> None:
    text = "The council sold the old mill to a cooperative on Tuesday. It will house a bakery."
    fields = ("--title", "Old mill sold", "--outlet", "Tarn Gazette", "--author", "Noor Vale", "--date", "2026-04-07")
    report = json.loads(byline("ingest", "-", "--json", *fields, piped=text)[1])
    assert (report["added"], report["rejected"]) == (1, [])
    assert json.loads(byline("ingest", "-", "--json", *fields, piped=text)[1])["unchanged"] == 1
    assert json.loads(byline("ingest", "-", "--json", *fields, piped=text + " And a school.")[1])["updated"] == 1
    (row,) = json.loads(byline("articles", "list", "--json")[1])
    assert (row["outlet"], row["byline"], row["published_at"]) == ("Tarn Gazette", "Noor Vale", "2026-04-07")
    assert byline("ingest", "-", "--date", "soon", piped=text)[0] == 2
    code, _, err = byline("ingest", "-", piped=" \n")
    assert code == 1
    assert len(err.splitlines()) == 1


def test_an_article_is_edited_and_stays_so(byline: Run, small: Path) -> None:
    byline("ingest", small)
    edit = ("articles", "edit", "b", "--date", "2026-02-27", "--author", "Jo Fell", "--tag", "council")
    code, out, _ = byline(*edit)
    assert code == 0
    assert "2026-02-27" in out
    byline("ingest", small)
    shown = json.loads(byline("articles", "show", "b", "--json")[1])
    assert (shown["published_at"], shown["byline"], shown["tags"]) == ("2026-02-27", "Jo Fell", ["council"])
    assert sorted(shown["edited"]) == ["byline", "published_at"]
    assert "Edited: " in byline("articles", "show", "b")[1]
    assert "Mayor" in byline("articles", "list", "--tag", "council")[1]
    assert byline("articles", "list", "--tag", "nothing")[1] == ""
    assert json.loads(byline("search", "mayor", "--json", "--author", "fell")[1])["hits"][0]["source_id"] == "b"
    reset = json.loads(byline("articles", "edit", "b", "--reset", "--untag", "council", "--json")[1])
    assert (reset["published_at"], reset["edited"], reset["tags"]) == (None, [], [])


def test_a_list_says_which_articles_have_no_date(stocked: Run) -> None:
    assert "  No date     Tarn Gazette: Mayor resigns" in stocked("articles", "list")[1]


def test_users_are_added_listed_and_removed(byline: Run, tmp_path: Path) -> None:
    file = tmp_path / "users.txt"
    assert byline("users", "add", "ada", "--file", file, piped="a long password\n")[0] == 0
    first = file.read_text()
    assert "a long password" not in first
    assert file.stat().st_mode & 0o077 == 0
    byline("users", "add", "bo", "--file", file, piped="another password\n")
    assert byline("users", "list", "--file", file)[:2] == (0, "ada\nbo\n")
    assert "Changed" in byline("users", "add", "ada", "--file", file, piped="a new password\n")[1]
    assert first not in file.read_text()
    assert byline("users", "remove", "bo", "--file", file)[0] == 0
    assert byline("users", "list", "--file", file)[1] == "ada\n"
    code, out, _ = byline("users", "add", "eve", "--file", file, piped="short\n")
    assert (code, out) == (2, "")
    assert byline("users", "list", "--file", file)[1] == "ada\n"
