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

from assistant.errors import UsageError

MEMORY = 1_000_000_000
"""Address space of the child, in bytes."""
SECONDS = 15
"""For one article."""


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
    from ingest.parsing.binary_formats import UnreadableError

    _alarm(SECONDS)
    try:
        for item in _read(request, content):
            _send(answers, {"reject": str(item)} if isinstance(item, UnreadableError) else item)
            _alarm(SECONDS)
    except (UnreadableError, UsageError) as error:
        _send(answers, {"reject": str(error)})
    except MemoryError:
        _send(answers, {"reject": f"reading it takes more than {MEMORY // 10**6:,} MB of memory"})
    except Exception as error:  # parsers of damaged files raise anything; the reason is what is left
        _send(answers, {"reject": f"cannot be read, it is damaged ({type(error).__name__}: {str(error)[:100]})"})
    _alarm(0)
    _send(answers, {"end": True})


def _read(request: dict[str, Any], content: bytes) -> Iterator[Any]:
    from ingest.parsing import binary_formats
    from ingest.parsing.encoding import decode
    from ingest.parsing.html import read_page
    from ingest.sources import feeds

    kind, path = request["kind"], request.get("path")
    if path and kind not in ("mbox", "warc"):
        content = Path(path).read_bytes()
    if kind == "links":
        yield {"links": feeds.read_links(content, request["url"])}
    elif kind == "html":
        page = read_page(decode(content, request.get("charset"), html=True), request.get("url"))
        yield page or binary_formats.UnreadableError("expected a page with an article, found no running text")
    elif kind in ("mbox", "warc"):
        yield from {"mbox": binary_formats.read_mailbox, "warc": binary_formats.read_warc}[kind](Path(path or ""))
    else:
        readers = {
            "pdf": binary_formats.read_pdf,
            "docx": binary_formats.read_docx,
            "eml": binary_formats.read_mail,
            "epub": binary_formats.read_epub,
        }
        yield from readers[kind](content)


def _send(answers: BinaryIO, record: dict[str, Any]) -> None:
    body = json.dumps(record).encode("ascii")
    answers.write(struct.pack(">I", len(body)) + body)
    answers.flush()


if __name__ == "__main__":
    main()
