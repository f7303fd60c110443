"""Numbers, dates and names of a claim that nothing which the writer was given holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.grounding import lexicon
from assistant.grounding.alignment import Aligned
from assistant.grounding.matching import FOREIGN

_COUNTED = 12
"""Counts up to this one may be a writer's own: three names in a list are "three people"."""

_DERIVED = re.compile(r"\w{5,}ing|\w{4,}(?:ity|ness|tion|sion|ment|ance|ence|ship|ism|ly)")
"""Ordinary words by their ending: "Likening", "Eligibility"."""


def unknown_facts(aligned: Sequence[Aligned], texts: Sequence[str]) -> Iterator[str]:
    """Say in plain words which numbers, dates and names nothing holds.

    Args:
        aligned: The claim, aligned.
        texts: All passages and headers given, and the question.
    """
    for item in aligned:
        unit = item.unit
        if item.cost < FOREIGN or item.at is not None:
            continue
        if unit.kind == "date":
            yield f"the date {unit.shown!r} is not in its source"
        elif unit.kind == "number":
            counted = isinstance(unit.value, float) and unit.value <= _COUNTED and unit.value == int(unit.value)
            if not counted or unit.measure in ("%", "€", "$", "£") or unit.measure.startswith("month "):
                yield f"the number {unit.shown!r} is not in its source"
    for name in _names(aligned):
        if all(item.cost >= FOREIGN and _may_be_a_name(item) for item in name) and not _written_otherwise(name, texts):
            yield f"the name {' '.join(item.unit.shown for item in name)!r} is not in its source"


def _names(aligned: Sequence[Aligned]) -> Iterator[list[Aligned]]:
    """Runs of capital words without a function word or a mark between them."""
    run: list[Aligned] = []
    for item in aligned:
        if run and (item.unit.kind != "name" or item.unit.lead or item.unit.opens):
            yield run
            run = []
        if item.unit.kind == "name":
            run.append(item)
    if run:
        yield run


def _may_be_a_name(item: Aligned) -> bool:
    """Whether a capital word is no ordinary word that only begins the sentence or a title."""
    derived = item.unit.initial and _DERIVED.fullmatch(item.unit.text)
    return not (derived or lexicon.bases(item.unit.text))


def _written_otherwise(name: Sequence[Aligned], texts: Sequence[str]) -> bool:
    """Whether the texts hold the name's abbreviation, what it abbreviates, or another form of one of its words."""
    words = {word for text in texts for word in re.findall(r"[^\W\d_]+", text) if word[0].isupper()}
    initials = "".join(item.unit.text[0] for item in name).casefold()
    if len(name) > 1 and any(word.isupper() and word.casefold().startswith(initials) for word in words):
        return True
    for item in name:
        text = item.unit.text
        if len(text) >= 4 and any(word.casefold()[:4] == text[:4] for word in words):
            return True
        if len(name) == 1 and 2 <= len(text) <= 6:
            joined = " ".join(texts)
            spelled = r"\w{3,}[\s-]+".join(text)
            if item.unit.shown.isupper() and text.isalpha() and re.search(rf"\b{spelled}\w{{3,}}", joined, re.I):
                return True  # "artificial intelligence" for AI
            letters = r"\w*[\s-]+(?:(?:of|the|and|for|on)\s+){0,2}".join(letter.upper() for letter in text)
            if text.isalpha() and re.search(rf"\b{letters}", joined):
                return True
    return False
