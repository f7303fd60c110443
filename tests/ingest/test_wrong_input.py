"""Wrong input as a new user would give it: one sentence, an exit code, and nothing stored changes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.errors import UsageError
from assistant.testing import HashingEmbedder
from ingest.pipeline import Report, ingest
from tests.ingest.making import article as made
from tests.ingest.making import fill, open_tiny, story

ROOT = Path(__file__).parents[2]


@pytest.fixture
def library(tmp_path: Path):
    library = open_tiny(tmp_path / "home")
    fill(library, [made(n) for n in range(3)])
    yield library
    library.close()


def take(library, *sources: str | Path) -> Report:
    """Ingest, and hold that nothing stored changes."""
    before, state = library.catalogue.headlines(), library.catalogue.state()
    try:
        return ingest(library, HashingEmbedder(), [str(source) for source in sources])
    finally:
        assert library.catalogue.headlines() == before and library.catalogue.state() == state


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


CASES: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "empty file": ("a.txt", lambda: b"", "there is no text in it"),
    "white space": ("a.md", lambda: b" \n\t\n", "there is no text in it"),
    "binary named .txt": ("a.txt", lambda: bytes(range(256)) * 40, "not a text file"),
    "picture named .md": ("a.md", lambda: b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + os.urandom(400), "this is not a text file"),
    "a 100 MB line": ("a.txt", lambda: b"x" * 100_000_000, "5,000,000 characters"),
    "a line of 2 MB": ("a.txt", lambda: b"word " * 400_000, "a line of 2,000,000 characters"),
    "JSON that is none": ("a.json", lambda: b"{'text': 1}", "this is not valid JSON"),
    "JSON without text": ("a.json", lambda: b'{"title": "T"}', "'text' or 'body'"),
    "JSON with a number for text": ("a.json", lambda: b'{"text": 5}', "not a string but int"),
    "JSON of numbers": ("a.json", lambda: b"[1, 2]", "must be a JSON object"),
    "deep JSON": ("a.json", lambda: b"[" * 200_000, "this is not valid JSON"),
    "an id that is a list": ("a.json", lambda: b'{"text": "T.", "id": [1]}', "the id must be text or a number"),
    "front matter that is no YAML": ("a.md", lambda: b"---\na: [b\n---\nText.", "front matter"),
    "front matter that is a bomb": (
        "a.md",
        lambda: ("---\na: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{','.join([f'*{chr(97 + i)}'] * 9)}]\n" for i in range(9)) + "title: *j\n---\nText.").encode(),
        "front matter",
    ),
    "a form that is unknown": ("a.exe", lambda: b"MZ", "files aren't supported"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_it_is_rejected_with_one_sentence(library, tmp_path: Path, name: str) -> None:
    file, content, said = CASES[name]
    report = take(library, write(tmp_path / file, content()))
    assert report.added == report.updated == 0
    assert report.rejected and all(r.source.startswith(str(tmp_path / file)) for r in report.rejected)
    assert said in report.rejected[0].reason and "\n" not in report.rejected[0].reason
    assert len(report.rejected[0].reason) < 400


def test_a_missing_source_stops_before_anything_is_read(library, tmp_path: Path) -> None:
    good = write(tmp_path / "good.txt", story(77).encode())
    with pytest.raises(UsageError, match="No such file or folder"):
        take(library, good, tmp_path / "not there")


def test_a_folder_without_articles_says_so(library, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "no files that can be read" in take(library, tmp_path / "empty").rejected[0].reason


def test_bad_lines_do_not_keep_good_ones_out(library, tmp_path: Path) -> None:
    rows = [
        json.dumps({"id": 50, "text": story(50)}),
        "{broken",
        json.dumps({"id": 51}),
        json.dumps({"id": 52, "text": story(52)}),
    ]
    path = write(tmp_path / "a.jsonl", "\n".join(rows).encode())
    report = ingest(library, HashingEmbedder(), [str(path)])
    assert report.added == 2
    assert [r.source.rsplit(", ", 1)[1] for r in report.rejected] == ["line 2", "line 3"]


def test_a_date_that_is_none_keeps_everything_else(library, tmp_path: Path) -> None:
    rows = "title,date,text\nOne,soon,First text.\nTwo,2025-03-04,Second text.\n"
    report = ingest(library, HashingEmbedder(), [str(write(tmp_path / "a.csv", rows.encode()))])
    assert (report.added, report.rejected) == (2, [])
    found = {head.title: library.catalogue.article(head.article_id) for head in library.catalogue.headlines()}
    assert (found["One"].published_at, found["One"].date_source) == (None, "not found")
    assert found["Two"].published_at == "2025-03-04"


def test_the_text_is_kept_as_it_came(library, tmp_path: Path) -> None:
    text = "\ufeff".encode() + "Première ligne — “so”.\r\n\r\n  Zweite Zeile\u00a0…\t\n".encode()
    ingest(library, HashingEmbedder(), [str(write(tmp_path / "a.txt", text))])
    found = library.catalogue.article("a.txt")
    assert found is not None and found.text == text.decode("utf-8-sig").replace("\r\n", "\n")
    other = "Zürich liegt am Wasser. Die Fähre fährt täglich, außer im Februar, sagte die Gesellschaft. " * 5
    ingest(library, HashingEmbedder(), [str(write(tmp_path / "b.txt", other.encode("cp1252")))])
    found = library.catalogue.article("b.txt")
    assert found is not None and found.text == other


def byline(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(home.parent)}
    command = [sys.executable, "-c", "from assistant.cli.main import main; main()", "--home", str(home), *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)


@pytest.mark.models
def test_the_command_line_says_it_and_gives_the_exit_code(tmp_path: Path) -> None:
    home = tmp_path / "home"
    missing = byline(home, "ingest", str(tmp_path / "not there"))
    assert missing.returncode == 2 and missing.stderr.count("\n") == 1 and "No such file or folder" in missing.stderr
    empty = byline(home, "ingest", str(write(tmp_path / "a.txt", b"")))
    assert empty.returncode == 1 and "there is no text in it" in empty.stderr and "Traceback" not in empty.stderr
    assert byline(home, "ingest").returncode == 2 and byline(home, "ingest", "--nope", "x").returncode == 2
    (tmp_path / "file").write_text("x")
    blocked = byline(tmp_path / "file", "ingest", str(tmp_path / "a.txt"))
    assert blocked.returncode == 1 and blocked.stderr.startswith("byline: The data folder")


@pytest.mark.skipif(
    os.geteuid() == 0, reason="root writes everywhere; the command-line test holds the same with a file as home"
)
def test_a_home_without_permission_is_one_sentence(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o500)
    done = byline(home, "ingest", str(write(tmp_path / "a.txt", story(1).encode())))
    assert done.returncode == 1 and "permission" in done.stderr
