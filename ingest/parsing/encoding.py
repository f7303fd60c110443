"""Text from bytes, whatever their encoding says of itself.

UTF-8 is tried before what a server or a page says: other encodings do not look like it by chance, and pages that
name the wrong one are common. A few bad bytes do not make UTF-8 anything else; they are replaced and counted.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

from assistant.errors import UsageError
from ingest.parsing.charsets import by_name, guess

_DECLARED = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]{2,40})|<\?xml[^>]{0,100}encoding=[\"']([\w.:-]{2,40})", re.I
)
_SEVEN_BIT = (
    (re.compile(rb"\x1b\$\)C"), "iso2022_kr"),
    (re.compile(rb"\x1b\$[@B]|\x1b\(J"), "iso2022_jp"),
)
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_COMBINED = re.compile(r"\w[\u0300-\u036f]+")
_C1 = re.compile("[\x80-\x9f]")
_TWICE = re.compile("[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122\ufffd]{1,3}")
LEAST_TWICE = 3
"""A text with fewer signs of having been encoded twice is left as it is: it may be about such signs."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, the encoding it was in, and how many of its bytes were no text."""

    text: str
    encoding: str
    replaced: int = 0


def decode(content: bytes, charset: str | None = None, *, html: bool = False) -> str:
    """Text from bytes; see `decode_counted`."""
    return decode_counted(content, charset, html=html).text


def decode_counted(content: bytes, charset: str | None = None, *, html: bool = False) -> Decoded:
    """Text from bytes: by its mark, as UTF-8 if it is, as it says, else by evidence.

    Args:
        content: The bytes.
        charset: The encoding that was named with them, if one was.
        html: Also look for the encoding that a page names itself.

    Raises:
        UsageError: It is not text.
    """
    found = _decoded(content, charset, html)
    text, dropped = found.text, found.text.count("\x00")
    if dropped:
        if dropped > 3 + len(text) // 200:
            raise UsageError("this is not a text file")
        text = text.replace("\x00", "")
    return Decoded(_composed(_once(text)), found.encoding, found.replaced + dropped)


def decode_records(content: bytes, charset: str | None = None) -> Decoded:
    """Text of a file of records, one a line: lines in an encoding of their own are decoded each for itself."""
    try:
        return Decoded(content.decode("utf-8-sig"), "utf-8")
    except UnicodeDecodeError:
        pass
    if content.startswith(tuple(mark for mark, _ in _MARKS)) or b"\x00" in content[:4096]:
        return decode_counted(content, charset)
    found = {line: _utf8(line) for line in content.split(b"\n")}
    others = b"\n".join(line for line, text in found.items() if text is None)
    legacy = decode_counted(others, charset).encoding if others else "utf-8"
    texts, replaced = [], 0
    for line in content.split(b"\n"):
        text = found[line] or Decoded(by_name(line, legacy, "replace") or "", legacy)
        texts.append(text.text.removeprefix("\ufeff"))
        replaced += text.replaced
    return Decoded("\n".join(texts), f"utf-8 and {legacy}" if others else "utf-8", replaced)


def _decoded(content: bytes, charset: str | None, html: bool) -> Decoded:
    for mark, name in _MARKS:
        if content.startswith(mark):
            return _counted(content, name)
    if wide := _wide(content):
        return _counted(content, wide)
    seven = next((name for pattern, name in _SEVEN_BIT if pattern.search(content)), None)
    if seven and content.isascii():
        return Decoded(by_name(content, seven, "replace") or "", seven)
    named = _named(content, charset, html)
    if content.isascii():
        text = next((text for name in named if _is_seven_bit(name) and (text := by_name(content, name))), None)
        return Decoded(text if text is not None else content.decode("ascii"), "utf-8")
    if (found := _utf8(content)) is not None:
        return found
    for name in named:
        if (text := by_name(content, name)) is not None:
            return Decoded(text, name)
    for name in named:
        text = by_name(content, name, "replace")
        bad = text.count("\ufffd") if text is not None else 0
        if text is not None and bad * 10 <= sum(1 for ch in text if ch > "\x7f"):
            return Decoded(text, name, bad)
    if b"\x00" in content[:4096]:
        raise UsageError("this is not a text file")
    name = guess(content)
    return Decoded(by_name(content, name, "replace") or "", name)


def _counted(content: bytes, name: str) -> Decoded:
    text = content.decode(name, "replace")
    return Decoded(text.removeprefix("\ufeff"), name.removesuffix("-sig"), text.count("\ufffd"))


def _wide(content: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: its NULs stand at every second or three of four places."""
    head = content[:4096]
    if len(head) < 4 or head.count(0) * 5 < len(head):
        return None
    zeros = [head[at::4].count(0) * 4 / len(head) for at in range(4)]
    patterns = (("utf-32-be", 0b1110), ("utf-32-le", 0b0111), ("utf-16-be", 0b1010), ("utf-16-le", 0b0101))
    for name, pattern in patterns:
        expected = [(pattern >> (3 - at)) & 1 for at in range(4)]
        if all((share > 0.5) if want else (share < 0.2) for share, want in zip(zeros, expected, strict=True)):
            try:
                head[: len(head) // 4 * 4].decode(name)
            except UnicodeDecodeError:
                continue
            return name
    return None


def _named(content: bytes, charset: str | None, html: bool) -> list[str]:
    match = _DECLARED.search(content[:4096]) if html else None
    inside = next((name for name in match.groups() if name), b"").decode("ascii", "ignore") if match else None
    return [name for name in (charset, inside) if name and not re.match(r"utf-?8", name, re.I)]


def _is_seven_bit(name: str) -> bool:
    return re.match(r"(?:utf-?7|hz|iso-?2022)", name, re.I) is not None


def _utf8(content: bytes) -> Decoded | None:
    """The text as UTF-8, where at most a few bytes among many good characters are bad."""
    try:
        return Decoded(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        text = content.decode("utf-8", "replace")
    bad = text.count("\ufffd") - content.count(b"\xef\xbf\xbd")
    good = sum(1 for ch in text if ch > "\x7f") - bad
    return Decoded(text, "utf-8", bad) if good > 2 * bad or (good and bad == 1) else None


def _once(text: str) -> str:
    """A text that was encoded twice ("cafÃ©"), where all of it says so: decoded once more."""
    if len(_TWICE.findall(text)) < LEAST_TWICE or _C1.search(text.replace("\x81", "").replace("\x8d", "")):
        return text
    raw = bytearray()
    for ch in text:
        byte = _cp1252_byte(ch)
        if byte is None:
            return text
        raw += byte
    again = raw.decode("utf-8", "replace")
    bad, good = again.count("\ufffd"), sum(1 for ch in again if ch > "\x7f")
    return again if bad <= text.count("\ufffd") and good > 2 * bad else text


def _cp1252_byte(ch: str) -> bytes | None:
    try:
        return ch.encode("cp1252")
    except UnicodeEncodeError:
        if ch == "\ufffd":  # one of the five bytes that Windows-1252 leaves open; most often the last of ”
            return b"\x9d"
        return ch.encode("latin-1") if "\x80" <= ch <= "\x9f" else None


def _composed(text: str) -> str:
    """Letters and the accents that follow them as single characters, as people type them in a question."""
    if text.isascii():
        return text
    return _COMBINED.sub(lambda match: unicodedata.normalize("NFC", match[0]), text)
