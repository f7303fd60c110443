"""Text from bytes, whatever their encoding says of itself."""

from __future__ import annotations

import codecs
import re

from assistant.errors import UsageError

_DECLARED = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]{2,40})|<\?xml[^>]{0,100}encoding=[\"']([\w.:-]{2,40})", re.I
)


def decode(content: bytes, charset: str | None = None, *, html: bool = False) -> str:
    """Text from bytes: by its mark, as UTF-8 if it is, as it says, else by detection.

    UTF-8 goes before what a server or a page says: other encodings do not look like it by chance,
    and pages that name the wrong one are common.

    Args:
        content: The bytes.
        charset: The encoding that was named with them, if one was.
        html: Also look for the encoding that a page names itself.

    Raises:
        UsageError: It is not text.
    """
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    if b"\x00" in content[:4096]:
        raise UsageError("expected text, found binary data")
    match = _DECLARED.search(content[:4096]) if html else None
    inside = next((name for name in match.groups() if name), b"").decode("ascii", "ignore") if match else None
    for name in (charset, inside):
        if name and (text := _by_name(content, name)) is not None:
            return text
    from charset_normalizer import from_bytes

    best = from_bytes(content[:200_000]).best()
    if best is None:
        raise UsageError("expected text, found bytes in no known encoding")
    return content.decode(best.encoding, "replace")


def _by_name(content: bytes, name: str) -> str | None:
    """The text in a named encoding, if it is one and fits; Latin-1 means what browsers mean by it."""
    try:
        known = codecs.lookup(name).name
        return content.decode("cp1252" if known in ("iso8859-1", "ascii") else known)
    except (LookupError, UnicodeDecodeError, TypeError, ValueError):
        return None
