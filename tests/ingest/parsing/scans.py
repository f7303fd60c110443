"""Scanned pages made for the tests: our own sample articles, set in one or two columns, printed, skewed and dirtied."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SAMPLE = Path(__file__).parents[3] / "eval" / "sample" / "articles"
FONTS = Path("/usr/share/fonts/truetype")
SERIF = FONTS / "dejavu" / "DejaVuSerif.ttf"
FACES = (SERIF, FONTS / "dejavu" / "DejaVuSans.ttf", FONTS / "liberation" / "LiberationSerif-Regular.ttf")
MARGIN = 0.8
"""Inches round the text."""
PAPER = (8.27, 11.69)
"""A4, in inches."""


@dataclass(frozen=True, slots=True)
class Scan:
    """How a page is set, printed and scanned.

    Attributes:
        number: Which article, and the seed of the dirt.
        columns: One or two.
        dpi: Resolution of the scan.
        skew: Degrees by which it lies askew.
        noise: Share of pixels that are dirt.
        blur: Radius in pixels at 200 dpi.
        ink: 0 for black, up to 130 for faded.
        paper: 255 for white, down to 200 for grey.
        face: Index into `FACES`.
    """

    number: int
    columns: int = 1
    dpi: int = 200
    skew: float = 0.0
    noise: float = 0.0
    blur: float = 0.0
    ink: int = 20
    paper: int = 250
    face: int = 0


SCANS = (
    Scan(0), Scan(1, columns=2), Scan(2, dpi=300), Scan(3, columns=2, dpi=300), Scan(4, dpi=150),
    Scan(5, skew=1.0), Scan(6, skew=-2.0), Scan(7, columns=2, skew=1.5), Scan(8, columns=2, skew=-3.0), Scan(9, skew=3.0, dpi=300),
    Scan(10, noise=0.002), Scan(11, columns=2, noise=0.004, dpi=300), Scan(12, blur=0.8), Scan(13, blur=1.2, dpi=300),
    Scan(14, ink=110, paper=225), Scan(15, columns=2, ink=90, paper=235), Scan(16, face=1, skew=-1.0, noise=0.001),
    Scan(17, columns=2, face=2, dpi=300, skew=0.7), Scan(18, face=2, blur=0.6, noise=0.001), Scan(19, columns=2, face=1, dpi=150, ink=60),
)  # fmt: skip
"""The twenty pages."""


def words_of(scan: Scan) -> tuple[str, list[str]]:
    """Headline and paragraphs of a page."""
    _, head, text = sorted(SAMPLE.glob("*.md"))[scan.number].read_text("utf-8").split("---\n", 2)
    return str(yaml.safe_load(head)["title"]), [part for part in text.split("\n") if part.strip()][:6]


@lru_cache
def picture(scan: Scan) -> Image.Image:
    """The page as it comes from the scanner, in grey."""
    dpi = scan.dpi
    page = Image.new("L", (round(PAPER[0] * dpi), round(PAPER[1] * dpi)), scan.paper)
    draw = ImageDraw.Draw(page)
    title, paragraphs = words_of(scan)
    face = str(FACES[scan.face])
    head, body = ImageFont.truetype(face, round(20 * dpi / 72)), ImageFont.truetype(face, round(10.5 * dpi / 72))
    room, left, top = (PAPER[0] - 2 * MARGIN) * dpi, MARGIN * dpi, MARGIN * dpi
    for line in _lines(draw, title, head, room):
        draw.text((left, top), line, font=head, fill=scan.ink)
        top += 1.25 * 20 * dpi / 72
    top += 0.15 * dpi
    gutter = 0.3 * dpi
    width = (room - gutter * (scan.columns - 1)) / scan.columns
    leading = 1.35 * 10.5 * dpi / 72
    rows = [row for text in paragraphs for row in (*_lines(draw, text, body, width), "")]
    deep = -(-len(rows) // scan.columns)
    for at, line in enumerate(rows):
        column, row = divmod(at, deep)
        draw.text((left + column * (width + gutter), top + row * leading), line, font=body, fill=scan.ink)
    return _scanned(page, scan)


def _scanned(page: Image.Image, scan: Scan) -> Image.Image:
    if scan.skew:
        page = page.rotate(scan.skew, resample=Image.Resampling.BICUBIC, fillcolor=scan.paper)
    if scan.blur:
        page = page.filter(ImageFilter.GaussianBlur(scan.blur * scan.dpi / 200))
    if scan.noise:
        chance = random.Random(scan.number)
        pixels = page.load()
        assert pixels is not None
        for _ in range(round(scan.noise * page.width * page.height)):
            pixels[chance.randrange(page.width), chance.randrange(page.height)] = chance.choice((0, 60, 255))
    return page


def _lines(draw: ImageDraw.ImageDraw, text: str, font: ImageFont.FreeTypeFont, room: float) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and draw.textlength(f"{lines[-1]} {word}", font=font) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def as_file(image: Image.Image, form: str = "PNG") -> bytes:
    """The picture as a file."""
    out = io.BytesIO()
    image.save(out, form)
    return out.getvalue()


def as_pdf(*images: Image.Image, dpi: int = 200) -> bytes:
    """A PDF of pictures, without text."""
    out = io.BytesIO()
    images[0].save(out, "PDF", resolution=dpi, save_all=True, append_images=images[1:])
    return out.getvalue()


def error_rate(found: str, wanted: str) -> float:
    """Character error rate: edits over the characters wanted, white space apart from word gaps left out."""
    found, wanted = " ".join(found.split()), " ".join(wanted.split())
    row = list(range(len(wanted) + 1))
    for i, a in enumerate(found, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(wanted, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return row[-1] / max(1, len(wanted))
