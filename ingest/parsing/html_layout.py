"""What the structure of a page says of its lines: the article's element, the usual form of a paragraph, what stands aside."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ingest.parsing.html_blocks import Block
from ingest.parsing.html_sources import key_of
from ingest.parsing.html_zones import KEPT_KINDS, element_kind

MAX_JOINED = 300_000
"""Characters of running text in which a line is looked for that is only a part of a line there."""
MAX_COMPARED = 2_000
"""Lines; a longer page is not searched for repeated quotations."""
_WIDE = 0.4
_COVER = 0.9
"""Share of the running text that the story's element holds at least."""
_USUAL = 0.15
"""Share of the page's running lines that a form of element holds at least to be the usual one."""
_LARGE = 0.15
"""An element with this share of the running text is no section beside it, whatever its heading says."""
ENDS = re.compile(r"[.!?…:;。！？][\"'”’»)\]]*$")


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a page before its story is chosen.

    Attributes:
        title: Its headline; that line is marked.
        authors: Names of its authors.
        live: Whether it is a live blog, whose times belong to the story.
        language: Its language.
    """

    title: str = ""
    authors: tuple[str, ...] = ()
    live: bool = False
    language: str | None = None


class Layout:
    """The structure of one page.

    Args:
        blocks: Its lines.
        seeds: Lines of running text, as keys.
        about: What is known of the page.
        trusting: Whether the names of its elements are believed.
    """

    def __init__(self, blocks: Sequence[Block], seeds: set[str], about: About, *, trusting: bool = True) -> None:
        self.blocks, self.about, self._trusting = blocks, about, trusting
        self.title, self.live = key_of(about.title), about.live
        self.keys = [key_of(block.text) for block in blocks]
        joined = " ".join(sorted(seeds))[:MAX_JOINED]
        self._kinds: dict[Any, str] = {}
        self._plain: dict[Any, bool] = {}
        self.seed = [len(key) > 1 and (key in seeds or (len(key) > 40 and key in joined)) for key in self.keys]
        if not any(self.seed):
            self.seed = [self.is_prose(block) and size_of(block.text) > 60 for block in blocks]
        self.extent = self._extents()
        self._main = self._main_article()
        self._near_main = (
            set()
            if self._main is None
            else {self._main, *self._main.iterdescendants("article"), *self._main.iterancestors("article")}
        )
        self._wide = self.covering(_WIDE)
        self._doubted: set[str] = set()
        self._doubted = self._widely_named()
        self.seed = [seed and not self.aside(block) for seed, block in zip(self.seed, blocks, strict=True)]
        self.scope, self.body = self._find_scope()
        self.usual = self._usual_forms()
        self.large = self.covering(_LARGE) | {self.scope}

    def covering(self, share: float) -> set[Any]:
        """The elements that hold at least this share of the running text."""
        weights: Counter[Any] = Counter()
        total = 0
        for block, seed in zip(self.blocks, self.seed, strict=True):
            if seed:
                total += len(block.text)
                for node in (block.node, *block.node.iterancestors()):
                    weights[node] += len(block.text)
        return {node for node, weight in weights.items() if weight >= share * total}

    def _extents(self) -> dict[Any, tuple[int, int]]:
        """For each element the first and the last of the lines in it: they follow one another."""
        extent: dict[Any, tuple[int, int]] = {}
        for number, block in enumerate(self.blocks):
            for node in (block.node, *block.node.iterancestors()):
                extent[node] = (extent[node][0] if node in extent else number, number)
        return extent

    def has_plain_items(self, element: Any) -> bool:
        """Whether a list has a line of running text without links."""
        if element not in self._plain:
            start, end = self.extent[element]
            lines = zip(self.blocks[start : end + 1], self.seed[start : end + 1], strict=True)
            self._plain[element] = any(seed and block.linked == 0 for block, seed in lines)
        return self._plain[element]

    def is_usual(self, block: Block) -> bool:
        """Whether a line is in an element of the form that holds the running text."""
        return self.usual[form_of(block)] >= max(2, _USUAL * self.usual.total())

    def _find_scope(self) -> tuple[Any, Any]:
        """The article's element, and inside it the smallest one that holds nearly all of the running text."""
        holders = self.covering(_COVER)
        if not holders:
            return None, None
        body = max(holders, key=lambda node: sum(1 for _ in node.iterancestors()))
        heads = {block.node for block, key in zip(self.blocks, self.keys, strict=True) if key and key == self.title}
        for node in (body, *body.iterancestors()):
            if node.tag in ("article", "main") or node.get("role") == "main":
                return node, body
            if any(inner.tag == "h1" or inner in heads for inner in node.iter()):
                return node, body
        return body, body

    def _usual_forms(self) -> Counter[tuple[str, str]]:
        """How often each form of element holds a line of running prose: its name and class."""
        return Counter(
            form_of(block)
            for block, seed in zip(self.blocks, self.seed, strict=True)
            if seed and len(block.text) > 60 and ENDS.search(block.text)
        )

    def within(self, block: Block, element: Any) -> bool:
        """Whether a line is inside an element; inside None is every line."""
        return element is None or block.node is element or any(node is element for node in block.node.iterancestors())

    def aside(self, block: Block) -> str:
        """The kind that the elements around a line give it: the outermost that leads away, else the nearest."""
        kinds = [self._element_kind(node) for node in (block.node, *block.node.iterancestors())]
        named = [kind for kind in kinds if kind]
        return next((kind for kind in reversed(named) if kind not in KEPT_KINDS), named[0] if named else "")

    def _main_article(self) -> Any:
        """The `article` element with most of the running text, where a page has several."""
        weights: Counter[Any] = Counter()
        for block, seed in zip(self.blocks, self.seed, strict=True):
            for node in block.node.iterancestors("article") if seed else ():
                weights[node] += len(block.text)
        return None if self.live else max(weights, key=lambda node: weights[node], default=None)

    def _element_kind(self, node: Any) -> str:
        if node.tag == "article" and self._main is not None and node not in self._near_main:
            return "related"
        if node in self._wide:  # a class of the whole page says nothing about one of its lines
            return ""
        if not self._trusting:
            return {"figcaption": "caption", "nav": "related", "footer": "notice"}.get(node.tag, "")
        if node not in self._kinds:
            self._kinds[node] = element_kind(node)
        return "" if self._kinds[node] in self._doubted else self._kinds[node]

    def _widely_named(self) -> set[str]:
        """Kinds that the page's names give to much of its running text: paragraphs of a class "paywall"."""
        named: Counter[str] = Counter()
        for block, seed in zip(self.blocks, self.seed, strict=True):
            if seed:
                named[self.aside(block)] += len(block.text)
        return {kind for kind, weight in named.items() if kind and weight > _WIDE * named.total()}

    def is_prose(self, block: Block) -> bool:
        """Whether a line is a sentence of some length and no list of links."""
        return block.linked < 0.3 * len(block.text) and size_of(block.text) > 40 and ENDS.search(block.text) is not None

    def is_odd(self, block: Block) -> bool:
        """Whether no other line of running text has an element of this form."""
        return self.usual[form_of(block)] < 2

    def repeats(self, number: int) -> bool:
        """Whether the words of a line are also inside another one, as those of a pulled quotation are."""
        key = self.keys[number]
        if len(key) <= 20 or len(self.keys) > MAX_COMPARED:
            return False
        return any(key in other for place, other in enumerate(self.keys) if place != number)

    def headline(self, first: int) -> int:
        """Index of the headline above the first paragraph; that of the paragraph when there is none."""
        heads = [n for n in range(first) if self.keys[n] == self.title] or [
            n for n in range(first) if self.blocks[n].tag == "h1"
        ]
        return heads[-1] if heads else first


def size_of(text: str) -> int:
    """The length of a line; a character of Chinese, Japanese or Korean says as much as three letters."""
    return len(text) + 2 * len(re.findall("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", text))


def form_of(block: Block) -> tuple[str, str]:
    """The name and class of the element that a line is in."""
    return str(block.node.tag), str(block.node.get("class") or "")
