"""What a claim draws from elsewhere: words without a source, and parts of different sentences joined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.grounding.alignment import ASKED, POINTED, SAME_ARTICLE, Aligned, Source
from assistant.grounding.contrast import Contrast
from assistant.grounding.matching import AGAINST, WIDER


def foreign(aligned: Sequence[Aligned]) -> Iterator[Contrast]:
    """Words that no sentence of the cited passages holds near the others, and names, numbers and dates from elsewhere."""
    for number, item in enumerate(aligned):
        if AGAINST > item.cost >= (SAME_ARTICLE if item.unit.kind == "word" else ASKED):
            yield Contrast("foreign", number, f"no cited sentence says {item.unit.shown!r}")


def reused(aligned: Sequence[Aligned]) -> Iterator[Contrast]:
    """A word that rests only on a related word which the claim has itself."""
    taken = {(item.source, item.at): item.unit.root for item in aligned if item.cost == 0}
    for number, item in enumerate(aligned):
        if 0 < item.cost <= WIDER and item.unit.kind == "word" and item.at is not None:
            if taken.get((item.source, item.at), item.unit.root) != item.unit.root:
                yield Contrast("foreign", number, f"no cited sentence says {item.unit.shown!r}")


def joined(aligned: Sequence[Aligned], sources: Sequence[Source]) -> Iterator[Contrast]:
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
            yield Contrast("joined", start, f"{part[-1].unit.shown!r} stands in another sentence of its source")
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


def lost_names(aligned: Sequence[Aligned], sources: Sequence[Source]) -> Iterator[Contrast]:
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
            yield Contrast("lost", number, f"it says {item.unit.shown!r} where its source names {other.shown!r}")


def other_speakers(aligned: Sequence[Aligned], sources: Sequence[Source]) -> Iterator[Contrast]:
    """A quotation that is given to somebody else than the sentence gives it to."""
    ours = {item.unit.root for item in aligned}
    said = {item.source for item in aligned if item.unit.quoted and item.at is not None}
    for number, item in enumerate(aligned):
        if item.unit.kind != "name" or item.unit.quoted or item.source not in said or item.cost < POINTED:
            continue
        names = [unit for unit in sources[item.source].parsed.units if unit.kind == "name" and not unit.quoted]
        if names and not any(unit.root in ours for unit in names):
            yield Contrast("lost", number, f"it says {item.unit.shown!r} where its source names {names[0].shown!r}")
