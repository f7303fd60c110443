"""`byline eval`: run, compare, bless, record, selftest, ablation, table, judge.

Exit codes: 0 passed, 1 the evaluation itself failed, 2 the gate failed, 3 no baseline.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from assistant.errors import UsageError
from eval import cli_tools
from eval.cli_app import BROKEN, app, chosen_suite, default_folder, harness, this_moment
from eval.cli_options import Articles, Data, Folder, Half, Ids, Limit, Out, Questions, Split, SuiteName, Threads
from eval.console import bar, figure, print_figures, print_judgement, print_round, say, say_errors

__all__ = ["app"]


@app.command("run")
@harness
def runchosen_suite(
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

    chosen = chosen_suite(suite, articles, questions, data)
    config = RunConfig(chosen, split or "", half or "", limit, threads, ids=ids or "", replay=replay)
    if quick:
        config = replace(
            config,
            limit=limit or (0 if replay else questions_to_ask(chosen, context.obj)),
            cache=cache_folder(context.obj),
        )
    folder = out or default_folder(context.obj.home, config.suite.name)
    say(f"Run folder: {folder}")
    with bar() as progress:
        rows, summary = make_run(context.obj, config, folder, this_moment(), progress=progress)
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
@harness
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
@harness
def bless(
    run: Folder, to: Annotated[Path | None, typer.Option(metavar="DIR", help="The folder of baselines.")] = None
) -> None:
    """Make a run the baseline of its suite."""
    from eval import gate
    from eval.runner import read_rows
    from eval.summary import read_summary

    print(f"Blessed: {gate.bless(read_rows(run / 'rows.jsonl'), read_summary(run), to)}")


@app.command()
@harness
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

    config = RunConfig(chosen_suite(suite, articles, questions, data), ids=ids or "", limit=limit, threads=threads)
    if prompts is not None:
        config = replace(config, prompts=prompts, replay=answers, cache=cache_folder(context.obj))
        with bar() as progress:
            done = record_round(context.obj, config, progress)
        if not print_round(done, prompts, to):
            raise SystemExit(BROKEN)
        return
    if to is None or answers is not None:
        raise UsageError("Use --to FILE to record the chat model, or --prompts DIR with --answers PATH; see --help.")
    folder = out or default_folder(context.obj.home, config.suite.name)
    with bar() as progress:
        rows, summary = make_run(context.obj, replace(config, record=to), folder, this_moment(), progress=progress)
    finish(folder, rows, summary, gated=False)
    say_errors(rows)
    print(f"Recording: {to}\nReplay with: byline eval run --suite {config.suite.name} --replay {to}")


cli_tools.add_to(app)
