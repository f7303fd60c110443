"""What raised and lowered characters are: powers, cents, ordinals, formulas, or marks of notes.

A raised figure must never become a digit of the number before it: "140" with note 1 is not 1401 jobs.
"""

from __future__ import annotations

import re

_UP = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_DOWN = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_FIGURES = re.compile(r"[0-9]+")
_POWER = re.compile(r"[-−+]?[0-9]{1,3}")
_BASE = re.compile(r"(?:^|[^0-9.,])10$|[×x*·]\s?10$")
_UNIT = re.compile(r"(?:^|[\s0-9/(·])(?:[kcmdµn]?m|km|ft|in|yd|mi|[cmd]?l|s|h|Hz|ha|cm|sec)$")
_PRICE = re.compile(r"[$€£¥]\s?[0-9][0-9,. ]*$")
_SYMBOL = re.compile(r"(?:^|[^A-Za-z])[A-Za-z]$")
_NOTE = re.compile(
    r"\s*[\[(]?\s*(?:[0-9]{1,3}|[*†‡§¶#]{1,3}|[a-z]|[ivx]{1,4})(?:\s*[,;–-]\s*(?:[0-9]{1,3}|[a-z]))*\s*[\])]?\s*"
)


def raised(before: str, text: str) -> str:
    """What raised characters add to the text before them.

    Args:
        before: The text of the paragraph up to them.
        text: The raised characters.

    Returns:
        A power as superscript characters ("10⁶", "km²"), raised cents with their point ("$11.99"), letters as they
        are ("1st"), and nothing for the mark of a note.
    """
    bare = text.strip()
    if not bare:
        return text
    if _PRICE.search(before) and re.fullmatch(r"[0-9]{2}", bare) and "." not in before[-4:]:
        return f".{bare}"
    if _POWER.fullmatch(bare) and (_BASE.search(before) or _is_unit(before, bare) or _is_symbol(before, bare)):
        return bare.translate(_UP)
    if _NOTE.fullmatch(text):
        return " " if text[:1].isspace() or text[-1:].isspace() else ""
    return text


def lowered(before: str, text: str) -> str:
    """What lowered characters add to the text before them: figures of a formula as subscripts ("CO₂")."""
    bare = text.strip()
    if re.fullmatch(r"[0-9+−=()-]+", bare) and before[-1:].isalpha():
        return bare.translate(_DOWN)
    return text


def _is_unit(before: str, figures: str) -> bool:
    """A unit takes 2 or 3 ("km²"), and a negative power ("s⁻¹")."""
    return (
        figures.lstrip("-−+") in ("1", "2", "3")
        and _UNIT.search(before[-12:]) is not None
        and (figures not in ("1", "+1"))
    )


def _is_symbol(before: str, figures: str) -> bool:
    """A single letter that is a quantity ("E = mc²", "R²"), not the article "a"."""
    return figures in ("2", "3") and _SYMBOL.search(before[-3:]) is not None and before[-1:] not in "aAI"
