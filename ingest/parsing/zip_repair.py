"""Finds the members of a zip archive whose list at the end is missing: it was cut off or damaged."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from ingest.parsing.source import MAX_MEMBER, Budget

_SIGN = b"PK\x03\x04"
MAX_SEARCHED = 200_000_000


def local_members(file: BinaryIO, budget: Budget) -> Iterator[tuple[str, bytes]]:
    """Name and content of each member that is whole, by the headers before the members themselves."""
    file.seek(0)
    data = file.read(MAX_SEARCHED)
    left = budget.unpacked
    at = data.find(_SIGN)
    while at >= 0 and at + 30 <= len(data):
        flags, method, _, _, checksum, packed, _, name_size, extra = struct.unpack("<HHHHIIIHH", data[at + 6 : at + 30])
        start = at + 30 + name_size + extra
        name = data[at + 30 : at + 30 + name_size].decode("utf-8", "replace")
        content, used = _content(data, start, method, packed, flags)
        known = not flags & 8
        if content is not None and (not known or zlib.crc32(content) == checksum) and not flags & 1:
            left -= len(content)
            if left < 0:
                return
            if not name.endswith("/"):
                yield name, content
        at = data.find(_SIGN, start + used)


def _content(data: bytes, start: int, method: int, packed: int, flags: int) -> tuple[bytes | None, int]:
    """The unpacked member, or None, and how many bytes it takes packed."""
    if method == 0 and not flags & 8:
        whole = data[start : start + packed]
        return (whole if len(whole) == packed <= MAX_MEMBER else None), packed
    if method != 8:
        return None, 0
    inflate = zlib.decompressobj(-15)
    try:
        content = inflate.decompress(memoryview(data)[start:], MAX_MEMBER + 1)
    except zlib.error:
        return None, 0
    if not inflate.eof or len(content) > MAX_MEMBER:
        return None, 0
    return content, len(data) - start - len(inflate.unused_data)
