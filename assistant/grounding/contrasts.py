"""Where an aligned claim differs from its sources."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.grounding.alignment import Aligned, Source
from assistant.grounding.contrast import Contrast
from assistant.grounding.drawn import foreign, joined, lost_names, other_speakers, reused
from assistant.grounding.limits import counted_otherwise, limited_otherwise
from assistant.grounding.placed import opposites, other_dates, replaced, swapped, unbound, used_twice
from assistant.grounding.turned import led_otherwise, made_certain, negated
from assistant.grounding.units import Parsed, parse


def contrasts(
    claim: Parsed, aligned: Sequence[Aligned], sources: Sequence[Source], question: str = ""
) -> tuple[Contrast, ...]:
    """Find where an aligned claim differs from its sources; what was asked may be taken for granted."""
    if not aligned:
        return ()
    return (
        *opposites(aligned, sources),
        *replaced(aligned, sources),
        *negated(claim, aligned, sources),
        *led_otherwise(claim, aligned, sources),
        *made_certain(claim, aligned, sources),
        *used_twice(aligned),
        *foreign(aligned),
        *joined(aligned, sources),
        *lost_names(aligned, sources),
        *other_dates(aligned, sources),
        *swapped(claim, aligned, sources),
        *reused(aligned),
        *other_speakers(aligned, sources),
        *unbound(aligned),
        *limited_otherwise(claim, aligned, sources, parse(question)),
        *counted_otherwise(aligned, sources),
    )
