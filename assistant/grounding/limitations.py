"""Sentences that say what the passages do not tell: statements about the evidence, not about the world."""

from __future__ import annotations

import re

_GIVEN = r"(?:given|provided|available|supplied|cited|quoted|retrieved|numbered|listed|above)"
_DETERMINER = r"(?:the|these|those|this|any of the|none of the|no|neither|all)"
_EVIDENCE = (
    rf"(?:{_DETERMINER}\s+)?(?:(?:{_GIVEN}|news|other|two|three|four|five)\s+)*"
    r"(?:passages?|articles?|sources?|excerpts?|snippets?|documents?)(?!\s+(?:of|by|from|for)\b)"
    rf"|(?:{_DETERMINER}\s+)?(?:{_GIVEN})\s+(?:news\s+)?(?:text|coverage|reports?|reporting|evidence|material|information)"
)
"""What a writer calls the passages. "The report" and "the text" alone may be anything in the news."""
_SILENT = (
    r"(?:do(?:es)?|did|is|are|was|were|has|have|had|can|could)(?:n['’]t|\s+not|\s+no\b)"
    r"|(?:say|give|provide|offer|contain|mention|hold|have|has|tell|reveal)s?\s+(?:us\s+)?(?:nothing|no\b|neither|little)"
    r"|(?:lack|omit|leave)s?\b|stops?\s+short|(?:is|are)\s+(?:silent|unclear|insufficient|limited)"
)
_START = r"^(?:(?:however|but|so|also|still|beyond that|otherwise|overall|unfortunately)\b,?\s+)?"
_ABOUT = re.compile(rf"{_START}(?:{_EVIDENCE})\b[^.;]{{0,60}}?\b(?:{_SILENT})", re.I)
_NONE = re.compile(
    rf"{_START}(?:none|neither|nothing|no\s+(?:\w+\s+){{0,3}}\w+)\b[^.;]{{0,60}}?\b(?:in|of|from|by)\s+(?:{_EVIDENCE})\b"
    rf"|{_START}no\s+(?:{_GIVEN}\s+)?(?:passage|article|source|excerpt)s?(?!\s+(?:of|by|from|for|was|were|has|had)\b)\s+\w+",
    re.I,
)
_UNSAID = re.compile(
    rf"\b(?:is|are|was|were)\s*(?:n['’]t|\s+not|\s+never)\s+(?:\w+\s+)?\w+(?:ed|en|said|found|told|clear)\b[^.;]*"
    rf"\b(?:in|by|from)\s+(?:{_EVIDENCE})\b",
    re.I,
)


def is_limitation(sentence: str) -> bool:
    """Whether a sentence says what the passages do not tell.

    "The passages do not say how the trial ended." speaks of the evidence; a sentence that speaks of the
    world and mentions an article is none.
    """
    text = sentence.strip()
    return any(pattern.search(text) for pattern in (_ABOUT, _NONE, _UNSAID))
