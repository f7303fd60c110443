"""Archives: every member by its own form, a bad one is one line, bombs and deep nesting are refused."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from typing import Any

import pytest
import zstandard

from ingest.parsing import source as limits
from ingest.parsing.documents import read_document
from ingest.parsing.source import Member, Source, UnreadableError
from tests.ingest.files import docx, epub, mbox, message, pdf, warc

TEXT = b"The county refused on Tuesday to license the quarry."


def packed(members: dict[str, bytes], **how: Any) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def tarred(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def read(name: str, content: bytes, skip: int = 0) -> tuple[list[dict[str, Any]], list[UnreadableError]]:
    items: list[Any] = []
    try:
        for item in read_document(Source(name, content, skip=skip)):
            items.append(item)
    except UnreadableError as error:
        items.append(error)
    return [i for i in items if isinstance(i, dict)], [i for i in items if isinstance(i, UnreadableError)]


ALL = {"a.txt": TEXT, "b/c.docx": docx(), "d.pdf": pdf(), "e.eml": message().as_bytes(), "f.mbox": mbox(), "g.epub": epub(), "h.warc": warc(),
       "i.jsonl": b'{"text": "One."}\n{"text": "Two."}'}  # fmt: skip


@pytest.mark.parametrize("pack", [packed, tarred])
def test_members_of_every_form_are_read(pack: Any) -> None:
    articles, rejected = read(
        "all.zip" if pack is packed else "all.tar",
        pack({**ALL, "p.png": b"x", "__MACOSX/._a.txt": b"x", ".hidden.txt": b"x"}),
    )
    parts = [str(article["part"]) for article in articles]
    assert [part for part in parts if "/" not in part and "#" not in part] == ["a.txt", "d.pdf", "e.eml"]
    assert {part.partition("#")[0].partition("/")[0] for part in parts} == {
        "a.txt",
        "b",
        "d.pdf",
        "e.eml",
        "f.mbox",
        "g.epub",
        "h.warc",
        "i.jsonl",
    }
    assert len(parts) == len(set(parts)) == 12
    assert [(str(error.part), error.lost) for error in rejected] == [("p.png", False)]


@pytest.mark.parametrize("squeeze", [gzip.compress, bz2.compress, lzma.compress, zstandard.compress])
def test_packings(squeeze: Any) -> None:
    suffix = {gzip.compress: "gz", bz2.compress: "bz2", lzma.compress: "xz"}.get(squeeze, "zst")
    articles, rejected = read(f"a.txt.{suffix}", squeeze(TEXT))
    assert [article["text"] for article in articles] == [TEXT.decode()] and not rejected
    articles, rejected = read(f"a.tar.{suffix}", squeeze(tarred({"a.txt": TEXT, "b.txt": TEXT})))
    assert len(articles) == 2 and not rejected


def test_one_bad_member_never_ends_the_others() -> None:
    content = packed(
        {
            "one.txt": TEXT,
            "two.docx": b"no word file",
            "three.pdf": b"%PDF-1.4 nothing",
            "four.txt": b"\x89PNG\r\n\x1a\n" + bytes(900),
            "five.txt": TEXT,
        }
    )
    articles, rejected = read("a.zip", content)
    assert [article["part"] for article in articles] == ["one.txt", "five.txt"]
    assert [error.part for error in rejected] == ["two.docx", "three.pdf", "four.txt"] and all(
        error.lost for error in rejected
    )
    flipped = bytearray(packed({"one.txt": TEXT * 40, "two.txt": bytes(range(65, 91)) * 99, "three.txt": TEXT}))
    flipped[flipped.index(b"two.txt") + 12] ^= 0xFF
    articles, rejected = read("a.zip", bytes(flipped))
    assert [article["part"] for article in articles] == ["one.txt", "three.txt"] and len(rejected) == 1


def test_what_is_cut_off_gives_what_is_whole_and_says_so() -> None:
    members = {f"{n}.txt": TEXT + b" %d" % n for n in range(6)}
    articles, rejected = read("a.zip", packed(members)[:420])
    assert 2 <= len(articles) < 6 and "damaged" in str(rejected[-1])
    articles, rejected = read(
        "a.tar.gz", gzip.compress(tarred({name: content * 2000 for name, content in members.items()}))[:-200]
    )
    assert len(articles) < 6 and rejected
    articles, rejected = read("a.txt.gz", gzip.compress(TEXT * 90_000)[:-300])
    assert not articles and "only its first" in str(rejected[0])  # half a text would give half a sentence


def test_deep_nesting_and_bombs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    inner = TEXT
    for depth in range(50):
        inner = packed({f"{depth}.zip" if depth else "a.txt": inner})
    articles, rejected = read("a.zip", inner)
    assert not articles and "nested too deeply" in str(rejected[0])
    monkeypatch.setattr(limits, "MAX_UNPACKED", 300_000)
    monkeypatch.setattr("ingest.parsing.source.Budget.__init__.__defaults__", (300_000, 1_000))
    articles, rejected = read("a.zip", packed({f"{n}.txt": TEXT * 2_000 for n in range(20)}))
    assert len(articles) < 5 and "unpacks to too much" in str(rejected[-1])


def test_a_locked_member_and_an_empty_archive_are_said() -> None:
    content = bytearray(packed({"a.txt": TEXT}))
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    articles, rejected = read("a.zip", bytes(content))
    assert not articles and "password" in str(rejected[0])
    for empty in (packed({}), packed({"only/.hidden": b"x"})):
        assert "empty" in str(read("a.zip", empty)[1][0])


def test_names_lead_nowhere_and_are_decoded() -> None:
    articles, _ = read("a.tar", tarred({"../../etc/a.txt": TEXT, "/etc/b.txt": TEXT}))
    assert [article["part"] for article in articles] == ["../../etc/a.txt", "/etc/b.txt"]
    content = packed({"Stra?e.txt": TEXT}).replace(b"Stra?e", "Straße".encode("cp1252"))
    articles, _ = read("a.zip", content)
    assert articles[0]["part"] == "Straße.txt"


def test_members_that_were_read_before_are_skipped() -> None:
    items = list(read_document(Source("a.zip", packed({f"{n}.txt": TEXT for n in range(5)}), skip=3)))
    assert [item.number for item in items if isinstance(item, Member)] == [3, 4]
