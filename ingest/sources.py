"""From what the user names (files, folders) to raw documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.errors import UsageError
from ingest.extract import READERS, Raw, Rejected

MAX_FILE = 200_000_000
"""Largest file that is read, in bytes."""


def open_sources(sources: Sequence[str]) -> Iterator[Raw | Rejected]:
    """Read every document that the sources name.

    Args:
        sources: Paths of files or folders. In a folder, files of other forms are passed over.

    Raises:
        UsageError: A source is not there; raised before anything is read.
    """
    paths = [Path(source) for source in sources]
    for path in paths:
        if not path.exists():
            raise UsageError(f"Expected a file, a folder or an address, found nothing at {str(path)!r}.")
    for path in paths:
        if path.is_dir():
            found = [
                p
                for p in sorted(path.rglob("*"))
                if p.is_file() and p.suffix.lower() in READERS and not _hidden(p, path) and not _leads_out(p, path)
            ]
            if not found:
                yield Rejected(str(path), f"a folder without a file of the forms {', '.join(sorted(READERS))}")
            for file in found:
                yield _read(file)
        else:
            yield _read(path)


def _hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts) or path.name.upper().startswith("README.")


def _leads_out(path: Path, root: Path) -> bool:
    """Whether a link inside the folder points to a file outside of it."""
    return not path.resolve().is_relative_to(root.resolve())


def _read(path: Path) -> Raw | Rejected:
    try:
        size = path.stat().st_size
        if size > MAX_FILE:
            return Rejected(str(path), f"expected at most {MAX_FILE:,} bytes, found {size:,}")
        return Raw(path.name, str(path.resolve()), path.read_bytes())
    except OSError as error:
        return Rejected(str(path), f"cannot be read: {error.strerror}")
