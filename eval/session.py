"""Assembles a run (suite, library, assistant, recorded answers), makes it, judges it, and writes its reports."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from assistant.answering.pipeline import Assistant
from assistant.errors import UsageError
from assistant.models import assets
from assistant.models.chat import ChatModel
from assistant.models.profile import chat_profile
from assistant.settings import Settings
from eval import gate
from eval.cases import Case
from eval.libraries import gold_texts, open_assistant, prepare
from eval.reading_cache import CachedReader
from eval.recorded import Recorded, Recording, read_answers
from eval.recording import RecordingChatModel, ReplayingChatModel
from eval.report import write_reports
from eval.runner import Asked, Job, Row, ask, run
from eval.suites import Suite, digest_path, select
from eval.summary import make_manifest, summarise

RECORDED = "recorded"
"""Name of a replayed chat model that the settings do not name."""

Progress = Callable[[str, int, int], None]
"""Called with the activity, how much is done, and of how much (0 if unknown)."""


@dataclass(frozen=True, slots=True)
class RunConfig:
    """The configuration of a run.

    Attributes:
        suite: Articles and questions.
        split: Only questions of this split.
        half: Only this half.
        ids: Only questions whose id ends with an odd or an even number.
        limit: At most so many.
        threads: Questions asked at a time.
        replay: Recorded answers to answer from: a file, or a folder of text files.
        record: A recording to write with the chat model of the settings.
        prompts: Folder for prompts that have no recorded answer.
        cache: Folder where readings are kept; None reads every passage.
    """

    suite: Suite
    split: str = ""
    half: str = ""
    limit: int = 0
    threads: int = 2
    ids: Literal["", "odd", "even"] = ""
    replay: Path | None = None
    record: Path | None = None
    prompts: Path | None = None
    cache: Path | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """An open library and assistant with the questions of a run."""

    config: RunConfig
    cases: Sequence[Case]
    assistant: Assistant
    texts: Mapping[int | str, tuple[str, str]]
    settings: Settings

    def job(self, out: Path, manifest: Mapping[str, Any]) -> Job:
        """A run of all cases into a folder."""
        find = self.assistant.library.catalogue.article
        return Job(self.cases, self.config.suite.mode, self.texts, find, out, manifest, self.config.threads)


def chosen_cases(config: RunConfig) -> list[Case]:
    """The selected questions.

    Raises:
        UsageError: The question file does not fit, or no question is left.
    """
    return select(config.suite.cases(), split=config.split, half=config.half, ids=config.ids, limit=config.limit)


@contextmanager
def open_session(settings: Settings, config: RunConfig, progress: Progress | None = None) -> Iterator[Session]:
    """Read the questions, build the library unless it exists, open the assistant.

    Raises:
        UsageError: Questions, articles or recording do not fit.
    """
    cases = chosen_cases(config)
    inside = prepare(config.suite, settings, lambda r: progress("articles", r.added, 0) if progress else None)
    assistant = open_assistant(inside, config.threads, os.cpu_count() or 1)
    try:
        parts = replace(assistant.parts, chat_model=chat_model(settings, config, assistant.chat_model))
        if config.cache is not None:
            parts = replace(parts, reader=CachedReader(parts.reader, assets.READER_FILE, config.cache))
        assistant = Assistant(parts)
        ids = {evidence.doc_id for case in cases for evidence in case.evidence}
        yield Session(config, cases, assistant, gold_texts(assistant, ids), settings)
    finally:
        assistant.close()


def chat_model(settings: Settings, config: RunConfig, inner: ChatModel | None) -> ChatModel | None:
    """The chat model of a run: the settings' own, recorded, or replayed.

    A replay needs no chat model in the settings: it answers as a capable model named "recorded".

    Raises:
        UsageError: A recording was asked for and the settings name no chat model.
    """
    if config.record is not None:
        if inner is None:
            raise UsageError("There is no chat model to record. Set BYLINE_CHAT_MODEL, or use --prompts and --answers.")
        return RecordingChatModel(inner, config.record)
    if config.replay is None and config.prompts is None:
        return inner
    if inner is not None:
        inner.close()
    known = Recording()
    if config.replay is not None and (config.prompts is None or config.replay.exists()):
        known = Recording(read_answers(config.replay))
    return ReplayingChatModel(inner.name if inner else RECORDED, known, chat_profile(settings), config.prompts)


@dataclass(frozen=True, slots=True)
class Round:
    """One round of recording by hand.

    Attributes:
        rows: A row per question; those that wait for an answer are errors.
        used: Prompt key -> answer, of all that was asked for and known.
        missing: Keys of the prompts that were written down.
    """

    rows: Sequence[Row]
    used: Mapping[str, Recorded]
    missing: Sequence[str]


def record_round(settings: Settings, config: RunConfig, progress: Progress | None = None) -> Round:
    """Ask every question with the recorded answers; each prompt without one is written to `config.prompts`."""
    with open_session(settings, config, progress) as session:
        model = session.assistant.chat_model
        assert isinstance(model, ReplayingChatModel)
        rows = asked(session, session.assistant, progress)
        return Round(rows, model.used, sorted(set(model.missing)))


def asked(session: Session, assistant: Asked, progress: Progress | None = None) -> list[Row]:
    """Ask the session's questions, as many at a time as a run does, without writing anything."""
    find, rows = session.assistant.library.catalogue.article, []
    with ThreadPoolExecutor(session.config.threads, thread_name_prefix="eval") as pool:
        for row in pool.map(
            lambda case: ask(case, session.config.suite.mode, assistant, session.texts, find), session.cases
        ):
            rows.append(row)
            if progress:
                progress("questions", len(rows), len(session.cases))
    return rows


def make_run(
    settings: Settings, config: RunConfig, out: Path, made_at: str, progress: Progress | None = None
) -> tuple[list[Row], dict[str, Any]]:
    """Make a run, or resume an interrupted one.

    Returns:
        Its rows and its summary; nothing but the rows is written yet.
    """
    with open_session(settings, config, progress) as session:
        manifest = make_manifest(config.suite, settings, [case.id for case in session.cases])
        if config.replay is not None:
            manifest["suite"] += "-replay"  # it has a baseline of its own
            manifest["hashes"]["model"] += "-" + digest_path(config.replay)
        done = 0

        def count(_: Row) -> None:
            nonlocal done
            done += 1
            if progress:
                progress("questions", done, len(session.cases))

        rows = run(session.job(out, manifest), session.assistant, count)
    return rows, summarise(rows, manifest, made_at)


def finish(out: Path, rows: Sequence[Row], summary: dict[str, Any], *, gated: bool) -> gate.Judgement | None:
    """Judge a run if it is gated, and write its reports."""
    judgement = judge_run(rows, summary) if gated else None
    write_reports(out, rows, summary, judgement)
    return judgement


def judge_run(rows: Sequence[Row], summary: Mapping[str, Any]) -> gate.Judgement:
    """Judge a run against the baseline of its suite."""
    baseline, name = gate.read_baseline(summary["suite"], summary["hashes"]["data"])
    return gate.judge(rows, baseline, name)
