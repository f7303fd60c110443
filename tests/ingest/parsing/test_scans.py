"""Scanned pages, read with Tesseract where it is installed; what is said where it is not."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image, ImageDraw

from ingest.parsing import scans
from ingest.parsing.documents import read_document
from ingest.parsing.registry import read_articles
from ingest.parsing.source import Source, UnreadableError
from ingest.types import Raw, Read
from tests.counts import count
from tests.ingest.parsing import pdf_layouts
from tests.ingest.parsing.scans import SCANS, SERIF, Scan, as_file, as_pdf, error_rate, picture, words_of

pytestmark = pytest.mark.models
needs_tesseract = pytest.mark.skipif(
    not (scans.languages() and SERIF.exists()), reason="needs tesseract-ocr and the DejaVu and Liberation fonts"
)


@pytest.fixture
def without_tesseract(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    scans.languages.cache_clear()
    monkeypatch.setattr(scans.shutil, "which", lambda _: None)
    yield
    scans.languages.cache_clear()


def read(name: str, content: bytes) -> tuple[list[dict[str, Any]], list[UnreadableError]]:
    try:
        items = list(read_document(Source(name, content)))
    except UnreadableError as error:
        return [], [error]
    return [i for i in items if isinstance(i, dict)], [i for i in items if isinstance(i, UnreadableError)]


def wanted(scan: Scan) -> str:
    title, paragraphs = words_of(scan)
    return " ".join([title, *paragraphs])


@needs_tesseract
@pytest.mark.parametrize("scan", SCANS[:: count(3, 1)], ids=lambda scan: f"{scan.number}")
def test_a_scanned_page_is_read_with_few_errors(scan: Scan) -> None:
    (article,), rejected = read("page.png", as_file(picture(scan)))
    assert rejected == []
    assert error_rate(article["text"], wanted(scan)) < 0.03
    assert article["read_from"]["text"] == "scan"
    assert int(article["read_from"]["scan"].removeprefix("1: ").removesuffix("%")) > 80


@needs_tesseract
def test_scanned_pages_of_a_pdf_are_read_in_their_place_and_keep_their_numbers() -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument(as_pdf(picture(SCANS[0]), picture(SCANS[1])))
    document.import_pages(pypdfium2.PdfDocument(pdf_layouts.pdf(pdf_layouts.one_column().sheets)), index=1)
    content = io.BytesIO()
    document.save(content)
    (article,), rejected = read("mixed.pdf", content.getvalue())
    assert rejected == []
    starts = {page: offset for offset, page in article["pages"]}
    assert set(starts) == {1, 2, 3}
    assert error_rate(article["text"][: starts[2]], wanted(SCANS[0])) < 0.03
    assert error_rate(article["text"][starts[3] :], wanted(SCANS[1])) < 0.03
    assert [entry.partition(":")[0] for entry in article["read_from"]["scan"].split(", ")] == ["1", "3"]
    assert article["read_from"]["text"] == "pdf", "not all of it is a scan"


@needs_tesseract
def test_the_sandbox_reads_a_scan_within_its_limits() -> None:
    content = as_file(picture(SCANS[4]))
    (article,) = read_articles(Raw("page.png", "page.png", content))
    assert isinstance(article, Read)
    assert error_rate(article.article.text, wanted(SCANS[4])) < 0.03


@needs_tesseract
@pytest.mark.parametrize("form", ["JPEG", "TIFF", "WEBP"])
def test_other_forms_of_pictures_are_read(form: str) -> None:
    (article,), _ = read(f"page.{form.lower()}", as_file(picture(SCANS[2]), form))
    assert error_rate(article["text"], wanted(SCANS[2])) < 0.03


@needs_tesseract
def test_what_cannot_be_read_is_said_and_not_quoted() -> None:
    page = picture(SCANS[0]).copy()
    draw, chance = ImageDraw.Draw(page), random.Random(1)
    for _ in range(60_000):  # the page is scribbled over
        x, y = chance.randrange(page.width), chance.randrange(page.height)
        draw.line((x, y, x + chance.randrange(-30, 30), y + chance.randrange(-30, 30)), fill=20, width=2)
    found, rejected = read("page.png", as_file(page))
    assert found == []
    assert len(rejected) == 1


@pytest.mark.parametrize("name", ["logo", "photograph", "empty page"])
def test_a_picture_that_is_no_page_is_left_out_without_tesseract(name: str, without_tesseract: None) -> None:
    chance = random.Random(2)
    image = {
        "logo": lambda: Image.new("L", (200, 80), 255),
        "photograph": lambda: Image.frombytes("L", (60, 80), bytes(chance.randrange(256) for _ in range(4_800))).resize(
            (1_200, 1_600)
        ),
        "empty page": lambda: Image.new("L", (1_200, 1_600), 250),
    }[name]()
    found, (rejected,) = read("page.png", as_file(image))
    assert found == []
    assert "does not look like a page of text" in str(rejected)
    assert not rejected.lost


@pytest.mark.skipif(not SERIF.exists(), reason="needs the DejaVu fonts")
def test_without_tesseract_one_sentence_says_what_to_install(without_tesseract: None) -> None:
    page = picture(SCANS[0])
    for name, content in (("page.png", as_file(page)), ("page.pdf", as_pdf(page))):
        found, (rejected, *_) = read(name, content)
        assert found == []
        assert "Install Tesseract (the package tesseract-ocr) to read scans." in str(rejected)


@pytest.mark.parametrize("cut", [0, 10, 60, 3_000])
def test_a_damaged_picture_is_one_line(cut: int) -> None:
    whole = as_file(Image.effect_noise((900, 1_200), 60), "PNG")
    found, rejected = read("page.png", whole[:cut])
    assert (found, len(rejected)) == ([], 1)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked() -> None:
    bomb = as_file(Image.new("1", (20_000, 20_000), 1))
    assert len(bomb) < 200_000
    found, (rejected,) = read("bomb.png", bomb)
    assert found == []
    assert "too large" in str(rejected)
