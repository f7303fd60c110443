"""Writes answers of quotations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.reading.evidence import GAP, Evidence
from assistant.types import Citation


def unsaid(evidence: Evidence, said: Sequence[Citation]) -> list[Evidence]:
    """What of the evidence is not quoted yet: two parts of a question may rest on the same sentence.

    One that differs or corrects stays whole, because what stands beside it speaks of it.
    """
    if evidence.differs or evidence.corrects:
        return [evidence]
    left: list[Evidence] = []
    version = evidence.hit.passage.version
    for start, end in evidence.hit.passage.sentences:
        if not evidence.start <= start < end <= evidence.end:
            continue
        if any(c.headline.version == version and c.start <= start and end <= c.end for c in said):
            continue
        if left and start - left[-1].end <= GAP:
            left[-1] = replace(left[-1], end=end)
        else:
            left.append(replace(evidence, start=start, end=end))
    return left


