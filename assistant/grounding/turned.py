"""Where a claim turns what its source says: negations, bounds, quantities, units, hedges.

What stands before aligned units is compared with what stands there in the source.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.grounding.alignment import Aligned, Source
from assistant.grounding.contrast import Contrast
from assistant.grounding.units import Parsed, stem

_NEGATIONS = frozenset(
    """not no never none nor neither nobody nothing nowhere without cannot deny denies denied refuse refuses refused reject
    rejects rejected fail fails failed decline declined declines unable""".split()
)
_LOWER = frozenset("more over least above exceed exceeds exceeded beyond".split())
_UPPER = frozenset("less fewer under most below nearly almost up".split())
_ALL = frozenset("all every each both only always any entire whole".split())
_MODALS = frozenset("may might could".split())
_HEDGES = frozenset(
    """perhaps possibly probably likely unlikely reportedly allegedly apparently potentially expected expects expect plans
    planned plan hopes hoped hope aims intends suggests suggested appears seems fears believed thought considering proposed
    alleged alleges rumored rumoured estimated""".split()
)
_MEASURES = frozenset(
    map(
        stem,
        """metre meter kilometre kilometer km mile mph foot feet inch yard tonne ton kilogram kg pound hour minute second day
        week month year decade century cent degree litre liter gallon watt kilowatt megawatt gigawatt acre hectare gb mb tb
        times""".split(),
    )
) | set("%€$£")
_PAIRS = tuple(
    frozenset(pair.split())
    for pair in "before after|up down|over under|with without|above below|more less|more fewer|most least|into out|from to|for against|on off|during after|during before".split(
        "|"
    )
)


def negated(claim: Parsed, aligned: Sequence[Aligned], sources: Sequence[Source]) -> Iterator[Contrast]:
    """Negations on one side only."""
    ours = _denied(claim)
    for negation, scope in ours:
        places = [aligned[at] for at in scope if aligned[at].at is not None]
        if not places:
            home = {aligned[at].source for at in scope}
            if not any(_denied(sources[at].parsed) for at in home):
                yield Contrast("negation", scope[0], f"its source does not say {negation!r}")
            continue
        theirs = {at for item in places for _, inside in _denied(sources[item.source].parsed) for at in inside}
        if not any(item.at in theirs for item in places):
            yield Contrast("negation", scope[0], f"its source does not say {negation!r} there")
    denied = {at for _, scope in ours for at in scope}
    for source in dict.fromkeys(item.source for item in aligned):
        places_here = {
            item.at: number for number, item in enumerate(aligned) if item.source == source and item.at is not None
        }
        for negation, scope in _denied(sources[source].parsed):
            inside = [places_here[at] for at in scope[:1] if at in places_here]
            if inside and not any(number in denied for number in inside):
                yield Contrast("negation", inside[0], f"its source says {negation!r} there")


def _denied(parsed: Parsed) -> list[tuple[str, list[int]]]:
    """Each negation with the next two units of its clause."""
    found = []
    for at, unit in enumerate(parsed.units):
        words = [word for word in unit.lead if word in _NEGATIONS or word.endswith("n't")]
        if unit.initial or not at:
            words = [word for word in words if word != "no" or not parsed.text.lower().startswith("no,")]
        if {"not", "only"} <= set(unit.lead) or "not only" in parsed.text[: unit.start].lower()[-12:]:
            words = []
        scope = [at] + [at + 1] * (
            at + 1 < len(parsed.units) and not parsed.units[min(at + 1, len(parsed.units) - 1)].opens
        )
        if words:
            found.append((words[-1], scope))
        if unit.text in _NEGATIONS and at + 1 < len(parsed.units) and not parsed.units[at + 1].opens:
            found.append((unit.text, [n for n in (at + 1, at + 2) if n < len(parsed.units)]))
    return found


def led_otherwise(claim: Parsed, aligned: Sequence[Aligned], sources: Sequence[Source]) -> Iterator[Contrast]:
    """Function words before aligned units that say something else: "fewer than", "after", "all"."""
    for number, item in enumerate(aligned):
        if item.at is None:
            continue
        other = sources[item.source].parsed.units[item.at]
        mine, theirs = set(item.unit.lead), set(other.lead)
        before = {sources[item.source].parsed.units[item.at - 1].text} if item.at else set()
        mine |= {aligned[number - 1].unit.text} if number else set()
        theirs |= before
        for pair in _PAIRS:
            one, two = pair & mine, pair & theirs
            if len(one) == len(two) == 1 and not one & two and not two & claim.words:
                yield Contrast("bound", number, f"it says {min(one)!r} where its source says {min(two)!r}")
        if item.unit.kind == "number" and (
            (mine & _LOWER and theirs & _UPPER and not mine & _UPPER)
            or (mine & _UPPER and theirs & _LOWER and not mine & _LOWER)
        ):
            yield Contrast("bound", number, f"its source gives another bound for {item.unit.shown!r}")
        if item.unit.kind == "number" and mine & (_LOWER | _UPPER) and not theirs & (_LOWER | _UPPER):
            yield Contrast("quantity", number, f"its source does not say {min(mine & (_LOWER | _UPPER))!r}")
        measures = {item.unit.measure, other.measure}
        if item.unit.kind == "number" and len(measures) == 2 and measures <= _MEASURES:
            yield Contrast("measure", number, f"{item.unit.shown!r} has another unit in its source")
        if mine & _ALL - theirs and not (
            item.unit.text in sources[item.source].parsed.words and mine & _ALL & sources[item.source].parsed.words
        ):
            yield Contrast("quantity", number, f"its source does not say {min(mine & _ALL - theirs)!r}")


def made_certain(claim: Parsed, aligned: Sequence[Aligned], sources: Sequence[Source]) -> Iterator[Contrast]:
    """What the source only holds possible is told as a fact."""
    if claim.words & (_MODALS | _HEDGES | {"would", "if", "whether", "unless"}):
        return
    for number, item in enumerate(aligned):
        if item.at is None or item.unit.kind != "word":
            continue
        units = sources[item.source].parsed.units
        unit = units[item.at]
        before = units[item.at - 1] if item.at and not unit.opens else None
        if set(unit.lead) & _MODALS or (before and before.text in _HEDGES and not before.quoted):
            yield Contrast("hedge", number, "its source only holds it possible")
            return
