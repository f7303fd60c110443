"""Has untrusted files parsed by a child process with limits on memory, time and output.

A child that crashes, hangs or answers too much costs one document: the next one gets a fresh child.
What comes back is JSON and is checked here; nothing of it is ever unpickled or run.
"""

from __future__ import annotations

import json
import os
import re
import selectors
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.types import storable

SECONDS = 18.0
"""How long the next article is waited for."""
CHILD_SECONDS = 15.0
"""For the child's own work on one article: it ends itself before the parent gives up."""
MAX_FRAME = 40_000_000
"""Most that may come back for one article, in bytes."""
START_SECONDS = 60.0
"""More for the first article of a child, which first imports its parsers."""

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")

_ROOT = Path(__file__).resolve().parent.parent


class LostError(Exception):
    """The child did not answer as it should; the message is the reason that is shown."""


class Sandbox:
    """Parses one document at a time in a child process, which is started on first use."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._fresh = True

    def read(
        self,
        kind: str,
        *,
        content: bytes = b"",
        path: Path | None = None,
        name: str = "",
        form: str = "",
        url: str | None = None,
        charset: str | None = None,
        skip: int = 0,
    ) -> Iterator[dict[str, Any]]:
        """Parse one document.

        Args:
            kind: "document", or "links" for a feed or sitemap.
            content: Its bytes, unless `path` names the file.
            path: The file.
            name: Its file name.
            form: Suffix of its form.
            url: Where it was fetched.
            charset: The encoding that the server named.
            skip: Members to leave out at the start, because they were read before.

        Returns:
            Fields of articles, {"reject": reason}, {"member": number} before each member of a document that holds
            several, or {"links": [...]}. No string holds a lone surrogate.

        Raises:
            LostError: The child crashed, took too long, or answered too much; it is ended.
        """
        head = json.dumps(
            {"kind": kind, "path": str(path) if path else None, "name": name, "form": form, "url": url,
             "charset": charset, "skip": skip, "seconds": CHILD_SECONDS, "size": len(content)}
        )  # fmt: skip
        try:
            child = self._started()
            assert child.stdin is not None
            child.stdin.write(struct.pack(">I", len(head)) + head.encode("ascii") + content)
            child.stdin.flush()
            while True:
                record = self._frame(child)
                if record.get("end"):
                    return
                if not record.get("working"):
                    yield record
        except (OSError, ValueError) as error:
            self.close()
            raise LostError("cannot be read: it brought the reading process down") from error
        except (LostError, GeneratorExit):  # half-read answers must not reach the next document
            self.close()
            raise

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self.close()
            environment = {
                name: os.environ[name] for name in ("PATH", "HOME", "LANG", "SYSTEMROOT") if name in os.environ
            }
            self._child = subprocess.Popen(  # noqa: S603  # our own interpreter and module
                [sys.executable, "-B", "-m", "ingest.sandbox_worker"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=_ROOT, env=environment,
                start_new_session=True,
            )  # fmt: skip
            self._fresh = True
        return self._child

    def _frame(self, child: subprocess.Popen[bytes]) -> dict[str, Any]:
        # Counted from when an answer is wanted: while the parent stores articles, nobody's time runs.
        deadline = time.monotonic() + SECONDS + (START_SECONDS if self._fresh else 0)
        size = struct.unpack(">I", self._bytes(child, 4, deadline))[0]
        if size > MAX_FRAME:
            raise LostError(f"{size:,} bytes of text is too large (limit {MAX_FRAME:,})")
        body = self._bytes(child, size, deadline)
        record = json.loads(body)
        if _SURROGATE.search(body):
            record = storable(record)
        self._fresh = False
        if not isinstance(record, dict):
            raise LostError("cannot be read: the reading process answered out of form")
        return record

    def _bytes(self, child: subprocess.Popen[bytes], count: int, deadline: float) -> bytes:
        assert child.stdout is not None
        parts, fd = bytearray(), child.stdout.fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(fd, selectors.EVENT_READ)
            while len(parts) < count:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise LostError(f"cannot be read within {SECONDS:g} s")
                part = os.read(fd, min(1 << 20, count - len(parts)))
                if not part:
                    raise LostError(_last_words(child))
                parts += part
        return bytes(parts)

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            for pipe in (self._child.stdin, self._child.stdout):
                if pipe is not None:
                    try:
                        pipe.close()
                    except OSError:
                        continue  # what was still to be written goes with the child
            self._child = None


def _last_words(child: subprocess.Popen[bytes]) -> str:
    code = child.wait(5)
    if code == -14:  # the alarm that the child sets itself
        return f"cannot be read within {SECONDS:g} s"
    return f"cannot be read: it brought the reading process down (exit code {code})"
