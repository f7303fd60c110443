"""Checks sources again and again and takes in what is new: schedule, back-off, and a log that a person can read.

Knows no clock and no library of its own: both are given, so that tests need not wait. What was seen of a source is
kept in the library, so that a watcher that was killed goes on where it was.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.errors import RunError, UsageError
from assistant.storage.records import Fetched
from ingest.pipeline import Report
from ingest.sources.feeds import is_link_list
from ingest.sources.fetch import Fetcher, Page
from ingest.types import Rejected

LEAST_SECONDS = 60.0
MOST_SECONDS = 86_400.0
"""Longest wait after failures, unless the schedule itself is slower."""
MAX_LISTS = 500
"""Feeds and sitemaps whose last answer is remembered, and"""
MAX_LISTS_BYTES = 50_000_000
"""their size together."""
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}

META = "watched"
"""The library's small value with the watched sources."""

Check = Callable[[str], Report]
"""Takes in one source."""


def read_interval(text: str) -> float:
    """Read an interval such as "90s", "15m", "2h" or "1d", in seconds.

    Raises:
        UsageError: It is none, or shorter than a minute.
    """
    found = re.fullmatch(r"\s*(\d{1,6})\s*([smhd])\s*", text, re.I)
    seconds = float(found[1]) * _UNITS[found[2].lower()] if found else 0.0
    if seconds < LEAST_SECONDS:
        raise UsageError(f"--every: {text!r} is not an interval of at least a minute. Write it like 15m, 2h or 1d.")
    return seconds


@dataclass(slots=True)
class Watched:
    """A source and how it went.

    Attributes:
        source: As the user named it.
        due: When it is checked next, on the watcher's clock.
        failures: Checks in a row that could not read it.
        added: Articles added since the watcher began.
        updated: Articles updated since then.
        said: What the last check found, without reasons.
    """

    source: str
    due: float = 0.0
    failures: int = 0
    added: int = 0
    updated: int = 0
    said: str = ""


@dataclass(slots=True)
class Watcher:
    """Checks sources by a schedule.

    Args:
        sources: What to watch.
        every: Seconds between two checks of a source.
        check: Takes in one source.
        clock: Seconds that never go back.
        tell: Gets one line per check.
    """

    sources: Sequence[str]
    every: float
    check: Check
    clock: Callable[[], float]
    tell: Callable[[str], None]
    watched: list[Watched] = field(init=False)

    def __post_init__(self) -> None:
        now = self.clock()
        self.watched = [Watched(source, now) for source in dict.fromkeys(self.sources)]

    def check_due(self, stopped: Callable[[], bool] = lambda: False) -> float:
        """Check every source that is due.

        Args:
            stopped: Asked before each source whether to end.

        Returns:
            Seconds until the next one is.
        """
        for watched in self.watched:
            if watched.due <= self.clock() and not stopped():
                self._check(watched)
        return max(0.0, min(watched.due for watched in self.watched) - self.clock())

    def _check(self, watched: Watched) -> None:
        line, wrong = "", ""
        try:
            report = self.check(watched.source)
        except (UsageError, RunError) as error:  # a folder that is not mounted, a library in use: it may come back
            wrong = str(error)
        else:
            watched.added += report.added
            watched.updated += report.updated
            line, wrong = summary(report), failure_of(watched.source, report)
        watched.failures = watched.failures + 1 if wrong else 0
        wait = self.every if not wrong else backed_off(self.every, watched.failures)
        watched.due = self.clock() + wait
        # Without the reason, which may name folders: the page is for everyone, the log for who runs the watcher.
        watched.said = f"could not be read; next try in {spoken(wait)}" if wrong else line.partition("; not read:")[0]
        self.tell(f"{watched.source}: {_trouble(wrong, wait) if wrong else line}")


def watched_record(watched: Sequence[Watched], at: str) -> str:
    """What the library keeps of the watched sources, JSON, for the page."""
    return json.dumps([[w.source, at, w.said] for w in watched if w.said], ensure_ascii=False)


def read_watched(record: str | None) -> list[tuple[str, str, str]]:
    """(source, time of the last check of any, what the last check of this one found), as `watched_record` wrote it."""
    return [(str(source), str(at), str(said)) for source, at, said in json.loads(record or "[]")]


def backed_off(every: float, failures: int) -> float:
    """How long to wait after so many failures in a row, in seconds: doubled each time, a day at most."""
    return max(every, min(MOST_SECONDS, every * 2.0 ** min(failures, 30)))


def failure_of(source: str, report: Report) -> str:
    """Why the source itself could not be read, or empty; a bad page of a feed that was read is no failure of the feed."""
    whole = [item for item in report.rejected if item.source == source]
    return "" if report.added or report.updated or report.unchanged or not whole else whole[0].reason


def summary(report: Report) -> str:
    """What a check found, for a person."""
    counts = ((report.added, "new"), (report.updated, "updated"), (report.unchanged, "unchanged"))
    parts = [f"{count:,} {name}" for count, name in counts if count]
    line = ", ".join(parts) or "no articles"
    if not report.rejected:
        return line
    first: Rejected = report.rejected[0]
    more = f" and {len(report.rejected) - 1:,} more" if len(report.rejected) > 1 else ""
    return f"{line}; not read: {first.source} ({first.reason.rstrip('.')}){more}"


def _trouble(reason: str, wait: float) -> str:
    return f"could not be read: {reason.rstrip('.')}. Next try in {spoken(wait)}."


def spoken(seconds: float) -> str:
    """A time span in its largest whole unit: "15 min", "2 h"."""
    for size, name in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.3g} {name}"
    return f"{seconds:.0f} s"


class WatchingFetcher(Fetcher):
    """Fetches again and again: asks for feeds and sitemaps conditionally, and reads robots.txt anew at each check.

    The library keeps what a server said of an article's page. Of a feed it keeps nothing, because its pages must be
    asked for also where the feed is as it was: one that failed is tried again, one that was corrected is read again.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._lists: dict[str, Page] = {}

    def begin(self) -> None:
        """Forget the rules of sites: those that could not be read forbade everything."""
        self._robots.clear()

    def get(self, url: str, known: Fetched | None = None) -> Page | None:
        """Fetch a page; see `Fetcher.get`. A list that did not change is given as it was."""
        held = self._lists.get(url) if known is None else None
        page = super().get(url, held.said if held else known)
        if page is None:
            return held
        self._lists.pop(url, None)
        if (page.said.etag or page.said.modified) and is_link_list(page.content):
            self._lists[url] = page
            while len(self._lists) > MAX_LISTS or sum(len(p.content) for p in self._lists.values()) > MAX_LISTS_BYTES:
                del self._lists[next(iter(self._lists))]
        return page
