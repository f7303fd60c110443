"""Sections of a page that are not its story, by their headings and by the mark that ends a press release."""

from __future__ import annotations

import re
from typing import Any

from ingest.parsing.html_layout import ENDS, Layout
from ingest.parsing.html_words import ASIDE_HEADING

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
LINKED = 0.5
"""A line with more of its characters in links leads elsewhere, unless it is a sentence among sentences."""
_END_MARK = re.compile(r"\W*(?:ends?|-?\s*30\s*-?|###?)\W*", re.I)


def after_end(page: Layout, first: int, last: int) -> set[int]:
    """Lines after the mark that ends a press release, without its notes."""
    end = next((n for n in range(first, last + 1) if _END_MARK.fullmatch(page.blocks[n].text)), None)
    if end is None or end - first < 0.4 * (last - first):
        return set()
    notes = next(
        (n for n in range(end, len(page.blocks)) if re.match(r"notes?\b", page.blocks[n].text, re.I)),
        len(page.blocks),
    )
    return set(range(end, notes))


def under_aside_headings(page: Layout) -> set[int]:
    """Lines of the sections whose headings say that they are not the story."""
    dropped: set[int] = set()
    for number, block in enumerate(page.blocks):
        heading = block.tag in HEADINGS or (len(block.text) < 60 and not ENDS.search(block.text))
        if not heading or not ASIDE_HEADING.match(block.text) or (block.tag == "h1"):
            continue
        section = _section(page, number)
        if section is None:
            dropped |= _following_list(page, number)
        else:
            start, end = page.extent[section]
            dropped |= set(range(start, end + 1))
        dropped.add(number)
    return dropped


def _section(page: Layout, number: int) -> Any:
    """The largest element that begins with this heading and holds more than it, within the scope."""
    best = None
    for node in page.blocks[number].node.iterancestors():
        if page.extent[node][0] < number or node in page.large or node.tag in ("body", "html", "main", "article"):
            break
        best = node
    return best


def _following_list(page: Layout, number: int) -> set[int]:
    """The lines directly after a heading in a flat page that are links or items of one list."""
    found = set()
    for place in range(number + 1, len(page.blocks)):
        block = page.blocks[place]
        if block.linked / max(1, len(block.text)) > LINKED:
            found.add(place)
        else:
            break
    return found
