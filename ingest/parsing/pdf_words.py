"""The words of a PDF page with their places, whatever order they were drawn in."""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

GAP = 0.17
"""Space between characters that parts words, as a share of their size; kerning stays below it."""
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_INVISIBLE = {0, 0xAD, 0x200B, 0xFEFF, 0xFFFE, 0xFFFF}


@dataclass(slots=True)
class Word:
    """A word and its place: points from the left and from the foot of the page as a reader holds it.

    Attributes:
        text: Its characters.
        left: Where it begins.
        right: Where it ends.
        base: Its baseline.
        size: Size of its font.
        spaced: A blank was drawn after it.
    """

    text: str
    left: float
    right: float
    base: float
    size: float
    spaced: bool = False


@dataclass(frozen=True, slots=True)
class _Char:
    text: str
    left: float
    right: float
    base: float
    size: float
    angle: int


def page_words(page: Any) -> tuple[list[Word], float, float]:
    """The words of a page in the order they were drawn.

    Args:
        page: A `pypdfium2.PdfPage`.

    Returns:
        The words, and the page's width and height as it is held for reading.
    """
    text_page = page.get_textpage()
    try:
        chars = _chars(text_page.raw)
    finally:
        text_page.close()
    width, height = page.get_size()
    turn = page.get_rotation() % 360
    raw_width, raw_height = (height, width) if turn in (90, 270) else (width, height)
    upright = [char for char in chars if char.angle == 0]
    main = 0
    if len(upright) * 2 < len(chars):
        angles = [char.angle for char in chars]
        main = max(set(angles), key=angles.count)
    left, bottom = _origin(page)
    kept = [_turned(char, main, left, bottom, raw_width, raw_height) for char in chars if char.angle == main]
    if main in (90, 270):
        raw_width, raw_height = raw_height, raw_width
    return _words(_once(kept)), raw_width, raw_height


def _origin(page: Any) -> tuple[float, float]:
    left, bottom, _, _ = page.get_cropbox()
    return float(left), float(bottom)


def _chars(handle: Any) -> list[_Char]:
    count = pdfium.FPDFText_CountChars(handle)
    box, x, y = pdfium.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    found = []
    for at in range(count):
        code = pdfium.FPDFText_GetUnicode(handle, at)
        if code in _INVISIBLE or pdfium.FPDFText_IsGenerated(handle, at) == 1:
            if code in (0xAD, 0xFFFE):
                code = 0x2D
            else:
                continue
        if code == 2:
            code = 0x2D
        if not pdfium.FPDFText_GetLooseCharBox(handle, at, ctypes.byref(box)):
            continue
        pdfium.FPDFText_GetCharOrigin(handle, at, ctypes.byref(x), ctypes.byref(y))
        angle = round(math.degrees(max(0.0, pdfium.FPDFText_GetCharAngle(handle, at))) / 10) * 10 % 360
        across = angle in (90, 270)
        size = abs(box.right - box.left) if across else abs(box.top - box.bottom)
        text = chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else ""
        if not text or (ord(text) < 32 and text != "\t"):
            continue
        if across:
            found.append(_Char(text, min(box.top, box.bottom), max(box.top, box.bottom), x.value, size, angle))
        else:
            found.append(_Char(text, box.left, box.right, y.value, size, angle))
    return found


def _turned(char: _Char, main: int, left: float, bottom: float, width: float, height: float) -> _Char:
    """The character on the page as it is held for reading; across it, left and right are heights and base is a distance."""
    if main == 270:  # reads upwards
        return _Char(char.text, char.left - bottom, char.right - bottom, width - (char.base - left), char.size, 0)
    if main == 90:  # reads downwards
        return _Char(
            char.text, height - (char.right - bottom), height - (char.left - bottom), char.base - left, char.size, 0
        )
    if main == 180:
        return _Char(
            char.text,
            width - (char.right - left),
            width - (char.left - left),
            height - (char.base - bottom),
            char.size,
            0,
        )
    return _Char(char.text, char.left - left, char.right - left, char.base - bottom, char.size, 0)


def _once(chars: list[_Char]) -> list[_Char]:
    """The characters without those drawn again in the same place to look bold or to cast a shadow."""
    seen: dict[tuple[str, int, int], list[_Char]] = {}
    kept = []
    for char in chars:
        x, y = int(char.left // 2), int(char.base // 2)
        near = (other for dx in (-1, 0, 1) for dy in (-1, 0, 1) for other in seen.get((char.text, x + dx, y + dy), ()))
        most = 0.12 * char.size
        if not char.text.isspace() and any(
            abs(o.left - char.left) < most and abs(o.base - char.base) < most for o in near
        ):
            continue
        seen.setdefault((char.text, x, y), []).append(char)
        kept.append(char)
    return kept


def _words(chars: list[_Char]) -> list[Word]:
    words: list[Word] = []
    for char in chars:
        last = words[-1] if words else None
        if char.text.isspace() or char.text == "\xa0":
            if last is not None and abs(last.base - char.base) < 0.3 * char.size:
                last.spaced = True
            continue
        text = _LIGATURES.get(char.text, char.text)
        size = char.size
        if (
            last is not None and not last.spaced and abs(last.base - char.base) < 0.08 * size
            and abs(last.size - size) < 0.12 * size and -0.35 * size < char.left - last.right < GAP * size
        ):  # fmt: skip
            last.text += text
            last.right = max(last.right, char.right)
        else:
            words.append(Word(text, char.left, char.right, char.base, size))
    return words
