"""Is a sentence that a chat model wrote supported by the passages it cites?

Claims first (quotations, numbers with units, dates, names and who said it, negation, certainty), then
meaning, by shared words and by embedding. Strict on purpose: what cannot be shown is dropped. Measured
by `python -m eval.support`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.grounding.claims import TITLES, Anchor, Claim, name_words, read_claim
from assistant.grounding.contradiction import changed_places, made_certain, opposite, put_in_place, told_as_fact, turned
from assistant.grounding.evidence import Encoder, Evidence, Quotation, Verification, Verifier, readable
from assistant.grounding.limitations import is_limitation
from assistant.text.lexical import fold
from assistant.types import Verdict

SUPPORTED = 0.72
WEAK = 0.5
"""Likeness between a sentence and the closest stretch of its sources, for the two better verdicts."""

__all__ = [
    "ClauseVerifier",
    "Encoder",
    "Evidence",
    "Quotation",
    "Verification",
    "Verifier",
    "check_support",
    "is_limitation",
    "readable",
]

_QUOTED = re.compile(r"[“\"]([^“”\"]{3,}?)[”\"]")
_POINTS_BACK = re.compile(
    r"\b(?:he|she|they|it|his|her|hers|their|its|him|them|who|this|that|these|those|both|each)\b|\bthe \w+", re.I
)


_LEFT_OUT = frozenset(("year", "%", "€", "$", "£"))
"""Units that a text often leaves to the reader: "Osei, 34", "offered 4"."""


@dataclass(frozen=True, slots=True)
class Support:
    """A verdict with its reason and the source sentence that carries it.

    Attributes:
        verdict: supported, check, or unsupported.
        reason: Why it is not supported; empty when it is.
        best: Index of the closest source sentence.
        likeness: 0 to 1, how close that one is.
    """

    verdict: Verdict
    reason: str
    best: int
    likeness: float = 0.0


def check_support(
    sentence: str,
    sources: Sequence[str],
    context: str,
    encoder: Encoder,
    reader_scores: Sequence[float] | None = None,
) -> Support:
    """Check one sentence.

    Args:
        sentence: What was written, without its markers.
        sources: The sentences of the passages that it cites, in order.
        context: Headers of those passages (outlet, date, title); names may come from there.
        encoder: For the comparison of meaning.
        reader_scores: Per source sentence 0 to 1, that it says the same, by a trained reader; its mean
            with the likeness found here decides when given.

    Returns:
        The verdict.
    """
    if not sources:
        return Support("unsupported", "it cites nothing", 0)
    same = _same_words(sentence, sources)
    if same is not None:
        return Support("supported", "", same, 1.0)
    likenesses = _likenesses(sentence, sources, encoder)
    if reader_scores is not None:
        likenesses = [(mine + theirs) / 2 for mine, theirs in zip(likenesses, reader_scores, strict=True)]
    best = _best(sentence, sources, likenesses)
    reason = _broken_claim(read_claim(sentence), [read_claim(text) for text in sources], best, context)
    likeness = likenesses[best]
    if reason:
        return Support("unsupported", reason, best, likeness)
    if likeness >= SUPPORTED:
        return Support("supported", "", best, likeness)
    if likeness >= WEAK:
        return Support("check", "its source says it in other words", best, likeness)
    return Support("unsupported", "its source does not say it", best, likeness)


def _same_words(sentence: str, sources: Sequence[str]) -> int | None:
    """The source sentence that is this one but for marks and case."""
    wanted = _bare(sentence)
    return next((at for at, source in enumerate(sources) if wanted == _bare(source)), None)


def _bare(text: str) -> str:
    return " ".join(re.findall(r"[\w%€$£+.,'-]*[\w%]", fold(text)))


def _likenesses(sentence: str, sources: Sequence[str], encoder: Encoder) -> list[float]:
    vectors = encoder.encode([sentence, *sources])
    wanted = _marks(read_claim(sentence))
    found = []
    for vector, source in zip(vectors[1:], sources, strict=True):
        shared = len(wanted & _marks(read_claim(source))) / max(1, len(wanted))
        cosine = float(vectors[0] @ vector)
        found.append(max(cosine, 0.5 * cosine + 0.5 * shared))
    return found


def _marks(claim: Claim) -> set[str]:
    """What two sentences can share: plain forms of words, and values of numbers however they are written."""
    return {w for w in claim.stems if not w[0].isdigit()} | {str(anchor.value) for anchor in claim.anchors}


def _best(sentence: str, sources: Sequence[str], likenesses: Sequence[float]) -> int:
    """The closest sentence; one that holds the claim's quotation goes before all others."""
    quoted = [fold(q).strip(" .,;!?") for q in _QUOTED.findall(sentence)]
    held = [sum(q in fold(source) for q in quoted) for source in sources]
    return max(range(len(sources)), key=lambda at: (held[at], likenesses[at]))


def _broken_claim(claim: Claim, sources: Sequence[Claim], best: int, context: str) -> str:
    """Why the claim does not hold, or nothing."""
    source, drawn = sources[best], _drawn_on(claim, sources, best)
    near = [sources[at] for at in sorted({max(0, best - 1), best, min(len(sources) - 1, best + 1), *drawn})]
    head = read_claim(context)
    used = [sources[at] for at in drawn]
    beside = [s for s in near if s is not source]
    return (
        _foreign_quotation(claim.text, f"{' '.join(s.text for s in sources)} {context}")
        or _foreign_anchor(claim, source, near, sources, head)
        or _nothing_shared(claim, [source, *used], sources, head)
        or _foreign_name(claim, sources, best, drawn, head)
        or put_in_place(claim, source)
        or turned(claim, source, beside)
        or changed_places(claim, source)
        or opposite(claim, [source, *used])
        or made_certain(claim, source)
        or told_as_fact(claim, source)
    )


def _drawn_on(claim: Claim, sources: Sequence[Claim], best: int) -> list[int]:
    """Further sentences, at most two, that bring words of the claim which the closest one lacks."""
    missing = set(claim.stems - sources[best].stems)
    drawn: list[int] = []
    while len(drawn) < 2 and missing:
        rest = [at for at in range(len(sources)) if at != best and at not in drawn]
        if not rest:
            break
        more = max(rest, key=lambda at: (len(missing & sources[at].stems), -abs(at - best)))
        if len(missing & sources[more].stems) < 2:
            break
        drawn.append(more)
        missing -= sources[more].stems
    return drawn


def _foreign_quotation(sentence: str, text: str) -> str:
    folded = fold(text)
    for quoted in _QUOTED.findall(sentence):
        if fold(quoted).strip(" .,;!?") not in folded:
            return f"the quotation {quoted[:60]!r} is not in its source"
    return ""


def _nothing_shared(claim: Claim, used: Sequence[Claim], sources: Sequence[Claim], head: Claim) -> str:
    """A sentence that shares next to nothing with its source, or holds a code that no source has."""
    known = {word.text for s in (*sources, head) for word in s.words}
    for word in claim.words:
        if (
            re.search(r"\d", word.text)
            and re.search(r"[a-z]{2}", word.text)
            and word.text not in known
            and len(word.text) > 4
        ):
            return f"{word.text!r} is not in its source"
    shared = claim.stems & frozenset().union(*(s.stems for s in used))
    return "" if len(shared) >= min(2, len(claim.stems)) and shared else "its source does not say it"


def _foreign_anchor(claim: Claim, source: Claim, near: Sequence[Claim], sources: Sequence[Claim], head: Claim) -> str:
    """A number, month or day that the sources do not have, or have for something else or in another unit."""
    inside = {anchor.value for anchor in source.anchors}
    given = {anchor.value for anchor in claim.anchors}
    lost = [anchor for anchor in source.anchors if anchor.value not in given]
    for anchor in claim.anchors:
        if anchor.value == 1.0 and anchor.shown.isalpha():
            continue  # "one" counts less often than it points
        what = f"the {'number' if isinstance(anchor.value, float) else 'date'} {anchor.shown!r}"
        if str(anchor.value).startswith("month"):
            what = f"the month {anchor.shown!r}"
        known = [a for s in near for a in s.anchors if a.value == anchor.value]
        known = known or [a for s in sources for a in s.anchors if a.value == anchor.value and anchor.near & a.near]
        if not known:
            if any(a.value == anchor.value for a in head.anchors):
                continue
            return f"{what} is not in its source"
        units = {a.unit for a in known}
        if anchor.unit and anchor.unit not in units and not ("" in units and anchor.unit in _LEFT_OUT):
            return f"{what} has another unit in its source"
        if anchor.value in inside:
            continue
        if not _told_there(anchor, [*near, *sources]) or _instead(anchor, known, lost):
            return f"{what} stands for something else in its source"
    return ""


def _instead(mine: Anchor, known: Sequence[Anchor], lost: Sequence[Anchor]) -> bool:
    """Whether it stands among the words that the closest source has around another number or date of its kind."""
    closest = max(len(mine.near & other.near) for other in known)
    return any(
        len(mine.near & other.near) >= max(2, closest) and _kind(other) == _kind(mine) and other.unit == mine.unit
        for other in lost
    )


def _kind(anchor: Anchor) -> str:
    if isinstance(anchor.value, float):
        return "number"
    return "month" if anchor.value.startswith("month") else "day"


def _told_there(mine: Anchor, sources: Sequence[Claim]) -> bool:
    """Whether a sentence with this number or date also has a word that stands beside it in the claim."""
    holding = [source for source in sources if any(a.value == mine.value for a in source.anchors)]
    return not mine.near or any(mine.near & source.stems for source in holding)


def _foreign_name(claim: Claim, sources: Sequence[Claim], best: int, drawn: Sequence[int], head: Claim) -> str:
    """A name that the sources do not have, or have only where they speak of something else."""
    source = sources[best]
    everything = {word.text for s in sources for word in s.words} | {word.text for word in head.words}
    lost = [name for name in source.sure_names if not _shares(name, claim)]
    for name in claim.names:
        parts = name_words(name)
        if len(parts) == 1 and claim.text.startswith(name) and not lost and parts[0] not in everything:
            continue  # a word that is capital only because the sentence begins with it
        if len(parts) > 1 and claim.text.startswith(name) and parts[0] not in everything:
            parts = parts[1:]  # "Prosecutor Magdalena Fry", where only the sentence makes the first word capital
        if not set(parts) <= everything:
            return f"the name {name!r} is not in its source"
        if source.holds(name) or head.holds(name):
            continue
        if {word.text for word in source.words} & TITLES & set(fold(name).split()):
            continue  # "Captain Emil Rask" for "the captain"
        if any(sources[at].holds(name) and _tied(claim, name, sources[at], source) for at in drawn):
            continue
        if not _opens(lost, source) and _POINTS_BACK.search(source.text) and _spoken_of(name, sources, best):
            continue
        return f"the name {name!r} stands for somebody else in its source"
    return ""


def _tied(claim: Claim, name: str, drawn: Claim, source: Claim) -> bool:
    """Whether the claim takes more from the further sentence than the name, beside the name."""
    parts = set(name_words(name))
    content = [word for word in claim.words if word.content]
    places = [at for at, word in enumerate(content) if word.text in parts]
    beside = {content[i].stem for at in places for i in range(max(0, at - 4), min(len(content), at + 5))}
    own = {word.stem for word in content if word.text in parts}
    return bool((beside - own) & (drawn.stems - source.stems))


def _spoken_of(name: str, sources: Sequence[Claim], best: int) -> bool:
    """Whether "he" or "the company" may be this name: the last ones named before, at most five sentences back."""
    other = 0
    for at in range(best - 1, -1, -1):
        if sources[at].holds(name):
            return True
        other += _opens(sources[at].sure_names, sources[at])
        if other > 1:
            return False
    return False


def _shares(name: str, claim: Claim) -> bool:
    return bool(set(name_words(name)) & {word.text for word in claim.words})


def _opens(names: Sequence[str], source: Claim) -> bool:
    """Whether one of the names is what the sentence begins with, as far as plain rules can tell."""
    if source.words and source.words[0].text in ("he", "she", "they", "it"):
        return False
    return any(source.text.find(name) < max(12, len(source.text) / 3) for name in names)


class ClauseVerifier:
    """Checks a sentence against the passages that it cites.

    Args:
        encoder: For the comparison of meaning.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def verify(self, claim: str, evidence: Evidence) -> Verification:
        """Check one sentence, given without its markers."""
        places = [Quotation(hit, *span) for hit in evidence.cited for span, _ in readable(hit)]
        header = " ".join(hit.headline.line for hit in evidence.cited)
        support = check_support(claim, [place.text for place in places], header, self._encoder)
        best = tuple(places[support.best : support.best + 1])
        carriers = () if support.verdict == "unsupported" else best
        return Verification(support.verdict, support.reason, carriers, support.likeness, best)
