"""True sentences made false by code, one fact at a time, to measure the support check with.

Each alteration takes a sentence and what stands around it and returns a sentence that is not true any
more, or None where the sentence offers nothing to alter. It shares no rule with the check itself.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.text.lexical import names, numbers


@dataclass(frozen=True, slots=True)
class Around:
    """What an alteration may take its false facts from.

    Attributes:
        sentences: The other sentences of the same passage.
        people: Names in the same article.
        strangers: Names in other articles.
    """

    sentences: Sequence[str]
    people: Sequence[str]
    strangers: Sequence[str]


Alteration = Callable[[str, Around, random.Random], str | None]

_DIGITS = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?")
_COUNTS = "two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty".split()
_MONTHS = (
    "January February March April May June July August September October November December".split(),
    "Jan. Feb. March April May June July Aug. Sept. Oct. Nov. Dec.".split(),
)
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_AUXILIARY = r"was|were|is|are|has|have|had|will|would|can|could|should|may|might|did|does|do"
_VERB = rf"(?:{_AUXILIARY}|said|says|told|took|made|gave|won|lost|beat|led|left|went|got|saw|found|ran|held|became|began|\w{{3,}}ed)"
_QUOTED = re.compile(r"[“\"][^“”\"]+[”\"]")
_UNITS = (
    ("million", "billion"), ("billion", "million"), ("thousand", "million"), ("trillion", "billion"), ("metres", "kilometres"),
    ("miles", "metres"), ("feet", "miles"), ("inches", "feet"), ("per cent", "times"), ("percent", "times"), ("km/h", "mph"),
    ("tonnes", "kilograms"), ("pounds", "tons"), ("hours", "days"), ("minutes", "hours"), ("days", "weeks"), ("weeks", "months"),
    ("months", "years"), ("years", "months"), ("€", "$"), ("$", "€"), ("£", "$"), ("yards", "miles"), ("cents", "euros"),
)  # fmt: skip
_OPPOSITES = (
    ("rose", "fell"), ("fell", "rose"), ("rise", "fall"), ("increased", "decreased"), ("increase", "decrease"), ("won", "lost"),
    ("lost", "won"), ("accepted", "rejected"), ("rejected", "accepted"), ("approved", "blocked"), ("before", "after"),
    ("after", "before"), ("more", "fewer"), ("less", "more"), ("higher", "lower"), ("lower", "higher"), ("highest", "lowest"),
    ("best", "worst"), ("worst", "best"), ("opened", "closed"), ("open", "close"), ("closed", "opened"), ("first", "last"),
    ("last", "first"), ("began", "ended"), ("ended", "began"), ("support", "oppose"), ("guilty", "innocent"), ("up", "down"),
    ("above", "below"), ("below", "above"), ("largest", "smallest"), ("with", "without"), ("welcomed", "condemned"),
    ("most", "least"), ("old", "new"), ("new", "old"), ("cheaper", "dearer"), ("success", "failure"), ("strong", "weak"),
)  # fmt: skip
_HEDGES = (
    (r"\b(?:is|are) (?:widely |not yet )?(?:expected|likely|supposed|thought|believed|said|reported|set|due) to be\b", "is"),
    (r"\b(?:is|are) (?:widely )?(?:expected|likely|supposed|thought|believed|set|due) to\b", "will certainly"),
    (r"\b(?:may|might|could) have\b", "has"),
    (r"\b(?:may|might|could)(?! not)\b(?=\s+\w+)", "will"),
    (r"\b(?:expect|hope|plan|aim|want|intend)s? to\b", "will"),
    (r"\b(?:has|have) (?:offered|proposed|promised|threatened|asked|agreed) to\b", "did in fact"),
    (r"\b(?:suggest|indicate)s?(?: that)?\b", "prove that"),
    (r"\b(?:reportedly|allegedly|possibly|probably|perhaps|apparently|potentially|likely)\s+", ""),
    (r"\b(?:seem|appear)s? to be\b", "is"),
    (r"\b(?:seem|appear)s? to\b", "do"),
    (r"\bfear(?:s|ed)?(?: that)?\b", "know that"),
)  # fmt: skip
_OPENERS = frozenset("He She They It We I You This That These Those But And".split())


def change_number(text: str, around: Around, rng: random.Random) -> str | None:
    """A number with other digits, or another number of the same passage."""
    spots = [m for m in _DIGITS.finditer(text) if not _inside_quotation(text, m.start())]
    counted = re.compile(r"\b(" + "|".join(_COUNTS) + r")\b", re.I)
    spots += [m for m in counted.finditer(text) if not _inside_quotation(text, m.start())]
    if not spots:
        return None
    spot = rng.choice(spots)
    old = spot.group()
    if not old[0].isdigit():
        new = rng.choice([w for w in _COUNTS if w != old.lower()])
        return _put(text, spot, new.capitalize() if old[0].isupper() else new)
    others = [d for s in around.sentences for d in _DIGITS.findall(s) if numbers(d) != numbers(old) and len(d) > 1]
    if others and rng.random() < 0.4:
        return _put(text, spot, rng.choice(others))
    digits = [i for i, ch in enumerate(old) if ch.isdigit()]
    at = rng.choice(digits)
    new = old[:at] + rng.choice([d for d in "123456789" if d != old[at]]) + old[at + 1 :]
    return _put(text, spot, new)


def swap_name(text: str, around: Around, rng: random.Random) -> str | None:
    """A name replaced by another one, of the same article where it has one."""
    return _replace_name(text, names(_outside(text)), around, rng)


def give_to_another(text: str, around: Around, rng: random.Random) -> str | None:
    """A quotation or a statement put into another person's mouth."""
    told = re.search(
        r"\b(?:said|says|told|added|called|wrote|according to|announced|insisted|warned|argued|replied|explained)\b",
        text,
    )
    if not told:
        return None
    near = [n for n in names(_outside(text)) if abs(text.find(n) - told.start()) < len(n) + 45]
    return _replace_name(text, near, around, rng)


def _replace_name(text: str, candidates: Sequence[str], around: Around, rng: random.Random) -> str | None:
    inside = [n for n in candidates if len(n) > 2 and n not in _OPENERS]
    if not inside:
        return None
    old = rng.choice(inside)
    parts = set(old.split())
    same = [n for n in around.people if not set(n.split()) & parts and n not in text]
    pool = same if same and rng.random() < 0.7 else [n for n in around.strangers if not set(n.split()) & parts]
    like = [n for n in pool if (len(n.split()) > 1) == (len(old.split()) > 1)] or pool
    return text.replace(old, rng.choice(like), 1) if like else None


def negate(text: str, around: Around, rng: random.Random) -> str | None:
    """A verb negated, or a negation taken away."""
    taken = re.search(r"\b(not|never)\s+(?!only\b)", _outside(text))
    if taken:
        return text[: taken.start()] + text[taken.end() :]
    spots = [m for m in re.finditer(rf"\b(?:{_AUXILIARY})\b(?=\s+\w)", text) if not _inside_quotation(text, m.start())]
    spots = [m for m in spots if m.start() > 0]
    if spots:
        spot = rng.choice(spots)
        return f"{text[: spot.end()]} not{text[spot.end() :]}"
    verbs = [m for m in re.finditer(r"(?<=\w )([a-z]{3,}ed)\b", text) if not _inside_quotation(text, m.start())]
    if not verbs:
        return None
    spot = rng.choice(verbs)
    return f"{text[: spot.start()]}never {text[spot.start() :]}"


def change_date(text: str, around: Around, rng: random.Random) -> str | None:
    """Another month, weekday, day or year."""
    spots: list[tuple[re.Match[str], str]] = []
    for months in _MONTHS:
        for match in re.finditer(r"\b(" + "|".join(map(re.escape, months)) + r")(?=\s|,|$|\.)", text):
            spots.append((match, rng.choice([m for m in months if m != match.group() and m != "May"])))
    for match in re.finditer(r"\b(" + "|".join(_DAYS) + r")\b", text):
        spots.append((match, rng.choice([d for d in _DAYS if d != match.group()])))
    for match in re.finditer(r"\b(?:19|20)\d\d\b", text):
        spots.append((match, str(int(match.group()) + rng.choice([-11, -3, -2, -1, 1, 2, 3, 7]))))
    spots = [(match, new) for match, new in spots if not _inside_quotation(text, match.start())]
    return _put(text, *rng.choice(spots)) if spots else None


def change_unit(text: str, around: Around, rng: random.Random) -> str | None:
    """Another unit or scale beside a number."""
    found = []
    for old, new in _UNITS:
        pattern = rf"{re.escape(old)}(?=\d)" if old in "€$£" else rf"(?<=[\d\w][ -]){re.escape(old)}\b"
        for match in re.finditer(pattern, text):
            before = text[max(0, match.start() - 14) : match.start()]
            counted = (
                old in "€$£" or re.search(r"\d[\d.,]*[ -]$", before) or before.rstrip(" -").endswith(tuple(_COUNTS))
            )
            if counted and not _inside_quotation(text, match.start()):
                found.append((match, new))
    return _put(text, *rng.choice(found)) if found else None


def turn_around(text: str, around: Around, rng: random.Random) -> str | None:
    """Who did it and to whom it was done change places."""
    plain = _outside(text)
    found = [n for n in names(plain) if plain.count(n) == 1 and n not in _OPENERS and not re.search(r"\d", n)]
    found = [n for n in found if not any(n != o and (n in o or o in n) for o in found)]
    pairs = []
    for first, second in zip(found, found[1:], strict=False):
        between = plain[plain.find(first) + len(first) : plain.find(second)]
        if re.search(rf"\b{_VERB}\b", between) and not re.search(r"\b(?:met|between|share[sd]?|both)\b", between):
            pairs.append((first, second))
    if not pairs:
        return None
    first, second = rng.choice(pairs)
    return text.replace(first, "\x00", 1).replace(second, first, 1).replace("\x00", second, 1)


def make_certain(text: str, around: Around, rng: random.Random) -> str | None:
    """What may be becomes what is."""
    for pattern, new in _HEDGES:
        match = re.search(pattern, text)
        if match and match.start() and not _inside_quotation(text, match.start()):
            return _put(text, match, new)
    return None


def say_the_opposite(text: str, around: Around, rng: random.Random) -> str | None:
    """A word of direction or degree replaced by its opposite."""
    found = [
        (match, new)
        for old, new in _OPPOSITES
        for match in re.finditer(rf"(?<![-\w]){old}\b", text)
        if not _inside_quotation(text, match.start())
    ]
    return _put(text, *rng.choice(found)) if found else None


def merge(text: str, around: Around, rng: random.Random) -> str | None:
    """Who the sentence speaks of, with what another sentence says of somebody or something else."""
    mine = _split(text)
    if mine is None:
        return None
    others = [
        found for s in around.sentences if s != text and (found := _split(s)) and not _same_subject(mine[0], found[0])
    ]
    if not others:
        return None
    subject, predicate = mine[0], rng.choice(others)[1]
    return f"{subject} {predicate}"


def _split(text: str) -> tuple[str, str] | None:
    """A sentence as (subject with a name, predicate), or None when it is not that plain."""
    match = re.match(rf"^([^“”\"]{{3,70}}?)\s+({_VERB}\b[^“”\"]+)$", text)
    if (
        not match
        or not names(match[1])
        or match[1].split()[0] in _OPENERS | {"In", "On", "At", "Among", "Under", "From"}
    ):
        return None
    if len(match[2].split()) < 4 or "," in match[1]:
        return None
    return match[1], match[2]


def _same_subject(first: str, second: str) -> bool:
    return bool({w for n in names(first) for w in n.split()} & {w for n in names(second) for w in n.split()})


ALTERATIONS: Mapping[str, Alteration] = {
    "changed number": change_number,
    "swapped name": swap_name,
    "negated verb": negate,
    "merged facts": merge,
    "another speaker": give_to_another,
    "changed date": change_date,
    "changed unit": change_unit,
    "subject and object": turn_around,
    "hedge to certainty": make_certain,
    "opposite": say_the_opposite,
}


def _put(text: str, match: re.Match[str], new: str) -> str:
    return text[: match.start()] + new + text[match.end() :]


def _outside(text: str) -> str:
    """The text with what stands in quotation marks blanked, same length."""
    return _QUOTED.sub(lambda match: " " * len(match.group()), text)


def _inside_quotation(text: str, at: int) -> bool:
    return any(match.start() < at < match.end() for match in _QUOTED.finditer(text))
