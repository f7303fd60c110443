"""Commands of `byline eval` beside runs and their gate: selftest, ablation, table, judge."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.errors import UsageError
from eval.cli_app import BROKEN, chosen_suite, harness
from eval.cli_options import Data, Folder, Half, Limit, SuiteName, Threads
from eval.console import bar, say


def add_to(app: typer.Typer) -> None:
    """Add the commands, in this order."""
    for command in (selftest, ablation, table, judge):
        app.command()(command)


@harness
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


@harness
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

    config = RunConfig(chosen_suite(suite, None, None, data), half=half or "", limit=limit, threads=threads)
    with open_session(context.obj, config) as session, bar() as progress:
        rows, digits = (undefended, 3) if defences else (variants, 2)
        print(ablation_table(session, progress, rows, digits))


@harness
def table(runs: Annotated[list[Path], typer.Argument(metavar="RUN", help="Folders of runs, one column each.")]) -> None:
    """Print a table of results, as in docs/benchmarks.md."""
    from eval.report import results_table
    from eval.summary import read_summary

    print(results_table([read_summary(run) for run in runs]))


@harness
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
