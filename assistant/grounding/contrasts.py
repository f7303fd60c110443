"""Where a claim turns what its source says: negations, bounds, quantities, hedges, other words in the same place.

Works on an alignment: what stands before and between aligned units is compared with what stands there in
the source.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.grounding import lexicon
from assistant.grounding.alignment import ASKED, GRANTED, POINTED, SAME_ARTICLE, Aligned, Source
from assistant.grounding.matching import AGAINST, WIDER
from assistant.grounding.units import Parsed, Unit, stem

Sort = Literal[
    "negation", "opposite", "replaced", "foreign", "joined", "lost", "unbound", "swapped", "measure", "bound", "quantity",
    "hedge", "twice",
]  # fmt: skip

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


@dataclass(frozen=True, slots=True)
class Contrast:
    """One place where claim and source differ.

    Attributes:
        sort: What differs.
        unit: Index of the unit in the claim.
        reason: In plain words.
    """

    sort: Sort
    unit: int
    reason: str


def contrasts(claim: Parsed, aligned: Sequence[Aligned], sources: Sequence[Source]) -> tuple[Contrast, ...]:
    """Find where an aligned claim differs from its sources."""
    if not aligned:
        return ()
    return (
        *_opposites(aligned, sources),
        *_replaced(aligned, sources),
        *_negated(claim, aligned, sources),
        *_leads(claim, aligned, sources),
        *_hedged(claim, aligned, sources),
        *_twice(aligned),
        *_foreign(aligned),
        *_joined(aligned, sources),
        *_lost(aligned, sources),
        *_other_dates(aligned, sources),
        *_swapped(claim, aligned, sources),
        *_reused(aligned),
        *_speakers(aligned, sources),
        *_unbound(aligned),
    )


def _opposites(aligned: Sequence[Aligned], sources: Sequence[Source]) -> Iterator[Contrast]:
    """Words whose opposite stands in the sentence, where the claim does not take that one too."""
    for number, item in enumerate(aligned):
        if item.cost < AGAINST:
            continue
        taken = {other.at for other in aligned if other.source == item.source}
        units = sources[item.source].parsed.units
        against = [
            at for at, unit in enumerate(units) if lexicon.opposite(item.unit.text, unit.text) and at not in taken
        ]
        beside = [a.at for a in (_anchor(aligned, number, -1), _anchor(aligned, number, 1)) if a and a.at is not None]
        if any(abs(at - place) <= 2 for at in against for place in beside):
            other = units[next(at for at in against if any(abs(at - place) <= 2 for place in beside))].text
            yield Contrast("opposite", number, f"it says {item.unit.text!r} where its source says {other!r}")
        else:
            yield Contrast("foreign", number, f"no cited sentence says {item.unit.text!r}")


def _replaced(aligned: Sequence[Aligned], sources: Sequence[Source]) -> Iterator[Contrast]:
    """Units that stand where the source has another unit of the same kind."""
    ours = {item.unit.root for item in aligned if item.unit.root}
    values = {item.unit.value for item in aligned if item.unit.value is not None}
    for first, last in _runs(aligned):
        before = _anchor(aligned, first, -1)
        after = _anchor(aligned, last, 1)
        anchor = before or after
        if anchor is None:
            continue
        gap = _gap(sources[anchor.source].parsed, before, after, last - first + 1)
        lost = [u for u in gap if (u.value not in values if not u.root else u.root not in ours)]
        if after is not None and before is None and sources[anchor.source].parsed.units[after.at or 0].opens:
            continue
        for number in range(first, last + 1):
            unit = aligned[number].unit
            other = next((u for u in lost if _same_kind(unit, u)), None)
            if other is not None:
                close = (
                    (before is not None or aligned[number].at is not None)
                    and after is not None
                    and len(gap) <= last - first + 1
                )
                if unit.kind != "word" or (close and _tells(aligned[number], other)):
                    yield Contrast("replaced", number, f"it says {unit.text!r} where its source says {other.text!r}")


def _tells(item: Aligned, other: Unit) -> bool:
    """Whether two words say enough to be compared."""
    mine, theirs = item.unit.text, other.text
    light = lexicon.is_light(mine) and lexicon.is_light(theirs)
    saying = lexicon.is_saying(mine) and lexicon.is_saying(theirs)
    return item.at is not None or (item.cost >= GRANTED and not light and not saying)


def _anchor(aligned: Sequence[Aligned], at: int, step: int) -> Aligned | None:
    """The neighbour of a unit, or of the name that it belongs to, that stands in the same source sentence."""
    other = at + step
    while 0 <= other < len(aligned) and _one_name(aligned, min(other, other - step), max(other, other - step)):
        other += step
    if not 0 <= other < len(aligned):
        return None
    return aligned[other] if aligned[other].at is not None and aligned[other].source == aligned[at].source else None


def _one_name(aligned: Sequence[Aligned], first: int, second: int) -> bool:
    """Whether two neighbours are words of one name."""
    one, two = aligned[first].unit, aligned[second].unit
    return one.kind == two.kind == "name" and not two.lead and not two.opens


def _runs(aligned: Sequence[Aligned]) -> Iterator[tuple[int, int]]:
    """Runs of at most four units that do not stand in their sentence, or stand there in another place."""
    start: int | None = None
    for number in range(len(aligned) + 1):
        out = number < len(aligned) and _out(aligned, number)
        if out and start is None:
            start = number
        elif not out and start is not None:
            if number - start <= 4:
                yield start, number - 1
            start = None


def _out(aligned: Sequence[Aligned], number: int) -> bool:
    item = aligned[number]
    if item.at is None:
        return item.cost >= 0.2
    before, after = _anchor(aligned, number, -1), _anchor(aligned, number, 1)
    if after is not None and after.at is not None and before is None:
        return not after.unit.lead and not after.unit.opens and not 0 < after.at - item.at <= 2
    if before is None or after is None or before.at is None or after.at is None:
        return False
    return 1 < after.at - before.at <= 3 and not before.at < item.at < after.at


def _gap(source: Parsed, before: Aligned | None, after: Aligned | None, length: int) -> Sequence[Unit]:
    """The source's units where a run of the claim would stand."""
    units = source.units
    if before and after:
        low, high = before.at or 0, after.at or 0
        return units[low + 1 : high] if 0 < high - low <= length + 2 else ()
    if before:
        low = (before.at or 0) + 1
        return units[low : low + length]
    high = after.at or 0 if after else 0
    return units[max(0, high - length) : high]


def _same_kind(one: Unit, two: Unit) -> bool:
    if one.kind in ("number", "date") or two.kind in ("number", "date"):
        return one.kind == two.kind
    return one.kind == two.kind and not (two.initial and one.kind == "name")


def _negated(claim: Parsed, aligned: Sequence[Aligned], sources: Sequence[Source]) -> Iterator[Contrast]:
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


def _leads(claim: Parsed, aligned: Sequence[Aligned], sources: Sequence[Source]) -> Iterator[Contrast]:
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
            yield Contrast("bound", number, f"its source gives another bound for {item.unit.text!r}")
        if item.unit.kind == "number" and mine & (_LOWER | _UPPER) and not theirs & (_LOWER | _UPPER):
            yield Contrast("quantity", number, f"its source does not say {min(mine & (_LOWER | _UPPER))!r}")
        measures = {item.unit.measure, other.measure}
        if item.unit.kind == "number" and len(measures) == 2 and measures <= _MEASURES:
            yield Contrast("measure", number, f"{item.unit.text!r} has another unit in its source")
        if mine & _ALL - theirs and not (
            item.unit.text in sources[item.source].parsed.words and mine & _ALL & sources[item.source].parsed.words
        ):
            yield Contrast("quantity", number, f"its source does not say {min(mine & _ALL - theirs)!r}")


def _hedged(claim: Parsed, aligned: Sequence[Aligned], sources: Sequence[Source]) -> Iterator[Contrast]:
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


def _twice(aligned: Sequence[Aligned]) -> Iterator[Contrast]:
    """Two numbers of the claim that rest on one number of the source."""
    seen: set[tuple[int, int]] = set()
    for number, item in enumerate(aligned):
        if item.unit.kind == "number" and item.at is not None:
            if (item.source, item.at) in seen:
                yield Contrast("twice", number, f"its source says {item.unit.text!r} once")
            seen.add((item.source, item.at))


def _foreign(aligned: Sequence[Aligned]) -> Iterator[Contrast]:
    """Words that no sentence of the cited passages holds near the others, and names, numbers and dates from elsewhere."""
    for number, item in enumerate(aligned):
        if AGAINST > item.cost >= (SAME_ARTICLE if item.unit.kind == "word" else ASKED):
            yield Contrast("foreign", number, f"no cited sentence says {item.unit.text!r}")


def _joined(aligned: Sequence[Aligned], sources: Sequence[Source]) -> Iterator[Contrast]:
    """Parts of different sentences that nothing joins."""
    parts = _parts(aligned)
    names = {item.unit.root for item in aligned if item.unit.kind == "name"}
    used = {part[0].source for part in parts}
    start = 0
    for number, part in enumerate(parts):
        source = part[0].source
        bare = all(item.unit.kind == "name" for item in part)
        inside = not (parts[number + 1] if number + 1 < len(parts) else part)[0].unit.opens
        if bare and inside and len(parts) > 1 and not sources[source].header:
            yield Contrast("joined", start, f"{part[-1].unit.text!r} stands in another sentence of its source")
        rest = names - {item.unit.root for item in part} if len(parts) > 1 else set()
        near = (
            any(
                other != source and sources[other].passage == sources[source].passage and abs(other - source) <= 2
                for other in used
            )
            and sources[source].points
        )
        if (
            number
            and rest
            and not near
            and not sources[source].header
            and not rest & sources[source].parsed.roots.keys()
        ):
            yield Contrast("joined", start, "it joins what different sources say")
        start += len(part)


def _parts(aligned: Sequence[Aligned]) -> list[list[Aligned]]:
    """The claim cut where the sentence changes."""
    found: list[list[Aligned]] = []
    for at, item in enumerate(aligned):
        if not at or item.source != aligned[at - 1].source:
            found.append([])
        found[-1].append(item)
    return found


def _lost(aligned: Sequence[Aligned], sources: Sequence[Source]) -> Iterator[Contrast]:
    """A name from elsewhere, where the sentence has another name beside what the claim takes from it."""
    ours = {item.unit.root for item in aligned}
    for number, item in enumerate(aligned):
        if item.unit.kind != "name" or item.cost < POINTED:
            continue
        units = sources[item.source].parsed.units
        places = {other.at for other in aligned if other.source == item.source and other.at is not None}
        near = {at + step for at in places for step in (-1, 1)}
        lost = [units[at] for at in near if 0 <= at < len(units) and units[at].kind == "name" and not units[at].initial]
        other = next((unit for unit in lost if unit.root not in ours), None)
        if other is not None:
            yield Contrast("lost", number, f"it says {item.unit.text!r} where its source names {other.text!r}")


def _unbound(aligned: Sequence[Aligned]) -> Iterator[Contrast]:
    """Numbers and dates that stand far from what stands beside them in the claim."""
    for number, item in enumerate(aligned):
        if item.unit.kind not in ("number", "date") or item.at is None:
            continue
        beside = [other for other in (*aligned[max(0, number - 2) : number], *aligned[number + 1 : number + 3])]
        places = [
            other.at
            for other in beside
            if other.at is not None and other.source == item.source and other.unit.kind != "date"
        ]
        if places and min(abs(at - item.at) for at in places) > 5:
            yield Contrast("unbound", number, f"{item.unit.text!r} stands for something else in its source")


def _other_dates(aligned: Sequence[Aligned], sources: Sequence[Source]) -> Iterator[Contrast]:
    """A day or month that follows only from the day of publication, where the sentence names another."""
    values = {item.unit.value for item in aligned}
    for number, item in enumerate(aligned):
        if item.unit.kind == "date" and item.cost >= GRANTED:
            month = str(item.unit.value).startswith("month ")
            for unit in sources[item.source].parsed.units:
                if unit.kind == "date" and unit.value not in values and str(unit.value).startswith("month ") == month:
                    yield Contrast(
                        "replaced", number, f"it says {item.unit.text!r} where its source says {unit.text!r}"
                    )
                    break


def _swapped(claim: Parsed, aligned: Sequence[Aligned], sources: Sequence[Source]) -> Iterator[Contrast]:
    """Two names of which each stands where the other one stands in the source."""
    names = [at for at, item in enumerate(aligned) if item.unit.kind == "name" and item.at is not None]
    names = [at for at in names if not (at + 1 in names and _one_name(aligned, at, at + 1))]
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            one, two = aligned[first], aligned[second]
            passive = ("by" in claim.words) != ("by" in sources[one.source].parsed.words)
            apart = passive or any(item.unit.opens for item in aligned[first + 1 : second + 1])
            if apart or one.source != two.source or one.at is None or two.at is None or one.unit.root == two.unit.root:
                continue
            crossed = _away(aligned, first, two.at), _away(aligned, second, one.at)
            straight = _away(aligned, first, one.at), _away(aligned, second, two.at)
            if crossed[0] < straight[0] and crossed[1] < straight[1]:
                yield Contrast("swapped", first, f"{one.unit.text!r} and {two.unit.text!r} have changed places")


def _away(aligned: Sequence[Aligned], name: int, place: int) -> float:
    """How far a place in the source is from the words beside a name of the claim."""
    beside = [aligned[at] for at in (name - 2, name - 1, name + 1, name + 2) if 0 <= at < len(aligned)]
    places = [
        item.at
        for item in beside
        if item.at is not None and item.source == aligned[name].source and item.unit.kind != "name"
    ]
    return sum(abs(at - place) for at in places) / len(places) if places else 0.0


def _reused(aligned: Sequence[Aligned]) -> Iterator[Contrast]:
    """A word that rests only on a related word which the claim has itself."""
    taken = {(item.source, item.at): item.unit.root for item in aligned if item.cost == 0}
    for number, item in enumerate(aligned):
        if 0 < item.cost <= WIDER and item.unit.kind == "word" and item.at is not None:
            if taken.get((item.source, item.at), item.unit.root) != item.unit.root:
                yield Contrast("foreign", number, f"no cited sentence says {item.unit.text!r}")


def _speakers(aligned: Sequence[Aligned], sources: Sequence[Source]) -> Iterator[Contrast]:
    """A quotation that is given to somebody else than the sentence gives it to."""
    ours = {item.unit.root for item in aligned}
    said = {item.source for item in aligned if item.unit.quoted and item.at is not None}
    for number, item in enumerate(aligned):
        if item.unit.kind != "name" or item.unit.quoted or item.source not in said or item.cost < POINTED:
            continue
        names = [unit for unit in sources[item.source].parsed.units if unit.kind == "name" and not unit.quoted]
        if names and not any(unit.root in ours for unit in names):
            yield Contrast("lost", number, f"it says {item.unit.text!r} where its source names {names[0].text!r}")
