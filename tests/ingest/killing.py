"""What the processes of the kill tests run. Started from a fork server that has everything imported."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import threading
from pathlib import Path
from typing import Any

from assistant.storage import failpoints
from assistant.testing import HashingEmbedder
from ingest import pipeline
from ingest.pipeline import ingest
from tests.ingest.making import open_tiny

pipeline.GROUP_PASSAGES = 8  # several groups even of a tiny library
PROBES = ("tram line approved", "lighthouse survey postponed Wray", "salt works", "case 3-5 rejected")


def take(home: str, folder: str, point: str, passes: int, after: float, embedded: str, remove: bool) -> None:
    """Ingest (and remove two articles, if asked to); die at the point, or after so many seconds."""
    if point:
        failpoints.arm(point, passes)
    if after:
        threading.Timer(after, os.kill, (os.getpid(), signal.SIGKILL)).start()
    embedder = HashingEmbedder()
    store = pipeline.Library.store

    def noted(library: Any, entries: Any, vectors: dict[bytes, bytes]) -> None:
        store(library, entries, vectors)
        with Path(embedded).open("a") as file:  # only what was stored counts: the rest may be embedded again
            file.write("".join(f"{key.hex()}\n" for key in vectors))

    pipeline.Library.store = noted  # type: ignore[method-assign]
    library = open_tiny(Path(home))
    ingest(library, embedder, [folder])
    if remove:
        with library:
            library.remove([h.article_id for h in library.catalogue.headlines() if h.source_id in (0, 1)])
    library.close()
    os._exit(0)


def describe(home: str, out: str) -> None:
    """Everything of a library that a user could see, into a file."""
    library = open_tiny(Path(home))
    catalogue = library.catalogue
    heads = sorted((h for h in catalogue.headlines()), key=lambda h: h.article_id)
    articles = [catalogue.article(h.article_id) for h in heads]
    texts = {
        h.article_id: hashlib.sha256(a.text.encode()).hexdigest() for h, a in zip(heads, articles, strict=True) if a
    }
    passages = sorted(p.id for p, _ in catalogue.passages(list(catalogue.live())).values())
    searches: dict[str, Any] = {}
    embedder = HashingEmbedder()
    for probe in PROBES:
        dense = library.dense(embedder.encode([probe])[0], 8)
        words = catalogue.full_text(probe.split(), 8)
        named = catalogue.passages([n for n, _ in [*dense, *words]])
        searches[probe] = [sorted((round(score, 4), named[n][0].id) for n, score in found) for found in (dense, words)]
    record = {
        "heads": [[h.article_id, h.version, h.source_id, h.title] for h in heads],
        "texts": texts,
        "passages": passages,
        "searches": searches,
        "leads": catalogue.leads([h.article_id for h in heads]),
        "sightings": sorted(Path(origin).name + key for key, origin in catalogue.journal.seen_in("/", folder=True)),
        "statuses": sorted((Path(s.place).name, s.status, s.detail) for s in catalogue.journal.statuses()),
        "whole": catalogue.check(),
        "index": [library.sync(), library._dense.count()],
        "vectors": sum(1 for _ in catalogue.stored_vectors()),
    }
    library.close()
    Path(out).write_text(json.dumps(record))
    os._exit(0)
