"""Who a sentence is about: resolves "he", "she", "they" and "the company" to the last name before them, by plain rules.

Works on one passage and what comes before it, at reading time. Right often enough to tell "He faces 50 years" of one man
from the same words about another; it is no parser.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.text.lexical import content_words, fold, names

SPEECH = (
    r"(?:said|says|say|saying|tells?|told|add(?:s|ed)|wr(?:ites|ote)|written|tweet(?:s|ed)|posted|argue[sd]?|explain(?:s|ed)|"
    r"repl(?:ies|ied)|ask(?:s|ed)|testif(?:ies|ied)|noted?s?|claim(?:s|ed)|insist(?:s|ed)|warn(?:s|ed)|call(?:s|ed)|describe[sd]|"
    r"admit(?:s|ted)|continue[sd]|recall(?:s|ed)|jok(?:es|ed)|believe[sd]?|think|thinks|thought|pledge[sd]?|promise[sd]?|"
    r"announce[sd]|respond(?:s|ed)|declare[sd]|stress(?:es|ed)|acknowledge[sd]?|accuse[sd]|vow(?:s|ed)|offer(?:s|ed)|demand(?:s|ed)|praise[sd]|predict(?:s|ed)|propose[sd]|den(?:ies|ied)|comment(?:s|ed)|quipped|urged|stated)"
)
"""Verbs that go with somebody's words."""

_NOT_PEOPLE = frozenset(
    """inc corp corporation co ltd llc plc group company companies bank court league united city university college school
    committee commission association department ministry agency street road avenue house news times post journal tribune
    government party union club fc research labs lab technologies technology media network store park stadium center centre
    conference cup championship division season games bowl series act bill board council office institute foundation fund
    state states america american americans israel google apple amazon microsoft meta twitter facebook""".split()
)
_TITLES = (
    r"(?:Mr|Mrs|Ms|Dr|Prof|Sir|Judge|Justice|President|Minister|Senator|Sen|Rep|Governor|Mayor|Chairman|Secretary|Coach|King|Queen|"
    r"Prince|Pope|General|Captain)\.?"
)
_HE = re.compile(r"\b(?:he|she|him|her|his|hers|himself|herself)\b", re.I)
_THEY = re.compile(
    r"\b(?:it|its|they|their|them|the\s+(?:company|firm|club|team|startup|platform|group|agency|bank|app|service))\b",
    re.I,
)
_OPENS_WITH_PRONOUN = re.compile(
    r"^[\W_]*(?:(?:and|but|so|then|now|when|while|as|if|because|after|before|in\s+\w+|later|still|however|once),?\s+)?"
    r"(?:(?P<one>he|she|his|her)|(?P<many>they|it|its|their|the\s+(?:company|firm|club|team|startup|platform|group|agency)))\b",
    re.I,
)
_QUOTE = re.compile(r"[“\"]")
_QUOTATION = re.compile(r"[“\"][^“”\"]*(?:[”\"]|$)|^[^“”\"]*”")


@dataclass(frozen=True, slots=True)
class Mention:
    """Who a sentence is about.

    Attributes:
        about: Folded words of every name in it, and of those that its pronouns stand for.
        subject: The same of its grammatical subject, as far as plain rules tell; empty when unknown.
        speaker: The same of whoever says its quoted words; empty without quotation marks or a verb of speech.
        by_pronoun: Whether its subject is a pronoun, or "the company" and the like.
    """

    about: frozenset[str]
    subject: frozenset[str]
    speaker: frozenset[str]
    by_pronoun: bool = False


def mentions(sentences: Sequence[str], before: str = "") -> list[Mention]:
    """Who each sentence is about.

    Args:
        sentences: Of one passage, in order.
        before: What comes before it: the end of the passage before, or the title.
    """
    person, thing = "", ""
    people = _surnames([before, *sentences])
    for name in names(before):
        person, thing = _last(name, person, thing, before)
    found: list[Mention] = []
    for sentence in sentences:
        own = names(sentence)
        opening = _OPENS_WITH_PRONOUN.match(sentence)
        outside = _QUOTATION.sub(" ", sentence)
        subject = (person if opening["one"] else thing) if opening else _subject(sentence, own)
        # "Putin answered that he ..." is about Putin, whoever was named before.
        he = subject if not opening and _may_be_person(subject) else person
        resolved = ""
        if he and _HE.search(outside if len(outside.split()) > 1 else sentence):
            resolved = f"{resolved} {he}"
        if thing and _THEY.search(outside):
            resolved = f"{resolved} {thing}"
        speaker = _speaker(sentence, he)
        if not speaker and _QUOTE.search(sentence) and found and len(outside.split()) < 3:
            speaker = " ".join(found[-1].speaker)
        found.append(Mention(_words(" ".join([*own, resolved])), _words(subject), _words(speaker), bool(opening)))
        first = True
        for name in own:
            kept, (person, thing) = (person, thing), _last(name, person, thing, sentence)
            # The subject stays the one that "he" means, also where others are named after it.
            if person != kept[0] and not first and subject and _is_person(subject, sentence):
                person = kept[0]
            first = first and person == kept[0]
        if subject and not opening and (_is_person(subject, sentence) or fold(subject) in people):
            person = subject
    return _carried_back(sentences, found)


def _surnames(texts: Sequence[str]) -> frozenset[str]:
    """Folded last names of the people whom texts name in full."""
    full = [name for text in texts for name in names(text) if " " in name and _is_person(name, text)]
    return frozenset(fold(name.split()[-1]) for name in full)


def _carried_back(sentences: Sequence[str], found: list[Mention]) -> list[Mention]:
    """Quoted sentences without a speaker of their own get that of the next sentence when it only continues the quotation."""
    for at in range(len(found) - 2, -1, -1):
        quoted = sentences[at].lstrip()[:1] in '“"' and not re.search(r"[”\"]\W*$", sentences[at])
        if quoted and not found[at].speaker and found[at + 1].speaker:
            found[at] = replace(found[at], speaker=found[at + 1].speaker)
    return found


def _words(text: str) -> frozenset[str]:
    return frozenset(content_words(text))


def _is_person(name: str, text: str) -> bool:
    """Whether a name looks like somebody's: two or three words, or one with a title or a verb of speech beside it."""
    parts = name.split()
    if not _may_be_person(name):
        return False
    if re.search(rf"\b{_TITLES}\s+{re.escape(name)}\b", text) or re.match(rf"{_TITLES}\s", name):
        return True
    if 2 <= len(parts) <= 3:
        return not any(part.isdigit() for part in parts)
    return bool(re.search(rf"\b{re.escape(name)}(?:\s+\w+ly)?\s+{SPEECH}\b|\b{SPEECH}\s+{re.escape(name)}\b", text))


def _may_be_person(name: str) -> bool:
    """Whether nothing in a name rules out a person."""
    return bool(name) and not name.isupper() and not any(fold(part).strip("'.") in _NOT_PEOPLE for part in name.split())


def _last(name: str, person: str, thing: str, text: str) -> tuple[str, str]:
    """The last person and the last other thing named, after one more name."""
    if person and fold(name) in fold(person).split():
        return person, thing
    if _is_person(name, text):
        return name, thing if " " in name else name  # one word that speaks may be a company as well
    return person, name


def _subject(sentence: str, own: Sequence[str]) -> str:
    """The first name, when nothing that rules out a subject comes before it."""
    outside = _QUOTATION.sub(lambda match: " " * len(match[0]), sentence)
    for name in own:
        at = outside.find(name)
        if at < 0:
            continue
        lead = outside[:at].strip(" “\"'‘’—-").lower()
        if re.search(
            r"\b(?:in|on|at|of|for|with|by|from|to|against|after|before|under|like|than|about|into|over)$", lead
        ):
            continue
        return name if len(lead.split()) <= 14 else ""
    return ""


_NAME = r"(?P<name>(?:[A-ZÀ-Þ][\w’'.-]*\s+){0,3}[A-ZÀ-Þ][\w’'-]*\w)"
_SPEAKERS = (
    re.compile(
        rf"{_NAME}(?:,[^,“”\"]{{1,90}},|\s+\([^)]*\))?\s+(?:(?:also|then|later|has|had|have|was|is|\w+ly)\s+)*{SPEECH}\b"
    ),
    re.compile(
        rf"\b(?:said|says|added|adds|wrote|writes|explained|argued|replied|asked|tweeted|continued)\s+"
        rf"(?:(?!(?:that|against|about|to|of|in|on|with|for|at|by|from|it|the\s+same)\b)[a-z][\w’'-]*,?\s+){{0,6}}{_NAME}"
    ),
    re.compile(rf"\b[Aa]ccording\s+to\s+(?:[a-z][\w’'-]*\s+){{0,5}}{_NAME}"),
    re.compile(rf"^{_NAME}\s*:\s*[“\"]"),
)
_HE_SAID = re.compile(
    rf"\b(?:he|she|they)\s+(?:(?:also|then|later|has|had|have|\w+ly)\s+)*{SPEECH}\b|\b{SPEECH}\s+(?:he|she)\b", re.I
)


def _speaker(sentence: str, person: str) -> str:
    """Who says the words of a sentence."""
    outside = _QUOTATION.sub(" “” ", sentence)
    if _HE_SAID.search(outside):
        return person
    for pattern in _SPEAKERS:
        if (match := pattern.search(outside)) and (named := names(match["name"])):
            return named[-1]
    return ""
