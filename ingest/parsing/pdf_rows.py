"""Words of a region to rows of text, with raised and lowered figures as what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.parsing.pdf_words import GAP, Word
from ingest.parsing.raised import lowered, raised

_TALL, _WIDE = 8, 24
"""Height and width of the fields, in points, by which words are looked up."""


@dataclass(slots=True)
class Row:
    """Words on one baseline."""

    words: list[Word]
    base: float
    size: float
    left: float = 0.0
    right: float = 0.0

    @property
    def text(self) -> str:
        """Its words from left to right."""
        return text_of(self.words)


def text_of(words: Sequence[Word]) -> str:
    """Words from left to right, apart where there is room between them."""
    out, last = "", None
    for word in words:
        if last is not None and (last.spaced or word.left - last.right > GAP * min(word.size, last.size)):
            out += " "
        out += word.text
        last = word
    return out


def attach_marks(words: list[Word]) -> list[Word]:
    """Small raised or lowered words become part of the word that they stand at.

    Args:
        words: All words of a page.

    Returns:
        The words that are left; a mark of a note is gone, "10" with a raised "6" is "10⁶".
    """
    by_place: dict[tuple[int, int], list[Word]] = {}
    for word in words:
        by_place.setdefault((int(word.base // _TALL), int(word.right // _WIDE)), []).append(word)
    gone: set[int] = set()
    for word in sorted(words, key=lambda w: (round(w.base), w.left)):
        row, place = int(word.base // _TALL), int(word.left // _WIDE)
        around = (
            host for dy in (-2, -1, 0, 1, 2) for dx in (-1, 0, 1) for host in by_place.get((row + dy, place + dx), ())
        )
        hosts = [host for host in around if host is not word and id(host) not in gone and _belongs(word, host)]
        if not hosts:
            continue
        host = min(hosts, key=lambda h: abs(h.right - word.left))
        change = raised if word.base > host.base else lowered
        host.text += change(_before(host, by_place), word.text)
        host.right, host.spaced = max(host.right, word.right), host.spaced or word.spaced
        gone.add(id(word))
    return [word for word in words if id(word) not in gone]


def _before(host: Word, by_place: dict[tuple[int, int], list[Word]]) -> str:
    """A word with the one before it: "$ 11" or "× 10"."""
    row, place = int(host.base // _TALL), int(host.left // _WIDE)
    near = [
        w
        for dx in (-1, 0)
        for w in by_place.get((row, place + dx), ())
        if w.right <= host.left + 0.1 and abs(w.base - host.base) < 1
    ]
    return text_of([*sorted(near, key=lambda w: w.left)[-1:], host])


def _belongs(word: Word, host: Word) -> bool:
    if not 0.4 * host.size < word.size < 0.86 * host.size or len(word.text) > 6:
        return False
    rise = (word.base - host.base) / host.size
    near = -0.3 * host.size < word.left - host.right < 0.3 * host.size
    return near and (0.12 < rise < 0.8 or (-0.5 < rise < -0.06))


def rows_of(words: Sequence[Word]) -> list[Row]:
    """Words grouped by baseline, from the head of the page down."""
    rows: list[Row] = []
    for word in sorted(words, key=lambda w: -w.base):
        row = next((r for r in reversed(rows[-4:]) if abs(r.base - word.base) < 0.3 * min(r.size, word.size)), None)
        if row is None:
            rows.append(Row([word], word.base, word.size))
        else:
            row.words.append(word)
    for row in rows:
        row.words.sort(key=lambda w: w.left)
        row.left, row.right = row.words[0].left, max(word.right for word in row.words)
        longest = max(row.words, key=lambda w: len(w.text))
        row.size = longest.size
    return rows
