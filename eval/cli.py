"""`byline eval`: run, compare, bless, record, selftest, ablation, table, judge.

Exit codes: 0 passed, 1 the evaluation itself failed, 2 the gate failed, 3 no baseline.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, ParamSpec

import typer

from assistant.errors import BylineError, UsageError
from assistant.extras import require
from eval.cli_options import Articles, Data, Folder, Half, Ids, Limit, Out, Questions, Split, SuiteName, Threads
from eval.console import bar, figure, print_figures, print_judgement, print_round, say, say_errors

BROKEN = 1
"""Exit code when the evaluation itself failed; 2 means that the gate failed."""

P = ParamSpec("P")

app = typer.Typer(
    no_args_is_help=True, help="Evaluate answers offline, compare runs, gate changes.",
    epilog="Exit codes: 0 passed, 1 the evaluation itself failed, 2 the gate failed (or wrong use), 3 no baseline.",
)  # fmt: skip


def _harness(command: Callable[P, None]) -> Callable[P, None]:
    """The command with every error as one sentence and exit code 1: 2 would mean that the gate failed."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            require("statsmodels", "eval", "`byline eval`")
            command(*args, **kwargs)
        except BylineError as error:
            say(f"byline eval: {error}")
            raise SystemExit(BROKEN) from error

    return wrapped


@app.command("run")
@_harness
def run_suite(
    context: typer.Context,
    suite: SuiteName = None,
    articles: Articles = None,
    questions: Questions = None,
    data: Data = None,
    out: Out = None,
    split: Split = None,
    half: Half = None,
    ids: Ids = None,
    limit: Limit = 0,
    threads: Threads = 2,
    replay: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Use the recorded replies of a chat model.")
    ] = None,
    gate: Annotated[bool, typer.Option("--gate", help="Compare with the baseline; exit code 2 when worse.")] = False,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Cache readings on disk; ask a sample while models and retrieval are unchanged."),
    ] = False,
) -> None:
    """Run a suite and write its reports."""
    from eval.gate import PASSED
    from eval.gate_scope import cache_folder, note_whole, questions_to_ask
    from eval.session import RunConfig, finish, make_run

    chosen = _suite(suite, articles, questions, data)
    config = RunConfig(chosen, split or "", half or "", limit, threads, ids=ids or "", replay=replay)
    if quick:
        config = replace(
            config,
            limit=limit or (0 if replay else questions_to_ask(chosen, context.obj)),
            cache=cache_folder(context.obj),
        )
    folder = out or _default_out(context.obj.home, config.suite.name)
    say(f"Run folder: {folder}")
    with bar() as progress:
        rows, summary = make_run(context.obj, config, folder, _now(), progress=progress)
    judgement = finish(folder, rows, summary, gated=gate)
    print_figures(summary)
    print(f"Report: {folder / 'report.html'}")
    say_errors(rows)
    if judgement is None:
        if summary["counts"]["error"]:
            raise SystemExit(BROKEN)
        return
    print_judgement(judgement)
    if judgement.code == PASSED and replay is None and len(rows) == len(chosen.cases()):
        note_whole(chosen, context.obj)
    raise SystemExit(judgement.code)


@app.command()
@_harness
def compare(first: Folder, second: Annotated[Path, typer.Argument(metavar="RUN2")]) -> None:
    """Compare two runs over the same questions.

    Exit code 2 when the second run is worse.
    """
    from eval.gate import check_alike, judge
    from eval.runner import read_rows
    from eval.summary import read_summary

    summaries = [read_summary(folder) for folder in (first, second)]
    check_alike(*summaries)
    rows = [read_rows(folder / "rows.jsonl") for folder in (first, second)]
    judgement = judge(rows[1], rows[0], name=str(first))
    unlike = [k for k in summaries[0]["hashes"] if summaries[0]["hashes"][k] != summaries[1]["hashes"][k]]
    print("Same code, prompts, models and index." if not unlike else f"Different: {', '.join(unlike)}.")
    for item in judgement.compared:
        change = "n/a" if item.change is None else f"{item.change:+.4f} ({item.low:+.4f} to {item.high:+.4f})"
        p = item.p if item.p_holm is None else item.p_holm
        print(f"{item.label:38} {figure(item.before)} -> {figure(item.after)}  {change}  p = {p:.3g}")
    print_judgement(judgement)
    raise SystemExit(judgement.code)


@app.command()
@_harness
def bless(
    run: Folder, to: Annotated[Path | None, typer.Option(metavar="DIR", help="The folder of baselines.")] = None
) -> None:
    """Make a run the baseline of its suite."""
    from eval import gate
    from eval.runner import read_rows
    from eval.summary import read_summary

    print(f"Blessed: {gate.bless(read_rows(run / 'rows.jsonl'), read_summary(run), to)}")


@app.command()
@_harness
def record(
    context: typer.Context,
    to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The recording; replies it already has are reused.")
    ] = None,
    prompts: Annotated[
        Path | None, typer.Option(help="Write each prompt that has no answer to DIR/KEY.json.", metavar="DIR")
    ] = None,
    answers: Annotated[
        Path | None, typer.Option(help="Known answers: a recording, or a folder of KEY.txt files.", metavar="PATH")
    ] = None,
    suite: SuiteName = None,
    articles: Articles = None,
    questions: Questions = None,
    data: Data = None,
    out: Out = None,
    ids: Ids = None,
    limit: Limit = 0,
    threads: Threads = 2,
) -> None:
    """Record a chat model's replies for --replay.

    With --prompts no model is asked and the prompts are written to files: answer them, put the answers into --answers,
    and repeat until none is missing.
    """
    from eval.gate_scope import cache_folder
    from eval.session import RunConfig, finish, make_run, record_round

    config = RunConfig(_suite(suite, articles, questions, data), ids=ids or "", limit=limit, threads=threads)
    if prompts is not None:
        config = replace(config, prompts=prompts, replay=answers, cache=cache_folder(context.obj))
        with bar() as progress:
            done = record_round(context.obj, config, progress)
        if not print_round(done, prompts, to):
            raise SystemExit(BROKEN)
        return
    if to is None or answers is not None:
        raise UsageError("Use --to FILE to record the chat model, or --prompts DIR with --answers PATH; see --help.")
    folder = out or _default_out(context.obj.home, config.suite.name)
    with bar() as progress:
        rows, summary = make_run(context.obj, replace(config, record=to), folder, _now(), progress=progress)
    finish(folder, rows, summary, gated=False)
    say_errors(rows)
    print(f"Recording: {to}\nReplay with: byline eval run --suite {config.suite.name} --replay {to}")


@app.command()
@_harness
def selftest(
    context: typer.Context,
    run: Annotated[
        Path | None, typer.Argument(metavar="[RUN]", help="A run to take rows from for the simulation.")
    ] = None,
    faults: Annotated[bool, typer.Option(help="Also plant faults in the sample suite's answers.")] = True,
    limit: Limit = 0,
    threads: Threads = 2,
    trials: Annotated[int, typer.Option(min=1, help="Simulated runs for each planted drop in quality.")] = 200,
) -> None:
    """Test the gate with planted faults.

    Every fault must fail the gate; also prints how often smaller drops in quality are noticed.
    """
    from eval.runner import read_rows
    from eval.selftest import drops_table, faults_table
    from eval.session import RunConfig, open_session
    from eval.suites import ready_suite

    missed: list[str] = []
    rows = read_rows(run / "rows.jsonl") if run else []
    if faults or not rows:
        config = RunConfig(ready_suite("sample"), limit=limit, threads=threads)
        with open_session(context.obj, config) as session, bar() as progress:
            table, missed, sound = faults_table(session, progress)
            rows = rows or sound
        print(table)
    print(drops_table(rows, trials))
    if missed:
        say(f"byline eval: the gate missed these faults: {', '.join(missed)}")
        raise SystemExit(BROKEN)


@app.command()
@_harness
def ablation(
    context: typer.Context,
    suite: SuiteName = None,
    data: Data = None,
    half: Half = None,
    limit: Limit = 0,
    threads: Threads = 2,
    defences: Annotated[
        bool, typer.Option("--defences", help="Measure the cost of the cap per outlet instead.")
    ] = False,
) -> None:
    """Print what each part adds, from dense search up."""
    from eval.ablation import ablation_table, undefended, variants
    from eval.session import RunConfig, open_session

    config = RunConfig(_suite(suite, None, None, data), half=half or "", limit=limit, threads=threads)
    with open_session(context.obj, config) as session, bar() as progress:
        rows, digits = (undefended, 3) if defences else (variants, 2)
        print(ablation_table(session, progress, rows, digits))


@app.command()
@_harness
def table(runs: Annotated[list[Path], typer.Argument(metavar="RUN", help="Folders of runs, one column each.")]) -> None:
    """Print a table of results, as in docs/benchmarks.md."""
    from eval.report import results_table
    from eval.summary import read_summary

    print(results_table([read_summary(run) for run in runs]))


@app.command()
@_harness
def judge(
    context: typer.Context,
    run: Folder,
    model: Annotated[
        str | None, typer.Option(metavar="NAME", help="The judging model; the chat model of the settings by default.")
    ] = None,
) -> None:
    """Let a chat model judge the answers of a run.

    Optional, and never part of the gate.
    """
    from assistant.models.chat import make_chat_model
    from eval.judge import opinions, told, write_opinions
    from eval.runner import read_rows

    rows = read_rows(run / "rows.jsonl")
    judging = make_chat_model(context.obj.model_copy(update={"chat_model": model} if model else {}))
    if judging is None:
        raise UsageError("There is no chat model to judge with. Name one with --model, or set BYLINE_CHAT_MODEL.")
    found = []
    try:
        with bar() as progress:
            for opinion in opinions(rows, judging):
                found.append(opinion)
                progress("answers", len(found), 0)
    finally:
        judging.close()
    print(f"{told(rows, found)}\nOpinions: {write_opinions(run, found)}")


def _suite(name: str | None, articles: Path | None, questions: Path | None, data: Path | None) -> Any:
    from eval.suites import own_suite, ready_suite

    if articles is not None or questions is not None:
        if articles is None or questions is None or name is not None:
            raise UsageError("Use either --suite NAME, or --articles PATH together with --questions FILE.")
        return own_suite(articles, questions)
    return ready_suite(name or "sample", data)


def _default_out(home: Path, suite: str) -> Path:
    return home / "reports" / f"{suite}-{datetime.now(UTC):%Y%m%d-%H%M%S}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
