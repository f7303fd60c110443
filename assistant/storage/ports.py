"""The ports of storage: what the rest of Byline may ask of a catalogue, a vector index and a lock.

An implementation belongs to a module or package of its own and is chosen in `assistant.storage.opening`. The contract
tests in `tests/assistant/storage/test_*_contract.py` say what each must do. Passages are known by a number that rises with
every passage stored and is never used again; the vector index keeps up by it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol

import numpy as np
import numpy.typing as npt

from assistant.storage.filters import Numbers
from assistant.storage.records import Edit, Entry, Fetched, Status
from assistant.types import Article, Filters, Headline, Pages, Passage

Vectors = npt.NDArray[np.float32]


class ArticleReader(Protocol):
    """Articles, their versions, and facts about the whole library."""

    def state(self) -> str:
        """A value that changes whenever articles do; cheap, asked before every search."""

    def meta(self, key: str) -> str | None:
        """Read a small value."""

    def counts(self) -> dict[str, int]:
        """How many articles, versions, passages (of current versions) and receipts there are."""

    def days(self) -> tuple[str, str] | None:
        """First and last day of publication, ISO 8601; None without a dated article."""

    def outlets(self) -> dict[str, int]:
        """Outlet -> number of its articles, most first."""

    def bylines(self) -> dict[str, int]:
        """Byline -> number of its articles, most first."""

    def headlines(self) -> list[Headline]:
        """All current articles, newest first."""

    def article(self, key: str, version: str | None = None) -> Article | None:
        """An article by article id, version or source id; its current version unless one is named."""

    def versions(self, article_id: str) -> list[Headline]:
        """All versions of an article, oldest first."""

    def current_versions(self) -> dict[str, str]:
        """Article id -> the version that is searched."""

    def version_counts(self) -> dict[str, int]:
        """Article id -> number of its versions, for articles that have more than one."""

    def sentences(self, version: str) -> list[tuple[int, int]]:
        """Offsets of every sentence of a version that belongs to a passage, in order."""

    def pages(self, version: str) -> Pages:
        """Where the pages of a version begin; empty without pages."""

    def read_from(self, version: str) -> dict[str, str]:
        """Field -> where it was read from."""

    def provenance(self, article_id: str) -> tuple[str, str, str]:
        """The source that the user named, the file or address, and the place in it, of an article."""

    def edits(self) -> dict[str, Edit]:
        """Article id -> its corrections."""

    def edit(self, article_id: str) -> Edit | None:
        """The corrections of an article, or None."""


class DuplicateReader(Protocol):
    """Clusters of articles with the same words."""

    def unsigned(self) -> list[str]:
        """Articles that were stored without bands."""

    def near(self, bands: Sequence[int]) -> set[str]:
        """Articles that share a band key."""

    def copies(self) -> dict[str, str]:
        """Article id -> the article that it is a copy of."""

    def leads(self, article_ids: Iterable[str]) -> dict[str, str]:
        """Article id -> the article that leads its cluster, for those that do not lead themselves."""

    def cluster(self, article_id: str) -> list[Headline]:
        """The other articles of an article's cluster, the lead first, then by date."""

    def clusters(self, article_ids: Iterable[str]) -> dict[str, list[Headline]]:
        """Article id -> the others of its cluster; articles that are alone are left out."""


class PassageReader(Protocol):
    """Passages: filters, full text, stored vectors."""

    def live(self) -> Numbers:
        """The passages of current versions."""

    def eligible(self, filters: Filters, as_of: date | None = None) -> Numbers | None:
        """The passages that pass the filters; None when that is every current one.

        With `as_of` an article counts in its last version published by that day; one without a date is left out.
        """

    def full_text(self, terms: Sequence[str], limit: int, among: Numbers | None = None) -> list[tuple[int, float]]:
        """Passages that hold at least one term: (number, score), best first; higher is better.

        Args:
            terms: Words as typed.
            limit: How many at most.
            among: Only these passages; current ones when None.
        """

    def stems(self, text: str) -> dict[str, str]:
        """Word as typed (lower case) -> term as the full-text index keeps it."""

    def document_counts(self, terms: Sequence[str]) -> dict[str, int]:
        """In how many passages each term of the index occurs; terms that occur nowhere are left out."""

    def passages(self, seqs: Sequence[int]) -> dict[int, tuple[Passage, Headline]]:
        """Passages with their articles' headlines, by number; unknown numbers are left out."""

    def missing_vectors(self, keys: Iterable[bytes]) -> set[bytes]:
        """Those of the text keys that have no stored vector."""

    def stored_vectors(self, above: int = 0, among: Iterable[int] | None = None) -> Iterator[tuple[int, bytes]]:
        """(number, float32 bytes), rising by number: of current passages above a number, or of exactly those in `among`."""

    def passage_texts(self) -> dict[bytes, str]:
        """Text key -> text of every passage, those of older versions too."""


class IngestLog(Protocol):
    """What happened to each source."""

    def statuses(self) -> list[Status]:
        """Every place's last status, by place."""

    def reject(self, rejected: Mapping[str, str]) -> None:
        """Note why places gave no article: place -> reason."""

    def see(self, sightings: Iterable[tuple[str, str, str]]) -> None:
        """Note that sources hold articles: (article id, source, origin)."""

    def seen_in(self, source: str, *, folder: bool = False) -> list[tuple[str, str]]:
        """(article id, origin) of what a source held; of a folder also what came by a file inside it."""

    def lose(self, pairs: Sequence[tuple[str, str]]) -> list[str]:
        """Forget (article id, origin) sightings; gives the articles that no source holds any more."""

    def origin_articles(self, origin: str) -> list[str]:
        """The articles that an origin gave."""

    def fetched(self, url: str) -> Fetched | None:
        """What the server said when the page was last read, if its articles are still stored."""

    def keep_fetched(self, answers: Mapping[str, Fetched]) -> None:
        """Keep what servers said of pages: address -> answer."""


class Catalogue(ArticleReader, DuplicateReader, PassageReader, Protocol):
    """The source of truth. Every call that writes does so in one transaction; safe to use from several threads."""

    @property
    def journal(self) -> IngestLog:
        """What happened to each source."""

    def set_meta(self, key: str, value: str) -> None:
        """Write a small value."""

    def store(self, entries: Sequence[Entry], vectors: dict[bytes, bytes]) -> None:
        """Make articles visible, all at once. `vectors`: text key -> float32 bytes; known ones may be left out."""

    def store_edit(self, entry: Entry, edit: Edit) -> None:
        """Store an article as a user corrected it; the version before is no longer found."""

    def keep_pages(self, version: str, pages: Pages) -> None:
        """Keep the pages of a version that was stored without."""

    def sign(self, bands: Mapping[str, tuple[tuple[int, ...], Sequence[str]]]) -> None:
        """Keep bands and pairs for articles that were stored without: id -> (band keys, ids alike)."""

    def remove(self, article_ids: Iterable[str]) -> int:
        """Remove articles with everything that belongs to them; gives how many there were. `compact` frees the space."""

    def compact(self) -> None:
        """Give the space of what was removed back to the disk."""

    def replace_vectors(self, vectors: Mapping[bytes, bytes], fingerprint: str) -> None:
        """Replace all stored vectors by those of another embedding model."""

    def receipt(self, receipt: str) -> dict[str, object] | None:
        """A stored receipt, or None."""

    def keep_receipt(self, receipt: str, record: dict[str, object]) -> None:
        """Store how an answer was made."""

    def check(self) -> str:
        """The store's own check: empty when it is intact, else the first fault."""

    def close(self) -> None:
        """Close every connection; the catalogue is not used afterwards."""


class VectorIndex(Protocol):
    """Nearest passages by cosine. Derived from the catalogue's vectors, and rebuilt from them whenever in doubt.

    Attributes:
        applied: The highest passage number in the index; passages above it are not found yet.
    """

    applied: int

    @property
    def is_open(self) -> bool:
        """Whether this process has the index open."""

    def acquire(self) -> bool:
        """Open the index, empty when it is damaged or was made with other vectors; False when another process has it."""

    def release(self) -> None:
        """Close the index and let another process have it."""

    def reset(self) -> None:
        """Make it empty."""

    def add(self, rows: Iterable[tuple[int, bytes]]) -> int:
        """Add (passage number, float32 bytes), rising by number; gives how many."""

    def search(self, vector: Vectors, limit: int) -> list[tuple[int, float]]:
        """(passage number, cosine), best first. Removed passages may be among them."""

    def count(self) -> int:
        """How many vectors it holds, those of removed passages included."""


class WriteLock(Protocol):
    """The right to write to a library: one process at a time."""

    def acquire(self) -> None:
        """Take it.

        Raises:
            StoreError: Another process has it, or the library cannot be written.
        """

    def release(self) -> None:
        """Give it up."""
