"""Reads web archives: every page and document that was answered with 200, at the address of its record.

A record that is damaged is one line, and reading goes on at the next one.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from ingest.forms import suffix_for
from ingest.parsing.documents import read_document, reason_of
from ingest.parsing.http_body import BodyError, unpacked
from ingest.parsing.source import MAX_PART, Item, Member, Source, UnreadableError

_HEAD = re.compile(rb"WARC/1\.[01]\r?\n(?:WARC-|Content-)[A-Z]")
_STARTS = {True: re.compile(rb"\x1f\x8b\x08"), False: _HEAD}
_TAKEN = (".html", ".pdf", ".txt", ".docx", ".epub", ".json")


def read_warc(source: Source) -> Iterator[Item]:
    """Every article of a web archive."""
    pages = number = start = 0
    skip = source.skip
    with source.open() as file:
        packed = file.read(2) == b"\x1f\x8b"
        stream: Any = file
        while start >= 0:
            stream.seek(start)
            records = ArchiveIterator(stream)
            try:
                for record in records:
                    number += 1
                    if number <= skip:
                        continue
                    yield Member(number - 1, _address(record) or number)
                    for item in _record(record, source):
                        pages += 1
                        yield item
                break
            except MemoryError:
                raise
            except Exception as error:  # a damaged record; zlib's and warcio's errors share no base
                if "non-chunked gzip" in str(error) and stream is file:  # packed as one piece, not record by record
                    file.seek(0)
                    skip = max(skip, number)  # the first record was read before this was found out
                    stream, packed, number = gzip.GzipFile(fileobj=file), False, 0
                    continue
                at = start + _offset(records, start)
                start = _next(stream, max(at, start) + 1, packed)
                rest = "reading goes on after it" if start >= 0 else "nothing could be read after it"
                yield UnreadableError(
                    f"damage after {number} records; {rest} ({type(error).__name__}: {str(error)[:60]})"
                )
                pages += 1
    if not pages:
        raise UnreadableError("there are no pages in this web archive")


def _offset(records: Any, start: int) -> int:
    """Where the record begins that could not be read, from where reading began."""
    try:
        offset = int(records.get_record_offset())
    except Exception:  # damaged before its first record
        return 0
    return offset - start if offset >= start else offset


def _next(file: Any, start: int, packed: bool) -> int:
    """Where the next record begins, or -1."""
    sign, tail, position = _STARTS[packed], b"", start
    try:
        file.seek(start)
        while chunk := file.read(1 << 20):
            data = tail + chunk
            if match := sign.search(data):
                return position - len(tail) + match.start()
            tail, position = data[-40:], position + len(chunk)
    except (OSError, EOFError, zlib.error):
        return -1
    return -1


def _address(record: Any) -> str:
    return str(record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")


def _headers(record: Any) -> tuple[str | None, tuple[str, str]]:
    """The media type of a record that may hold an article, or None, and how its body is packed."""
    if record.rec_type == "response" and record.http_headers is not None:
        if record.http_headers.get_statuscode() not in ("200", "203"):
            return None, ("", "")
        header = record.http_headers.get_header
        return header("Content-Type") or "", (header("Transfer-Encoding") or "", header("Content-Encoding") or "")
    if record.rec_type in ("resource", "conversion") and _address(record).startswith("http"):
        return record.rec_headers.get_header("Content-Type") or "", ("", "")
    return None, ("", "")


def _record(record: Any, source: Source) -> Iterator[Item]:
    """The article of one record, if it is of a kind that holds one."""
    url, (kind, encodings) = _address(record), _headers(record)
    if kind is None:
        return
    content = record.raw_stream.read(MAX_PART + 1)
    if _HEAD.search(content):  # its length is wrong: what follows it is read again on its own
        raise UnreadableError("a record is cut off")
    form = suffix_for(kind) or (".html" if not kind and re.search(rb"<html|<body|<p\b", content[:5000], re.I) else "")
    packed = any(name.strip() for name in encodings)
    if form not in _TAKEN or (form == ".json" or (form == ".txt" and record.rec_type == "response")):
        return
    try:
        if len(content) > MAX_PART:
            raise UnreadableError(f"it is too large (limit {MAX_PART:,} bytes)")
        if getattr(record.raw_stream, "limit", 0) > 0:  # half a page would give half sentences
            raise UnreadableError("the record is cut off")
        content = unpacked(content, *encodings, limit=MAX_PART) if packed else content
        charset = re.search(r"charset=[\"']?([\w.:-]+)", kind, re.I)
        inner = source.inside(url, content, form=form, charset=charset.group(1) if charset else None)
        for item in read_document(replace(inner, url=url)):
            if isinstance(item, dict):
                yield {**item, "lost": False, "url": item.get("url") or url, "part": item.get("part") or url}
            elif isinstance(item, UnreadableError):
                yield UnreadableError(str(item), url, lost=item.lost)
    except (BodyError, UnreadableError) as error:
        yield UnreadableError(str(error), url, lost="no running text" not in str(error))
    except Exception as error:  # parsers of damaged pages raise anything; the others must still be read
        yield UnreadableError(reason_of(error), url)
