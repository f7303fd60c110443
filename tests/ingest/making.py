"""Small made-up articles and libraries for the tests of ingestion and storage."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

from assistant.storage.library import Library
from assistant.storage.opening import open_folder
from assistant.storage.records import Entry, text_key
from assistant.testing import HashingEmbedder
from assistant.types import Article
from ingest.chunking import cut_passages
from ingest.duplicates import bands, runs
from ingest.parsing.registry import make_article

FINGERPRINT = "hashing, passage rules 3"
_WHO = ("Mayor Ilse Corvane", "the Harbour Board", "Dr Petra Ludd", "Councillor Amos Wray", "the Tarn Valley Union")
_WHAT = ("approved", "questioned", "postponed", "defended", "published", "rejected")
_THING = (
    "the new tram line",
    "a plan for the salt works",
    "the school budget",
    "the lighthouse survey",
    "a bridge toll",
)
_WHEN = ("on Monday", "after a long debate", "despite heavy rain", "for the second time", "before the summer recess")


def story(seed: int, sentences: int = 12) -> str:
    """A text of several paragraphs; another seed, another text."""
    draw = random.Random(seed)
    lines = [
        f"{draw.choice(_WHO)} {draw.choice(_WHAT)} {draw.choice(_THING)} {draw.choice(_WHEN)}, with {draw.randint(3, 999)} "
        f"in favour and {draw.randint(3, 999)} against, in case {seed}-{number}."
        for number in range(sentences)
    ]
    return "\n\n".join(" ".join(lines[at : at + 4]) for at in range(0, len(lines), 4))


def article(
    seed: int, text: str | None = None, outlet: str = "Tarn Courier", day: str | None = "2025-03-04"
) -> Article:
    return make_article(
        source_id=seed, identity=f"id:{seed}:{outlet}", text=text or story(seed), title=f"Report {seed}", outlet=outlet,
        published_at=day, date_source="given",
    )  # fmt: skip


def entry(made: Article, origin: str = "made.json") -> Entry:
    return Entry(made, cut_passages(made), origin, bands=bands(runs(made.text)))


def fill(library: Library, articles: Sequence[Article]) -> None:
    """Store articles with the hashing embedder's vectors."""
    entries = [entry(made) for made in articles]
    texts = list({p.text for e in entries for p in e.passages})
    rows = HashingEmbedder().encode(texts)
    with library:
        library.store(entries, {text_key(t): row.tobytes() for t, row in zip(texts, rows, strict=True)})


def open_tiny(home: Path) -> Library:
    library = open_folder(home, FINGERPRINT)
    library.sync()  # a long-lived library: the index is searched, not the stored vectors
    return library


def write_articles(folder: Path, seeds: Sequence[int]) -> Path:
    """One JSON file an article."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        fields = {"id": seed, "title": f"Report {seed}", "outlet": "Tarn Courier", "published_at": "2025-03-04"}
        (folder / f"{seed:04}.json").write_text(json.dumps({**fields, "text": story(seed)}), "utf-8")
    return folder
