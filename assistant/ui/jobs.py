"""Adding articles in the background: one job after another, in a thread of its own, watched from any tab.

A job goes on when the page is left. What it stored stays stored when it is stopped or fails.
"""

from __future__ import annotations

import itertools
import json
import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from assistant.errors import BylineError, UsageError
from assistant.ui.boot import Boot
from ingest.extract import Raw
from ingest.pipeline import Report, ingest, store_documents

log = logging.getLogger(__name__)

KEPT = 20
"""Finished jobs that are remembered, also over a restart."""
WAITING = 20
SHOWN_REJECTED = 500
SAMPLE = Path(__file__).parents[2] / "eval" / "sample" / "articles"

State = Literal["waiting", "running", "done", "stopped", "failed"]


class _StoppedError(Exception):
    """Raised inside the pipeline's progress call, between two groups of articles."""


@dataclass
class Job:
    """One addition.

    Attributes:
        id: Names it to the page.
        what: What is added, in words.
        report: What was done so far, as `Report.record` gives it.
        error: Why it failed, or empty.
        began: Seconds since the epoch.
    """

    id: str
    what: str
    state: State = "waiting"
    report: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    began: float = 0.0
    seconds: float = 0.0

    @property
    def active(self) -> bool:
        """Whether it is still going to change."""
        return self.state in ("waiting", "running")


class Jobs:
    """All additions of this process and the last ones of those before it.

    Args:
        boot: Where the library comes from.
    """

    def __init__(self, boot: Boot) -> None:
        self._boot = boot
        self._file = boot.settings.home / "additions.json"
        self._jobs: list[Job] = self._remembered()
        self._numbers = itertools.count(int(time.time() * 1000))
        self._todo: queue.Queue[tuple[Job, Callable[[Any, Callable[[Report], None]], Report]]] = queue.Queue()
        self._stopped: set[str] = set()
        self._lock = threading.Lock()
        self._worker: threading.Thread | None = None

    def all(self) -> list[Job]:
        """Newest first."""
        with self._lock:
            return list(reversed(self._jobs))

    def add_source(self, source: str) -> Job:
        """Add what a path or an address names."""
        return self._start(
            source, lambda assistant, tell: ingest(assistant.library, assistant.embedder, [source], tell)
        )

    def add_sample(self) -> Job:
        """Add the sample articles."""
        return self._start(
            "The sample articles",
            lambda assistant, tell: ingest(assistant.library, assistant.embedder, [str(SAMPLE)], tell),
        )

    def add_files(self, files: Sequence[tuple[str, bytes]]) -> Job:
        """Add uploaded files, given as (name, content)."""
        documents = [Raw(Path(name).name, f"upload:{Path(name).name}", content) for name, content in files]
        what = documents[0].name if len(documents) == 1 else f"{len(documents)} files"
        return self._start(
            what, lambda assistant, tell: store_documents(assistant.library, assistant.embedder, iter(documents), tell)
        )

    def stop(self, job_id: str) -> None:
        """Stop a job before its next group of articles."""
        self._stopped.add(job_id)

    def _start(self, what: str, run: Callable[[Any, Callable[[Report], None]], Report]) -> Job:
        with self._lock:
            if sum(job.active for job in self._jobs) >= WAITING:
                raise UsageError(f"Expected at most {WAITING} additions at a time: wait until some are done.")
            job = Job(str(next(self._numbers)), what)
            self._jobs.append(job)
            self._jobs = self._jobs[-2 * KEPT :]
            self._todo.put((job, run))
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, name="byline-add", daemon=True)
                self._worker.start()
        return job

    def _work(self) -> None:
        while True:
            job, run = self._todo.get()
            self._boot.wait()
            job.began = time.time()
            self._run(job, run)
            job.seconds = round(time.time() - job.began, 1)
            self._remember()

    def _run(self, job: Job, run: Callable[[Any, Callable[[Report], None]], Report]) -> None:
        def tell(report: Report) -> None:
            job.report = _cut(report.record())
            job.seconds = round(time.time() - job.began, 1)
            if job.id in self._stopped:
                raise _StoppedError

        job.state = "running"
        try:
            if self._boot.assistant is None:
                raise self._boot.error or UsageError("The library is not open.")
            tell(Report())
            job.report = _cut(run(self._boot.assistant, tell).record())
            job.state = "done"
        except _StoppedError:
            job.state = "stopped"
        except BylineError as error:
            job.state, job.error = "failed", str(error)
        except Exception as error:  # the person who added must hear of it, whatever it is
            log.exception("an addition failed")
            job.state, job.error = "failed", f"Adding failed ({type(error).__name__}): see the terminal."

    def _remember(self) -> None:
        rows = [asdict(job) for job in self._jobs if not job.active][-KEPT:]
        fresh = self._file.with_suffix(".new")
        try:
            fresh.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
            os.replace(fresh, self._file)
        except OSError as error:  # the articles are stored; only this list of what was done is lost at a restart
            log.warning("the list of additions cannot be written: %s", error)

    def _remembered(self) -> list[Job]:
        try:
            return [Job(**row) for row in json.loads(self._file.read_text("utf-8"))]
        except (OSError, ValueError, TypeError):
            return []


def _cut(record: dict[str, Any]) -> dict[str, Any]:
    """The record with as many rejections as a page can show, and their whole number."""
    return {**record, "rejected_count": len(record["rejected"]), "rejected": record["rejected"][:SHOWN_REJECTED]}
