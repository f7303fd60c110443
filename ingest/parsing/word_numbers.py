"""The numbers that Word draws before the items of a list."""

from __future__ import annotations


def numeral(number: int, kind: str) -> str:
    """A number in one of Word's forms ("decimal", "lowerLetter", "upperRoman", ...)."""
    if kind in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter if kind == "lowerLetter" else letter.upper()
    if kind in ("lowerRoman", "upperRoman"):
        roman = ""
        for size, sign in ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
                           (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")):  # fmt: skip
            roman += sign * (number // size)
            number %= size
        return roman if kind == "lowerRoman" else roman.upper()
    return str(number)
