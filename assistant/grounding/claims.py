"""What a sentence claims, word by word: its names, numbers with units, dates, negations and hedges.

`support` compares the claims of a written sentence with those of its sources. Plain rules over words;
nothing here knows a model. Quotation marks, case and endings of words are evened out first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.text.lexical import MONTH_NUMBER, STOPWORDS, fold, names, numbers

_TOKEN = re.compile(r"\d[\d,]*(?:\.\d+)?|[^\W_]+(?:['’&-][^\W_]+)*|[%€$£]")
_COUNT_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty thirty forty fifty sixty seventy eighty ninety first second third fourth fifth sixth seventh eighth ninth "
    "tenth eleventh twelfth"
).split()
_ANCHOR = re.compile(
    r"(?<![\w.])(?:\d[\d,]*(?:\.\d+)?|(?:"
    + "|".join(_COUNT_WORDS)
    + r")(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?)"
    r"(?:[\s-]?(?:hundred|thousand|million|billion|trillion|bn|mn|tn|[kmb]))?(?:st|nd|rd|th)?(?!\w)",
    re.I,
)
_WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())

_UNITS = {
    "%": "%", "per cent": "%", "percent": "%", "percentage": "%", "€": "€", "euro": "€", "$": "$", "dollar": "$", "£": "£",
    "metre": "m", "meter": "m", "kilometre": "km", "kilometer": "km", "km": "km", "mile": "mile", "mph": "mph", "foot": "foot",
    "feet": "foot", "inch": "inch", "yard": "yard", "tonne": "tonne", "ton": "ton", "kilogram": "kg", "kg": "kg",
    "pound": "pound", "hour": "hour", "minute": "minute", "second": "second", "day": "day", "week": "week", "month": "month",
    "year": "year", "cent": "cent", "time": "times", "degree": "degree", "litre": "litre", "gallon": "gallon", "watt": "watt",
    "kilowatt": "kw", "gigawatt": "gw", "megawatt": "mw", "decade": "decade", "km/h": "kmh", "basis": "bp", "acre": "acre",
    "hectare": "ha", "gigabyte": "gb", "gb": "gb", "tb": "tb", "mb": "mb", "terabyte": "tb", "hz": "hz", "inche": "inch",
}  # fmt: skip

_FORMS = {
    form: head
    for line in (
        "win won winning wins", "lose lost loses losing loss losses", "die dies died dead death deaths kill kills killed",
        "rise rises rose risen rising", "fall falls fell fallen falling", "sell sells sold sale", "buy buys bought",
        "leave leaves left leaving", "lead leads led", "hold holds held", "meet meets met meeting", "begin begins began begun",
        "pay pays paid", "send sends sent", "build builds built", "choose chooses chose chosen", "find finds found",
        "take takes took taken", "give gives gave given", "break breaks broke broken", "grow grows grew grown", "know knew known",
        "write wrote written", "speak spoke spoken", "drive drove driven", "beat beaten beats", "see saw seen", "run ran runs",
        "come came comes", "keep kept keeps", "spend spent spends", "draw drew drawn", "bring brought brings", "think thought",
        "catch caught", "teach taught", "hear heard", "become became becomes", "mean meant", "strike struck", "sink sank sunk",
        "person people", "freeze froze frozen freezes", "fly flew flown", "wear wore worn", "child children", "man men", "woman women", "phone telephone", "put puts", "set sets", "go goes went gone",
    )
    for head in [line.split()[0]]
    for form in line.split()
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a sentence.

    Attributes:
        text: Folded, without a possessive ending.
        stem: Its plain form, for comparing.
        start: Where it stands in the sentence.
        quoted: Whether it stands in quotation marks.
    """

    text: str
    stem: str
    start: int
    quoted: bool

    @property
    def content(self) -> bool:
        """Whether it carries meaning of its own."""
        return self.text not in STOPWORDS and (len(self.text) > 1 or self.text.isdigit())


@dataclass(frozen=True, slots=True)
class Anchor:
    """A number, a month or a weekday: what may not change.

    Attributes:
        value: The number, or the name of the month or day.
        unit: Its unit in one spelling; empty when it has none that is known.
        near: Stems of the content words around it.
        shown: As written.
    """

    value: float | str
    unit: str
    near: frozenset[str]
    shown: str


@dataclass(frozen=True)
class Claim:
    """A sentence taken apart. Equal texts give equal claims."""

    text: str
    words: tuple[Word, ...]
    anchors: tuple[Anchor, ...]
    names: tuple[str, ...]
    stems: frozenset[str]

    @property
    def sure_names(self) -> tuple[str, ...]:
        """The names but for a first word that may be capital only because the sentence begins with it."""
        return tuple(name for name in self.names if " " in name or not self.text.lstrip("“\"'").startswith(name))

    def holds(self, name: str) -> bool:
        """Whether every content word of a name stands in the sentence, or the name's last word does."""
        parts = name_words(name)
        here = {word.text for word in self.words}
        return bool(parts) and (set(parts) <= here or parts[-1] in here)


def name_words(name: str) -> list[str]:
    """The folded words of a name that tell it from others."""
    parts = [part for part in name.split() if not re.search(r"\w-[a-z]", part)] or [name]
    found = [re.sub(r"'s?$", "", p) for part in parts for p in re.findall(r"[^\W_]+(?:['&-][^\W_]+)*", fold(part))]
    return [part for part in found if part not in STOPWORDS and part not in TITLES] or found


TITLES = frozenset("mr mrs ms miss dr sir dame lord lady president minister prime professor captain king queen".split())


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A word without its endings; irregular verbs give their first form."""
    for _ in range(3):
        shorter = _FORMS.get(word) or _without_ending(word)
        if shorter == word:
            break
        word = shorter
    return word


_ENDINGS = (
    ("ments", 4), ("ment", 4), ("ations", 4), ("ation", 4), ("ingly", 4), ("edly", 4), ("ies", 2), ("ied", 2), ("ing", 3), ("ers", 4),
    ("ed", 3), ("es", 3), ("ly", 3), ("er", 4), ("s", 3), ("e", 4), ("y", 4),
)  # fmt: skip


def _without_ending(word: str) -> str:
    for ending, least in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= least and not word.endswith("ss"):
            word = word[: -len(ending)]
            return word[:-1] if len(word) > 4 and word[-1] == word[-2] else word
    return word


@lru_cache(maxsize=4_096)
def read_claim(text: str) -> Claim:
    """Take a sentence apart."""
    marked = _quoted_stretches(text)
    words = []
    for match in _TOKEN.finditer(text):
        plain = re.sub(r"'s?$", "", fold(match.group()))
        words.append(Word(plain, stem(plain), match.start(), any(a < match.start() < b for a, b in marked)))
    stems = frozenset(word.stem for word in words if word.content)
    return Claim(text, tuple(words), tuple(_anchors(text, words)), _names(text), stems)


def _names(text: str) -> tuple[str, ...]:
    """Names without the numbers that stand beside them."""
    found = (" ".join(part for part in name.split() if not part.isdigit()) for name in names(text))
    return tuple(dict.fromkeys(name for name in found if name))


def _quoted_stretches(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"[“\"][^“”\"]*[”\"]", text)]


def _anchors(text: str, words: Sequence[Word]) -> list[Anchor]:
    found = []
    for match in _ANCHOR.finditer(text):
        values = numbers(match.group()) or numbers(match.group().rstrip("stndrh"))
        if values:
            shown = match.group().rstrip(",")
            found.append(Anchor(max(values), _unit(text, match), _near(words, match.start(), match.end()), shown))
    for word in words:
        last = word.text.rpartition("-")[2]
        month = MONTH_NUMBER.get(last)
        capital = text[word.start + len(word.text) - len(last)].isupper()
        if capital and (month or last in _WEEKDAYS):
            value = f"month {month}" if month else last
            found.append(
                Anchor(
                    value, "", _near(words, word.start, word.start + 1), text[word.start :].split()[0].rstrip(".,;:")
                )
            )
    return found


def _near(words: Sequence[Word], start: int, end: int, reach: int = 5) -> frozenset[str]:
    content = [word for word in words if word.content]
    before = [word.stem for word in content if word.start < start][-reach:]
    after = [word.stem for word in content if word.start >= end][:reach]
    return frozenset(before + after)


def _unit(text: str, match: re.Match[str]) -> str:
    before, after = text[: match.start()].rstrip(), text[match.end() : match.end() + 30].lower().lstrip(" -–")
    if before[-1:] in "€$£" and before:
        return before[-1]
    if found := re.match(r"(per cent|km/h|%|[^\W_]+)", after):
        word = found[1]
        return _UNITS.get(word) or _UNITS.get(word.removesuffix("s"), "")
    return ""
