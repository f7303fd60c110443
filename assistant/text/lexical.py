"""What a text names: content words, names, numbers and dates, by plain rules in one place.

Used by the query side, the evidence side and the support check, so that all three mean the same.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Collection

STOPWORDS = frozenset(
    """a about above after again against all also am an and any are aren't as at be because been before being below
    between both but by can can't cannot could couldn't did didn't do does doesn't doing don't down during each else
    ever few for from further get gets getting give given got had hadn't has hasn't have haven't having he he'd he'll
    he's her here here's hers herself him himself his how how's i i'd i'll i'm i've if in into is isn't it it's its
    itself just let let's like many may me might mine more most much must mustn't my myself no nor not of off on once
    only or other ought our ours ourselves out over own per please same say says said shall she she'd she'll she's
    should shouldn't so some such tell than that that's the their theirs them themselves then there there's these they
    they'd they'll they're they've this those through to too under until up upon us very was wasn't we we'd we'll we're
    we've were weren't what what's when when's where where's which while who who's whom whose why why's will with won't
    would wouldn't yet you you'd you'll you're you've your yours yourself yourselves""".split()
)

_MONTHS = "january february march april may june july august september october november december".split()
MONTH_NUMBER = (
    {name: i + 1 for i, name in enumerate(_MONTHS)} | {name[:3]: i + 1 for i, name in enumerate(_MONTHS)} | {"sept": 9}
)
MONTH_FORM = "|".join(sorted(MONTH_NUMBER, key=len, reverse=True))
"""Every way to write a month, for regular expressions."""

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_SMALL = {word: i for i, word in enumerate(_UNITS.split())} | {word: 10 * i for i, word in enumerate(_TENS.split(), 2)}
_ORDINAL = {word: i for i, word in enumerate(_ORDINALS.split(), 1)}
_SCALE = {"hundred": 100, "thousand": 1_000, "million": 10**6, "billion": 10**9, "trillion": 10**12,
          "k": 1_000, "m": 10**6, "mn": 10**6, "bn": 10**9, "b": 10**9, "tn": 10**12}  # fmt: skip

_NUMBER = re.compile(
    r"(?<![\w.])(\d[\d,]*(?:\.\d+)?)(?:[\s-]?(hundred|thousand|million|billion|trillion|bn|mn|tn|[kmb])\b)?(?![\d])",
    re.I,
)
_NUMBER_WORD = re.compile(
    r"\b(" + "|".join(_SMALL) + r")(?:[-\s](" + "|".join(w for w, n in _SMALL.items() if n < 10) + r"))?"
    r"(?:[-\s](hundred|thousand|million|billion|trillion))?\b",
    re.I,
)
_NAME = re.compile(
    r"\b(?:[A-ZÀ-ÞĀ-Ž][\w’'&.-]*\w|[A-Z])(?:\s+(?:(?:of|de|van|von|der|da|du|la|al|bin|the|and|for)\s+)?(?:[A-ZÀ-ÞĀ-Ž][\w’'&.-]*\w|[A-Z]\b|\d+\b))*"
)
_QUESTION_OPENERS = frozenset(
    """what who when where why how which whose whom did does do is are was were has have had can could will would should
    and but or in on at for from the a an of by as if so also give tell name list according if i it he she they we you
    this that these those his her their its our my there here yes no maybe january february march april june july august
    september october november december monday tuesday wednesday thursday friday saturday sunday""".split()
)
_CONNECTIVES = frozenset(
    """first firstly second secondly third thirdly fourth fifth lastly last finally next later earlier afterwards meanwhile
    meantime moreover furthermore additionally besides nevertheless nonetheless however still instead otherwise therefore
    thus hence consequently accordingly similarly likewise conversely rather indeed moreover overall eventually initially
    originally previously recently currently today yesterday tomorrow tonight now soon once perhaps obviously clearly
    importantly notably specifically generally typically usually often sometimes ultimately unfortunately fortunately
    interestingly surprisingly historically technically well okay ok sure plus""".split()
)
"""Words that open a sentence before a comma: "First, he said ..."."""


_PLAIN = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D",
     "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ħ": "h", "Ħ": "H", "ı": "i", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe"}
)  # fmt: skip
"""Marks and letters that Unicode does not decompose; case folding turns ß into ss."""

_POWER = re.compile("(?<=[0-9])(?=[\u00b2\u00b3\u00b9\u2070-\u207b])")
_AFTER_DIGIT = re.compile(
    "(?<=[0-9])(?=[\u00bc-\u00be\u2080-\u208b\u2150-\u215f\u2189\u2460-\u249b\u24ea-\u24ff\u2776-\u2793])"
)
"""Fractions, lowered and circled digits: Unicode decomposes them into plain digits, which must not join a number."""


def fold(text: str) -> str:
    """Case, accents, special letters and typographic marks removed; single spaces. For comparing, never for offsets.

    A power becomes "10^6" and never another number.
    """
    text = _AFTER_DIGIT.sub(" ", _POWER.sub("^", text.translate(_PLAIN)))
    text = unicodedata.normalize("NFKD", text)
    text = "".join(ch for ch in text if not unicodedata.combining(ch))
    return re.sub(r"\s+", " ", text).strip().casefold()


def words(text: str) -> list[str]:
    """Folded words in order, possessive endings removed."""
    return [re.sub(r"'s?$", "", word) for word in re.findall(r"[\w][\w'&-]*", fold(text))]


def content_words(text: str) -> list[str]:
    """Folded words that carry meaning, in order."""
    return [word for word in words(text) if word not in STOPWORDS and len(word) > 1]


def word_roots(text: str) -> set[str]:
    """The content words of a text cut to their first letters: enough to tell forms of one word from other words."""
    return {word[:5] if len(word) > 5 else word.rstrip("s") for word in content_words(text)}


def word_rarity(wanted: set[str], sentences: Collection[set[str]]) -> dict[str, float]:
    """Of each wanted word the log odds of not standing in a sentence, by how many of these sentences have it."""
    counts = Counter(word for sentence in sentences for word in sentence & wanted)
    return {word: math.log((len(sentences) + 1) / (counts[word] + 0.5)) for word in wanted}


def numbers(text: str) -> set[float]:
    """The values of the numbers in a text, in digits or in words; a scale word belongs to its number."""
    found = set()
    for match in _NUMBER.finditer(text):
        digits = match.group(1).replace(",", "").rstrip(".")
        value = float(digits) * _SCALE.get((match.group(2) or "").lower(), 1)
        found.add(round(value, 6))
    for match in _NUMBER_WORD.finditer(text):
        value = _SMALL[match.group(1).lower()] + (_SMALL[match.group(2).lower()] if match.group(2) else 0)
        found.add(float(value * _SCALE.get((match.group(3) or "").lower(), 1)))
    for word in words(text):
        if word in _ORDINAL:
            found.add(float(_ORDINAL[word]))
        elif ordinal := re.fullmatch(r"(\d+)(?:st|nd|rd|th)", word):
            found.add(float(ordinal.group(1)))
    return found


def names(text: str) -> list[str]:
    """Runs of capitalised words, without an opener that is capital only because a sentence starts there."""
    found = []
    for match in _NAME.finditer(text):
        parts = match.group(0).split()
        while parts and fold(parts[0]).strip("'") in _QUESTION_OPENERS | STOPWORDS:
            parts = parts[1:]
        if len(parts) == 1 and fold(parts[0]) in _CONNECTIVES and text[match.end() : match.end() + 1] == ",":
            continue
        name = re.sub(r"[’']s$", "", " ".join(parts))
        if len(name) > 1 and not re.fullmatch(r"[\d\s]+", name):
            found.append(name)
    return list(dict.fromkeys(found))


def months_named(text: str) -> set[int]:
    """Months named in a text, 1 to 12 ("may" only when capital)."""
    found = {MONTH_NUMBER[w] for w in re.findall(r"[a-z]+", text.lower()) if w in MONTH_NUMBER and w != "may"}
    return found | ({5} if re.search(r"\bMay\b", text) else set())
