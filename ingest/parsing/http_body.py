"""Unpacks the body of a stored HTTP answer: chunks, gzip, deflate, Brotli, Zstandard.

Archives often hold bodies that were unpacked already while their headers stayed: what does not unpack as it says
but reads as text is taken as it is.
"""

from __future__ import annotations

import re
import zlib

import brotli
import zstandard


class BodyError(Exception):
    """The body does not unpack; the message is the reason."""


def unpacked(content: bytes, transfer: str, encodings: str, *, limit: int) -> bytes:
    """The body as the page's bytes.

    Args:
        content: As it was stored.
        transfer: The header Transfer-Encoding.
        encodings: The header Content-Encoding; several are undone from the last.
        limit: Most bytes that it may unpack to.

    Raises:
        BodyError: It is damaged, too large, or packed in a way that is not known.
    """
    if "chunked" in transfer.lower():
        content = _without_chunks(content)
    for name in reversed([name.strip().lower() for name in encodings.split(",") if name.strip()]):
        if name in ("identity", "none", "utf-8"):
            continue
        try:
            content = _undone(content, name, limit)
        except (zlib.error, brotli.error, zstandard.ZstdError, EOFError) as error:
            if not _is_text(content):
                raise BodyError(f"its {name} body does not unpack: {str(error)[:80]}") from error
        if len(content) > limit:
            raise BodyError(f"it is too large when unpacked (limit {limit:,} bytes)")
    return content


def _undone(content: bytes, name: str, limit: int) -> bytes:
    if name in ("gzip", "x-gzip"):
        return _inflated(content, 31, limit)
    if name == "deflate":
        try:
            return _inflated(content, 15, limit)
        except zlib.error:
            return _inflated(content, -15, limit)
    if name == "br":
        return _brotli(content, limit)
    if name == "zstd":
        unpack = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()
        out = unpack.decompress(content)
        if not unpack.eof:
            raise EOFError("it is cut off")
        return out
    raise BodyError(f"its body is packed as {name[:20]!r}, which is not known")


def _inflated(content: bytes, window: int, limit: int) -> bytes:
    unpack = zlib.decompressobj(window)
    out = unpack.decompress(content, limit + 1)
    if not unpack.eof and len(out) <= limit:
        raise EOFError("it is cut off")
    return out


def _brotli(content: bytes, limit: int) -> bytes:
    unpack, out = brotli.Decompressor(), bytearray()
    out += unpack.process(content, output_buffer_limit=limit + 1)
    while not unpack.is_finished() and len(out) <= limit:
        part = unpack.process(b"", output_buffer_limit=limit + 1)
        if not part:
            raise EOFError("it is cut off")
        out += part
    return bytes(out)


def _without_chunks(content: bytes) -> bytes:
    """The body without the sizes of its chunks; unchanged where there are none."""
    out, at = bytearray(), 0
    while match := re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n").match(content, at):
        size = int(match[1], 16)
        if size == 0:
            return bytes(out)
        out += content[match.end() : match.end() + size]
        at = match.end() + size
        at += 2 if content[at : at + 2] == b"\r\n" else content[at : at + 1] == b"\n"
    return bytes(out) if out else content


def _is_text(content: bytes) -> bool:
    head = content[:2000]
    return b"<" in head and sum(1 for byte in head if byte < 9) == 0
