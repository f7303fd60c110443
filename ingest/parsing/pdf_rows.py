"""Words of a region to rows of text, with raised and lowered figures as what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.parsing.pdf_words import GAP, Word
from ingest.parsing.raised import lowered, raised


@dataclass(slots=True)
class Row:
    """Words on one baseline."""

    words: list[Word]
    base: float
    size: float

    @property
    def left(self) -> float:
        return self.words[0].left

    @property
    def right(self) -> float:
        return max(word.right for word in self.words)

    @property
    def text(self) -> str:
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
    by_row: dict[int, list[Word]] = {}
    for word in words:
        by_row.setdefault(int(word.base // 8), []).append(word)
    gone: set[int] = set()
    for word in sorted(words, key=lambda w: (round(w.base), w.left)):
        row = int(word.base // 8)
        hosts = [h for near in (-2, -1, 0, 1, 2) for h in by_row.get(row + near, ()) if h is not word and id(h) not in gone]
        hosts = [host for host in hosts if _belongs(word, host)]
        if not hosts:
            continue
        host = min(hosts, key=lambda h: abs(h.right - word.left))
        up = word.base > host.base
        before = text_of(sorted((w for w in by_row.get(int(host.base // 8), ()) if abs(w.base - host.base) < 1 and w.left <= host.left), key=lambda w: w.left))
        host.text += (raised if up else lowered)(before, word.text)
        host.right, host.spaced = max(host.right, word.right), host.spaced or word.spaced
        gone.add(id(word))
    return [word for word in words if id(word) not in gone]


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
        longest = max(row.words, key=lambda w: len(w.text))
        row.size = longest.size
    return rows
