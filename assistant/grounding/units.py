"""The parts of a sentence that carry meaning, in order: words, names, numbers and dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from assistant.grounding.lexicon import irregular
from assistant.text.lexical import MONTH_NUMBER, STOPWORDS, fold

Kind = Literal["word", "name", "number", "date"]

_TOKEN = re.compile(
    r"(?:(?<!\w)[A-Z]\.){2,}|\d[\d,]*(?:\.\d+)?|[^\W\d_]+(?:['’&-][^\W_]+|(?<=[A-Za-z])\d+)*\.?(?=\w*)|[%€$£]", re.U
)
_MARKS = re.compile(
    r"[,;:—–()·|]|\b(?:and|but|while|after|before|because|when|which|who|although|though|as|since|if)\b|--", re.I
)
_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "k": 1e3, "m": 1e6, "mn": 1e6,
    "bn": 1e9, "b": 1e9, "tn": 1e12, "dozen": 12.0, "dozens": 24.0,
}  # fmt: skip
_COUNTS = {
    word: float(value)
    for value, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
        eighteen nineteen""".split()
    )
} | {
    word: 10.0 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_ORDINALS = {
    word: float(value)
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), 1
    )
}
_PARTS = {"half": 0.5, "third": 1 / 3, "thirds": 1 / 3, "quarter": 0.25, "quarters": 0.25, "fifth": 0.2, "fifths": 0.2}
_MULTIPLES = {"twice": 2.0, "double": 2.0, "doubled": 2.0, "triple": 3.0, "tripled": 3.0, "once": 1.0}
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_UNITS = {
    "%": "%", "percent": "%", "per": "%", "percentage": "%", "pc": "%", "euro": "€", "dollar": "$", "pound": "£", "usd": "$", "us$": "$",
}  # fmt: skip
_MONEY = "€$£"
_PASSING = frozenset(
    """yes no however also meanwhile additionally moreover furthermore instead still already later then therefore thus well
    neither nor despite nobody nothing none everyone someone anyone whoever whatever whenever wherever
    total overall both either respectively etc afterward afterwards subsequently according alongside although though besides
    whether toward towards upon within across around behind near amid versus vs year-old years-old aged among including along via per dr mr mrs ms sir rep sen gov st prof""".split()
)
"""Words that join sentences or address a person; they need no source of their own."""


_ENDINGS = (
    ("ments", 4), ("ment", 4), ("ations", 4), ("ation", 4), ("ingly", 4), ("edly", 4), ("ies", 2), ("ied", 2), ("ing", 3), ("ers", 4),
    ("ed", 3), ("es", 3), ("ly", 3), ("er", 4), ("s", 3), ("e", 4), ("y", 4),
)  # fmt: skip
"""Endings, each with the least length of what is left."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A word that carries meaning, or a number or a date.

    Attributes:
        text: Folded; a number as written.
        root: The word without its endings; empty for numbers.
        kind: word, name, number or date.
        start: First character in the sentence.
        value: The value of a number; the month, weekday or year of a date.
        measure: Of a number: "%", a currency sign, the root of the word after it, or the month of a day.
        opens: Whether a clause begins with it.
        quoted: Whether it stands in quotation marks.
        initial: Whether it is the sentence's first word, so that its capital says nothing.
        shown: As written.
        lead: The function words between the unit before and this one, folded.
    """

    text: str
    root: str
    kind: Kind
    start: int
    value: float | str | None = None
    measure: str = ""
    opens: bool = False
    quoted: bool = False
    initial: bool = False
    shown: str = ""
    lead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """A sentence as units.

    Attributes:
        text: The sentence.
        units: Its units, in order.
        roots: Root -> positions among the units; parts of hyphenated words too.
        words: All folded words, function words too.
    """

    text: str
    units: tuple[Unit, ...]
    roots: dict[str, tuple[int, ...]]
    words: frozenset[str]


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A folded word without its endings; irregular forms give that of their base form."""
    for _ in range(3):
        shorter = _without_ending(irregular(word))
        if shorter == word:
            break
        word = shorter
    return word


def _without_ending(word: str) -> str:
    for ending, least in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= least and not word.endswith("ss"):
            word = word[: -len(ending)]
            return word[:-1] if len(word) > 4 and word[-1] == word[-2] else word
    return word


def _plain(word: str) -> str:
    return re.sub(r"'s?$", "", fold(word)).replace(".", "")


@lru_cache(maxsize=8_192)
def parse(text: str) -> Parsed:
    """Take a sentence apart."""
    units = tuple(_with_months(list(_units(text))))
    roots: dict[str, list[int]] = {}
    for at, unit in enumerate(units):
        for root in _roots(unit):
            roots.setdefault(root, []).append(at)
    words = [_plain(match.group()) for match in _TOKEN.finditer(text)]
    return Parsed(text, units, {root: tuple(at) for root, at in roots.items()}, frozenset(words))


def _with_months(units: list[Unit]) -> Iterator[Unit]:
    """Numbers that are days of a month, with their month as measure."""
    for at, unit in enumerate(units):
        if unit.kind == "number" and isinstance(unit.value, float) and 1 <= unit.value <= 31:
            for other in (*units[max(0, at - 1) : at], *units[at + 1 : at + 2]):
                if str(other.value).startswith("month ") and abs(other.start - unit.start) <= len(other.text) + 5:
                    unit = replace(unit, measure=str(other.value))
        yield unit


def _roots(unit: Unit) -> set[str]:
    if unit.kind in ("number", "date"):
        return set()
    parts = unit.text.split("-")
    return {unit.root, *(stem(part) for part in parts if len(part) > 2), stem(unit.text.replace("-", ""))}


def _units(text: str) -> Iterator[Unit]:
    quoted = [match.span() for match in re.finditer(r"[“\"][^“”\"]*[”\"]", text)]
    tokens = list(_TOKEN.finditer(text))
    marks = [match.start() for match in _MARKS.finditer(text)]
    last, skip = -1, 0
    lead: list[str] = []
    for at, match in enumerate(tokens):
        if skip:
            skip -= 1
            continue
        start, word = match.start(), _plain(match.group())
        inside = any(a < start < b for a, b in quoted)
        opens = last < 0 or any(last <= mark <= start for mark in marks)
        end, made = match.end(), None
        number = _number(text, tokens, at)
        if number is not None:
            value, used, measure = number
            skip = used - 1
            end = tokens[at + used - 1].end()
            made = Unit(text[start:end].rstrip(".,").lower(), "", "number", start, value, measure)
        elif (date := _date(match.group())) is not None:
            made = Unit(match.group().rstrip("."), "", "date", start, date)
        elif _carries(word, match.group()) and text[end : end + 1] not in tuple(_MONEY):
            kind: Kind = "name" if match.group()[0].isupper() else "word"
            made = Unit(word, stem(word), kind, start)
        if made is None:
            lead.append(word)
            continue
        initial = last < 0 and not text[:start].strip(" “\"'‘")
        shown = re.sub(r"['’]s?$", "", text[start:end].rstrip(".,"))
        yield replace(made, opens=opens, quoted=inside, initial=initial, shown=shown, lead=tuple(lead))
        last, lead = end, []


def _carries(word: str, written: str) -> bool:
    """Whether a word means something of its own; "US" and "WHO" do."""
    acronym = len(word) > 1 and written.replace(".", "").isupper()
    return len(word) > 1 and word[0].isalnum() and (acronym or word not in STOPWORDS and word not in _PASSING)


def _date(word: str) -> str | None:
    plain = word.rstrip(".").lower()
    if not word.rpartition("-")[2][:1].isupper():
        return None
    if plain in _DAYS or plain.rstrip("s") in _DAYS:
        return plain if plain in _DAYS else plain.rstrip("s")
    head = plain.rpartition("-")[2]
    month = MONTH_NUMBER.get(head)
    return f"month {month}" if month else None


def _number(text: str, tokens: list[re.Match[str]], at: int) -> tuple[float, int, str] | None:
    """The value of the number that begins at a token, how many tokens it takes, and its measure."""
    word = tokens[at].group().lower().rstrip(".")
    following = [token.group().lower().rstrip(".") for token in tokens[at + 1 : at + 5]]
    used = 1
    if word[0].isdigit():
        try:
            value = float(word.replace(",", ""))
        except ValueError:
            return None
    else:
        found = _in_words(word, following)
        if found is None:
            return None
        value, used = found
    rest = following[used - 1 :]
    joined = tokens[at + used - 1].end()
    if rest and rest[0] in _SCALES and text[joined : joined + 1] in ("", " ", "-", *"kmbtKMBT"):
        value *= _SCALES[rest[0]]
        used += 1
        rest = rest[1:]
    if rest and rest[0] in ("st", "nd", "rd", "th"):
        used, rest = used + 1, rest[1:]
    measure = _measure(text, tokens[at].start(), rest)
    return value, used, measure


def _in_words(word: str, following: list[str]) -> tuple[float, int] | None:
    parts = word.split("-")
    if len(parts) > 1 and parts[0] in _COUNTS:
        if parts[1] in _COUNTS:
            return _COUNTS[parts[0]] + _COUNTS[parts[1]], 1
        if parts[1] in _PARTS:
            return _COUNTS[parts[0]] * _PARTS[parts[1]], 1
        if len(parts) > 2:
            return _COUNTS[parts[0]], 1  # "six-year-old"
    if word in _COUNTS:
        if following[:3] in (["and", "a", "half"], ["and", "a", "quarter"]):
            return _COUNTS[word] + _PARTS[following[2]], 4
        if following and following[0] in _PARTS and following[0] not in ("half", "quarters"):
            return _COUNTS[word] * _PARTS[following[0]], 2
        if _COUNTS[word] == 1.0 and not (following and following[0].rstrip(".") in _SCALES):
            return None  # "one" points more often than it counts
        return _COUNTS[word], 1
    if word in ("half", "dozen", "dozens", "hundreds", "thousands", "millions", "billions"):
        return (0.5 if word == "half" else _SCALES[word] if word in _SCALES else _SCALES[word.rstrip("s")]), 1
    if word in _ORDINALS:
        return _ORDINALS[word], 1
    return (_MULTIPLES[word], 1) if word in _MULTIPLES else None


def _measure(text: str, start: int, rest: list[str]) -> str:
    before = text[:start].rstrip()
    if before[-1:] in tuple(_MONEY):
        return before[-1]
    if not rest:
        return ""
    word = rest[0]
    if word == "per" and rest[1:2] != ["cent"]:
        return ""
    return _UNITS.get(word) or _UNITS.get(word.rstrip("s")) or ("" if word in STOPWORDS else stem(fold(word)))
