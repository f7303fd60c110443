"""Puts a run together: suite, library, assistant, recording; makes it and finishes it with its reports."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.answering.pipeline import Assistant
from assistant.errors import UsageError
from assistant.models.chat import ChatModel
from assistant.settings import QUOTATIONS, Settings
from eval import gate
from eval.cases import Case
from eval.libraries import gold_texts, open_assistant, prepare
from eval.recording import RecordingChatModel, ReplayingChatModel
from eval.report import write_reports
from eval.runner import Job, Row, run
from eval.suites import Suite, digest_path, select
from eval.summary import make_manifest, summarise

Progress = Callable[[str, int, int], None]
"""Called with what is going on, how much is done, and of how much (0 when that is not known)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What to run.

    Attributes:
        suite: Articles and questions.
        split: Only questions of this split.
        half: Only this half.
        limit: At most so many.
        threads: Questions asked at a time.
        replay: A recording to answer from.
        record: A recording to write.
    """

    suite: Suite
    split: str = ""
    half: str = ""
    limit: int = 0
    threads: int = 2
    replay: Path | None = None
    record: Path | None = None


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything that a run needs, open."""

    choice: Choice
    cases: Sequence[Case]
    assistant: Assistant
    texts: Mapping[int | str, tuple[str, str]]
    settings: Settings

    def job(self, out: Path, manifest: Mapping[str, Any]) -> Job:
        """A run of all cases into a folder."""
        find = self.assistant.library.catalogue.article
        return Job(self.cases, self.choice.suite.mode, self.texts, find, out, manifest, self.choice.threads)


@contextmanager
def open_bench(settings: Settings, choice: Choice, progress: Progress | None = None) -> Iterator[Bench]:
    """Read the questions, make the library unless it is there, open the assistant.

    Raises:
        UsageError: Questions, articles or recording do not fit.
    """
    cases = select(choice.suite.cases(), split=choice.split, half=choice.half, limit=choice.limit)
    inside = prepare(choice.suite, settings, lambda r: progress("articles", r.added, 0) if progress else None)
    assistant = open_assistant(inside, choice.threads, os.cpu_count() or 1)
    try:
        assistant = Assistant(replace(assistant.parts, chat_model=chat_model(settings, choice, assistant.chat_model)))
        ids = {evidence.doc_id for case in cases for evidence in case.evidence}
        yield Bench(choice, cases, assistant, gold_texts(assistant, ids), settings)
    finally:
        assistant.close()


def chat_model(settings: Settings, choice: Choice, inner: ChatModel | None) -> ChatModel | None:
    """The chat model of a run: the settings' own, recorded, or replayed.

    Raises:
        UsageError: A recording was asked for and the settings name no chat model.
    """
    if choice.replay is None and choice.record is None:
        return inner
    if inner is None or settings.chat_model == QUOTATIONS and not settings.chat_url:
        raise UsageError("Expected a chat model to record or replay, found quotations; set BYLINE_CHAT_MODEL.")
    if choice.record is not None:
        return RecordingChatModel(inner, choice.record)
    inner.close()
    return ReplayingChatModel(inner.name, choice.replay, inner.profile) if choice.replay else inner


def make_run(
    settings: Settings, choice: Choice, out: Path, made_at: str, progress: Progress | None = None
) -> tuple[list[Row], dict[str, Any]]:
    """Make a run, or go on with one that was killed.

    Returns:
        Its rows and its summary; nothing but the rows is written yet.
    """
    with open_bench(settings, choice, progress) as bench:
        manifest = make_manifest(choice.suite, settings, [case.id for case in bench.cases])
        if choice.replay is not None:
            manifest["hashes"]["model"] += "-" + digest_path(choice.replay)
        done = 0

        def count(_: Row) -> None:
            nonlocal done
            done += 1
            if progress:
                progress("questions", done, len(bench.cases))

        rows = run(bench.job(out, manifest), bench.assistant, count)
    return rows, summarise(rows, manifest, made_at)


def finish(out: Path, rows: Sequence[Row], summary: dict[str, Any], *, gated: bool) -> gate.Judgement | None:
    """Judge a run if it is asked for, and write its reports."""
    judgement = judge_run(rows, summary) if gated else None
    write_reports(out, rows, summary, judgement)
    return judgement


def judge_run(rows: Sequence[Row], summary: Mapping[str, Any]) -> gate.Judgement:
    """Judge a run against the blessed baseline of its suite."""
    baseline, name = gate.read_baseline(summary["suite"], summary["hashes"]["data"])
    return gate.judge(rows, baseline, name)
