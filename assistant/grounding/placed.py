"""Where a claim has another word, name, number or date in the place that its source gives to one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from assistant.grounding import lexicon
from assistant.grounding.alignment import GRANTED, Aligned, Source
from assistant.grounding.contrast import Contrast
from assistant.grounding.matching import AGAINST
from assistant.grounding.units import Parsed, Unit


def opposites(aligned: Sequence[Aligned], sources: Sequence[Source]) -> Iterator[Contrast]:
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
            other = units[next(at for at in against if any(abs(at - place) <= 2 for place in beside))]
            yield Contrast("opposite", number, f"it says {item.unit.shown!r} where its source says {other.shown!r}")
        else:
            yield Contrast("foreign", number, f"no cited sentence says {item.unit.shown!r}")


def replaced(aligned: Sequence[Aligned], sources: Sequence[Source]) -> Iterator[Contrast]:
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
                    yield Contrast("replaced", number, f"it says {unit.shown!r} where its source says {other.shown!r}")


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
    return one.kind == two.kind


def other_dates(aligned: Sequence[Aligned], sources: Sequence[Source]) -> Iterator[Contrast]:
    """A day or month that follows only from the day of publication, where the sentence names another."""
    values = {item.unit.value for item in aligned}
    for number, item in enumerate(aligned):
        if item.unit.kind == "date" and item.cost >= GRANTED:
            month = str(item.unit.value).startswith("month ")
            for unit in sources[item.source].parsed.units:
                if unit.kind == "date" and unit.value not in values and str(unit.value).startswith("month ") == month:
                    yield Contrast(
                        "replaced", number, f"it says {item.unit.shown!r} where its source says {unit.shown!r}"
                    )
                    break


def swapped(claim: Parsed, aligned: Sequence[Aligned], sources: Sequence[Source]) -> Iterator[Contrast]:
    """Two names of which each stands where the other one stands in the source."""
    names = [at for at, item in enumerate(aligned) if item.unit.kind == "name" and item.at is not None]
    names = [at for at in names if not (at + 1 in names and _one_name(aligned, at, at + 1))]
    for first, second in combinations(names, 2):
        one, two = aligned[first], aligned[second]
        if one.source != two.source or one.at is None or two.at is None or one.unit.root == two.unit.root:
            continue
        if ("by" in claim.words) == ("by" in sources[one.source].parsed.words) and (
            _crossed(aligned, first, second, taken_share(aligned, sources, one.source))
        ):
            reason = f"{one.unit.shown!r} and {two.unit.shown!r} have changed places"
            yield Contrast("swapped", first, reason)


def taken_share(aligned: Sequence[Aligned], sources: Sequence[Source], source: int) -> float:
    """The share of a sentence's units that the claim takes; 1 when it repeats the sentence."""
    taken = {item.at for item in aligned if item.source == source and item.at is not None}
    return len(taken) / max(1, len(sources[source].parsed.units))


def _crossed(aligned: Sequence[Aligned], first: int, second: int, share: float) -> bool:
    """Whether what stands between two names stays between them while they change sides, or goes with the other one."""
    one, two = aligned[first].at or 0, aligned[second].at or 0
    between = [item.at for item in aligned[first + 1 : second] if item.source == aligned[first].source]
    if share >= 0.5 and one > two and any(at is not None and two < at < one for at in between):
        return True
    if any(item.unit.opens for item in aligned[first + 1 : second + 1]):
        return False
    return _away(aligned, first, two) < _away(aligned, first, one) and (
        _away(aligned, second, one) < _away(aligned, second, two)
    )


def _away(aligned: Sequence[Aligned], name: int, place: int) -> float:
    """How far a place in the source is from the words beside a name of the claim."""
    beside = [aligned[at] for at in (name - 2, name - 1, name + 1, name + 2) if 0 <= at < len(aligned)]
    places = [
        item.at
        for item in beside
        if item.at is not None and item.source == aligned[name].source and item.unit.kind != "name"
    ]
    return sum(abs(at - place) for at in places) / len(places) if places else 0.0


def used_twice(aligned: Sequence[Aligned]) -> Iterator[Contrast]:
    """Two numbers of the claim that rest on one number of the source."""
    seen: set[tuple[int, int]] = set()
    for number, item in enumerate(aligned):
        if item.unit.kind == "number" and item.at is not None:
            if (item.source, item.at) in seen:
                yield Contrast("twice", number, f"its source says {item.unit.shown!r} once")
            seen.add((item.source, item.at))


def unbound(aligned: Sequence[Aligned]) -> Iterator[Contrast]:
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
            yield Contrast("unbound", number, f"{item.unit.shown!r} stands for something else in its source")
