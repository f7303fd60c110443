"""Libraries of suites: built once, kept in the data folder, keyed by everything that they depend on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from assistant.answering.pipeline import Assistant
from assistant.errors import RunError
from assistant.factory import build_assistant, fingerprint, open_library
from assistant.settings import Settings
from eval.suites import ROOT, Suite, digest_path, digest_values
from ingest.pipeline import Report, ingest

READY = "ready.json"


def library_key(suite: Suite, settings: Settings) -> str:
    """What a suite's library depends on: articles, embedding model, passage rules and the ingesting code."""
    return digest_values([digest_path(suite.articles), fingerprint(settings), digest_path(ROOT / "ingest")])


def library_home(suite: Suite, settings: Settings) -> Path:
    """The folder of a suite's library; suites over the same articles share it."""
    return settings.home / "eval" / f"{suite.articles.stem}-{library_key(suite, settings)}"


def prepare(suite: Suite, settings: Settings, progress: Callable[[Report], None] | None = None) -> Settings:
    """Build the suite's library unless it exists.

    An interrupted ingestion is resumed; concurrent runs wait for each other.

    Returns:
        The settings with the library's folder as home.

    Raises:
        RunError: An article was rejected: a run over the rest would not be the suite.
    """
    home = library_home(suite, settings)
    inside = settings.model_copy(update={"home": home})
    home.mkdir(parents=True, exist_ok=True)
    with FileLock(home / "eval.lock"):
        if not (home / READY).exists():
            report = _fill(suite, inside, progress)
            (home / READY).write_text(json.dumps(report.record()), "utf-8")
    return inside


def _fill(suite: Suite, settings: Settings, progress: Callable[[Report], None] | None) -> Report:
    library, embedder = open_library(settings)
    try:
        report = ingest(library, embedder, [str(suite.articles)], progress)
    finally:
        library.close()
    if report.rejected:
        first = report.rejected[0]
        raise RunError(
            f"{len(report.rejected)} of the articles of {suite.name!r} were rejected, the first {first.source}: {first.reason}"
        )
    return report


def open_assistant(settings: Settings, threads: int, cores: int) -> Assistant:
    """The usual assistant, with its models limited to one thread's share of the cores."""
    each = settings.threads or max(1, cores // threads)
    assistant = build_assistant(settings.model_copy(update={"threads": each}))
    assistant.warm()
    return assistant


def gold_texts(assistant: Assistant, ids: set[int | str]) -> dict[int | str, tuple[str, str]]:
    """Source id -> (title, text) of the current articles that questions name."""
    catalogue = assistant.library.catalogue
    found: dict[int | str, tuple[str, str]] = {}
    for head in catalogue.headlines():
        if head.source_id in ids and (article := catalogue.article(head.article_id)) is not None:
            found[head.source_id] = (article.title, article.text)
    return found
