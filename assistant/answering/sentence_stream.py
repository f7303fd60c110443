"""Cuts a chat model's text into sentences with their markers while it is being streamed.

A sentence is given out once it is certain where it ends: the markers behind its full stop have been read, and an
abbreviation ("Dr.", "U.S.", "No. 2") has been told from an end. Thinking, Markdown and code fences never come out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

import sentencex

from assistant.answering.markers import LONGEST, MARKER, OPENERS, marked, unmarked
from assistant.models.chat import NOT_FOUND

_END = re.compile(r"[.!?…。！？][\"”’'»)\]*_]*")
_MARKERS = re.compile(rf"(?:\s*(?:{MARKER.pattern}))+[.!?]?", re.I)
_THINKING = re.compile(r"<(think(?:ing)?|reasoning|scratchpad)>.*?</\1>\s*", re.S | re.I)
_OPEN_THINKING = re.compile(r"<(?:think(?:ing)?|reasoning|scratchpad)>", re.I)
_TAG_START = re.compile(r"<[a-z]{0,10}$", re.I)
_BULLET = re.compile(r"^\s*(?:[-*•–—]|\d{1,2}[.)])\s+")
_HEADING = re.compile(r"^\s*#{1,6}\s+")
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_BOLD_LABEL = re.compile(r"^\s*(?:\*\*|__)(?P<label>[^*_\n]{2,80}?)\s*:?\s*(?:\*\*|__)\s*(?:[:–—-]\s+|(?=\S))")
_DATE_LABEL = re.compile(
    r"^\s*(?P<label>(?=[^:–—]{0,40}\d)(?:(?:early|mid|late|by|in|on|about|around|c\.)[\s-]+)?(?:\d{1,2}\s+)?(?:[A-Z][a-z]{2,8}\.?\s*)?(?:\d{1,2}(?:st|nd|rd|th)?,?\s*)?"
    r"(?:\d{4})?(?:-\d{2}(?:-\d{2})?)?(?:\s*\((?:published|reported|article date)\))?)\s*(?::|–|—|\s-)\s+"
)
_EMPHASIS = re.compile(r"(\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)|`)")
_NOT_FOUND = re.compile(r"^\W*not\s+found\b\W*$", re.I)
LONGEST_HEADING = 6
"""Words of the longest heading that is shown before what follows it; a longer one is an introduction and left out."""
TITLE = 10
"""Words of a line without punctuation that is taken for a heading."""
SHORT = 2
"""Words of an opener such as "No." that belongs to the sentence behind it."""
ENOUGH = 24
"""Characters behind a full stop from which on it is certain whether it ends a sentence."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One sentence of the model's text.

    Attributes:
        text: Plain words, without markers and Markdown.
        cited: Numbers of its markers; those of its neighbour in the same line when it has none itself.
        entry: Number of the line that it stands in, from 0.
        label: What the line begins with in bold or as a date: a day, a side; a heading before the line.
        whole: Whether it ends like a sentence; False when the text broke off.
    """

    text: str
    cited: tuple[int, ...]
    entry: int = 0
    label: str = ""
    whole: bool = True


@dataclass
class SentenceStream:
    """Turns pieces of text into sentences.

    Attributes:
        passages: How many passages can be cited.
    """

    passages: int
    _raw: str = ""
    _line: str = ""
    _entry: int = 0
    _begun: bool = False
    _label: str = ""
    _heading: str = ""
    _waiting: list[Unit] = field(default_factory=list)
    _last: tuple[int, ...] = ()

    def feed(self, piece: str) -> list[Unit]:
        """The sentences that are complete with this piece."""
        self._raw += piece
        text = _THINKING.sub("", self._raw)
        if (opened := _OPEN_THINKING.search(text)) is not None:
            text, self._raw = text[: opened.start()], text[opened.start() :]
        elif (tag := _TAG_START.search(text)) is not None:
            text, self._raw = text[: tag.start()], text[tag.start() :]
        else:
            self._raw = ""
        found: list[Unit] = []
        *lines, rest = (self._line + text).split("\n")
        for line in lines:
            found += self._read(line, at_end=True)
        self._line = rest
        return found + self._read(rest, at_end=False)

    def close(self) -> list[Unit]:
        """The rest, when the text has ended."""
        tail = "" if _OPEN_THINKING.search(self._raw) else self._raw
        line, self._line, self._raw = self._line + tail, "", ""
        return self._read(line, at_end=True)

    def _read(self, line: str, *, at_end: bool) -> list[Unit]:
        """Sentences of a line; `_line` keeps what is not cut yet."""
        found: list[Unit] = []
        while (cut := _sentence_end(line, at_end=at_end)) is not None:
            found += self._take(line[:cut])
            line = line[cut:]
        if not at_end:
            self._line = line
            return found
        found += self._take(line)
        return found + self._end_line()

    def _take(self, raw: str) -> list[Unit]:
        if not self._begun:
            raw = self._begin_line(raw)
        cited = marked(raw, self.passages)
        text = _plain(unmarked(raw, self.passages))
        if not re.search(r"\w", text):
            if cited and self._waiting:
                return self._release(cited)
            return []
        unit = Unit(text, cited, self._entry, self._label, bool(_END.search(text[-4:])) or bool(cited))
        if not cited:
            self._waiting.append(unit)
            return []
        found = [*self._release(cited), unit]
        self._last = cited
        return _openers_joined(found)

    def _begin_line(self, raw: str) -> str:
        self._begun = True
        text = _BULLET.sub("", re.sub(r"^\s*>\s*", "", raw))
        if text.lstrip().startswith("|"):
            text = " – ".join(cell.strip() for cell in text.strip().strip("|").split("|") if cell.strip(" -:"))
        match = _BOLD_LABEL.match(text) or _DATE_LABEL.match(text)
        if match and match["label"].strip():
            self._label = _plain(match["label"])
            return text[match.end() :]
        self._label = self._heading
        return text

    def _end_line(self) -> list[Unit]:
        """What waits for a marker has that of the sentence before it, or none; a line without any may be a heading."""
        waiting, self._waiting = self._waiting, []
        begun, last = self._begun, self._last
        self._begun, self._last = False, ()
        if not begun or (waiting and _FENCE.match(waiting[0].text)):
            return []
        if last:
            self._entry += 1
            return [replace(unit, cited=last) for unit in waiting]
        if waiting and _introduces(waiting):
            text = waiting[-1].text.rstrip(" :")
            self._heading = text if len(text.split()) <= LONGEST_HEADING else ""
            return []
        self._entry += bool(waiting)
        return _openers_joined(waiting)

    def _release(self, cited: tuple[int, ...]) -> list[Unit]:
        """Sentences without a marker of their own, with those of the sentence that they lead up to."""
        waiting, self._waiting = self._waiting, []
        return [replace(unit, cited=cited) for unit in waiting]


def _sentence_end(line: str, *, at_end: bool) -> int | None:
    """Where the first sentence of a line ends, its markers included; None while that is uncertain."""
    for match in _END.finditer(line):
        end = match.end()
        markers = _MARKERS.match(line, end)
        if markers:
            end = markers.end()
        rest = line[end:]
        following = rest.lstrip()
        if not following:
            return None  # a marker may still come, or the line ends here
        if following[0] in OPENERS and len(following) < LONGEST and not at_end and not _closed(following):
            return None
        if not rest[0].isspace() and not markers:
            continue
        if not at_end and len(following) < ENOUGH and " " not in following:
            return None
        if markers or _ends_sentence(line[: match.end()], following):
            return end
    return None


def _closed(text: str) -> bool:
    """Whether a bracket at the beginning has been closed, so that it is known what it is."""
    return bool(re.match(r"\\?[\[【［⟦({<][^\])】］⟧}>]*[\])】］⟧}>]", text)) and len(text) > 1


def _ends_sentence(before: str, following: str) -> bool:
    """Whether the full stop at the end of `before` ends a sentence, by a splitter that knows abbreviations."""
    first = following.lstrip("\"“‘'(*_[")[:1]
    if first.islower():
        return False
    head = _plain(MARKER.sub("", before))[-160:].lstrip()
    whole = f"{head} {_plain(following[:40])}"
    at = 0
    for segment in sentencex.segment("en", whole):
        at += len(segment)
        if at >= len(head):
            return at <= len(head) + 1
    return False


def _introduces(waiting: list[Unit]) -> bool:
    """A line without a marker that only introduces what follows: it ends with a colon, or is no sentence."""
    text = waiting[-1].text
    if is_not_found(text):
        return False
    return text.endswith(":") or (len(waiting) == 1 and not _END.search(text[-3:]) and len(text.split()) <= TITLE)


def is_not_found(text: str) -> bool:
    """Whether a sentence is the reply that the prompt asks for when the passages do not answer."""
    return bool(_NOT_FOUND.match(text)) or NOT_FOUND in text


def _openers_joined(units: list[Unit]) -> list[Unit]:
    """An opener such as "No." becomes a part of the sentence behind it."""
    found: list[Unit] = []
    for unit in units:
        if found and len(found[-1].text.split()) <= SHORT and found[-1].entry == unit.entry:
            found[-1] = replace(unit, text=f"{found[-1].text} {unit.text}", label=found[-1].label or unit.label)
        else:
            found.append(unit)
    return found


def _plain(text: str) -> str:
    """Text without Markdown's marks."""
    return " ".join(_EMPHASIS.sub("", _HEADING.sub("", text)).split())
