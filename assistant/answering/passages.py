"""Passages as a chat model is given them: numbered, within a budget, as data that cannot pass for instructions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.grounding.evidence import readable
from assistant.reading.pipeline import header
from assistant.text.injection import is_order, plain_text
from assistant.types import Hit

FUSED = 10
"""Rank offset of reciprocal rank fusion over sub-queries: the smaller, the more a first place counts."""


def fused(lists: Sequence[Sequence[Hit]]) -> list[Hit]:
    """The hits of all sub-queries in one order, each passage once, by reciprocal rank."""
    if len(lists) == 1:
        return list(lists[0])
    scores: dict[str, float] = {}
    hits: dict[str, Hit] = {}
    for found in lists:
        for rank, hit in enumerate(found, 1):
            hits.setdefault(hit.passage.id, hit)
            scores[hit.passage.id] = scores.get(hit.passage.id, 0.0) + 1 / (FUSED + rank)
    order = sorted(hits, key=lambda passage: -scores[passage])
    return [replace(hits[passage], rank=rank) for rank, passage in enumerate(order, 1)]


def interleaved(lists: Sequence[Sequence[Hit]], limit: int) -> list[Hit]:
    """The hits of all sub-queries in turn, each passage once."""
    merged: dict[str, Hit] = {}
    for turn in range(max((len(hits) for hits in lists), default=0)):
        for hits in lists:
            if turn < len(hits):
                merged.setdefault(hits[turn].passage.id, hits[turn])
    return list(merged.values())[:limit]


def within_budget(hits: Sequence[Hit], characters: int) -> list[Hit]:
    """The first hits whose passages together have at most so many characters; always one."""
    kept: list[Hit] = []
    used = 0
    for hit in hits:
        used += len(hit.passage.text)
        if kept and used > characters:
            break
        kept.append(hit)
    return kept


def format_passages(numbered: Mapping[int, Hit]) -> str:
    """Passages under their numbers, one block each, with outlet, date, title and byline.

    Sentences that speak to a machine are left out; what looks like a marker or a tag is made harmless.
    """
    blocks = []
    for number, hit in numbered.items():
        text = " ".join(words for _, words in readable(hit))
        blocks.append(f"[{number}] {harmless(named(hit))}\n<passage>\n{harmless(text)}\n</passage>")
    return "\n".join(blocks)


def named(hit: Hit) -> str:
    """The passage's header: outlet, day, title and byline, without what speaks to a machine."""
    safe = without_orders(hit)
    line = header(safe)
    return f"{line} · by {safe.headline.byline}" if safe.headline.byline else line


def without_orders(hit: Hit) -> Hit:
    """The hit without a title, an outlet or a byline that gives orders to a machine: no sentence may rest on them."""
    head = hit.headline
    title = "" if _orders(head.title) else head.title
    outlet = None if head.outlet and _orders(head.outlet) else head.outlet
    byline = None if head.byline and _orders(head.byline) else head.byline
    return replace(hit, headline=replace(head, title=title, outlet=outlet, byline=byline))


def _orders(text: str) -> bool:
    parts = re.split(r"(?<=[.!?:])\s+|\n", text)
    return any(is_order(part, strict=not part.endswith("?")) for part in (text, *parts))


def harmless(text: str) -> str:
    """One line in which nothing looks like a marker, a tag or the end of the passage."""
    text = " ".join(plain_text(text).split())
    return text.replace("<", "‹").replace(">", "›").replace("[", "(").replace("]", ")").replace("###", "")
