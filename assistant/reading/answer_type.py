"""What kind of thing a question asks for, where its words say so: a number ("how many") or a time ("when").

A sentence without a number does not say how many, however well it fits otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from assistant.text.lexical import MONTH_FORM, numbers

Kind = Literal["number", "time"]

_COUNTED = "percentage|proportion|price|cost|age|number|amount|score|height|weight|length|distance|speed|temperature|population|valuation|salary"
_OPENS = r"^(?:[^,]*,\s*)?(?:(?:and|but|so|or|also)\s+)?(?:(?:by|for|at|in|on|to|from|since|until|of)\s+)?"
_NUMBER = re.compile(
    rf"{_OPENS}(?:how\s+(?:many|much|old|long|far|tall|high|big|large|fast|often|heavy)\b|"
    rf"(?:what|which)(?:['’]s|\s+(?:is|was|were|are))?\s+(?:the\s+)?(?:\w+\s+){{0,2}}(?:{_COUNTED})\b)",
    re.I,
)
_WHEN = re.compile(rf"{_OPENS}(?:when\b|(?:what|which)\s+(?:year|day|date|month|week|time|decade|century)\b)", re.I)

_TIME = re.compile(
    rf"\b(?:{MONTH_FORM}|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:1[5-9]|20)\d\d|\d+(?::\d\d)?\s*[ap]\.?m|"
    r"to(?:day|night|morrow)|yesterday|ago|weekend|morning|afternoon|evening|midnight|noon|spring|summer|autumn|winter|"
    r"(?:last|next|this|previous|following|same|earlier|later|past|first|final|\w+th|\w+st|\w+nd|\w+rd|\d+)\s+"
    r"(?:day|week|month|year|season|decade|century|minute|hour|half|quarter)s?|after|before|during|until|since|once|when)\b",
    re.I,
)


def wanted_kind(question: str) -> Kind | None:
    """The kind of thing that the last sentence of a question asks for; None where its words do not say."""
    last = re.split(r"[?)]\s+(?=\w)", re.sub(r"\([^()]*\)\s*$", "", question).strip())[-1]
    return "number" if _NUMBER.search(last) else "time" if _WHEN.search(last) else None


def kind_check(question: str) -> Callable[[str], bool]:
    """Tells of a text whether it holds what the question asks for, and not only the question's own numbers.

    Of every text, when the question's words name no kind.
    """
    kind, own = wanted_kind(question), numbers(question)

    def holds(text: str) -> bool:
        if kind == "number":
            return bool(numbers(text) - own)
        return kind is None or bool(_TIME.search(text))

    return holds
