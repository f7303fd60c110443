"""Whether a sentence holds the kind of thing that a question asks for: a number ("how many") or a time ("when").

A sentence without a number does not say how many, however well it fits otherwise.
"""

from __future__ import annotations

import re

from assistant.query.parsed import ParsedQuestion
from assistant.text.lexical import MONTH_FORM, numbers

_TIME = re.compile(
    rf"\b(?:{MONTH_FORM}|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:1[5-9]|20)\d\d|\d+(?::\d\d)?\s*[ap]\.?m|"
    r"to(?:day|night|morrow)|yesterday|ago|weekend|morning|afternoon|evening|midnight|noon|spring|summer|autumn|winter|"
    r"(?:last|next|this|previous|following|same|earlier|later|past|first|final|\w+th|\w+st|\w+nd|\w+rd|\d+)\s+"
    r"(?:day|week|month|year|season|decade|century|minute|hour|half|quarter)s?|after|before|during|until|since|once|when)\b",
    re.I,
)


def holds_answer_type(asked: ParsedQuestion, text: str) -> bool:
    """Whether a text holds what the question asks for, and not only the question's own numbers.

    True of every text when the question's words name no type.
    """
    if asked.wanted == "number":
        return bool(numbers(text) - asked.numbers)
    return asked.wanted is None or bool(_TIME.search(text))
