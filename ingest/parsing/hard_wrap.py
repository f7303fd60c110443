"""Joins the lines of text that was wrapped at a fixed width, and leaves lists, verse, tables and headings alone.

The sign of a wrapped line is that the first word of the next line would not have fitted on it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ingest.parsing.hyphens import close_up

LEAST_WIDTH, MOST_WIDTH = 34, 132
"""Widths at which text is wrapped, in characters; longer lines are whole paragraphs."""
_ITEM = re.compile(r"\s*(?:[-*+•‣◦·–—]\s+\S|\(?\d{1,3}[.)]\s+\S|\(?[a-zA-Z][.)]\s+\S|\[[ xX\d]\]\s)")
_TABLE = re.compile(r"\S(?:\t| {3,})\S|\|.*\||^\s*[-=_*~+#.]{3,}\s*$|(?:\.\s?){4,}")
_QUOTED = re.compile(r"((?:\s?[>|])+)\s?")
_SENTENCE_END = re.compile(r"[.!?:;…][\"”’»)\]]*$")
_HEADER = re.compile(r"[A-Z][\w-]{1,20}:\s+\S")
_SIGNATURE = re.compile(r"--\s?$")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]")


def unwrap(text: str) -> str:
    """The text with the lines of each wrapped paragraph joined.

    Args:
        text: Any plain text, its lines ending with newlines alone.

    Returns:
        The text; where nothing was wrapped, as it was.
    """
    lines = text.split("\n")
    width = wrap_width(lines)
    if not width:
        return text
    out: list[str] = []
    for block in _blocks(lines):
        out += _joined_block(block, width)
    return "\n".join(out)


def wrap_width(lines: Sequence[str]) -> int:
    """The width at which most of the text was wrapped, or 0 where it was not."""
    pairs = [
        (line.rstrip(), after)
        for line, after in zip(lines, lines[1:], strict=False)
        if line.strip() and after.strip() and not _stands_alone(line) and not _stands_alone(after)
    ]
    lengths = [len(line.strip()) for line, _ in pairs if len(line) <= MOST_WIDTH and " " in line.strip()]
    long = sum(1 for line, _ in pairs if len(line) > MOST_WIDTH)
    if not lengths or long > len(lengths):
        return 0
    counts = Counter(lengths)
    width = max(
        length for length in lengths if sum(counts[length - n] for n in range(12)) >= max(1, len(lengths) // 12)
    )
    if width < LEAST_WIDTH:
        return 0
    fitting = [_breaks(line, after, width) for line, after in pairs if len(line) <= MOST_WIDTH]
    return width if sum(fitting) * 2 >= len(fitting) else _local_width(pairs, width)


def _local_width(pairs: Sequence[tuple[str, str]], width: int) -> int:
    """A text that is mostly verse or lists may still hold wrapped paragraphs: lines that nearly all go on in lower case."""
    goes_on = [line for line, after in pairs if _breaks(line, after, width) and after.lstrip()[:1].islower()]
    return width if len(goes_on) >= 2 else 0


def _breaks(line: str, after: str, width: int) -> bool:
    """Whether the next line's first word would not have fitted on this one."""
    words = _unquoted(after).split(None, 1)
    return bool(words) and len(line.rstrip()) + 1 + len(words[0]) > width


def _stands_alone(line: str) -> bool:
    return _TABLE.search(_unquoted(line).rstrip()) is not None or _SIGNATURE.match(line) is not None


def _blocks(lines: Sequence[str]) -> list[list[str]]:
    """Lines in groups: empty lines and what stands alone are groups of one."""
    blocks: list[list[str]] = []
    new = True
    for line in lines:
        alone = not line.strip() or _stands_alone(line)
        if new or alone:
            blocks.append([line])
        else:
            blocks[-1].append(line)
        new = alone
    return blocks


def _joined_block(block: list[str], width: int) -> list[str]:
    if len(block) == 1 or _is_verse(block, width):
        return block
    out = [block[0].rstrip()]
    last = block[0]
    for line in block[1:]:
        if _goes_on(last, line, width, block):
            out[-1] = _join(out[-1], _unquoted(line))
        else:
            out.append(line.rstrip())
        last = line
    return out


def _goes_on(last: str, line: str, width: int, block: list[str]) -> bool:
    """Whether a paragraph goes on from one line to the next."""
    quote, next_quote = _quote(last), _quote(line)
    if (
        quote != next_quote
        or not _unquoted(last).strip()
        or not _unquoted(line).strip()
        or _ITEM.match(_unquoted(line))
        or len(last) > MOST_WIDTH
    ):
        return False
    indent, next_indent = _indent(last), _indent(line)
    if next_indent > indent and not _ITEM.match(last):
        return False
    if _HEADER.match(line) and _HEADER.match(block[0]) and _HEADER.match(last):
        return False
    split = re.search(r"[a-z]{2}[-\u2010]$", last.rstrip()) is not None and line.lstrip()[:1].islower()
    return split or _breaks(last, _unquoted(line), width)


def _is_verse(block: list[str], width: int) -> bool:
    """Verse, addresses, lists without marks: hardly a line of the block is as long as the width allows."""
    if any(len(line) > MOST_WIDTH for line in block):
        return True
    inner = list(zip(block, block[1:], strict=False))
    full = sum(1 for line, after in inner if _breaks(line, _unquoted(after), width))
    lower = sum(1 for _, after in inner if _unquoted(after).lstrip()[:1].islower())
    if full * 2 < len(inner) and not (full and lower):
        return True
    if len(inner) >= 2 and lower == 0 and not any(_SENTENCE_END.search(line.strip()) for line in block[:-1]):
        return full < len(inner)
    return False


def _join(before: str, line: str) -> str:
    line = line.strip()
    if re.search(r"[\w,.][-\u2010\u00ad]$", before) and line[:1].isalnum():
        return close_up(before, line)
    if before.endswith(("—", "/")):
        return before + line
    if before and line and _CJK.match(before[-1]) and _CJK.match(line[0]):
        return before + line
    return f"{before} {line}"


def _quote(line: str) -> str:
    match = _QUOTED.match(line)
    return re.sub(r"\s", "", match[0]) if match else ""


def _unquoted(line: str) -> str:
    match = _QUOTED.match(line)
    return line[match.end() :] if match else line


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
