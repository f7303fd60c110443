"""What a question says about itself, worked out once: names, numbers, word roots, and the kind of thing it asks for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from assistant.text.lexical import STOPWORDS, content_words, fold, names, numbers, word_roots

AnswerType = Literal["number", "time"]
"""What an answer must hold, where the question's words say so: "how many", "when"."""

LONG = 24
"""Words of the longest question that is not a long one."""
LEAST_CAPITAL = 0.7
"""Share of a word's uses with a capital from which on it is part of a name."""
PARSED = 256
"""Parsed questions that are cached."""

_COUNTED = "percentage|proportion|price|cost|age|number|amount|score|height|weight|length|distance|speed|temperature|population|valuation|salary"
_OPENS = r"^(?:[^,]*,\s*)?(?:(?:and|but|so|or|also)\s+)?(?:(?:by|for|at|in|on|to|from|since|until|of)\s+)?"
_NUMBER = re.compile(
    rf"{_OPENS}(?:how\s+(?:many|much|old|long|far|tall|high|big|large|fast|often|heavy)\b|"
    rf"(?:what|which)(?:['’]s|\s+(?:is|was|were|are))?\s+(?:the\s+)?(?:\w+\s+){{0,2}}(?:{_COUNTED})\b)",
    re.I,
)
_WHEN = re.compile(rf"{_OPENS}(?:when\b|(?:what|which)\s+(?:year|day|date|month|week|time|decade|century)\b)", re.I)
_SEVERAL = re.compile(r"\b(?:and|both|each|between)\b", re.I)
_ASKS_FOR = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.I)
_ASKS_WORDS = re.compile(r"\b(?:say|said|call|tell|told|describe|quote|argue|claim|warn)", re.I)
_QUOTED = re.compile(r"[“\"]([^“”\"]{4,}?)[”\"]|(?<!\w)[‘']([^‘’']{8,}?)[’'](?!\w)")
_HAPPENED = re.compile(
    r"^\W*(?:who|what|which\s+\w+|why|how|when|where)?[^?]*?\b(?:did|was|were|won|got|scored|beat|bought|decided|ended|became)\b",
    re.I,
)
_MAY_HAPPEN = re.compile(
    r"\b(?:will|would|could|may|might|can|should|going\s+to|want|wanted|plan|planned|expect\w*|face|faces|faced|propos\w+|"
    r"threaten\w*|predict\w*|possible|supposed|likely|scheduled|due)\b",
    re.I,
)
_SPEAKER = re.compile(
    r"\b(?:what|how|why)\b.*?\b(?:did|does|do|has|have|had)\s+(?P<who>(?!the\s+article)[^?]{2,60}?)\s+(?:had\s+|have\s+)?(?:to\s+|ever\s+|just\s+)?"
    r"(?:say|said|tell|told|think|thought|write|written|tweet|tweeted|argue|argued|comment|commented|respond|responded|react|reacted|"
    r"describe|described|call|called|pledge|pledged|promise|promised|vow|vowed|offer|offered|announce|announced|predict|predicted|praise|praised|propose|proposed|demand|demanded|deny|admit|agree|claim|claimed|testify|testified|warn|warned|make\s+of)\b",
    re.I,
)
_SUBJECT = re.compile(
    r"^\W*(?:so\s+|and\s+|ok\W+|please\s+)?(?:who|what|wh?o|wat)(?:['’]?s|\s+(?:is|are|was|were|does|do))\s+(?:(?:a|an|the)\s+)?"
    r"(?P<what>[^?,;]{2,60}?)(?:\s+(?:mean|stand\s+for|do|and\s+what)\b[^?]*)?\s*(?:[?,;]|$)",
    re.I,
)
_WRITER = re.compile(
    r"\b(?:has|have|did)\s+(?P<who>[^?]{2,60}?)\s+(?:written|write|report|reported|published|publish)\b|"
    r"\b(?:articles?|stories|pieces|reports?)\s+(?:\w+\s+)?by\s+(?P<by>[^?,]{2,60}?)(?:\s+(?:about|on)\b|[?,]|$)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class ParsedQuestion:
    """A question and what is read from its words.

    Attributes:
        text: The question.
        names: The names in it, in order.
        name_forms: For each name its folded words, and those of what it stands for ("SBF": "sam", "bankman-fried").
        name_words: The words of all those forms.
        roots: Roots of its content words.
        numbers: Values of its numbers.
        phrases: What it quotes, folded.
        wanted: What its answer must hold; None when the words do not say.
        opens: Whether it has a question word.
        asks_words: Whether it asks what somebody said.
        happened: Whether it asks about what has happened, not about what may or will.
        speaker: Whose words it asks for, or empty.
        subject: What a "who is" or "what is" asks about, or empty.
        writer: Whose articles it asks for, or empty.
    """

    text: str
    names: tuple[str, ...]
    name_forms: tuple[frozenset[str], ...]
    name_words: frozenset[str]
    roots: frozenset[str]
    numbers: frozenset[float]
    phrases: tuple[str, ...]
    wanted: AnswerType | None
    opens: bool
    asks_words: bool
    happened: bool
    speaker: str
    subject: str
    writer: str


@lru_cache(PARSED)
def parse_question(text: str) -> ParsedQuestion:
    """Parse a question, or one part of a question."""
    named = tuple(names(text))
    phrases = (fold(one or two).strip(" .,;!?") for one, two in _QUOTED.findall(text))
    writer = _WRITER.search(text)
    return ParsedQuestion(
        text=text,
        names=named,
        name_forms=tuple(frozenset(content_words(name)) for name in named),
        name_words=frozenset(content_words(" ".join(named))),
        roots=frozenset(word_roots(text)),
        numbers=frozenset(numbers(text)),
        phrases=tuple(phrase for phrase in phrases if phrase),
        wanted=wanted_type(text),
        opens=bool(_ASKS_FOR.search(text)),
        asks_words=bool(_ASKS_WORDS.search(text)),
        happened=bool(_HAPPENED.search(text)) and not _MAY_HAPPEN.search(text),
        speaker=_group(_SPEAKER, text, "who"),
        subject=_group(_SUBJECT, text, "what"),
        writer=((writer["who"] or writer["by"]).strip() if writer else ""),
    )


def _group(pattern: re.Pattern[str], text: str, name: str) -> str:
    match = pattern.search(text)
    return match[name].strip() if match else ""


def wanted_type(question: str) -> AnswerType | None:
    """What the last sentence of a question asks for; None where its words do not say."""
    last = re.split(r"[?)]\s+(?=\w)", re.sub(r"\([^()]*\)\s*$", "", question).strip())[-1]
    return "number" if _NUMBER.search(last) else "time" if _WHEN.search(last) else None


def is_long(question: str) -> bool:
    """Whether a question is so long that it asks for several articles at once."""
    return len(question.split()) > LONG


def asks_for_several(question: str) -> bool:
    """Whether the words of one part of a question allow for more than one thing: "in May and in June"."""
    return bool(_SEVERAL.search(question))


def grounded(asked: ParsedQuestion, texts: Iterable[str]) -> ParsedQuestion:
    """The question parsed again with the capitals that its words have in the passages, and with what its initials stand for.

    People type "who is gary wang" and "SBF"; articles write "Gary Wang" and "Sam Bankman-Fried".

    Args:
        asked: The question.
        texts: The passages found for it.
    """
    whole = "\n".join(texts)
    known = parse_question(recased(asked.text, whole))
    forms = tuple(
        words | frozenset(content_words(_full_name(name, whole))) if name.isupper() else words
        for name, words in zip(known.names, known.name_forms, strict=True)
    )
    return replace(known, text=asked.text, name_forms=forms, name_words=frozenset().union(*forms))


def spelled(question: str, texts: Iterable[str]) -> str:
    """The question with initials that it names ("SBF", "sbf") replaced by the name that the passages spell out for them.

    Args:
        question: One part of a question.
        texts: The passages found for it.
    """
    whole = "\n".join(texts)
    for name in names(recased(question, whole)):
        if name.isupper() and (full := _full_name(name, whole)):
            question = re.sub(rf"\b{re.escape(name)}\b", full, question, flags=re.I)
    return question


def recased(question: str, whole: str) -> str:
    """The question with every word written as the texts mostly write it, where that is with a capital."""
    typed = {word for word in re.findall(r"\b[a-z][\w-]*", question) if fold(word) not in STOPWORDS}
    if not typed:
        return question
    forms: dict[str, Counter[str]] = {word: Counter() for word in typed}
    for form in re.findall(r"(?<![.!?:”\"]\s)(?<!\n)\b[\w][\w-]*", whole):
        if (word := form.lower()) in forms:
            forms[word][form] += 1
    best = {word: max(found, key=lambda form: found[form]) for word, found in forms.items() if found}
    capital = {
        word: form
        for word, form in best.items()
        if sum(n for f, n in forms[word].items() if f[0].isupper()) >= LEAST_CAPITAL * forms[word].total()
        and form[0].isupper()
    }
    return re.sub(r"\b[a-z][\w-]*", lambda match: capital.get(match[0], match[0]), question)


def _full_name(initials: str, whole: str) -> str:
    """The most frequent name with these initials; empty when there is none."""
    if not 2 <= len(initials) <= 5:
        return ""
    parts = r"[\s-]".join(rf"{re.escape(letter)}[\w’']+" for letter in initials)
    found = Counter(re.findall(rf"\b{parts}", whole))
    return max(found, key=lambda name: found[name]) if found else ""
