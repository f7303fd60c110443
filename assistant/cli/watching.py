"""`byline watch`: sources that are checked again and again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.rendering import counted
from assistant.errors import UsageError


def watch(
    context: typer.Context,
    sources: Annotated[
        list[str], typer.Argument(metavar="SOURCE", help="Feeds, sitemaps, pages, files and folders to watch.")
    ],
    every: Annotated[str, typer.Option(metavar="TIME", help="Time between two checks: 15m, 2h, 1d.")] = "15m",
    once: Annotated[bool, typer.Option("--once", help="Check once and exit.")] = False,
    log: Annotated[Path | None, typer.Option(metavar="FILE", help="Also append the log to a file.")] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Allow addresses inside your network and machine.")
    ] = False,
) -> None:
    """Add new articles from sources as they appear, until Ctrl-C.

    A source that cannot be read is tried again later, each time after twice the time, a day at most.
    """
    from assistant.factory import open_library
    from ingest.pipeline import Options, Report, ingest
    from ingest.progress import stop_on_interrupt
    from ingest.watching import META, Watcher, WatchingFetcher, read_interval, watched_record

    seconds, stop = read_interval(every), threading.Event()
    tell = _teller(log)
    library, embedder = open_library(context.obj)
    fetcher = WatchingFetcher(allow_private=allow_private)

    def check(source: str) -> Report:
        fetcher.begin()
        return ingest(library, embedder, [source], None, Options(fetcher=fetcher, stop=stop))

    def told(line: str) -> None:
        tell(line)
        library.catalogue.set_meta(META, watched_record(watcher.watched, _minute()))

    watcher = Watcher(sources, seconds, check, time.monotonic, told)
    try:
        with stop_on_interrupt(stop, "Stopping after the current articles ..."):
            wait = watcher.check_due(stop.is_set)
            while not once and not stop.wait(wait):
                wait = watcher.check_due(stop.is_set)
    finally:
        library.catalogue.set_meta(META, "[]")
        fetcher.close()
        library.close()
    added, updated = (sum(getattr(w, name) for w in watcher.watched) for name in ("added", "updated"))
    tell(f"{counted(added, 'new article')}, {updated:,} updated in all.")
    if once and any(watched.failures for watched in watcher.watched):
        raise typer.Exit(1)


def _minute() -> str:
    return f"{datetime.now().astimezone():%Y-%m-%d %H:%M}"


def _teller(log: Path | None) -> Callable[[str], None]:
    """Prints a line with the time, and appends it to the log.

    Raises:
        UsageError: The log cannot be written.
    """

    def tell(line: str) -> None:
        dated = f"{_minute()} {line}"
        print(dated, flush=True)
        if log is not None:
            try:
                with log.open("a", encoding="utf-8") as file:
                    file.write(f"{dated}\n")
            except OSError as error:
                raise UsageError(f"--log: cannot write {str(log)!r}: {error.strerror}.") from error

    return tell
