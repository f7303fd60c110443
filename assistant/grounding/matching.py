"""What one unit of a claim costs against a source sentence: 0 for the same word, 1 when nothing matches."""

from __future__ import annotations

from functools import lru_cache

from assistant.grounding import lexicon
from assistant.grounding.units import Parsed, Unit, stem

FOREIGN, ROUNDED, WIDER, RELATED, SAME = 1.0, 0.6, 0.45, 0.15, 0.0
"""Costs: nothing matches; a rounded number; a word for a wider kind; a related word; the same word or value."""
AGAINST = 1.2
"""Cost of a word whose opposite stands in the sentence."""
_SIGNS = frozenset("€$£%")


def match(unit: Unit, source: Parsed) -> float:
    """What a unit costs in one sentence by itself: 0 for the same word, 1 when it is not there."""
    if unit.kind in ("number", "date"):
        return min(
            (_same_value(unit, other) for other in source.units if other.kind in ("number", "date")), default=1.0
        )
    if stands(unit, source):
        return SAME
    return min((_alike(unit, other) for other in source.units if other.kind in ("word", "name")), default=1.0)


def stands(unit: Unit, source: Parsed) -> bool:
    """Whether a word stands in a sentence, or all parts of a hyphenated one."""
    parts = unit.text.split("-")
    return unit.root in source.roots or (
        len(parts) > 1
        and ("".join(parts) in source.roots or all(stem(part) in source.roots for part in parts if len(part) > 2))
    )


def _same_value(unit: Unit, other: Unit) -> float:
    if unit.kind != other.kind or isinstance(unit.value, str) or isinstance(other.value, str):
        return SAME if unit.value == other.value else FOREIGN
    mine, theirs = unit.value or 0.0, other.value or 0.0
    if {unit.measure, other.measure} & {"%"} and min(mine, theirs) <= 1 < max(mine, theirs):
        mine, theirs = (value * 100 if value <= 1 else value for value in (mine, theirs))
    money = {unit.measure, other.measure} & _SIGNS
    if money and unit.measure != other.measure and {unit.measure, other.measure} <= _SIGNS:
        return FOREIGN
    if "month " in unit.measure and "month " in other.measure and unit.measure != other.measure:
        return FOREIGN
    if abs(mine - theirs) <= 1e-6 * max(mine, theirs):
        return WIDER if "month " in unit.measure and "month " not in other.measure else SAME
    rounded = mine >= 10 and abs(mine - theirs) <= 0.1 * theirs and not 1900 <= mine <= 2100
    return ROUNDED if rounded and _round(mine) else FOREIGN


def _round(value: float) -> bool:
    """Whether a number has at most two digits that are not zero at its end."""
    return len(f"{value:.0f}".rstrip("0")) <= 2


@lru_cache(maxsize=60_000)
def _kin(one: str, two: str) -> float:
    """The cost of one word for another: related, derived by its ending, wider, or opposite."""
    if lexicon.opposite(one, two):
        return AGAINST
    if lexicon.related(one, two):
        return RELATED
    if len(one) > 4 and len(two) > 4:
        shared = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
        if shared >= 5 and shared >= 0.6 * max(len(one), len(two)):
            return RELATED
    return WIDER if lexicon.broader(one, two) else FOREIGN


def _alike(unit: Unit, other: Unit) -> float:
    if unit.kind == "name" and not unit.initial and other.kind == "name":
        return RELATED if _demonym(unit.text, other.text) or _demonym(other.text, unit.text) else FOREIGN
    return min(_kin(unit.text, other.text), FOREIGN)


def _demonym(one: str, two: str) -> bool:
    """Whether the first is made from the second: "Israeli", "Chinese", "Republicans"."""
    return (
        len(two) >= 4
        and one != two
        and one[:4] == two[:4]
        and one.endswith(("n", "ns", "ese", "i", "is", "ish", "an", "ans"))
    )


def fits(unit: Unit, other: Unit) -> bool:
    """Whether a unit of a claim can be aligned with a unit of a source."""
    if unit.kind in ("number", "date"):
        return other.kind in ("number", "date") and _same_value(unit, other) < FOREIGN
    if other.kind in ("number", "date"):
        return False
    return unit.root == other.root or unit.root in other.text.split("-") or _alike(unit, other) <= WIDER
