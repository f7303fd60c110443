"""From what the user names (files, folders, addresses) to raw documents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.errors import UsageError
from assistant.storage.ports import IngestLog
from ingest.forms import FORMS, SUFFIXES
from ingest.sandbox import Sandbox
from ingest.sources.fetch import Fetcher
from ingest.sources.web import open_address
from ingest.types import Raw, Rejected, Unchanged

MAX_FILE = 200_000_000
"""Largest file that is read, in bytes."""
MAX_ARCHIVE = 4_000_000_000
"""Largest mailbox or web archive: they are read piece by piece."""


@dataclass
class Sources:
    """What the user named, to be read once.

    Args:
        names: Paths of files or folders, and http or https addresses.
        sandbox: Parses feeds and sitemaps.
        fetcher: Fetches addresses; made with the defaults when one is needed and none is given.
        journal: Knows what servers said last time.

    Raises:
        UsageError: A path is not there; raised before anything is read.
    """

    names: Sequence[str]
    sandbox: Sandbox
    fetcher: Fetcher | None = None
    journal: IngestLog | None = None
    total: int = 0
    """How many documents are known of by now; grows while feeds are read."""
    folders: set[str] = field(default_factory=set)
    incomplete: set[str] = field(default_factory=set)
    """Sources of which not every document is known: nothing of them may be taken for gone."""

    def __post_init__(self) -> None:
        for name in self.names:
            if not is_address(name) and not Path(name).exists():
                raise UsageError(f"No such file or folder: {name}")
        self.keys = [name if is_address(name) else str(Path(name).resolve()) for name in self.names]
        """What sightings of each source are kept under."""
        self._own: Fetcher | None = None
        self._found = [[] if is_address(name) else _files(Path(name)) for name in self.names]
        self.total = sum(len(files) or 1 for files in self._found)

    def __iter__(self) -> Iterator[Raw | Rejected | Unchanged]:
        """Read every document; in a folder, files of other forms are passed over."""
        for name, key, files in zip(self.names, self.keys, self._found, strict=True):
            if is_address(name):
                yield from self._address(name)
                continue
            if Path(name).is_dir():
                self.folders.add(key)
                if not files:
                    self.incomplete.add(key)  # more likely a disk that is not there than a wish to lose everything
                    yield Rejected(name, f"This folder has no files that can be read ({', '.join(FORMS)}).")
            for file in files:
                yield _open(file, key)

    def close(self) -> None:
        """Close the connections, unless the fetcher was given."""
        if self._own is not None:
            self._own.close()

    def _address(self, name: str) -> Iterator[Raw | Rejected | Unchanged]:
        fetcher = self.fetcher or self._own
        if fetcher is None:
            fetcher = self._own = Fetcher()
        for item in open_address(name, fetcher, self.sandbox, self.journal):
            if isinstance(item, int):
                self.total += item
                continue
            if isinstance(item, Rejected) and item.source == name:
                self.incomplete.add(name)
            yield item


def is_address(name: str) -> bool:
    """Whether this names something to fetch; anything with a scheme does, so that a wrong one is told."""
    return re.match(r"[a-z][a-z0-9+.-]*://", name, re.I) is not None


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return [file for file in sorted(path.rglob("*")) if _wanted(file, path)]


def _wanted(path: Path, root: Path) -> bool:
    name = path.name.lower()
    if not name.endswith(FORMS) or name.startswith("readme."):
        return False
    if any(part.startswith(".") for part in path.relative_to(root).parts):
        return False
    # A link inside the folder may not lead out of it: who gave the folder did not give what is there.
    return path.is_file() and path.resolve().is_relative_to(root.resolve())


def _open(path: Path, source: str) -> Raw | Rejected:
    raw = Raw(path.name, str(path.resolve()), path=path.resolve(), source=source)
    try:
        form = SUFFIXES.get(raw.suffix)
        size, most = path.stat().st_size, MAX_ARCHIVE if form is not None and form.large else MAX_FILE
        if size > most:
            return Rejected(str(path), f"The file has {size:,} bytes; the limit is {most:,}.")
        with path.open("rb") as file:
            file.read(1)
            return raw
    except OSError as error:
        return Rejected(str(path), f"The file cannot be read: {error.strerror}")
