"""Add articles in the background: one job after another in a thread of its own, visible from any tab.

A job goes on when the page is closed. What it stored stays stored when it is stopped or fails.
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
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from assistant.errors import BylineError, UsageError
from assistant.storage.ports import ArticleReader
from assistant.ui.jobs.outcomes import Line, make_lines, read_lines, write_lines
from assistant.ui.server.loader import Loader
from ingest.parsing.registry import Raw
from ingest.pipeline import Options, Report, ingest, store_documents
from ingest.types import upload_origin

log = logging.getLogger(__name__)

KEPT = 20
"""Finished jobs that are listed, also after a restart."""
WAITING = 20
SHOWN_REJECTED = 500
TOLD_EVERY = 0.2
"""Seconds between two updates of a job's progress."""
SAMPLE = Path(__file__).parents[3] / "eval" / "sample" / "articles"

State = Literal["waiting", "running", "done", "stopped", "failed"]
Tell = Callable[[Report], None]
Work = Callable[[Any, Tell, Options], Report]
"""(assistant, callback for progress, options) -> the report."""


@dataclass
class Job:
    """One addition.

    Attributes:
        id: Identifies it on the page.
        what: What is added, for people.
        report: What was done so far (`Report.record`), with `documents` and `total`.
        error: Why it failed, or empty.
        began: Seconds since the epoch.
        listed: Whether there is a list of each article's status.
        expected: Number of documents, when it is known in advance.
    """

    id: str
    what: str
    state: State = "waiting"
    report: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    began: float = 0.0
    seconds: float = 0.0
    listed: bool = False
    expected: int = 0

    @property
    def active(self) -> bool:
        """Whether it is waiting or running."""
        return self.state in ("waiting", "running")


class Jobs:
    """All additions of this process and the latest ones of earlier processes.

    Args:
        loader: Where the library comes from.
    """

    def __init__(self, loader: Loader) -> None:
        self._loader = loader
        self._file = loader.settings.home / "additions.json"
        self._folder = loader.settings.home / "additions"
        self._jobs: list[Job] = self._remembered()
        self._numbers = itertools.count(int(time.time() * 1000))
        self._todo: queue.Queue[tuple[Job, Work]] = queue.Queue()
        self._stops: dict[str, threading.Event] = {}
        self._live: tuple[str, Report] = ("", Report())
        self._lock = threading.Lock()
        self._worker: threading.Thread | None = None

    def all(self) -> list[Job]:
        """Newest first."""
        with self._lock:
            return list(reversed(self._jobs))

    def find(self, job_id: str) -> Job:
        """The job of this id.

        Raises:
            UsageError: It is no longer listed.
        """
        for job in self.all():
            if job.id == job_id:
                return job
        raise UsageError("This addition is no longer listed.")

    def lines(self, job: Job) -> list[Line]:
        """The status of each article of a job, so far when it is running."""
        live, report = self._live
        assistant = self._loader.assistant
        if live == job.id and assistant is not None:
            return make_lines(list(report.outcomes), _titles(assistant.library.catalogue))
        return read_lines(self._folder / f"{job.id}.jsonl")

    def add_source(self, source: str) -> Job:
        """Add the articles at a path or an address."""
        return self._start(source, _ingest(source))

    def add_sample(self) -> Job:
        """Add the sample articles."""
        return self._start("Sample articles", _ingest(str(SAMPLE)))

    def add_files(self, files: Sequence[tuple[str, bytes]]) -> Job:
        """Add uploaded files, given as (name, content)."""
        documents = [Raw(Path(name).name, upload_origin(Path(name).name, content), content) for name, content in files]
        what = documents[0].name if len(documents) == 1 else f"{len(documents)} files"

        def work(assistant: Any, tell: Tell, options: Options) -> Report:
            return store_documents(assistant.library, assistant.embedder, iter(documents), tell, options)

        return self._start(what, work, len(documents))

    def stop(self, job_id: str) -> None:
        """Stop a job after its current group of articles."""
        stop = self._stops.get(job_id)
        if stop is not None:
            stop.set()

    def _start(self, what: str, work: Work, expected: int = 0) -> Job:
        with self._lock:
            if sum(job.active for job in self._jobs) >= WAITING:
                raise UsageError("Too many additions are waiting. Try again when some are done.")
            job = Job(str(next(self._numbers)), what, expected=expected)
            self._stops[job.id] = threading.Event()
            self._jobs.append(job)
            self._jobs = self._jobs[-2 * KEPT :]
            self._todo.put((job, work))
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, name="byline-add", daemon=True)
                self._worker.start()
        return job

    def _work(self) -> None:
        while True:
            job, work = self._todo.get()
            self._loader.wait()
            job.began = time.time()
            self._run(job, work, self._stops[job.id])
            del self._stops[job.id]
            job.seconds = round(time.time() - job.began, 1)
            self._remember()

    def _run(self, job: Job, work: Work, stop: threading.Event) -> None:
        report, told = Report(), 0.0

        def tell(so_far: Report) -> None:
            nonlocal report, told
            report = so_far
            if time.monotonic() - told >= TOLD_EVERY:
                told = time.monotonic()
                self._note(job, report)

        job.state = "running"
        state: State
        try:
            if self._loader.assistant is None:
                raise self._loader.error or UsageError("The library is not open.")
            if not stop.is_set():
                report = work(self._loader.assistant, tell, Options(stop=stop))
            state = "stopped" if stop.is_set() and (report.stopped or not report.documents) else "done"
        except BylineError as error:
            state, job.error = "failed", str(error)
        except Exception as error:  # the user must see any failure
            log.exception("an addition failed")
            state, job.error = "failed", f"Adding failed ({type(error).__name__}). See the log for details."
        self._note(job, report)
        self._keep_lines(job, report)
        job.state = state

    def _note(self, job: Job, report: Report) -> None:
        """Publish the progress of a job."""
        self._live = (job.id, report)
        job.report = _cut({**report.record(), "documents": report.documents, "total": report.total or job.expected})
        job.seconds = round(time.time() - job.began, 1)
        job.listed = bool(report.outcomes)

    def _keep_lines(self, job: Job, report: Report) -> None:
        """Write the status of each article; those that were read but not stored are marked."""
        assistant = self._loader.assistant
        if assistant is not None and report.outcomes:
            lines = make_lines(report.outcomes, _titles(assistant.library.catalogue))
            lines = [
                replace(line, status="lost", detail="Not stored: the addition ended early. Add it again.")
                if line.article_id and not line.title
                else line
                for line in lines
            ]
            try:
                write_lines(self._folder / f"{job.id}.jsonl", lines)
            except OSError as error:  # the articles are stored; only this list is lost
                log.warning("cannot write the list of an addition: %s", error)
                job.listed = False
        self._live = ("", Report())

    def _remember(self) -> None:
        ended = [job for job in self._jobs if not job.active][-KEPT:]
        fresh = self._file.with_suffix(".new")
        try:
            fresh.write_text(json.dumps([asdict(job) for job in ended], ensure_ascii=False), "utf-8")
            os.replace(fresh, self._file)
            kept = {job.id for job in ended}
            for file in self._folder.glob("*.jsonl"):
                if file.stem not in kept:
                    file.unlink(missing_ok=True)
        except OSError as error:  # the articles are stored; only the list of additions is lost at a restart
            log.warning("cannot write the list of additions: %s", error)

    def _remembered(self) -> list[Job]:
        try:
            return [Job(**row) for row in json.loads(self._file.read_text("utf-8"))]
        except (OSError, ValueError, TypeError):
            return []


def _ingest(source: str) -> Work:
    def work(assistant: Any, tell: Tell, options: Options) -> Report:
        return ingest(assistant.library, assistant.embedder, [source], tell, options)

    return work


def _titles(catalogue: ArticleReader) -> Callable[[str], str]:
    titles = {head.article_id: head.title for head in catalogue.headlines()}
    return lambda article_id: titles.get(article_id, "")


def _cut(record: dict[str, Any]) -> dict[str, Any]:
    """The record with the rejections that a page shows, and their total number."""
    return {**record, "rejected_count": len(record["rejected"]), "rejected": record["rejected"][:SHOWN_REJECTED]}
