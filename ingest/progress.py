"""Progress in the terminal, and stopping by Ctrl-C after the current group of articles."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from ingest.pipeline import Report


class Bar:
    """A bar on standard error with documents, articles, passages per second and time left.

    Args:
        console: Where to draw; nothing is drawn where that is no terminal.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._bar = Progress(
            SpinnerColumn(), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeRemainingColumn(),
            console=self._console, transient=True, disable=not self._console.is_terminal,
        )  # fmt: skip
        self._task = self._bar.add_task("reading", total=None)

    def __enter__(self) -> Bar:
        """Start drawing."""
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop drawing."""
        self._bar.stop()

    def show(self, report: Report) -> None:
        """Draw what was done so far."""
        self._bar.update(
            self._task, completed=report.documents, total=report.total or None, description=describe(report)
        )


def describe(report: Report) -> str:
    """Where an ingestion stands, on one line."""
    done = report.added + report.updated
    speed = report.passages / report.seconds if report.seconds else 0.0
    parts = [f"{done:,} articles", f"{report.passages:,} passages", f"{speed:,.0f} passages/s"]
    if report.unchanged:
        parts.append(f"{report.unchanged:,} unchanged")
    if report.rejected:
        parts.append(f"{len(report.rejected):,} rejected")
    return " · ".join(parts)


@contextmanager
def stop_on_interrupt(stop: threading.Event, say: str) -> Iterator[None]:
    """The first Ctrl-C sets `stop` and says so, the second one interrupts at once."""

    def interrupted(_: int, __: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        Console(stderr=True).print(say)

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
