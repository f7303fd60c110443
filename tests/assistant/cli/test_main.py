"""The command line as people and scripts use it: fields, streams, exit codes, wrong input."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from assistant.settings import load_settings
from tests.assistant.cli.conftest import Run

ROOT = Path(__file__).parents[3]

ANSWER = {
    "question", "standalone", "status", "text", "sentences", "citations", "dropped", "model", "confidence", "timings",
}  # fmt: skip
CITATION = {"number", "article_id", "source_id", "title", "outlet", "published_at", "url", "quote", "start", "end"}
HIT = {"source_id", "article_id", "title", "outlet", "published_at", "start", "end", "text", "score"}
REPORT = {"added", "updated", "unchanged", "rejected", "passages", "seconds"}


@contextmanager
def sqlite_of(home: Path) -> Iterator[sqlite3.Connection]:
    """The catalogue's file, to be tampered with."""
    con = sqlite3.connect(home / "catalogue.sqlite3")
    with con:
        yield con
    con.close()


def test_the_seed_article_is_answered_exactly(byline: Run, seed_files: list[str]) -> None:
    assert byline("ingest", *seed_files)[0] == 0
    text = Path(seed_files[0]).read_text("utf-8")
    expected = {
        "what did Kim pledge?": ("fully support", "fraternal duty"),
        "When did Kim and Putin sign a mutual defence treaty?": ("2024",),
        "Where did Kim and Putin meet?": ("Beijing",),
        "What did Putin praise?": ("troops",),
    }
    for question, words in expected.items():
        code, out, _ = byline("ask", question, "--json")
        answer = json.loads(out)
        assert code == 0
        assert answer["status"] == "answered", question
        assert all(word in answer["text"] for word in words), answer["text"]
        assert {sentence["verdict"] for sentence in answer["sentences"]} == {"supported"}
        for citation in answer["citations"]:
            assert text[citation["start"] : citation["end"]] == citation["quote"]
    kim = json.loads(byline("ask", "what did Kim pledge?", "--json")[1])
    assert any("fully support" in c["quote"] and "fraternal duty" in c["quote"] for c in kim["citations"])


@pytest.mark.parametrize(
    "question", ["Who won the 2022 World Cup?", "What did the Houthis fire at Israel?", "When did Kim visit Paris?"]
)
def test_what_the_seed_article_does_not_say_is_declined(byline: Run, seed_files: list[str], question: str) -> None:
    byline("ingest", *seed_files)
    answer = json.loads(byline("ask", question, "--json")[1])
    assert answer["status"] == "abstained", answer["text"]
    assert answer["sentences"] == []
    assert answer["citations"] == []
    assert "couldn't find" in answer["reason"]


def test_fields_are_the_fixed_ones(byline: Run, small: Path, tmp_path: Path) -> None:
    report = json.loads(byline("ingest", small, "--json")[1])
    assert set(report) == REPORT
    assert (report["added"], report["rejected"]) == (2, [])
    again = json.loads(byline("ingest", small, "--json")[1])
    assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, 2)
    answer = json.loads(byline("ask", "Why was the Larkin bridge closed?", "--json")[1])
    assert set(answer) >= ANSWER
    assert set(answer["citations"][0]) >= CITATION
    assert answer["citations"][0]["source_id"] == 7
    assert answer["citations"][0]["published_at"] == "2026-03-02T08:00:00+01:00"
    hits = json.loads(byline("search", "mayor", "-k", "1", "--json")[1])["hits"]
    assert len(hits) == 1
    assert set(hits[0]) == HIT
    assert hits[0]["source_id"] == "b"
    receipt = json.loads(byline("receipt", answer["receipt"])[1])
    assert receipt["question"] == "Why was the Larkin bridge closed?"


def test_batches_give_a_row_each_in_order(byline: Run, small: Path, tmp_path: Path) -> None:
    byline("ingest", small)
    history = [{"role": "user", "content": "Who resigned?"}, {"role": "assistant", "content": "Mayor Ilse Ott."}]
    batch = tmp_path / "batch.jsonl"
    rows = [
        {"id": "q1", "question": "Who resigned on Friday?"},
        {"id": 2, "question": "what did she say?", "history": history},
        {"id": "q3", "question": ""},
    ]
    batch.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    code, out, _ = byline("ask", "--batch", batch)
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [answer["id"] for answer in answers] == ["q1", 2, "q3"]
    assert "Ott" in answers[0]["text"]
    assert "trust" in answers[1]["text"]
    assert answers[2]["status"] == "error"
    batch.write_text(json.dumps({"id": "s", "query": "bridge"}), "utf-8")
    found = json.loads(byline("search", "--batch", batch)[1])
    assert found["id"] == "s"
    assert found["hits"][0]["source_id"] == 7


def test_articles_are_listed_shown_and_removed(byline: Run, small: Path) -> None:
    byline("ingest", small)
    answer = json.loads(byline("ask", "Who resigned on Friday?", "--json")[1])
    listed = json.loads(byline("articles", "list", "--json")[1])
    assert {row["title"] for row in listed} == {"Bridge reopens", "Mayor resigns"}
    shown = json.loads(byline("articles", "show", "b", "--json")[1])
    assert shown["text"].startswith("Mayor Ilse Ott")
    assert byline("articles", "remove", "b")[:2] == (0, "1 removed\n")
    assert "Mayor" not in byline("articles", "list")[1]
    assert json.loads(byline("search", "mayor resigned", "--json")[1])["hits"][0]["source_id"] == 7
    receipt = json.loads(byline("receipt", answer["receipt"])[1])
    assert receipt["citations"][0]["source_removed"] is True


def test_what_a_terminal_would_obey_is_not_printed(byline: Run, tmp_path: Path) -> None:
    path = tmp_path / "trap.json"
    fields = {
        "id": "t",
        "title": "Quiet \u202eday",
        "text": "The \x1b[31mharbour\x1b[0m stayed closed on Sunday. " + "Boats waited outside. " * 9,
    }
    path.write_text(json.dumps(fields), "utf-8")
    byline("ingest", path)
    shown = [byline("articles", "show", "t")[1], byline("search", "harbour closed")[1], byline("articles", "list")[1]]
    assert "harbour" in shown[0]
    assert not any(mark in text for text in shown for mark in ("\x1b", "\u202e"))
    assert json.loads(byline("articles", "show", "t", "--json")[1])["text"] == fields["text"]


def test_doctor_and_repair_say_what_they_find(byline: Run, small: Path) -> None:
    byline("ingest", small)
    code, out, _ = byline("doctor")
    assert code == 0, out
    assert "2 in" in out
    assert byline("repair")[:2] == (0, "2 vectors in the index\n")


def test_another_embedding_model_is_refused_until_the_library_is_embedded_anew(
    byline: Run, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    byline("ingest", small)
    asked = byline("search", "mayor", "--json")[1]
    home = load_settings().home
    with sqlite_of(home) as con:  # as if made with another model: its name and its vectors
        con.execute("UPDATE meta SET value = replace(value, 'bundled:', 'other:') WHERE key = 'fingerprint'")
        con.execute("UPDATE vectors SET vector = zeroblob(length(vector))")
    code, out, err = byline("search", "mayor", "--json")
    assert (code, out) == (1, "")
    assert "byline repair --reembed" in err
    assert byline("repair", "--reembed")[:2] == (0, "2 vectors in the index\n")
    assert byline("search", "mayor", "--json")[1] == asked


def make_wrong(tmp_path: Path) -> dict[str, tuple[Path, str]]:
    found = {}
    for name, content, said in (
        ("empty.txt", b"", "there is no text in it"),
        ("binary.txt", bytes(range(256)) * 40, "not a text file"),
        ("bare.json", b'{"title": "x"}', "there is no field 'text' or 'body'"),
        ("broken.json", b'{"title": ', "this is not valid JSON"),
        ("line.txt", b"x" * 100_000_000, "limit 5,000,000 characters"),
        ("picture.png", b"\x89PNG", "This picture is damaged"),
    ):
        (tmp_path / name).write_bytes(content)
        found[name] = (tmp_path / name, said)
    return found


def test_wrong_sources_are_one_sentence_each_and_change_nothing(byline: Run, small: Path, tmp_path: Path) -> None:
    byline("ingest", small)
    before = byline("articles", "list", "--json")[1]
    code, out, err = byline("ingest", tmp_path / "nowhere")
    assert (code, out) == (2, "")
    assert str(tmp_path / "nowhere") in err
    for path, said in make_wrong(tmp_path).values():
        code, out, err = byline("ingest", path)
        assert code == 1, path
        assert said in err
        assert len(err.strip().splitlines()) == 1
        report = json.loads(byline("ingest", path, "--json")[1])
        assert len(report["rejected"]) == 1
    assert byline("articles", "list", "--json")[1] == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ask", ""], "The question is empty"),
        (["ask", "why " * 5_000], "(limit 4,000). Shorten the question"),
        (["ask"], "The question is empty"),
        (["search"], "The query is empty"),
        (["ask", "hi", "--batch", "x.jsonl"], "not both"),
        (["ask", "hi", "--as-of", "tomorrow"], "--as-of is not a day: 'tomorrow'"),
        (["ask", "hi", "--since", "2026-02-30"], "--since is not a day"),
        (["ask", "hi", "--since", "2026-03-02", "--until", "2026-03-01"], "is after --until"),
        (["search", "hi", "--outlet", "Harbor Post"], "No article is from 'Harbor Post'. Did you mean 'Harbour Post'?"),
        (["ask", "hi", "--author", "Ada Bruck-Smith"], "No article is by 'Ada Bruck-Smith'. Did you mean 'Ada Brück'?"),
        (["ask", "--batch", "nowhere.jsonl"], "Cannot read 'nowhere.jsonl'"),
        (["ask", "hi", "--history", "nowhere.json"], "Cannot read 'nowhere.json'"),
        (["articles", "show", "nobody"], "No article has the id 'nobody'"),
        (["articles", "edit", "7"], "Nothing to change"),
        (["receipt", "nothing"], "There is no receipt 'nothing'"),
        (["ingest", "x.txt", "--title", "X"], "use `-`"),
        (["ingest", "-", "x.txt"], "cannot be combined"),
        (["users", "remove", "nobody"], "There is no user 'nobody'"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_code_2(byline: Run, small: Path, arguments: list[str], said: str) -> None:
    byline("ingest", small)
    code, out, err = byline(*arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize("arguments", [["nonsense"], ["ask", "--nonsense"], ["search", "x", "-k", "0"]])
def test_wrong_commands_and_options_show_the_usage(byline: Run, arguments: list[str]) -> None:
    code, out, err = byline(*arguments)
    assert (code, out) == (2, "")
    assert "Usage: byline" in err
    assert "Traceback" not in err


def test_an_empty_library_says_what_to_do(byline: Run, small: Path) -> None:
    byline("ingest", small)
    byline("articles", "remove", "7", "b")
    answer = json.loads(byline("ask", "Who resigned?", "--json")[1])
    assert answer["status"] == "abstained"
    assert "byline ingest" in answer["reason"]


def test_a_setting_that_does_not_fit_is_named(byline: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYLINE_PORT", "harbour")
    code, _, err = byline("articles", "list")
    assert code == 2
    assert "BYLINE_PORT" in err


def test_a_second_writer_is_told_at_once(byline: Run, small: Path) -> None:
    byline("ingest", small)
    home = load_settings().home
    holder = subprocess.Popen(
        [sys.executable, "-c", "import sys, filelock; l = filelock.FileLock(sys.argv[1]); l.acquire(); print(1, flush=True);"
         "sys.stdin.read()", str(home / "write.lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        code, out, err = byline("ingest", small)
        assert (code, out) == (1, "")
        assert "Another process is writing" in err
        assert byline("ask", "Who resigned on Friday?")[0] == 0
    finally:
        holder.communicate()


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="needs a system with users")
def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    place = tmp_path / "locked"
    place.mkdir()
    place.chmod(0o555)
    code = (  # imports first: a plain user may not be allowed to read where Python is installed
        "import os, sys\nfrom assistant.storage.sqlite.catalogue import Catalogue\nfrom assistant.errors import StoreError\n"
        "from pathlib import Path\nif os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try: Catalogue(Path(sys.argv[1]))\nexcept StoreError as error: print(error)"
    )
    database = str(place / "home" / "catalogue.sqlite3")
    done = subprocess.run([sys.executable, "-c", code, database], capture_output=True, text=True, cwd=ROOT)
    assert "cannot be made" in done.stdout, done.stderr
    assert "--home" in done.stdout
