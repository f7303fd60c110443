"""The child process: whose time runs, what a bad member costs, what never comes back."""

from __future__ import annotations

import json
import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.testing import HashingEmbedder
from ingest import sandbox as boxes
from ingest.parsing.registry import MAX_LOST, read_articles
from ingest.pipeline import Options, ingest
from ingest.sandbox import LostError, Sandbox
from ingest.types import Raw, Read, Rejected
from tests.ingest.making import open_tiny, story
from tests.ingest.test_wrong_input import byline

ENVELOPE = "From a@x.example Wed Mar  5 12:00:00 2025\n"


def mailbox(path: Path, count: int, bad: tuple[int, ...] = ()) -> Path:
    letters = []
    for n in range(count):
        body = "Content-Type: multipart/mixed; boundary=none\n\n" if n in bad else f"\n{story(n, 40)}\n\n"
        letters.append(f"{ENVELOPE}From: a@x.example\nSubject: Mail {n}\nMessage-ID: <{n}@x.example>\n{body}")
    path.write_text("".join(letters), "utf-8")
    return path


@pytest.fixture
def box() -> Iterator[Sandbox]:
    box = Sandbox()
    yield box
    box.close()


def test_only_the_childs_own_work_is_timed(box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader slower than the limits: nothing of the mailbox is lost."""
    monkeypatch.setattr(boxes, "CHILD_SECONDS", 2.0)
    path = mailbox(tmp_path / "a.mbox", 120)
    found = 0
    for fields in box.read("document", name="a.mbox", path=path):
        found += "text" in fields
        if found == 5 and "text" in fields:
            time.sleep(4)
    assert found == 120


class Dying:
    """A sandbox whose child dies whenever it comes to certain members."""

    def __init__(self, box: Sandbox, deadly: set[int]) -> None:
        self.box, self.deadly, self.starts = box, deadly, 0

    def read(self, kind: str, **how: Any) -> Iterator[dict[str, Any]]:
        self.starts += 1
        for fields in self.box.read(kind, **how):
            yield fields
            if fields.get("member") in self.deadly:
                raise LostError("cannot be read: it brought the reading process down")


def test_a_member_that_ends_the_child_costs_itself_alone(box: Sandbox, tmp_path: Path) -> None:
    path = mailbox(tmp_path / "a.mbox", 8)
    dying = Dying(box, {2, 5})
    items = list(read_articles(Raw("a.mbox", str(path), path=path), dying))  # type: ignore[arg-type]
    assert [item.article.title for item in items if isinstance(item, Read)] == [f"Mail {n}" for n in (0, 1, 3, 4, 6, 7)]
    assert [item.source for item in items if isinstance(item, Rejected)] == [f"{path}#3", f"{path}#6"]


def test_a_document_that_ends_the_child_again_and_again_is_given_up_with_a_line(box: Sandbox, tmp_path: Path) -> None:
    path = mailbox(tmp_path / "a.mbox", 30)
    dying = Dying(box, set(range(3, 30)))
    items = list(read_articles(Raw("a.mbox", str(path), path=path), dying))  # type: ignore[arg-type]
    rejected = [item for item in items if isinstance(item, Rejected)]
    assert dying.starts == MAX_LOST == len(rejected) - 1
    assert rejected[-1].source == str(path) and "the rest was not read" in rejected[-1].reason


def test_a_mailbox_read_in_part_is_partial_and_sync_removes_nothing_of_it(tmp_path: Path) -> None:
    library = open_tiny(tmp_path / "home")
    path = mailbox(tmp_path / "a.mbox", 4)
    assert ingest(library, HashingEmbedder(), [str(path)]).added == 4
    mailbox(path, 3, bad=(1,))  # one is gone, one cannot be read
    report = ingest(library, HashingEmbedder(), [str(path)], options=Options(sync=True))
    assert report.removed == 0 and report.partial == [str(path)] and report.record()["partial"] == [str(path)]
    mailbox(path, 3)
    report = ingest(library, HashingEmbedder(), [str(path)], options=Options(sync=True))
    assert report.removed == 1 and report.partial == []
    library.close()


def test_a_picture_in_an_archive_does_not_keep_sync_from_removing(tmp_path: Path) -> None:
    library = open_tiny(tmp_path / "home")
    path = tmp_path / "a.zip"

    def pack(*names: str) -> None:
        with zipfile.ZipFile(path, "w") as packed:
            for name in names:
                packed.writestr(name, story(len(name)))

    pack("one.txt", "three.txt", "p.png")
    assert ingest(library, HashingEmbedder(), [str(path)]).added == 2
    pack("one.txt", "p.png")
    report = ingest(library, HashingEmbedder(), [str(path)], options=Options(sync=True))
    assert (report.removed, report.partial, len(report.rejected)) == (1, [], 1)
    library.close()


LONE = "\\ud800"
SURROGATES = {
    "a.json": f'[{{"id": "x{LONE}", "title": "a{LONE}", "text": "One \\udc00 text here.", "outlet": "o{LONE}", "author": "b{LONE}"}}]',
    "a.jsonl": f'{{"title": "a{LONE}", "text": "One {LONE} text here."}}\n',
    "a.md": '---\ntitle: "a\\uD800"\nid: "x\\uD800"\n---\nOne text stands here.\n',
    "a.html": f'<html><head><script type="application/ld+json">{{"@type": "NewsArticle", "headline": "x{LONE}y", "author": "A{LONE}"}}</script></head><body><article><h1>H</h1>{"<p>A long sentence of the story stands in this place, &#xD800; said Ann.</p>" * 6}</article></body></html>',
    "a.eml": "From: =?utf-8?B?7aCA?= <a@x>\nSubject: =?utf-16?B?ANg=?=\n\nA text.\n",
    "a.csv": "title,text\n\ud800".encode("utf-8", "surrogatepass").decode("latin-1") + ",A text.\n",
}


@pytest.mark.parametrize("name", SURROGATES)
def test_lone_surrogates_stop_nothing(tmp_path: Path, name: str) -> None:
    library = open_tiny(tmp_path / "home")
    folder = tmp_path / "f"
    folder.mkdir()
    (folder / name).write_text(SURROGATES[name], "latin-1")
    (folder / "z.txt").write_text(story(1))
    report = ingest(library, HashingEmbedder(), [str(folder)])
    assert report.added + len(report.rejected) == 2 and report.added >= 1
    json.dumps(report.record(), ensure_ascii=False).encode("utf-8")
    for head in library.catalogue.headlines():
        stored = library.catalogue.article(head.article_id)
        assert stored is not None
        repr([stored.title, stored.text, stored.byline, stored.outlet]).encode("utf-8")
    library.close()


def test_file_names_that_are_no_text_stay_two_files(tmp_path: Path) -> None:
    library = open_tiny(tmp_path / "home")
    folder = tmp_path / "f"
    folder.mkdir()
    for number, name in enumerate((b"bad\xe9.txt", b"bad\xe8.txt")):
        Path(os.fsdecode(bytes(folder) + b"/" + name)).write_text(story(number))
    report = ingest(library, HashingEmbedder(), [str(folder)])
    assert report.added == 2 and report.rejected == []
    library.close()


@pytest.mark.parametrize(("bad", "code"), [((1,), 3), ((), 0)])
def test_the_command_line_has_an_exit_code_for_a_document_read_in_part(
    tmp_path: Path, bad: tuple[int, ...], code: int
) -> None:
    path = mailbox(tmp_path / "a.mbox", 3, bad)
    done = byline(tmp_path / "home", "ingest", str(path))
    assert done.returncode == code and ("read only in part" in done.stderr) == bool(code)
