"""Whether a quotation in a written sentence stands in its sources, however its marks are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from assistant.text.lexical import fold

_DOUBLE = re.compile(r"[“\"„«]([^“”\"„«»]{3,}?)[”\"“»]")
_SINGLE = re.compile(r"(?<!\w)[‘']([^‘’']+(?:[’'](?=\w)[^‘’']+)*)[’'](?!\w)")
_CUT = re.compile(r"…|\.\s?\.\s?\.|\[\s?(?:…|\.\.\.)\s?\]")
_WORD = re.compile(r"\w+(?:'\w+)*")
_INSERTED = r"(?:\W+\w+){0,4}?"
"""What stands in the source where the claim has brackets: at most four words."""


def quotations(text: str) -> Iterator[str]:
    """The words that a text has in quotation marks; in single ones only from two words on."""
    for match in _DOUBLE.finditer(text):
        yield match[1]
    for match in _SINGLE.finditer(_DOUBLE.sub(" ", text)):
        if len(match[1].split()) > 1:
            yield match[1]


def is_quoted_from(quotation: str, texts: Sequence[str]) -> bool:
    """Whether every part of a quotation stands in one of the texts.

    Case, kinds of marks and punctuation are not compared; an ellipsis parts it, and brackets stand for
    words of the source.
    """
    patterns = [_pattern(part) for part in _CUT.split(quotation)]
    return any(all(pattern.search(_plain(text)) for pattern in patterns) for text in texts)


@lru_cache(maxsize=1_024)
def _plain(text: str) -> str:
    return " ".join(_WORD.findall(fold(text)))


def _pattern(part: str) -> re.Pattern[str]:
    pieces: list[str] = []
    for piece in re.split(r"(\[[^\]]*\])", part):
        if piece.startswith("["):
            pieces.append(_INSERTED)
            continue
        words = _WORD.findall(fold(piece))
        if words:
            pieces.append((r"\W+" if pieces else r"\b") + r"\W+".join(map(re.escape, words)))
    return re.compile(
        "".join(pieces).removesuffix(r"\W+") + r"(?!\w)" if pieces and pieces[-1] != _INSERTED else "".join(pieces)
    )
