"""Passages as a chat model is given them: numbered, within a budget, as data that cannot pass for instructions."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.grounding.evidence import readable
from assistant.reading.addressed import Screen
from assistant.reading.pipeline import header
from assistant.text.injection import plain_text
from assistant.types import Hit

KEY = 16
"""Hex digits of the key in the tags round passages."""
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
    """Passages under their numbers, one block each: outlet, date, title and byline, then the text.

    Header and text stand between tags that hold a key: a hash of all the passages. An article would have to hold the
    hash of itself and of all others to close its passage. The same passages give the same prompt, so that answers can be
    recorded. What is silenced is left out; what looks like a marker or a tag is made harmless.

    Args:
        numbered: The passages, after `screened`.
    """
    blocks = {}
    for number, hit in numbered.items():
        text = " ".join(words for _, words in readable(hit))
        blocks[number] = f"{harmless(named(hit))}\n{harmless(text)}"
    key = hashlib.sha256("\n".join(blocks.values()).encode("utf-8", "surrogatepass")).hexdigest()[:KEY]
    return "\n".join(f"[{number}] <passage {key}>\n{inside}\n</passage {key}>" for number, inside in blocks.items())


def named(hit: Hit) -> str:
    """The passage's header: outlet, day, title and byline."""
    line = header(hit)
    return f"{line} · by {hit.headline.byline}" if hit.headline.byline else line


def screened(hits: Sequence[Hit], screen: Screen) -> tuple[Hit, ...]:
    """The hits as a chat model may see them and as sentences may rest on them.

    Sentences that speak to the program are silenced; a title, an outlet or a byline that does is left out.
    """
    texts = [hit.passage.sentence(at) for hit in hits for at in range(len(hit.passage.sentences))]
    fields = [field for hit in hits for field in _fields(hit)]
    parts = [part for field in fields for part in _parts(field)]
    flagged = {text for text, found in zip([*texts, *parts], screen([*texts, *parts]), strict=True) if found}
    return tuple(_screened(hit, flagged) for hit in hits)


def _screened(hit: Hit, flagged: set[str]) -> Hit:
    passage, head = hit.passage, hit.headline
    spans = tuple(span for at, span in enumerate(passage.sentences) if passage.sentence(at) in flagged)
    title, outlet, byline = ("" if flagged & set(_parts(field)) else field for field in _fields(hit))
    safe = replace(head, title=title, outlet=outlet or None, byline=byline or None)
    return replace(hit, headline=safe, silenced=spans)


def _fields(hit: Hit) -> tuple[str, str, str]:
    return hit.headline.title, hit.headline.outlet or "", hit.headline.byline or ""


def _parts(field: str) -> list[str]:
    """A field and its sentences: a title may hold one that is true and one that is not."""
    return [field, *re.split(r"(?<=[.!?:])\s+|\n", field)] if field else []


def harmless(text: str) -> str:
    """One line in which nothing looks like a marker, a tag or the end of the passage."""
    text = " ".join(plain_text(text).split())
    return text.replace("<", "‹").replace(">", "›").replace("[", "(").replace("]", ")").replace("###", "")
