"""Takes articles in: what is new is embedded and stored, a group of articles per transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from assistant.catalogue import Entry, text_key
from assistant.domain import Article
from assistant.embedder import Embedder
from assistant.library import Library
from ingest.extract import Raw, Rejected, read_articles
from ingest.passages import cut_passages
from ingest.sources import open_sources

GROUP_PASSAGES = 256
"""Passages embedded together: enough for full batches, few enough to lose little at a kill."""


@dataclass(slots=True)
class Report:
    """What an ingestion did. `passages` counts those of added and updated articles."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    passages: int = 0
    seconds: float = 0.0
    rejected: list[Rejected] = field(default_factory=list)

    def record(self) -> dict[str, object]:
        """The fixed JSON form."""
        return {
            "added": self.added,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": [{"source": r.source, "reason": r.reason} for r in self.rejected],
            "passages": self.passages,
            "seconds": round(self.seconds, 3),
        }


Progress = Callable[[Report], None]


def ingest(library: Library, embedder: Embedder, sources: Sequence[str], progress: Progress | None = None) -> Report:
    """Take in every article that the sources name.

    Args:
        library: Where to; this call takes the right to write.
        embedder: Must be the one the library was made with.
        sources: Paths of files or folders.
        progress: Called after each group with the report so far.

    Returns:
        What was done. Articles that were already there as they are cost nothing.

    Raises:
        UsageError: A source is not there.
        StoreError: The library cannot be written.
    """
    return store_documents(library, embedder, open_sources(sources), progress)


def store_documents(
    library: Library, embedder: Embedder, documents: Iterator[Raw | Rejected], progress: Progress | None = None
) -> Report:
    """Take in documents that were already opened; see `ingest`."""
    report, began = Report(), time.perf_counter()
    with library:
        current = library.catalogue.current_versions()
        group: list[Entry] = []
        for article, origin in _articles(documents, report):
            known = current.get(article.id)
            if known == article.version:
                report.unchanged += 1
                continue
            report.updated += known is not None
            report.added += known is None
            current[article.id] = article.version
            group.append(Entry(article, cut_passages(article), origin))
            if sum(len(entry.passages) for entry in group) >= GROUP_PASSAGES:
                _flush(library, embedder, group, report)
                report.seconds = time.perf_counter() - began
                if progress:
                    progress(report)
        _flush(library, embedder, group, report)
        library.sync()
    report.seconds = time.perf_counter() - began
    return report


def _articles(documents: Iterator[Raw | Rejected], report: Report) -> Iterator[tuple[Article, str]]:
    for document in documents:
        if isinstance(document, Rejected):
            report.rejected.append(document)
            continue
        for item in read_articles(document):
            if isinstance(item, Rejected):
                report.rejected.append(item)
            else:
                yield item, document.origin


def _flush(library: Library, embedder: Embedder, group: list[Entry], report: Report) -> None:
    """Embed what has no stored vector yet, store the group, empty it."""
    if not group:
        return
    texts = {text_key(p.text): p.text for entry in group for p in entry.passages}
    missing = sorted(library.catalogue.missing_vectors(texts))
    rows = embedder.encode([texts[key] for key in missing])
    library.store(group, {key: row.tobytes() for key, row in zip(missing, rows, strict=True)})
    report.passages += sum(len(entry.passages) for entry in group)
    group.clear()
