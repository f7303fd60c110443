"""Words by which a question asks for figures, and a sentence says a reason or goes on counting."""

from __future__ import annotations

import re

FIGURES = re.compile(
    r"\b(?:numbers?|figures?|how\s+(?:much|many)|sales|prices?|costs?|totals?|shares?|rates?|results?|stat(?:s|istics))\b",
    re.I,
)
"""In a question: that numbers are wanted."""
CAUSE = re.compile(
    r"\b(?:because|due\s+to|owing\s+to|thanks\s+to|as\s+a\s+(?:result|consequence)|result(?:s|ed|ing)?\s+(?:of|from|in)|caus(?:e[sd]?|ing)|"
    r"reasons?|blam(?:e[sd]?|ing)|led\s+to|stem(?:s|med)?\s+from|since|so\s+that|in\s+(?:order\s+to|response\s+to)|attribut\w+|prompt(?:s|ed|ing)|"
    r"driv(?:en|ing)\s+by|over\s+(?:concerns?|fears?|worries|claims|allegations)|amid|forc(?:ed|ing)|explain(?:s|ed)|that[’']s\s+why|the\s+problem)\b",
    re.I,
)
"""In a sentence: that it says why."""
COUNTING = re.compile(
    r"^\W*(?:and\s+)?(?:first(?:ly|\s+of\s+all)?|second(?:ly)?|third(?:ly)?|fourth|finally|lastly|also|then|another|"
    r"(?:the|a|an|one)\s+(?:first|second|third|other|further|final|last|additional|main)\b[\w\s]{0,20})\b",
    re.I,
)
"""At the beginning of a sentence: that it is one of several, "First", "Another reason"."""
