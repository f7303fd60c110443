"""The child process that parses untrusted files: `python -m ingest.sandbox_worker`. Started by `sandbox` alone.

Reads one request at a time from standard input and answers with JSON frames (four bytes of length,
big-endian, then JSON). It gives itself limits on memory and files, and an alarm that ends it where
one article takes too long, also inside C code.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

MEMORY = 1_000_000_000
"""Address space of the child, in bytes."""


def main() -> None:
    """Answer requests until standard input ends."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not get between the frames
    _limit()
    while head := requests.read(4):
        request = json.loads(requests.read(struct.unpack(">I", head)[0]))
        content = requests.read(request["size"])
        _answer(answers, request, content)


def _limit() -> None:
    try:
        import resource
    except ImportError:  # not on Windows; the parent's time limit remains
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def _alarm(seconds: float) -> None:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _answer(answers: BinaryIO, request: dict[str, Any], content: bytes) -> None:
    from ingest.parsing.documents import reason_of
    from ingest.parsing.source import Member, StillAtWork, UnreadableError

    seconds = float(request["seconds"])  # for reading one article, not for waiting until the parent takes it
    _alarm(seconds)
    try:
        for item in _read(request, content):
            if isinstance(item, UnreadableError):
                _send(answers, {"reject": str(item), "part": item.part, "lost": item.lost})
            elif isinstance(item, Member):
                _send(answers, {"member": item.number, "label": item.label})
            elif isinstance(item, StillAtWork):
                _send(answers, {"working": True})
            else:
                _send(answers, _checked(item))
            _alarm(seconds)
    except Exception as error:  # parsers of damaged files raise anything; the reason is what is left
        _send(answers, {"reject": reason_of(error), "lost": getattr(error, "lost", True)})
    _send(answers, {"end": True})


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields, or why they are too large to be an article."""
    from ingest.parsing.article_builder import MAX_TEXT

    text = fields.get("text")
    if not isinstance(text, str) or len(text) <= MAX_TEXT:
        return fields
    reason = f"{len(text):,} characters is too long for one article (limit {MAX_TEXT:,}); split it into articles"
    return {"reject": reason, "part": fields.get("part")}


def _read(request: dict[str, Any], content: bytes) -> Iterator[Any]:
    from ingest.parsing.documents import read_document
    from ingest.parsing.source import Source
    from ingest.sources import feeds

    url = request.get("url")
    if request["kind"] == "links":
        yield {"links": feeds.read_links(content, url or "")}
        return
    path = Path(request["path"]) if request.get("path") else None
    yield from read_document(
        Source(request["name"], content, path, request["form"], url, request.get("charset"), request["skip"])
    )


def _send(answers: BinaryIO, record: dict[str, Any]) -> None:
    """Write one frame. The alarm is off meanwhile: a full pipe is the reader's time, not the document's."""
    body = json.dumps(record).encode("ascii")
    _alarm(0)
    answers.write(struct.pack(">I", len(body)) + body)
    answers.flush()


if __name__ == "__main__":
    main()
