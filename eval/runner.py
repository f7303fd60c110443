"""Asks every question of a suite and writes one row for each: several threads, one process, the pipeline of the chat page.

Rows are appended as they come, so a killed run goes on where it stopped. What is made of them is `summary`'s.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from assistant.errors import UsageError
from assistant.types import Answer, Article, Filters, Hit
from eval import metrics, rows
from eval.cases import Case, check_evidence
from eval.stages import stage

SEARCH_DEPTH = 10
ROWS, MANIFEST = "rows.jsonl", "run.json"

Row = dict[str, Any]


class Asked(Protocol):
    """The interface of an assistant; `faults` implements it too."""

    def answer(
        self,
        question: str,
        history: Sequence[Mapping[str, str]] = (),
        filters: Filters | None = None,
        as_of: date | None = None,
    ) -> Answer:
        """Answer a question."""
        ...

    def search(self, query: str, k: int = 10, filters: Filters | None = None, as_of: date | None = None) -> list[Hit]:
        """Find passages."""
        ...


FindArticle = Callable[[str], Article | None]


@dataclass(frozen=True, slots=True)
class Job:
    """Everything that a run needs.

    Attributes:
        cases: The questions.
        mode: "answer" or "search".
        texts: Source id -> (title, text) of the articles that gold spans name.
        find: Version or id -> stored article.
        out: The run's folder.
        manifest: What the run is made of; a folder with another one is not continued.
        threads: Questions asked at a time.
    """

    cases: Sequence[Case]
    mode: str
    texts: Mapping[int | str, tuple[str, str]]
    find: FindArticle
    out: Path
    manifest: Mapping[str, Any]
    threads: int = 2


def run(job: Job, assistant: Asked, progress: Callable[[Row], None] | None = None) -> list[Row]:
    """Ask the questions that have no row yet.

    Args:
        job: What to ask.
        assistant: Who is asked; from several threads at once.
        progress: Called with each row as it is done, those of an earlier start first.

    Returns:
        A row per question, in the order of the questions.

    Raises:
        UsageError: A gold span does not fit its article, or the folder holds another run.
    """
    check_evidence(job.cases, lambda doc_id: job.texts[doc_id][1] if doc_id in job.texts else None)
    done = _resume(job)
    for row in done.values():
        if progress:
            progress(row)
    waiting = [case for case in job.cases if case.id not in done]
    with (job.out / ROWS).open("a", encoding="utf-8") as file:
        for row in _asked(job, assistant, waiting):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            file.flush()
            done[row["id"]] = row
            if progress:
                progress(row)
    rows = [done[case.id] for case in job.cases]
    write_rows(job.out / ROWS, rows)
    return rows


def _asked(job: Job, assistant: Asked, cases: Sequence[Case]) -> Iterator[Row]:
    stop = threading.Event()
    with ThreadPoolExecutor(max(1, job.threads), thread_name_prefix="eval") as pool:
        waiting: list[Future[Row | None]] = [pool.submit(_ask, job, assistant, case, stop) for case in cases]
        try:
            for future in as_completed(waiting):
                row = future.result()
                if row is not None:
                    yield row
        finally:
            stop.set()  # after Ctrl-C no further question is started


def _ask(job: Job, assistant: Asked, case: Case, stop: threading.Event) -> Row | None:
    if stop.is_set():
        return None
    return ask(case, job.mode, assistant, job.texts, job.find)


def ask(case: Case, mode: str, assistant: Asked, texts: Mapping[int | str, tuple[str, str]], find: FindArticle) -> Row:
    """Ask one question; an exception becomes an error row."""
    row = rows.blank(case, texts)
    began = time.perf_counter()
    try:
        if mode == "search":
            row = rows.with_hits(row, assistant.search(case.question, SEARCH_DEPTH, as_of=case.as_of))
        else:
            row = rows.with_answer(row, assistant.answer(case.question, case.history, as_of=case.as_of), find)
    except Exception as error:  # one failing question does not end the run; the gate allows no error rows
        row |= {"status": "error", "error": f"{type(error).__name__}: {error}"}
    row["timings"] = {**row["timings"], "whole": time.perf_counter() - began}
    return scored(row)


def scored(row: Row) -> Row:
    """Add the row's metrics and the stage at which it went wrong."""
    row["scores"] = metrics.score(row)
    row["stage"] = stage(row)
    return row


def read_rows(path: Path) -> list[Row]:
    """Read a run's rows; an incomplete last line is ignored.

    Raises:
        UsageError: The file is missing or is no rows file.
    """
    try:
        lines = path.read_text("utf-8").split("\n")
    except OSError as error:
        raise UsageError(f"Cannot read the rows of a run at {str(path)!r}: {error.strerror}.") from error
    rows = []
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            rows.append(json.loads(line))
        except ValueError as error:
            if number == len(lines):  # only a complete line ends with a line break
                break
            raise UsageError(f"{path}:{number}: this row is not valid JSON: {str(error)[:100]}.") from error
    return rows


def write_rows(path: Path, rows: Sequence[Row]) -> None:
    """Replace a file of rows atomically."""
    fresh = path.with_suffix(".new")
    fresh.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    os.replace(fresh, path)


def _resume(job: Job) -> dict[str, Row]:
    """Rows of an interrupted run with the same manifest, without error rows."""
    manifest = job.out / MANIFEST
    job.out.mkdir(parents=True, exist_ok=True)
    wanted = json.dumps(dict(job.manifest), indent=1, ensure_ascii=False)
    if manifest.exists() and manifest.read_text("utf-8") != wanted:
        raise UsageError(
            f"The folder {str(job.out)!r} holds a run of other code, data, models or questions; choose another --out."
        )
    if not manifest.exists() and (job.out / ROWS).exists():
        raise UsageError(f"The folder {str(job.out)!r} has rows but no {MANIFEST}; choose another --out.")
    manifest.write_text(wanted, "utf-8")
    ids = {case.id for case in job.cases}
    kept = [row for row in read_rows(job.out / ROWS) if row["id"] in ids] if (job.out / ROWS).exists() else []
    whole = {row["id"]: row for row in kept if row["status"] != "error"}
    write_rows(job.out / ROWS, list(whole.values()))
    return whole
