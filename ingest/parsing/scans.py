"""Reads pictures of pages with Tesseract: scanned PDFs, photographs of paper, faxes.

Tesseract finds blocks and their order well on pages that lie straight, and can leave a whole paragraph out of one that
does not, so a page is straightened first, and what it left out is said. It runs as a process of its own, inside the limits
of the child process that reads documents.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from ingest.parsing.pdf_paragraphs import GAP, Paragraph, added, body_size, pages_of, put_together, title_of
from ingest.parsing.source import Item, Source, StillAtWork, UnreadableError
from ingest.parsing.visible_date import with_visible_date

DPI = 200
"""Resolution at which a page of a PDF is drawn."""
MAX_PIXELS = 60_000_000
MAX_PAGES = 1_000
SECONDS = 60
"""Most that one page may take."""
LEAST_CONFIDENCE = 60.0
"""Percent; below it what was read is no quotation."""
LEAST_LETTERS = 20
LEAST_SIDES = (500, 700)
"""Pixels of the shorter and the longer side of a picture that may be a page."""
STEEPEST = 5.0
"""Degrees by which a page may lie askew."""
LEFT_OUT = 0.12
"""Share of a page's ink outside what was read from which on something was left out."""
INSTALL = "Install Tesseract (the package tesseract-ocr) to read scans."

Grey = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Page:
    """What was read from one page.

    Attributes:
        paragraphs: In reading order.
        confidence: Percent, the mean over the words weighted by their length.
        left_out: Something that looks like text was not read.
    """

    paragraphs: list[Paragraph]
    confidence: float
    left_out: bool

    @property
    def readable(self) -> bool:
        """Whether it may be quoted."""
        letters = sum(len(re.findall(r"\w", paragraph.text)) for paragraph in self.paragraphs)
        return letters >= LEAST_LETTERS and self.confidence >= LEAST_CONFIDENCE


@cache
def languages() -> str:
    """Tesseract's languages on this machine, as it takes them; "" where it is not installed."""
    if not shutil.which("tesseract"):
        return ""
    done = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, check=False, timeout=20)  # noqa: S607
    found = [line for line in done.stdout.splitlines()[1:] if line not in ("osd", "equ")]
    return "+".join(sorted(found, key=lambda name: (name != "eng", name))[:4])


def read_picture(source: Source) -> Iterator[Item]:
    """One article a picture; a TIFF may have several pages.

    Raises:
        UnreadableError: It is damaged, too large, no page, or Tesseract is not installed.
    """
    picture = _opened(source)
    frames = min(getattr(picture, "n_frames", 1), MAX_PAGES)
    read: dict[int, Page] = {}
    for number in range(1, frames + 1):
        image = _frame(picture, number)
        if number == 1 and not looks_like_a_page(image):
            raise UnreadableError("This picture does not look like a page of text.", lost=False)
        if not languages():
            raise UnreadableError(f"This is a picture of a page. {INSTALL}")
        read[number] = read_page(image, _dpi(picture))
        yield StillAtWork()
    yield from _article(read)


def _article(read: dict[int, Page]) -> Iterator[Item]:
    good = {number: page for number, page in read.items() if page.readable}
    if not good:
        raise UnreadableError("There is no readable text in this picture.")
    title = title_of(next(iter(good.values())).paragraphs)
    body = put_together([paragraph for page in good.values() for paragraph in page.paragraphs])
    fields: dict[str, Any] = {
        "text": GAP.join(paragraph.text for paragraph in body), "title": title,
        "read_from": {"text": "scan", "scan": told(good)} | ({"title": "headline"} if title else {}),
    }  # fmt: skip
    if len(read) > 1:
        fields["pages"] = pages_of(body, len(GAP))
    yield with_visible_date(fields)
    yield from complaints(read)


def told(pages: dict[int, Page]) -> str:
    """Page and confidence of what was read from scans: "1: 96%, 2: 88%"."""
    return ", ".join(f"{number}: {page.confidence:.0f}%" for number, page in pages.items())


def complaints(read: dict[int, Page]) -> Iterator[UnreadableError]:
    """What was not read, one line for each page."""
    for number, page in read.items():
        if not page.readable:
            yield UnreadableError(f"page {number} is a scan that cannot be read")
        elif page.left_out:
            yield UnreadableError(f"a part of page {number} could not be read from the scan")


def looks_like_a_page(image: Image.Image) -> bool:
    """Whether a picture is large enough, and mostly paper with some ink, and no photograph, logo or chart."""
    if min(image.size) < LEAST_SIDES[0] or max(image.size) < LEAST_SIDES[1]:
        return False
    small = np.asarray(image.resize((200, 200), Image.Resampling.BILINEAR), np.int16)
    paper = int(np.percentile(small, 80))
    near = np.abs(small - paper) < 40
    return paper >= 130 and 0.55 <= float(near.mean()) <= 0.998


def read_page(image: Image.Image, dpi: int = DPI, number: int = 1) -> Page:
    """Read one page.

    Args:
        image: The page, in grey.
        dpi: Its resolution.
        number: The page's number, for the paragraphs.

    Raises:
        UnreadableError: Tesseract failed or took too long.
    """
    straight = straightened(image)
    rows = _recognised(straight, dpi)
    lines = [
        list(own) for _, own in groupby(rows, key=lambda r: (r["block_num"], r["par_num"], r["line_num"]))
    ]  # fmt: skip
    paragraphs: list[Paragraph] = []
    for _, own in groupby(lines, key=lambda line: (line[0]["block_num"], line[0]["par_num"])):
        paragraphs += _paragraph(list(own), number)
    _level(paragraphs, dpi)
    weights = [len(row["text"]) for row in rows]
    sure = sum(float(row["conf"]) * weight for row, weight in zip(rows, weights, strict=True)) / max(1, sum(weights))
    return Page(put_together(paragraphs), sure, _left_out(np.asarray(straight), rows) > LEFT_OUT)


def straightened(image: Image.Image) -> Image.Image:
    """The page turned so that its lines lie level: at that angle the rows of pixels differ most in ink."""
    small = ImageOps.autocontrast(image.copy())
    small.thumbnail((700, 700), Image.Resampling.BILINEAR)
    ink = Image.fromarray(((np.asarray(small) < 128) * 255).astype(np.uint8))

    def level(angle: float) -> float:
        rows = np.asarray(ink.rotate(angle, resample=Image.Resampling.BILINEAR)).sum(axis=1, dtype=np.float64)
        return float(np.square(np.diff(rows)).sum())

    best = max(np.arange(-STEEPEST, STEEPEST + 0.1, 0.5), key=level)
    best = max(np.arange(best - 0.4, best + 0.5, 0.1), key=level)
    if abs(best) < 0.15:
        return image
    paper = int(np.percentile(np.asarray(small), 80))
    return image.rotate(float(best), resample=Image.Resampling.BICUBIC, fillcolor=paper)


def _recognised(image: Image.Image, dpi: int) -> list[dict[str, str]]:
    """Tesseract's words: its table of `tsv`, white space left out."""
    given = io.BytesIO()
    image.save(given, "PPM")
    command = ["tesseract", "stdin", "stdout", "-l", languages(), "--dpi", str(dpi), "tsv"]
    try:
        done = subprocess.run(  # noqa: S603
            command, input=given.getvalue(), capture_output=True, check=True, timeout=SECONDS, env=_environment()
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise UnreadableError("Tesseract cannot read this page.") from error
    table = csv.DictReader(io.StringIO(done.stdout.decode("utf-8", "replace")), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [row for row in table if row["level"] == "5" and (row["text"] or "").strip() and float(row["conf"]) >= 0]


def _environment() -> dict[str, str]:
    """One thread: another page or person has the other cores."""
    import os

    return {**os.environ, "OMP_THREAD_LIMIT": "1"}


def _paragraph(lines: Sequence[Sequence[dict[str, str]]], number: int) -> list[Paragraph]:
    """The lines of a paragraph put together; a line set much larger or smaller begins another."""
    right = max(int(word["left"]) + int(word["width"]) for line in lines for word in line)
    left = min(int(word["left"]) for line in lines for word in line)
    found: list[Paragraph] = []
    for line in lines:
        text = " ".join(word["text"].strip() for word in line)
        size = float(np.percentile([int(word["height"]) for word in line], 80))
        end = int(line[-1]["left"]) + int(line[-1]["width"])
        if found and abs(found[-1].size - size) <= 0.35 * max(found[-1].size, size):
            found[-1].text = added(found[-1].text, text)
        else:
            found.append(Paragraph(text, size, pages=[(0, number)]))
        found[-1].full = end > right - 0.12 * (right - left)
    return found


def _level(paragraphs: Sequence[Paragraph], dpi: int) -> None:
    """Turn sizes into points. What is about as large as the text gets its size: boxes round words differ with their letters."""
    body = body_size(paragraphs)
    for paragraph in paragraphs:
        size = body if 0.72 * body < paragraph.size < 1.35 * body else paragraph.size
        paragraph.size = size * 72 / dpi
    for above, below in pairwise(paragraphs):  # the lines of a headline
        if abs(above.size - below.size) < 0.2 * above.size:
            below.size = above.size


def _left_out(grey: Grey, rows: Sequence[dict[str, str]]) -> float:
    """Share of the page's ink that lies in no word that was read. Dirt counts little: single pixels are no ink."""
    paper = float(np.percentile(grey, 80))
    ink = grey < paper - 70
    ink[1:] &= ink[:-1]
    ink[:, 1:] &= ink[:, :-1]
    total = int(ink.sum())
    for row in rows:
        x, y, wide, high = (int(row[name]) for name in ("left", "top", "width", "height"))
        ink[max(0, y - 3) : y + high + 3, max(0, x - 3) : x + wide + 3] = False
    return int(ink.sum()) / total if total else 0.0


def _opened(source: Source) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(source.read()))
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise UnreadableError("This picture is damaged or too large.", lost=False) from error
    if picture.width * picture.height > MAX_PIXELS:
        raise UnreadableError(f"This picture is too large (limit {MAX_PIXELS // 1_000_000} megapixels).", lost=False)
    return picture


def _frame(picture: Image.Image, number: int) -> Image.Image:
    try:
        picture.seek(number - 1)
        return ImageOps.exif_transpose(picture).convert("L")
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise UnreadableError("This picture is damaged.", lost=False) from error


def _dpi(picture: Image.Image) -> int:
    found = picture.info.get("dpi")
    across = float(found[0]) if isinstance(found, tuple) and found and found[0] else 0.0
    return round(across) if 70 <= across <= 1_200 else DPI
