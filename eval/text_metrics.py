"""Compares texts for the metrics: normal forms, token F1, and the names and numbers of a sentence.

Kept apart from the assistant's own word rules on purpose: a judge should not share code with the judged.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_PUNCTUATION = re.compile(r"[^\w%.]+|(?<!\d)\.|\.(?!\d)")
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_CAPITALISED = re.compile(r"\b[A-ZÀ-ÖØ-Þ][\w’'-]*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|[“\"‘(\[]\s*|\n)\W*$")
_MARKER = re.compile(r"\[(\d{1,2})\]")
_QUOTED = re.compile(r"“([^“”]+)”|\"([^\"]+)\"")


def normalise(text: str) -> str:
    """Case-fold and normalise punctuation; a decimal point, a percent sign and "18000" for "18,000" stay."""
    folded = _THOUSANDS.sub("", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(_PUNCTUATION.sub(" ", folded).split())


def contains(text: str, needle: str) -> bool:
    """Whether `needle` is in `text`, both normalised; a number is never found inside a longer number."""
    wanted = normalise(needle)
    if not wanted:
        return False
    left = r"(?<!\d)(?<!\d\.)" if wanted[0].isdigit() else ""
    right = r"(?!\.?\d)" if wanted[-1].isdigit() else ""
    return re.search(left + re.escape(wanted) + right, normalise(text)) is not None


def covers_groups(text: str, groups: Sequence[Sequence[str]]) -> bool:
    """Whether every group has one of its strings in the text (EVALUATION.md, answer correctness)."""
    return all(any(contains(text, alias) for alias in group) for group in groups)


def squad_tokens(text: str) -> list[str]:
    """Tokens in SQuAD's normal form: lower case, no punctuation, no articles (Rajpurkar et al. 2016)."""
    plain = "".join(ch for ch in text.lower() if not unicodedata.category(ch).startswith(("P", "S")))
    return _ARTICLES.sub(" ", plain).split()


def token_f1(text: str, answers: Iterable[str]) -> float:
    """Best multiset token F1 against the reference answers (SQuAD): 2PR / (P + R)."""
    return max((_f1(squad_tokens(text), squad_tokens(answer)) for answer in answers), default=0.0)


def _f1(found: list[str], wanted: list[str]) -> float:
    if not found or not wanted:
        return float(found == wanted)
    same = sum((Counter(found) & Counter(wanted)).values())
    return 2 * same / (len(found) + len(wanted))


def facts_in(sentence: str) -> list[str]:
    """Names, numbers and dates of a sentence, in a form to look for: numbers without commas, words case-folded.

    A name is a capitalised word that does not begin a sentence; dates are their numbers and month names.
    Citation markers are not numbers.
    """
    plain = _MARKER.sub(" ", sentence)
    numbers = [match.group().replace(",", "").rstrip(".") for match in _NUMBER.finditer(plain)]
    names = [
        _bare(match.group())
        for match in _CAPITALISED.finditer(plain)
        if not _SENTENCE_START.search(plain[: match.start()])
        and match.group() not in ("I", "I’m", "I'm", "I’ve", "I've")
    ]
    return list(dict.fromkeys(numbers + names))


def facts_kept(sentence: str, cited: Sequence[str]) -> tuple[int, int]:
    """Count the facts of a sentence that occur in what it cites.

    Returns:
        (those that occur, all of them).
    """
    facts = facts_in(sentence)
    words = {_bare(word) for text in cited for word in re.findall(r"[\w’'-]+", text)}
    words |= {number.group().replace(",", "").rstrip(".") for text in cited for number in _NUMBER.finditer(text)}
    return sum(fact in words for fact in facts), len(facts)


def date_words(published_at: str | None) -> str:
    """A date as an answer may write it: ISO, day without zero, month by name, year."""
    if not published_at:
        return ""
    year, month, day = published_at[:10].split("-")
    return f"{published_at[:10]} {int(day)} {MONTHS[int(month) - 1]} {MONTHS[int(month) - 1][:3]} {year}"


def markers_in(text: str) -> list[int]:
    """The numbers of the [n] markers in a text, in order."""
    return [int(number) for number in _MARKER.findall(text)]


def quoted_in(text: str) -> list[str]:
    """What stands between double quotation marks, without a comma or full stop that belongs to the sentence."""
    found = [(curly or straight).strip().rstrip(",.") for curly, straight in _QUOTED.findall(text)]
    return [quote for quote in found if quote]


def _bare(word: str) -> str:
    word = word.casefold().replace("’", "'").strip("'-")
    return word.removesuffix("'s")
