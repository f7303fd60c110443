"""Takes articles in: what is new is embedded and stored, a group of articles per transaction.

A thread reads and parses ahead while this one embeds and stores. An article is all there or not
there; killed at any moment, the same call does what was left.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from assistant.models.embeddings import Embedder
from assistant.storage.failpoints import reach
from assistant.storage.library import Library
from assistant.storage.records import Entry, Fetched, text_key
from ingest.chunking import cut_passages
from ingest.duplicates import Copies
from ingest.parsing.registry import read_articles
from ingest.prefetch import Ahead
from ingest.sandbox import Sandbox
from ingest.sources.fetch import Fetcher
from ingest.sources.resolve import Sources
from ingest.types import Raw, Read, Rejected, Unchanged

GROUP_PASSAGES = 256
"""Passages embedded together: enough for full batches, few enough to lose little at a kill."""

Item = Read | Rejected | Unchanged


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one article or document; `detail` is the lead of a duplicate, or why it was rejected."""

    place: str
    status: str
    article_id: str | None = None
    detail: str = ""


@dataclass(slots=True)
class Report:
    """What an ingestion did. `passages` counts those of added and updated articles."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    removed: int = 0
    passages: int = 0
    seconds: float = 0.0
    documents: int = 0
    total: int = 0
    stopped: bool = False
    rejected: list[Rejected] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    origins: set[str] = field(default_factory=set)
    """Documents that gave at least one article."""

    @property
    def partial(self) -> list[str]:
        """Documents that gave articles and of which a part could not be read, in order."""
        lost = dict.fromkeys(r.origin for r in self.rejected if r.lost and r.origin and r.origin != r.source)
        return [origin for origin in lost if origin in self.origins]

    def record(self) -> dict[str, object]:
        """The fixed JSON form."""
        record: dict[str, object] = {
            "added": self.added,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": [{"source": r.source, "reason": r.reason} for r in self.rejected],
            "passages": self.passages,
            "seconds": round(self.seconds, 3),
        }
        if self.partial:
            record["partial"] = self.partial
        extra = {"duplicates": self.duplicates, "removed": self.removed, "stopped": self.stopped}
        return record | {name: value for name, value in extra.items() if value}


Progress = Callable[[Report], None]


@dataclass(frozen=True, slots=True)
class Options:
    """How to ingest.

    Attributes:
        sync: Also remove articles that are no longer in the sources.
        fetcher: Fetches addresses; one with the defaults when None.
        stop: Set from outside to end after the current group.
    """

    sync: bool = False
    fetcher: Fetcher | None = None
    stop: threading.Event = field(default_factory=threading.Event)


def ingest(
    library: Library,
    embedder: Embedder,
    sources: Sequence[str],
    progress: Progress | None = None,
    options: Options | None = None,
) -> Report:
    """Take in every article that the sources name.

    Args:
        library: Where to; this call takes the right to write.
        embedder: Must be the one the library was made with.
        sources: Paths of files or folders, and addresses of pages, feeds and sitemaps.
        progress: Called after each document and group with the report so far.
        options: How.

    Returns:
        What was done. Articles that were already there as they are cost nothing.

    Raises:
        UsageError: A source is not there.
        StoreError: The library cannot be written.
    """
    chosen = options or Options()
    with closing(Sandbox()) as sandbox:
        with closing(Sources(sources, sandbox, chosen.fetcher, library.catalogue.journal)) as opened:
            return _Run(library, embedder, chosen, progress).take(opened, opened, sandbox)


def store_documents(
    library: Library,
    embedder: Embedder,
    documents: Iterable[Raw | Rejected],
    progress: Progress | None = None,
    options: Options | None = None,
) -> Report:
    """Take in documents that were already opened (uploads); see `ingest`."""
    with closing(Sandbox()) as sandbox:
        return _Run(library, embedder, options or Options(), progress).take(documents, None, sandbox)


class _Run:
    """One ingestion."""

    def __init__(self, library: Library, embedder: Embedder, options: Options, progress: Progress | None) -> None:
        self._library, self._embedder, self._options = library, embedder, options
        self._progress, self._began = progress, time.perf_counter()
        self._copies = Copies(library.catalogue)
        self.report = Report()
        self._group: list[Entry] = []
        self._said: dict[str, Fetched] = {}
        self._seen: list[tuple[str, str, str]] = []
        self._kept: set[str] = set()

    def take(
        self, documents: Iterable[Raw | Rejected | Unchanged], sources: Sources | None, sandbox: Sandbox
    ) -> Report:
        with self._library:
            catalogue = self._library.catalogue
            self._copies.sign(catalogue.unsigned())
            self._current, self._edits = catalogue.current_versions(), catalogue.edits()
            with closing(Ahead(_items(documents, sandbox))) as items:
                for item in items:
                    self.report.total = sources.total if sources else 0
                    self._take_one(item)
                    if self._options.stop.is_set():
                        self.report.stopped = True
                        break
            self._flush()
            catalogue.journal.reject({r.source: r.reason for r in self.report.rejected})
            catalogue.journal.see(self._seen)
            if sources is not None and self._options.sync and not self.report.stopped:
                self._remove_gone(sources)
            self._library.sync()
        self.report.seconds = time.perf_counter() - self._began
        return self.report

    def _take_one(self, item: Item | None) -> None:
        report = self.report
        if item is None:
            report.documents += 1
        elif isinstance(item, Rejected):
            report.rejected.append(item)
            report.outcomes.append(Outcome(item.source, "rejected", None, item.reason))
            if item.lost and not item.gone:
                self._kept.add(item.origin or item.source)
        elif isinstance(item, Unchanged):
            for article_id in self._library.catalogue.journal.origin_articles(item.origin):
                report.unchanged += 1
                report.outcomes.append(Outcome(item.origin, "unchanged", article_id))
                self._seen.append((article_id, item.source or item.origin, item.origin))
        else:
            self._take_article(item)
        if self._progress:
            report.seconds = time.perf_counter() - self._began
            self._progress(report)

    def _take_article(self, item: Read) -> None:
        raw, report, edit = item.raw, self.report, self._edits.get(item.article.id)
        article = edit.apply(item.article) if edit else item.article
        source = raw.source or raw.origin
        if raw.said is not None:
            self._said[raw.origin] = raw.said
        self._seen.append((article.id, source, raw.origin))
        report.origins.add(raw.origin)
        known = self._current.get(article.id)
        if known == article.version:
            self._library.catalogue.keep_pages(article.version, item.pages)
            report.unchanged += 1
            report.outcomes.append(Outcome(item.place, "unchanged", article.id))
            return
        report.updated += known is not None
        report.added += known is None
        report.outcomes.append(Outcome(item.place, "updated" if known else "added", article.id))
        self._current[article.id] = article.version
        keys, alike = self._copies.find(article)
        passages = cut_passages(article)
        read_from = {**item.read_from, **(edit.read_from if edit else {})}
        self._group.append(Entry(article, passages, raw.origin, source, item.place, read_from, keys, alike, item.pages))
        if sum(len(entry.passages) for entry in self._group) >= GROUP_PASSAGES:
            reach("group-full")
            self._flush()

    def _flush(self) -> None:
        """Embed what has no stored vector yet, store the group, empty it."""
        catalogue, group = self._library.catalogue, self._group
        if group:
            texts = {text_key(p.text): p.text for entry in group for p in entry.passages}
            missing = sorted(catalogue.missing_vectors(texts))
            rows = self._embedder.encode([texts[key] for key in missing])
            reach("group-embedded")
            self._library.store(group, {key: row.tobytes() for key, row in zip(missing, rows, strict=True)})
            self.report.passages += sum(len(entry.passages) for entry in group)
            self._tell_duplicates([entry.article.id for entry in group])
            self._copies.stored()
            group.clear()
        catalogue.journal.keep_fetched(self._said)
        self._said.clear()

    def _tell_duplicates(self, article_ids: Sequence[str]) -> None:
        leads = self._library.catalogue.leads(article_ids)
        self.report.duplicates += len(leads)
        at = {o.article_id: i for i, o in enumerate(self.report.outcomes) if o.article_id in leads}
        for article_id, index in at.items():
            place = self.report.outcomes[index].place
            self.report.outcomes[index] = Outcome(place, "duplicate", article_id, leads[article_id])

    def _remove_gone(self, sources: Sources) -> None:
        """Remove what the sources held at an earlier time and hold no more.

        An origin that could not be read keeps its articles, and a source that could not be listed all of them.
        """
        journal = self._library.catalogue.journal
        seen = {(article_id, origin) for article_id, _, origin in self._seen}
        kept = self._kept
        gone: list[tuple[str, str]] = []
        for key in sources.keys:
            if key not in sources.incomplete:
                held = journal.seen_in(key, folder=key in sources.folders)
                gone += [pair for pair in held if pair not in seen and pair[1] not in kept]
        if gone:
            self.report.removed = self._library.remove(journal.lose(gone))


def _items(documents: Iterable[Raw | Rejected | Unchanged], sandbox: Sandbox) -> Iterator[Item | None]:
    """Everything that the documents hold; None after each of them."""
    for document in documents:
        if isinstance(document, Raw):
            reach("document-read")
            yield from read_articles(document, sandbox)
        else:
            yield document
        yield None
