"""Every form gives the right articles; damaged files of every form give one line each and harm nothing."""

from __future__ import annotations

import random
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.testing import HashingEmbedder
from ingest import sandbox as boxes
from ingest import sandbox_worker
from ingest.parsing.registry import read_articles
from ingest.pipeline import ingest
from ingest.sandbox import LostError, Sandbox
from ingest.types import Raw, Read, Rejected
from tests.counts import count
from tests.ingest.files import BASE, all_forms, more_forms, pdf
from tests.ingest.making import article, fill, open_tiny
from tests.ingest.site import LIGHT, SALT, TOLL, TRAM

ROOT = Path(__file__).parents[3]
DAMAGED = count(250, 5_000)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    box = Sandbox()
    yield box
    box.close()


@pytest.fixture(scope="module")
def forms() -> dict[str, bytes]:
    return all_forms()


def read(folder: Path, name: str, content: bytes, sandbox: Sandbox) -> tuple[list[Read], list[Rejected]]:
    path = folder / name
    path.write_bytes(content)
    raw = (
        Raw(name, str(path), path=path)
        if Path(name).suffix in (".mbox", ".warc", ".gz")
        else Raw(name, str(path), content)
    )
    items = list(read_articles(raw, sandbox))
    return [i for i in items if isinstance(i, Read)], [i for i in items if isinstance(i, Rejected)]


# form: (title, byline, outlet, published_at, date_source, url, lines) of each article
EXPECTED = {
    ".html": [("Tarn approves its tram", "Orla Finch, Ben Amory", "Tarn Courier", "2025-03-04T21:30:00+02:00", "json-ld", f"{BASE}/2025/03/tram-line", TRAM)],
    ".docx": [("Salt works to become museum", "Tove Marsh", None, "2025-03-20", "visible text", None, SALT)],
    ".eml": [("Crack found in lighthouse", None, "Ness Dispatch", "2025-05-02T07:15:00+01:00", "mail date", None, LIGHT)],
    ".mbox": [
        ("Crack found in lighthouse", None, "Ness Dispatch", "2025-05-02T07:15:00+01:00", "mail date", None, LIGHT),
        ("Bridge toll set", None, "Ness Dispatch", "2025-05-02T07:15:00+01:00", "mail date", None, TOLL),
    ],
    ".epub": [
        ("Bridge toll set", None, "The Tarn Reader", "2025-06-01", "epub date", None, TOLL),
        ("Crack found", None, "The Tarn Reader", "2025-06-01", "epub date", None, LIGHT),
    ],
    ".warc": [
        ("Tarn approves its tram", "Orla Finch, Ben Amory", "Tarn Courier", "2025-03-04T21:30:00+02:00", "json-ld", f"{BASE}/2025/03/tram-line", TRAM),
        ("Salt works to become museum", "Tove Marsh", "Fell Gazette", "2025-03-20T09:00:00Z", "opengraph", f"{BASE}/news/salt-works", SALT),
    ],
    ".csv": [
        ("Bridge toll set", None, "Fell Gazette", "2025-04-11", "given", None, TOLL),
        ("Crack", None, None, None, "not found", None, (" ".join(LIGHT),)),
    ],
}  # fmt: skip
EXPECTED[".warc.gz"] = EXPECTED[".warc"]


@pytest.mark.parametrize("form", EXPECTED)
def test_each_form_gives_its_articles(form: str, forms: dict[str, bytes], tmp_path: Path, sandbox: Sandbox) -> None:
    found, rejected = read(tmp_path, f"a{form}", forms[form], sandbox)
    assert rejected == []
    shown = [(a.title, a.byline, a.outlet, a.published_at, a.date_source, a.url) for a in (r.article for r in found)]
    assert shown == [expected[:6] for expected in EXPECTED[form]]
    for item, expected in zip(found, EXPECTED[form], strict=True):
        assert [line for line in expected[6] if line not in item.article.text] == []
    assert len({r.article.id for r in found}) == len(found)
    again, _ = read(tmp_path, f"a{form}", forms[form], sandbox)
    assert [r.article for r in again] == [r.article for r in found]


def test_a_pdf_gives_whole_paragraphs_and_no_date_of_its_making(tmp_path: Path, sandbox: Sandbox) -> None:
    (item,), rejected = read(tmp_path, "a.pdf", pdf(), sandbox)
    made = item.article
    assert rejected == [] and made.title == "Tarn approves its tram"
    for line in TRAM:
        assert line.replace("“", '"').replace("”", '"') in made.text
    assert (made.published_at, made.date_source) == ("2025-03-04", "visible text")
    (undated,), _ = read(tmp_path, "b.pdf", pdf().replace(b"4 March 2025", b"the daily   "), sandbox)
    assert undated.article.published_at is None


def mutate(content: bytes, draw: random.Random) -> bytes:
    """Damage as disks, transfers and attackers make it."""
    data = bytearray(content)
    for _ in range(draw.randint(1, 6)):
        if not data:
            break
        at, kind = draw.randrange(len(data)), draw.randrange(7)
        if kind == 0:
            data[at] ^= 1 << draw.randrange(8)
        elif kind == 1:
            del data[at:]
        elif kind == 2:
            del data[at : at + draw.randint(1, 400)]
        elif kind == 3:
            data[at:at] = draw.randbytes(draw.randint(1, 200))
        elif kind == 4:
            data[at : at + 4] = draw.choice([b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\x7f\xff\xff\xff", b"<![["])
        elif kind == 5:
            data[at:at] = data[at : at + draw.randint(1, 300)] * draw.randint(2, 60)
        else:
            data[at:at] = draw.choice(
                [b"<div>" * 3000, b"[" * 5000, b"{" * 900, b"&a;" * 500, b"\x00" * 300, b"\xed\xa0\x80" * 20]
            )
    return bytes(data)


def test_damaged_files_bring_no_crash_no_hang_and_change_nothing_stored(
    forms: dict[str, bytes], tmp_path: Path
) -> None:
    """Seeded mutations of every form. The limits of time and memory are the child's; its end is one line."""
    folder = tmp_path / "damaged"
    folder.mkdir()
    draw = random.Random(41)
    every = forms | more_forms()
    names = list(every)
    for number in range(DAMAGED):
        form = names[number % len(names)]
        (folder / f"{number:04}{form}").write_bytes(mutate(every[form], draw))
    library = open_tiny(tmp_path / "home")
    kept = [article(n) for n in range(3)]
    fill(library, kept)
    report = ingest(library, HashingEmbedder(), [str(folder)])
    assert report.documents == DAMAGED
    assert len(report.rejected) >= DAMAGED // 10
    assert all("\n" not in r.reason and len(r.reason) <= 500 for r in report.rejected)
    lost = [r for r in report.rejected if "brought the reading process down" in r.reason or "within" in r.reason]
    assert len(lost) <= DAMAGED // 50, lost
    for made in kept:
        assert library.catalogue.article(made.id) == made
    assert library.catalogue.check() == ""
    for head in library.catalogue.headlines():
        stored = library.catalogue.article(head.article_id)
        assert stored is not None and "\x00" not in stored.text
    library.close()


def test_a_packed_bomb_is_one_line(tmp_path: Path, sandbox: Sandbox) -> None:
    path = tmp_path / "bomb.epub"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("META-INF/container.xml", b" " * 300_000_000)
    found, rejected = read(tmp_path, "bomb.epub", path.read_bytes(), sandbox)
    assert found == [] and len(rejected) == 1 and "limit" in rejected[0].reason
    found, rejected = read(tmp_path, "bomb.docx", path.read_bytes(), sandbox)
    assert found == [] and len(rejected) == 1


def test_a_child_that_hangs_or_dies_costs_one_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forms: dict[str, bytes]
) -> None:
    box = Sandbox()
    assert len(list(box.read("document", name="a.html", content=forms[".html"]))) == 1
    assert box._child is not None
    box._child.send_signal(19)  # stopped: it will not answer
    monkeypatch.setattr(boxes, "SECONDS", 0.5)
    with pytest.raises(LostError, match="within"):
        list(box.read("document", name="a.html", content=forms[".html"]))
    monkeypatch.undo()
    assert len(list(box.read("document", name="a.html", content=forms[".html"]))) == 1
    box._child.kill()
    box._child.wait()
    assert len(list(box.read("document", name="a.html", content=forms[".html"]))) == 1
    box.close()


def test_a_document_that_answers_too_much_is_refused(monkeypatch: pytest.MonkeyPatch, forms: dict[str, bytes]) -> None:
    box = Sandbox()
    monkeypatch.setattr(boxes, "MAX_FRAME", 100)
    with pytest.raises(LostError, match="limit 100"):
        list(box.read("document", name="a.html", content=forms[".html"]))
    box.close()


def test_the_child_cannot_take_more_memory_than_it_is_given_nor_write_files(tmp_path: Path) -> None:
    code = (
        "from ingest import sandbox_worker; sandbox_worker._limit()\n"
        "try:\n    bytearray(sandbox_worker.MEMORY)\nexcept MemoryError:\n    print('no memory')\n"
        f"try:\n    open({str(tmp_path / 'x')!r}, 'wb', buffering=0).write(b'x')\nexcept OSError:\n    print('no file')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False, timeout=60
    )
    assert done.stdout.split("\n")[:2] == ["no memory", "no file"]
    assert sandbox_worker.MEMORY <= 1 << 30
