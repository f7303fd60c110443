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
from ingest.parsing.boilerplate import is_correction
from ingest.parsing.dates import only_date
from ingest.parsing.html_words import ASIDE_HEADING, BIO, CREDIT_END, NOTICE, PROMO, WALL
from ingest.parsing.html_zones import KEPT_KINDS, element_kind

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_WIDE = 0.4
_USUAL = 0.15
"""Share of the page's running lines that a form of element holds at least to be the usual one."""
_LARGE = 0.15
"""An element with this share of the running text is no section beside it, whatever its heading says."""
_LEAST = 0.5
"""Share of the running text that the story holds at least; with less, classes and roles are not believed."""
_COVER = 0.9
"""Share of the running text that the story's element holds at least."""
_LINKED = 0.5
"""A line with more of its characters in links leads elsewhere, unless it is a sentence among sentences."""
_ENDS = re.compile(r"[.!?…:;。！？][\"'”’»)\]]*$")
_END_MARK = re.compile(r"\W*(?:ends?|-?\s*30\s*-?|###?)\W*", re.I)
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
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    page = bare_extraction(
        lxml_html.tostring(tree, encoding="unicode"), with_metadata=False, include_comments=False, include_tables=True
    )
    text = page.text if isinstance(page, Document) else None
    return {_key(line) for line in (text or "").split("\n") if line.strip()}


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


def read_story(tree: Any, blocks: Sequence[Block], about: About) -> Story:
    """Choose the lines of the story, in order.

    Args:
        tree: The page after `html_tree.make_plain`.
        blocks: Its lines, as `html_blocks.blocks_of` gives them.
        about: What is known of the page.
    """
    seeds = running_text(tree)
    story = _Chooser(blocks, seeds, about).choose()
    told = sum(len(line.text) for line in story.lines if not line.kind)
    found = sum(len(block.text) for block in blocks if _key(block.text) in seeds)
    if told < _LEAST * found:  # the names of the page's elements mislead: do without them
        story = _Chooser(blocks, seeds, about, trusting=False).choose()
    words = sum(len(line.text.split()) for line in story.lines if not line.kind)
    return (
        story
        if words > 2 or _size(" ".join(line.text for line in story.lines)) > 20
        else Story((), len(blocks), -1, set())
    )


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


class _Chooser:
    def __init__(self, blocks: Sequence[Block], seeds: set[str], about: About, *, trusting: bool = True) -> None:
        self._blocks, self._about, self._trusting = blocks, about, trusting
        self._title, self._live = _key(about.title), about.live
        self._keys = [_key(block.text) for block in blocks]
        joined = " ".join(sorted(seeds))
        self._kinds: dict[Any, str] = {}
        self._seed = [len(key) > 1 and (key in seeds or (len(key) > 40 and key in joined)) for key in self._keys]
        if not any(self._seed):
            self._seed = [self._prose(block) and _size(block.text) > 60 for block in blocks]
        self._main = self._main_article()
        self._wide = self._covering(_WIDE)
        self._doubted: set[str] = set()
        self._doubted = self._widely_named()
        self._seed = [seed and not self._aside(block) for seed, block in zip(self._seed, blocks, strict=True)]
        self._scope, self._body = self._find_scope()
        self._usual = self._usual_forms()
        self._large = self._covering(_LARGE) | {self._scope}

    def choose(self) -> Story:
        found = [
            n
            for n, seed in enumerate(self._seed)
            if seed and self._keys[n] != self._title and self._blocks[n].tag != "h1"
        ]
        seeds = [n for n in found if _size(self._keys[n]) > 30 and not only_date(self._blocks[n].text)] or found
        if not seeds:
            return Story((), len(self._blocks), -1, set())
        usual = [n for n in seeds if self._is_usual(self._blocks[n]) and self._within(self._blocks[n], self._body)]
        first, last = next((n for n in usual if self._prose(self._blocks[n])), seeds[0]), seeds[-1]
        dropped = self._under_aside_headings() | self._after_end(first, last)
        counts = Counter(self._keys)
        inside = {number for number, block in enumerate(self._blocks) if self._within(block, self._scope)}
        inside |= set(range(self._headline(first), first))
        kinds = {n: self._kept_kind(n, first, last, counts) for n in sorted(inside - dropped)}
        self._mend_headings(kinds, first, last)
        lines = [
            Line(
                self._blocks[n].text,
                kind,
                self._blocks[n].node,
                self._live and _TIME_LINE.match(self._blocks[n].text) is not None,
            )
            for n, kind in kinds.items()
            if kind == "" or kind in KEPT_KINDS
        ]
        return Story(_trimmed(lines), first, last, inside)

    def _kept_kind(self, number: int, first: int, last: int, counts: Counter[str]) -> str:
        """The kind of a line, after a look at what the other lines say."""
        block = self._blocks[number]
        kind = self._kind(number, block, first, last)
        repeated = counts[self._keys[number]] > 1 or self._repeats(number)
        if kind == "" and self._tail_bio(number, last):
            return "bio"
        if (
            kind == ""
            and block.tag in ("blockquote", "p", "div", "span", "q")
            and self._form_is_odd(block)
            and self._repeats(number)
        ):
            kind = "pull-quote"
        return "related" if kind == "pull-quote" and repeated else kind  # its words are in the story already

    def _mend_headings(self, kinds: dict[int, str], first: int, last: int) -> None:
        """Give a heading the kind of what it is above, where its own element tells less."""
        for number, kind in kinds.items():
            block = self._blocks[number]
            if block.tag not in _HEADINGS or not first < number < last or block.linked:
                continue
            below = kinds.get(number + 1, "related")
            beside = (
                number + 1 < len(self._blocks)
                and block.node.getparent() in self._blocks[number + 1].node.iterancestors()
            )
            if kind == "related" and below == "" and beside:
                kinds[number] = ""
            elif kind == "" and below in ("related", "promo") and beside and block.node.getparent() is not self._body:
                kinds[number] = below

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

    def _is_usual(self, block: Block) -> bool:
        return self._usual[_form(block)] >= max(2, _USUAL * self._usual.total())

    def _find_scope(self) -> tuple[Any, Any]:
        """The article's element, and inside it the smallest one that holds nearly all of the running text."""
        holders = self._covering(_COVER)
        if not holders:
            return None, None
        body = max(holders, key=lambda node: sum(1 for _ in node.iterancestors()))
        heads = {block.node for block, key in zip(self._blocks, self._keys, strict=True) if key and key == self._title}
        for node in (body, *body.iterancestors()):
            if node.tag in ("article", "main") or node.get("role") == "main":
                return node, body
            if any(inner.tag == "h1" or inner in heads for inner in node.iter()):
                return node, body
        return body, body

    def _usual_forms(self) -> Counter[tuple[str, str]]:
        """How often each form of element holds a line of running prose: its name and class."""
        return Counter(
            _form(block)
            for block, seed in zip(self._blocks, self._seed, strict=True)
            if seed and len(block.text) > 60 and _ENDS.search(block.text)
        )

    def _within(self, block: Block, element: Any) -> bool:
        return element is None or block.node is element or any(node is element for node in block.node.iterancestors())

    def _aside(self, block: Block) -> str:
        """The kind that the elements around a line give it: the outermost that leads away, else the nearest."""
        kinds = [self._element_kind(node) for node in (block.node, *block.node.iterancestors())]
        named = [kind for kind in kinds if kind]
        return next((kind for kind in reversed(named) if kind not in KEPT_KINDS), named[0] if named else "")

    def _main_article(self) -> Any:
        """The `article` element with most of the running text, where a page has several."""
        weights: Counter[Any] = Counter()
        for block, seed in zip(self._blocks, self._seed, strict=True):
            for node in block.node.iterancestors("article") if seed else ():
                weights[node] += len(block.text)
        return None if self._live else max(weights, key=lambda node: weights[node], default=None)

    def _element_kind(self, node: Any) -> str:
        if node.tag == "article" and self._main is not None and not self._near_main(node):
            return "related"
        if node in self._wide:  # a class of the whole page says nothing about one of its lines
            return ""
        if not self._trusting:
            return {"figcaption": "caption", "nav": "related", "footer": "notice"}.get(node.tag, "")
        if node not in self._kinds:
            self._kinds[node] = element_kind(node)
        return "" if self._kinds[node] in self._doubted else self._kinds[node]

    def _near_main(self, node: Any) -> bool:
        """Whether an article element is the main one, around it or inside it."""
        return (
            node is self._main
            or self._main in node.iterdescendants("article")
            or self._main in node.iterancestors("article")
        )

    def _widely_named(self) -> set[str]:
        """Kinds that the page's names give to much of its running text: paragraphs of a class "paywall"."""
        named: Counter[str] = Counter()
        for block, seed in zip(self._blocks, self._seed, strict=True):
            if seed:
                named[self._aside(block)] += len(block.text)
        return {kind for kind, weight in named.items() if kind and weight > _WIDE * named.total()}

    def _kind(self, number: int, block: Block, first: int, last: int) -> str:
        text, key = block.text, self._keys[number]
        if self._title and (key == self._title or (block.tag == "h1" and number <= first)):
            return "headline" if number <= first else "related"
        timed = _TIME_LINE.match(text) is not None and len(text) < 60
        if timed and first < number <= last + 3 and not _ENDS.search(text):
            return "" if self._live else "notice"
        kind = self._aside(block)
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
        if not self._within(block, self._body):
            return self._after(number, block)
        if number > last:
            usual = self._is_usual(block) or block.tag in ("tr", "li", "dd", "dt", "blockquote", "pre")
            return "" if usual and not block.linked else self._after(number, block)
        return ""

    def _linked_away(self, block: Block, number: int, first: int, last: int) -> bool:
        """Whether a line leads elsewhere: mostly links, and no sentence among sentences."""
        if block.linked <= _LINKED * len(block.text):
            return False
        if self._among_items(block):
            return False
        label = re.match(r"[^:|]{2,40}[:|]\s", block.text)
        if label and block.linked >= len(block.text) - label.end() - 2:
            return True
        return not (_ENDS.search(block.text) and len(block.text) > 30 and first < number < last)

    def _among_items(self, block: Block) -> bool:
        """Whether a line is an item of a list that also has items of the story without links."""
        lists = list(block.node.iterancestors("ul", "ol"))
        if block.node.tag not in ("li", "p", "div", "span") or not lists or not self._within(block, self._body):
            return False
        mine = set(lists[-1].iter())
        others = [other for other, seed in zip(self._blocks, self._seed, strict=True) if seed and other.node in mine]
        return any(other.linked == 0 and other is not block for other in others)

    def _before(self, number: int, block: Block, first: int) -> str:
        """The kind of a line above the first paragraph."""
        text = block.text
        if only_date(text, self._about.language):
            return "dateline"
        if (
            re.match(r"(?:by|von|par|por|di|door|av|words)\s", text, re.I)
            and len(text) < 120
            and not _ENDS.search(text)
        ):
            return "byline"
        if any(_key(name) and _key(name) in self._keys[number] for name in self._about.authors) and len(text) < 120:
            return "byline"
        if number < self._headline(first):
            return "notice"
        points = block.tag == "li" and len(text) > 15
        phrase = self._seed[number] and (_ENDS.search(text) is not None or len(re.findall(r"\b[a-zß-ÿ]\w+", text)) > 2)
        return "" if block.linked == 0 and (len(text) > 50 or self._prose(block) or points or phrase) else "notice"

    def _headline(self, first: int) -> int:
        """Index of the headline above the first paragraph; that of the paragraph when there is none."""
        heads = [n for n in range(first) if self._keys[n] == self._title] or [
            n for n in range(first) if self._blocks[n].tag == "h1"
        ]
        return heads[-1] if heads else first

    def _after(self, number: int, block: Block) -> str:
        """The kind of a line below the story or outside its element."""
        text = block.text
        if is_correction(text):
            return ""
        if CREDIT_END.match(text):
            return "credit"
        if BIO.match(text) or any(text.startswith(name) for name in self._about.authors if name):
            return "bio"
        usual = self._is_usual(block)
        return "" if usual and self._prose(block) and self._seed[number] else "notice"

    def _prose(self, block: Block) -> bool:
        return block.linked < 0.3 * len(block.text) and _size(block.text) > 40 and _ENDS.search(block.text) is not None

    def _tail_bio(self, number: int, last: int) -> bool:
        """Whether a line among the last ones of the story is about its author."""
        text = self._blocks[number].text
        about = BIO.match(text) is not None or CREDIT_END.match(text) is not None
        return number > last - 3 and about and (len(text) < 160 or any(name in text for name in self._about.authors))

    def _form_is_odd(self, block: Block) -> bool:
        return self._usual[_form(block)] < 2

    def _repeats(self, number: int) -> bool:
        """Whether the words of a line are also inside another one, as those of a pulled quotation are."""
        key = self._keys[number]
        return len(key) > 20 and any(key in other for place, other in enumerate(self._keys) if place != number)

    def _after_end(self, first: int, last: int) -> set[int]:
        """Lines after the mark that ends a press release, without its notes."""
        end = next((n for n in range(first, last + 1) if _END_MARK.fullmatch(self._blocks[n].text)), None)
        if end is None or end - first < 0.4 * (last - first):
            return set()
        notes = next(
            (n for n in range(end, len(self._blocks)) if re.match(r"notes?\b", self._blocks[n].text, re.I)),
            len(self._blocks),
        )
        return set(range(end, notes))

    def _under_aside_headings(self) -> set[int]:
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
            if node in earlier or node in self._large or node.tag in ("body", "html", "main", "article"):
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


def _size(text: str) -> int:
    """The length of a line; a character of Chinese, Japanese or Korean says as much as three letters."""
    return len(text) + 2 * len(re.findall("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", text))


def _form(block: Block) -> tuple[str, str]:
    return str(block.node.tag), str(block.node.get("class") or "")


def _trimmed(lines: list[Line]) -> list[Line]:
    """The lines without headings at the end that nothing follows."""
    while lines and lines[-1].node.tag in _HEADINGS and not lines[-1].kind and not _ENDS.search(lines[-1].text):
        lines.pop()
    return lines
