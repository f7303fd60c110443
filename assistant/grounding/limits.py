"""Where a claim narrows, widens or moves in time what its source says, by a word that carries no name or number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.grounding.alignment import Aligned, Source
from assistant.grounding.contrast import Contrast
from assistant.grounding.units import Parsed

_SAME = {
    "most": "most majority mostly largely nearly almost mainly more",
    "few": "few fewer little handful small",
    "many": "many numerous lots several dozens hundreds thousands multiple number more",
    "all": "all every each any everyone everything entire whole both always full",
    "every": "all every each any everyone everything entire whole always",
    "always": "always all every ever constantly",
    "never": "never not no ever n't nothing none without",
    "already": "already now previously earlier since had has have been",
    "before": "before ahead prior previously earlier until preceding former followed then since after",
}
"""A word that limits, and those of a source any of which may stand for it."""


def limited_otherwise(
    claim: Parsed, aligned: Sequence[Aligned], sources: Sequence[Source], asked: Parsed
) -> Iterator[Contrast]:
    """Words such as "most", "already" or "before" that nothing in the sources says."""
    held = set(asked.words).union(*(sources[item.source].parsed.words for item in aligned))
    for word, same in _SAME.items():
        if word in claim.words and not held & set(same.split()):
            yield Contrast("quantity", _place(claim, word), f"its source does not say {word!r}")


def counted_otherwise(aligned: Sequence[Aligned], sources: Sequence[Source]) -> Iterator[Contrast]:
    """A number of one thing that is, in the same sentence, the number of another, while its own has another number."""
    for number, item in enumerate(aligned):
        if item.unit.kind != "number" or item.at is None or not item.unit.measure:
            continue
        units = sources[item.source].parsed.units
        counted = [unit for unit in units if unit.kind == "number" and unit.measure]
        same = [unit for unit in counted if unit.measure == item.unit.measure]
        equal = [unit for unit in counted if unit.value == item.unit.value]
        if same and equal and not any(unit in same for unit in equal):
            yield Contrast("unbound", number, f"{item.unit.shown!r} stands for something else in its source")


def _place(claim: Parsed, word: str) -> int:
    """The unit that a function word stands before, or that it is."""
    return next((at for at, unit in enumerate(claim.units) if word in (*unit.lead, unit.text)), 0)
