"""Sentences that say what the passages do not tell: statements about the evidence, not about the world."""

from __future__ import annotations

import re

_EVIDENCE = (
    r"(?:(?:the|these|those|this|any of the|none of the|no|neither of the)\s+)?(?:(?:given|provided|available|supplied|cited|"
    r"quoted|retrieved|numbered|news|other|two|three|four|five|above|listed)\s+){0,3}"
    r"(?:passages?|articles?|sources?|excerpts?|texts?|coverage|reports?|evidence|documents?|material|information|snippets?)"
)
_SILENT = (
    r"(?:do(?:es)?|did|is|are|was|were|has|have|had|can|could)(?:n['’]t|\s+not|\s+no\b)"
    r"|(?:say|says|give|gives|provide|provides|offer|offers|contain|contains|mention|mentions|hold|holds|have|has)"
    r"\s+(?:nothing|no\b|neither|little)"
    r"|(?:lack|lacks|omit|omits|leave|leaves)\b|(?:stop|stops)\s+short|(?:is|are)\s+(?:silent|unclear|insufficient|limited)"
)
_ABOUT = re.compile(rf"^(?:(?:however|but|so|also|still|beyond that|otherwise|overall)\b,?\s+)?(?:{_EVIDENCE})\b[^.;]{{0,60}}?\b(?:{_SILENT})", re.I)  # fmt: skip
_NONE = re.compile(
    rf"^(?:(?:however|but|so|also)\b,?\s+)?(?:none|neither|nothing|no\s+(?:\w+\s+){{0,3}}\w+)\b(?:[^.;]{{0,60}}?)\b(?:in|of|from|by)\s+"
    rf"{_EVIDENCE}\b|^(?:however,?\s+|but\s+)?no\s+(?:\w+\s+){{0,2}}(?:passage|article|source|excerpt|report)\s+\w+",
    re.I,
)
_UNSAID = re.compile(
    rf"\b(?:is|are|was|were)\s*(?:n['’]t|\s+not|\s+never)\s+(?:\w+\s+)?(?:mentioned|stated|given|specified|described|covered|"
    rf"named|explained|addressed|said|reported|included|discussed|provided|found|identified)\b[^.;]*\b(?:in|by)\s+{_EVIDENCE}\b",
    re.I,
)


def is_limitation(sentence: str) -> bool:
    """Whether a sentence says what the passages do not tell.

    "The passages do not say how the trial ended." speaks of the evidence; a sentence that speaks of the
    world and mentions an article is none.
    """
    text = sentence.strip()
    return any(pattern.search(text) for pattern in (_ABOUT, _NONE, _UNSAID))
