"""Citation markers in a chat model's text, in every form that models write: [1], [1, 2], 【1†source】, (1), [^1], [1-3]."""

from __future__ import annotations

import re

_NUMBER = r"(?:\^|#|n[o°]?\.?\s*)?\d{1,2}(?!\d)"
_WORD = r"(?:(?:passages?|sources?|documents?|docs?|refs?|references?|articles?|quotes?|citations?|p|s)\.?\s*:?\s*)"
_BODY = rf"{_WORD}?{_NUMBER}(?:\s*(?:,|;|&|\band\b|\+|[-–—]|\bto\b)\s*{_WORD}?{_NUMBER})*(?:\s*†[^\]】]{{0,40}})?"
MARKER = re.compile(
    rf"\\?[\[【［⟦]\s*\\?\[?\s*{_BODY}\s*\\?\]?\s*\\?[\]】］⟧]|\((?:\s*{_BODY}\s*)\)|\{{\s*{_BODY}\s*\}}|"
    rf"<(sup|cite|ref)>\s*\[?{_BODY}\]?\s*</\1>|\[\[\s*{_BODY}\s*\]\]|(?<=[.!?”\"’)])[¹²³⁴⁵⁶⁷⁸⁹⁰]{{1,3}}",
    re.I,
)
"""One group of markers."""
OPENERS = "[【［⟦({<\\"
"""Characters that a marker may begin with; a sentence's end is only known once they are read to their close."""
LONGEST = 48
"""Characters of the longest marker."""

_SUPERSCRIPTS = str.maketrans("¹²³⁴⁵⁶⁷⁸⁹⁰", "1234567890")
_RANGE = re.compile(r"(\d{1,2})\s*(?:[-–—]|\bto\b)\s*(?:\^|#)?(\d{1,2})", re.I)


def marked(text: str, most: int) -> tuple[int, ...]:
    """The numbers of the markers in a text, in order, each once.

    Args:
        text: A sentence.
        most: How many passages there are. A round bracket with a larger number, "(25)", is no marker.
    """
    found: list[int] = []
    for match in MARKER.finditer(text):
        if _is_marker(match, most):
            found += _numbers(match[0])
    return tuple(dict.fromkeys(found))


def unmarked(text: str, most: int) -> str:
    """The text without its markers and the spaces before them."""
    plain = re.sub(rf"\s*(?:{MARKER.pattern})", lambda match: _without(match, most), text, flags=re.I)
    return re.sub(r"\s+([.,;:!?])", r"\1", " ".join(plain.split()))


def _without(match: re.Match[str], most: int) -> str:
    if match[0].translate(_SUPERSCRIPTS).isdigit():
        return ""
    inner = MARKER.search(match[0])
    return "" if inner and _is_marker(inner, most) else match[0]


def _is_marker(match: re.Match[str], most: int) -> bool:
    if not match[0].startswith(("(", "{")):
        return True
    return all(1 <= number <= most for number in _numbers(match[0]))


def _numbers(marker: str) -> list[int]:
    text = re.sub(r"†.*", "", marker.translate(_SUPERSCRIPTS))
    found: list[int] = []
    for first, last in _RANGE.findall(text):
        if int(first) < int(last) <= int(first) + 20:
            found += range(int(first), int(last) + 1)
    return [*found, *(int(number) for number in re.findall(r"\d{1,2}", text))]
