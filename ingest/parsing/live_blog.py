"""Live blogs: whether a page is one, and its text from structured data where the page does not show it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ingest.parsing.html_blocks import Block
from ingest.parsing.linked_data import is_type, plain, text_of

_CLASS = re.compile(r"(?:^|[\s_-])live-?(?:blog|post|entry|update|feed|event|coverage)", re.I)
_CLOCK = re.compile(r"^(?:updated\s+)?\d{1,2}(?:[:.h]\d\d|\s?[ap]\.?m)", re.I)


def is_live(tree: Any, data: Mapping[str, Any], blocks: Sequence[Block]) -> bool:
    """Whether a page tells its story in entries that each begin with their time."""
    if is_type(data, "LiveBlogPosting") or tree.xpath("//*[@itemprop='liveBlogUpdate']"):
        return True
    if sum(1 for node in tree.iter("div", "section", "article", "li") if _CLASS.search(node.get("class") or "")) > 1:
        return True
    times = [block.text for block in blocks if len(block.text) < 60 and _CLOCK.match(block.text)]
    return len(times) > 2 and not _cues(times)


def _cues(times: Sequence[str]) -> bool:
    """Whether times are those of a recording's transcript: they rise from its beginning."""
    clocks = [tuple(map(int, match.groups())) for time in times if (match := re.match(r"(\d{1,2})[:.](\d\d)", time))]
    rising = sum(1 for before, after in zip(clocks, clocks[1:], strict=False) if before <= after)
    return bool(clocks) and clocks[0][0] == 0 and rising >= 0.7 * (len(clocks) - 1)


def entries_text(data: Mapping[str, Any], story: str) -> str | None:
    """Write the entries of a live blog in their order, each with its time and heading.

    Args:
        data: The page's structured data.
        story: What the page itself shows.

    Returns:
        The text, or None where the page shows most of the entries itself.
    """
    updates = data.get("liveBlogUpdate")
    entries = [item for item in (updates if isinstance(updates, list) else [updates]) if isinstance(item, dict)]
    bodies = [(entry, plain(text_of(entry.get("articleBody") or entry.get("description")))) for entry in entries[:1000]]
    told = [(entry, body) for entry, body in bodies if body]
    shown = " ".join(story.split())
    if not told or sum(1 for _, body in told if " ".join(body.split())[:80] in shown) * 2 >= len(told):
        return None
    lines = []
    first = text_of(data.get("datePublished"))[:10]
    for entry, body in told:
        heading = plain(text_of(entry.get("headline")))
        lines += [line for line in (_clock(text_of(entry.get("datePublished")), first), heading, body) if line]
    return "\n".join(lines)


def _clock(value: str, day: str) -> str:
    """The time of an entry, with its day where the blog runs over several."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return moment.strftime("%H:%M") if value[:10] == day else moment.strftime("%Y-%m-%d %H:%M")
