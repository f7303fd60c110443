"""Chooses the lines of a page that are its story.

trafilatura finds which lines are running text; the page's own structure decides the rest: what surrounds those
lines belongs to the story unless its element, its heading or its links say that it does not. Captions, bylines
and times of the page stay in the text and are marked.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lxml import html as lxml_html

from ingest.parsing.html_blocks import Block
from ingest.parsing.html_zones import ASIDE_HEADING, KEPT_KINDS, element_kind

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_WIDE = 0.4
_COVER = 0.9
"""Share of the running text that the story's element holds at least."""
_LINKED = 0.5
"""A line with more of its characters in links leads elsewhere, unless it is a sentence among sentences."""
_ENDS = re.compile(r"[.!?…:;][\"'”’»)\]]*$")
_TIME_LINE = re.compile(
    r"^(?:updated\s+(?:at\s+)?)?(?:\d{1,2}[:.h]\d\d(?::\d\d)?|\d{1,2}\s?[ap]\.?m\.?)\s*(?:[ap]\.?m\.?)?\s*(?:[A-Z]{2,5})?(?:\s*[,·|–-]?\s*.{0,30})?$", re.I
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an article's text.

    Attributes:
        text: Its words.
        kind: "" for the story itself, else what it is marked as.
        node: The element that it is in.
        told: Whether the page's structure says that it is the story, whatever its words look like.
    """

    text: str
    kind: str
    node: Any
    told: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """The lines of a page's story and where they are among all of its lines.

    Attributes:
        lines: The lines that are kept, in order.
        first: Index of the first line of running text; the number of lines when there is none.
        last: Index of the last one; -1 when there is none.
        inside: Indices of the lines of the story's element.
    """

    lines: Sequence[Line]
    first: int
    last: int
    inside: set[int]


def running_text(tree: Any) -> set[str]:
    """The lines that trafilatura takes for the running text of a page."""
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    page = bare_extraction(
        lxml_html.tostring(tree, encoding="unicode"), with_metadata=False, include_comments=False, include_tables=True
    )
    text = page.text if isinstance(page, Document) else None
    return {_key(line) for line in (text or "").split("\n") if line.strip()}


def read_story(tree: Any, blocks: Sequence[Block], title: str, *, live: bool = False) -> Story:
    """Choose the lines of the story, in order.

    Args:
        tree: The page after `html_tree.make_plain`.
        blocks: Its lines, as `html_blocks.blocks_of` gives them.
        title: The article's headline; its line is marked.
        live: Whether the page is a live blog, whose times belong to the story.
    """
    return _Chooser(blocks, running_text(tree), title, live).choose()


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


class _Chooser:
    def __init__(self, blocks: Sequence[Block], seeds: set[str], title: str, live: bool) -> None:
        self._blocks, self._title, self._live = blocks, _key(title), live
        self._keys = [_key(block.text) for block in blocks]
        joined = " ".join(sorted(seeds))
        self._kinds: dict[Any, str] = {}
        self._seed = [len(key) > 1 and (key in seeds or (len(key) > 40 and key in joined)) for key in self._keys]
        self._wide = self._covering(_WIDE)
        self._seed = [seed and not self._aside(block) for seed, block in zip(self._seed, blocks, strict=True)]
        self._scope = self._find_scope()

    def choose(self) -> Story:
        seeds = [number for number, seed in enumerate(self._seed) if seed and len(self._keys[number]) > 30]
        seeds = seeds or [number for number, seed in enumerate(self._seed) if seed]
        if not seeds:
            return Story((), len(self._blocks), -1, set())
        first, last = seeds[0], seeds[-1]
        dropped = self._under_aside_headings(first)
        counts = Counter(self._keys)
        lines = []
        inside = {number for number, block in enumerate(self._blocks) if self._inside(block)}
        for number, block in enumerate(self._blocks):
            if number in dropped or number not in inside:
                continue
            kind = self._kind(number, block, first, last)
            if kind == "pull-quote" and counts[self._keys[number]] < 2 and not self._repeats(number):
                kind = ""
            if kind == "" or kind in KEPT_KINDS:
                lines.append(Line(block.text, kind, block.node, self._live and _TIME_LINE.match(block.text) is not None))
        return Story(_trimmed(lines), first, last, inside)

    def _covering(self, share: float) -> set[Any]:
        """The elements that hold at least this share of the running text."""
        weights: Counter[Any] = Counter()
        total = 0
        for block, seed in zip(self._blocks, self._seed, strict=True):
            if seed:
                total += len(block.text)
                for node in (block.node, *block.node.iterancestors()):
                    weights[node] += len(block.text)
        return {node for node, weight in weights.items() if weight >= share * total}

    def _find_scope(self) -> Any:
        """The smallest element that holds nearly all of the running text, or the article around it."""
        holders = self._covering(_COVER)
        if not holders:
            return None
        scope = max(holders, key=lambda node: sum(1 for _ in node.iterancestors()))
        for node in (scope, *scope.iterancestors()):
            if node.tag in ("article", "main") or node.get("role") == "main":
                return node
            if any(True for _ in node.iter("h1")):
                return node
        return scope

    def _inside(self, block: Block) -> bool:
        return self._scope is None or block.node is self._scope or any(node is self._scope for node in block.node.iterancestors())

    def _aside(self, block: Block) -> str:
        """The kind that the elements around a line give it: the outermost that leads away, else the nearest."""
        kinds = [self._element_kind(node) for node in (block.node, *block.node.iterancestors())]
        named = [kind for kind in kinds if kind]
        return next((kind for kind in reversed(named) if kind not in KEPT_KINDS), named[0] if named else "")

    def _element_kind(self, node: Any) -> str:
        if node in self._wide:  # a class of the whole page says nothing about one of its lines
            return ""
        if node not in self._kinds:
            self._kinds[node] = element_kind(node)
        return self._kinds[node]

    def _kind(self, number: int, block: Block, first: int, last: int) -> str:
        text, key = block.text, self._keys[number]
        if self._title and (key == self._title or (block.tag == "h1" and number <= first)):
            return "headline" if number <= first else "related"
        if self._live and first < number <= last + 3 and _TIME_LINE.match(text) and len(text) < 60:
            return ""
        kind = self._aside(block)
        if kind:
            return kind
        linked = block.linked / max(1, len(text))
        if linked > _LINKED and not (_ENDS.search(text) and len(text) > 30 and first < number < last):
            return "related" if not self._seed[number] or linked > 0.8 else ""
        if self._seed[number]:
            return ""
        if number < first:
            return "" if self._standfirst(number, block, first) else "notice"
        if number > last:
            return "" if self._prose(block) else "notice"
        if not re.search(r"\w", text):
            return "notice"
        return ""

    def _standfirst(self, number: int, block: Block, first: int) -> bool:
        """Whether a line before the running text introduces it: a sentence, after the headline."""
        headline = next((n for n in range(first) if self._blocks[n].tag == "h1" or self._keys[n] == self._title), None)
        return headline is not None and number > headline and len(block.text) > 40 and self._prose(block)

    def _prose(self, block: Block) -> bool:
        return block.linked == 0 and len(block.text) > 40 and _ENDS.search(block.text) is not None

    def _repeats(self, number: int) -> bool:
        """Whether the words of a line are also inside another one, as those of a pulled quotation are."""
        key = self._keys[number]
        return any(key in other for place, other in enumerate(self._keys) if place != number)

    def _under_aside_headings(self, first: int) -> set[int]:
        """Lines of the sections whose headings say that they are not the story."""
        dropped: set[int] = set()
        place = {id(block): number for number, block in enumerate(self._blocks)}
        for number, block in enumerate(self._blocks):
            heading = block.tag in _HEADINGS or (len(block.text) < 60 and not _ENDS.search(block.text))
            if not heading or not ASIDE_HEADING.match(block.text) or (block.tag == "h1"):
                continue
            section = self._section(number)
            if section is None:
                dropped |= self._following_list(number)
            else:
                inside = set(section.iter())
                dropped |= {place[id(other)] for other in self._blocks if other.node in inside}
            dropped.add(number)
        return dropped

    def _section(self, number: int) -> Any:
        """The largest element that begins with this heading and holds more than it, within the scope."""
        best = None
        earlier = {node for other in self._blocks[:number] for node in (other.node, *other.node.iterancestors())}
        for node in self._blocks[number].node.iterancestors():
            if node in earlier or node is self._scope or node.tag in ("body", "html", "main", "article"):
                break
            best = node
        return best

    def _following_list(self, number: int) -> set[int]:
        """The lines directly after a heading in a flat page that are links or items of one list."""
        found = set()
        for place in range(number + 1, len(self._blocks)):
            block = self._blocks[place]
            if block.linked / max(1, len(block.text)) > _LINKED:
                found.add(place)
            else:
                break
        return found


def _trimmed(lines: list[Line]) -> list[Line]:
    """The lines without headings at the end that nothing follows."""
    while lines and lines[-1].node.tag in _HEADINGS and not lines[-1].kind and not _ENDS.search(lines[-1].text):
        lines.pop()
    return lines
