"""Whether a sentence can be quoted by itself: headings, bare dates, photo captions and fragments cannot."""

from __future__ import annotations

import re

from assistant.text.lexical import MONTH_FORM, content_words

LEAST_WORDS = 4
"""Words of the shortest sentence that is quoted alone."""
LONGEST_HEADING = 14
"""Words of the longest line without a full stop that may be a heading."""

_DATE_WORD = re.compile(
    rf"\b(?:{MONTH_FORM}|(?:mon|tues|wednes|thurs|fri|satur|sun)day|\d+(?:st|nd|rd|th)?|[ap]\.?m|e[sd]?t|gmt|utc|bst|ist|"
    r"published|updated|posted|last|first|on|at|by)\b",
    re.I,
)
_CREDIT = re.compile(
    r"^\W*(?:photo(?:graph)?s?|image|picture|credit|illustration|file\s+photo|getty|watch|video|listen|read\s+more|related|"
    r"also\s+read|share|sign\s+up|subscribe)\b\s*(?:[:|/]|by\b)|\(?(?:getty\s+images|shutterstock|ap\s+photo|reuters/|afp\s+via)",
    re.I,
)
_MARKUP = re.compile(r"\{\{|\}\}|</?\w+>|https?://\S+$")
_ENDS = re.compile(r"[.!?…][”\"'’)\]]*$|[”\"]$")


def stands_alone(sentence: str) -> bool:
    """Whether a sentence says something without what comes before and after it."""
    text = " ".join(sentence.split())
    words = re.findall(r"[\w][\w’'-]*", text)
    if len(words) < LEAST_WORDS or _CREDIT.search(text) or _MARKUP.search(text):
        return False
    if not content_words(_DATE_WORD.sub(" ", text)):
        return False
    return bool(_ENDS.search(text)) or len(words) > LONGEST_HEADING
