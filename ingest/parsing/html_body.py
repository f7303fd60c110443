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

from ingest.parsing.boilerplate import is_correction
from ingest.parsing.dates import only_date
from ingest.parsing.html_blocks import Block
from ingest.parsing.html_layout import ENDS, About, Layout, size_of
from ingest.parsing.html_sections import HEADINGS, LINKED, after_end, under_aside_headings
from ingest.parsing.html_sources import key_of
from ingest.parsing.html_words import BIO, CREDIT_END, NOTICE, PROMO, WALL
from ingest.parsing.html_zones import KEPT_KINDS

MAX_ELEMENTS = 6_000
"""Elements; the time that trafilatura takes grows faster than the page. A larger page is read by its structure alone."""
_LEAST = 0.5
"""Share of the running text that the story holds at least; with less, classes and roles are not believed."""
_TIME_LINE = re.compile(
    r"^(?:updated\s+(?:at\s+)?)?(?:\d{1,2}[:.h]\d\d(?::\d\d)?|\d{1,2}\s?[ap]\.?m\.?)\s*(?:[ap]\.?m\.?)?\s*(?:[A-Z]{2,5})?(?:\s*[,·|–-]?\s*.{0,30})?$",
    re.I,
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
    if sum(1 for _ in tree.iter()) > MAX_ELEMENTS:
        return set()
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    page = bare_extraction(
        lxml_html.tostring(tree, encoding="unicode"), with_metadata=False, include_comments=False, include_tables=True
    )
    text = page.text if isinstance(page, Document) else None
    return {key_of(line) for line in (text or "").split("\n") if line.strip()}


def read_story(tree: Any, blocks: Sequence[Block], about: About) -> Story:
    """Choose the lines of the story, in order.

    Args:
        tree: The page after `html_tree.make_plain`.
        blocks: Its lines, as `html_blocks.blocks_of` gives them.
        about: What is known of the page.
    """
    seeds = running_text(tree)
    story = _Chooser(Layout(blocks, seeds, about)).choose()
    told = sum(len(line.text) for line in story.lines if not line.kind)
    found = sum(len(block.text) for block in blocks if key_of(block.text) in seeds)
    if told < _LEAST * found:  # the names of the page's elements mislead: do without them
        story = _Chooser(Layout(blocks, seeds, about, trusting=False)).choose()
    words = sum(len(line.text.split()) for line in story.lines if not line.kind)
    return (
        story
        if words > 2 or size_of(" ".join(line.text for line in story.lines)) > 20
        else Story((), len(blocks), -1, set())
    )


class _Chooser:
    """Judges every line of a page by its layout and its words."""

    def __init__(self, layout: Layout) -> None:
        self._page = layout

    def choose(self) -> Story:
        found = [
            n
            for n, seed in enumerate(self._page.seed)
            if seed and self._page.keys[n] != self._page.title and self._page.blocks[n].tag != "h1"
        ]
        seeds = [
            n for n in found if size_of(self._page.keys[n]) > 30 and not only_date(self._page.blocks[n].text)
        ] or found
        if not seeds:
            return Story((), len(self._page.blocks), -1, set())
        usual = [
            n
            for n in seeds
            if self._page.is_usual(self._page.blocks[n]) and self._page.within(self._page.blocks[n], self._page.body)
        ]
        first, last = next((n for n in usual if self._page.is_prose(self._page.blocks[n])), seeds[0]), seeds[-1]
        dropped = under_aside_headings(self._page) | after_end(self._page, first, last)
        counts = Counter(self._page.keys)
        inside = {
            number for number, block in enumerate(self._page.blocks) if self._page.within(block, self._page.scope)
        }
        inside |= set(range(self._page.headline(first), first))
        kinds = {n: self._kept_kind(n, first, last, counts) for n in sorted(inside - dropped)}
        self._mend_headings(kinds, first, last)
        lines = [
            Line(
                self._page.blocks[n].text,
                kind,
                self._page.blocks[n].node,
                self._page.live and _TIME_LINE.match(self._page.blocks[n].text) is not None,
            )
            for n, kind in kinds.items()
            if kind == "" or kind in KEPT_KINDS
        ]
        return Story(_trimmed(lines), first, last, inside)

    def _kept_kind(self, number: int, first: int, last: int, counts: Counter[str]) -> str:
        """The kind of a line, after a look at what the other lines say."""
        block = self._page.blocks[number]
        kind = self._kind(number, block, first, last)
        repeated = counts[self._page.keys[number]] > 1 or self._page.repeats(number)
        if kind == "" and self._tail_bio(number, last):
            return "bio"
        if (
            kind == ""
            and block.tag in ("blockquote", "p", "div", "span", "q")
            and self._page.is_odd(block)
            and self._page.repeats(number)
        ):
            kind = "pull-quote"
        return "related" if kind == "pull-quote" and repeated else kind  # its words are in the story already

    def _mend_headings(self, kinds: dict[int, str], first: int, last: int) -> None:
        """Give a heading the kind of what it is above, where its own element tells less."""
        for number, kind in kinds.items():
            block = self._page.blocks[number]
            if block.tag not in HEADINGS or not first < number < last or block.linked:
                continue
            below = kinds.get(number + 1, "related")
            beside = (
                number + 1 < len(self._page.blocks)
                and block.node.getparent() in self._page.blocks[number + 1].node.iterancestors()
            )
            if kind == "related" and below == "" and beside:
                kinds[number] = ""
            elif (
                kind == ""
                and below in ("related", "promo")
                and beside
                and block.node.getparent() is not self._page.body
            ):
                kinds[number] = below

    def _kind(self, number: int, block: Block, first: int, last: int) -> str:
        text, key = block.text, self._page.keys[number]
        if self._page.title and (key == self._page.title or (block.tag == "h1" and number <= first)):
            return "headline" if number <= first else "related"
        timed = _TIME_LINE.match(text) is not None and len(text) < 60
        if timed and first < number <= last + 3 and not ENDS.search(text):
            return "" if self._page.live else "notice"
        kind = self._page.aside(block)
        if kind and not (kind in KEPT_KINDS and is_correction(text)):
            return kind
        if not re.search(r"\w", text) or NOTICE.match(text):
            return "notice"
        if self._linked_away(block, number, first, last):
            return "related"
        if (PROMO.match(text) and len(text) < 220) or (WALL.search(text) and len(text) < 180):
            return "promo"
        if number < first:
            return self._before(number, block, first)
        if not self._page.within(block, self._page.body):
            return self._after(number, block)
        if number > last:
            usual = self._page.is_usual(block) or block.tag in ("tr", "li", "dd", "dt", "blockquote", "pre")
            return "" if usual and not block.linked else self._after(number, block)
        return ""

    def _linked_away(self, block: Block, number: int, first: int, last: int) -> bool:
        """Whether a line leads elsewhere: mostly links, and no sentence among sentences."""
        if block.linked <= LINKED * len(block.text):
            return False
        if self._among_items(block):
            return False
        label = re.match(r"[^:|]{2,40}[:|]\s", block.text)
        if label and block.linked >= len(block.text) - label.end() - 2:
            return True
        return not (ENDS.search(block.text) and len(block.text) > 30 and first < number < last)

    def _among_items(self, block: Block) -> bool:
        """Whether a line is an item of a list that also has items of the story without links."""
        lists = list(block.node.iterancestors("ul", "ol"))
        if (
            block.node.tag not in ("li", "p", "div", "span")
            or not lists
            or not self._page.within(block, self._page.body)
        ):
            return False
        return self._page.has_plain_items(lists[-1])

    def _before(self, number: int, block: Block, first: int) -> str:
        """The kind of a line above the first paragraph."""
        text = block.text
        if only_date(text, self._page.about.language):
            return "dateline"
        if re.match(r"(?:by|von|par|por|di|door|av|words)\s", text, re.I) and len(text) < 120 and not ENDS.search(text):
            return "byline"
        if (
            any(key_of(name) and key_of(name) in self._page.keys[number] for name in self._page.about.authors)
            and len(text) < 120
        ):
            return "byline"
        if number < self._page.headline(first):
            return "notice"
        points = block.tag == "li" and len(text) > 15
        phrase = self._page.seed[number] and (
            ENDS.search(text) is not None or len(re.findall(r"\b[a-zß-ÿ]\w+", text)) > 2
        )
        return (
            "" if block.linked == 0 and (len(text) > 50 or self._page.is_prose(block) or points or phrase) else "notice"
        )

    def _after(self, number: int, block: Block) -> str:
        """The kind of a line below the story or outside its element."""
        text = block.text
        if is_correction(text):
            return ""
        if CREDIT_END.match(text):
            return "credit"
        if BIO.match(text) or any(text.startswith(name) for name in self._page.about.authors if name):
            return "bio"
        usual = self._page.is_usual(block)
        return "" if usual and self._page.is_prose(block) and self._page.seed[number] else "notice"

    def _tail_bio(self, number: int, last: int) -> bool:
        """Whether a line among the last ones of the story is about its author."""
        text = self._page.blocks[number].text
        about = BIO.match(text) is not None or CREDIT_END.match(text) is not None
        return (
            number > last - 3 and about and (len(text) < 160 or any(name in text for name in self._page.about.authors))
        )


def _trimmed(lines: list[Line]) -> list[Line]:
    """The lines without headings at the end that nothing follows."""
    while lines and lines[-1].node.tag in HEADINGS and not lines[-1].kind and not ENDS.search(lines[-1].text):
        lines.pop()
    return lines
