"""What words have to do with each other: base forms, related words, opposites, broader words.

The data are taken from WordNet 3.0; `assistant/models/LEXICON.md` says how.
"""

from __future__ import annotations

import lzma
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

LEXICON = Path(__file__).resolve().parent.parent / "models" / "lexicon.tsv.xz"

_SUFFIXES = (
    ("s", ""), ("ses", "s"), ("xes", "x"), ("zes", "z"), ("ches", "ch"), ("shes", "sh"), ("ies", "y"), ("men", "man"),
    ("ied", "y"), ("ed", "e"), ("ed", ""), ("ing", "e"), ("ing", ""), ("er", ""), ("er", "e"), ("ier", "y"),
    ("est", ""), ("est", "e"), ("iest", "y"),
)  # fmt: skip
"""Endings of inflected forms and what stands for them in the base form."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the lexicon holds on one word.

    Attributes:
        saying: Whether it is first of all a neutral verb of saying.
        light: Whether it is a verb so common that it says little.
        related: Synonyms and derived words.
        opposite: Antonyms.
        broader: Words that name a wider kind.
    """

    saying: bool
    light: bool
    related: frozenset[str]
    opposite: frozenset[str]
    broader: frozenset[str]


_NOTHING = Entry(False, False, frozenset(), frozenset(), frozenset())


@lru_cache(maxsize=1)
def _load() -> tuple[dict[str, Entry], dict[str, str]]:
    entries, irregular = {}, {}
    for line in lzma.decompress(LEXICON.read_bytes()).decode().splitlines():
        word, flag, forms, related, opposite, broader = (line.split("\t") + [""] * 5)[:6]
        entries[word] = Entry(
            "s" in flag, "l" in flag, *(frozenset(cell.split()) for cell in (related, opposite, broader))
        )
        irregular.update(dict.fromkeys(forms.split(), word))
    return entries, irregular


def irregular(word: str) -> str:
    """The base form of an irregular form; any other word unchanged."""
    return _load()[1].get(word, word)


@lru_cache(maxsize=20_000)
def bases(word: str) -> tuple[str, ...]:
    """The base forms that a folded word may have, itself first; those that are in the lexicon."""
    entries, irregular = _load()
    found = [word] if word in entries else []
    if word in irregular:
        found.append(irregular[word])
    for ending, base in _SUFFIXES:
        if word.endswith(ending) and len(word) - len(ending) >= 2:
            stem = word[: -len(ending)]
            doubled = stem[:-1] if not base and len(stem) > 3 and stem[-1] == stem[-2] else ""
            found += [form for form in (stem + base, doubled) if form in entries]
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=20_000)
def _gathered(word: str) -> Entry:
    """The entries of all base forms of a word together."""
    entries, _ = _load()
    found = [entries[base] for base in bases(word)]
    if not found:
        return _NOTHING
    return Entry(
        any(entry.saying for entry in found),
        any(entry.light for entry in found),
        frozenset().union(*(entry.related for entry in found)),
        frozenset().union(*(entry.opposite for entry in found)),
        frozenset().union(*(entry.broader for entry in found)),
    )


def is_saying(word: str) -> bool:
    """Whether a word is first of all a neutral verb of saying: "said", "announced", "claims"."""
    return _gathered(word).saying


def is_light(word: str) -> bool:
    """Whether a word is a verb so common that it says little: "made", "took", "came"."""
    return _gathered(word).light


def related(one: str, two: str) -> bool:
    """Whether two folded words are synonyms, or derived from each other, in a common sense of theirs."""
    forms = set(bases(two))
    return bool(forms & set(bases(one)) or forms & _gathered(one).related)


def opposite(one: str, two: str) -> bool:
    """Whether two folded words are antonyms."""
    return bool(set(bases(two)) & _gathered(one).opposite)


def broader(general: str, special: str) -> bool:
    """Whether the first word names a wider kind of the second: "vessel" and "ferry"."""
    return bool(set(bases(general)) & _gathered(special).broader)
