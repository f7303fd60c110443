"""`byline eval`: run, compare, bless, record, selftest, ablation, table, judge.

Exit codes: 0 pass, 1 the harness failed, 2 the gate failed, 3 no baseline.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Literal, ParamSpec

import typer

from assistant.errors import BylineError, UsageError
from assistant.extras import require
from eval.console import bar, figure, print_figures, print_judgement, print_round, say, say_errors

BROKEN = 1
"""Exit code when the harness itself failed; 2 would say that the gate did."""

P = ParamSpec("P")

app = typer.Typer(no_args_is_help=True, help="Measure answers offline, compare runs, hold the gate.")

SuiteName = Annotated[
    str | None, typer.Option("--suite", help="sample, news, multihop, reporter, shapes or follow-ups.", metavar="NAME")
]
Articles = Annotated[Path | None, typer.Option(help="Your own articles, with --questions.", metavar="PATH")]
Questions = Annotated[Path | None, typer.Option(help="Your own question file (JSONL).", metavar="FILE")]
Data = Annotated[Path | None, typer.Option(help="Folder with multihop_rag/ and news_questions/.", metavar="DIR")]
Out = Annotated[Path | None, typer.Option(help="The run's folder; a run that was killed goes on there.", metavar="DIR")]
Split = Annotated[Literal["tune", "report"] | None, typer.Option(help="Only questions of this split.")]
Half = Annotated[Literal["A", "B"] | None, typer.Option(help="Only the tuning (A) or reporting (B) half, by id.")]
Ids = Annotated[Literal["odd", "even"] | None, typer.Option(help="Only questions whose id ends with such a number.")]
Limit = Annotated[int, typer.Option(min=0, help="At most so many questions, spread over the file; 0 for all.")]
Threads = Annotated[int, typer.Option(min=1, help="Questions asked at a time.")]
Folder = Annotated[Path, typer.Argument(metavar="RUN", help="A run's folder.")]


def _harness(command: Callable[P, None]) -> Callable[P, None]:
    """A failure of the harness is exit code 1 and one sentence, whatever kind of error it is."""

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
    replay: Annotated[Path | None, typer.Option(help="Take the chat model's answers from a recording.")] = None,
    gate: Annotated[bool, typer.Option("--gate", help="Compare with the blessed baseline; exit 2 when worse.")] = False,
    quick: Annotated[
        bool,
        typer.Option("--quick", help="Keep readings on disk; ask a part while models and retrieval are unchanged."),
    ] = False,
) -> None:
    """Ask every question of a suite and write the run's reports."""
    from eval.gate import PASSED
    from eval.gate_scope import cache_folder, note_whole, questions_to_ask
    from eval.workbench import Choice, finish, make_run

    chosen = _suite(suite, articles, questions, data)
    choice = Choice(chosen, split or "", half or "", limit, threads, ids=ids or "", replay=replay)
    if quick:
        choice = replace(
            choice,
            limit=limit or (0 if replay else questions_to_ask(chosen, context.obj)),
            cache=cache_folder(context.obj),
        )
    folder = out or _default_out(context.obj.home, choice.suite.name)
    say(f"Run folder: {folder}")
    with bar() as progress:
        rows, summary = make_run(context.obj, choice, folder, _now(), progress=progress)
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
    """Compare two runs over the same questions; exit 2 when the second is worse."""
    from eval.gate import check_alike, judge
    from eval.runner import read_rows
    from eval.summary import read_summary

    summaries = [read_summary(folder) for folder in (first, second)]
    check_alike(*summaries)
    rows = [read_rows(folder / "rows.jsonl") for folder in (first, second)]
    judgement = judge(rows[1], rows[0], name=str(first))
    unlike = [k for k in summaries[0]["hashes"] if summaries[0]["hashes"][k] != summaries[1]["hashes"][k]]
    print("Made with the same code, prompts, models and index." if not unlike else f"Other {', '.join(unlike)}.")
    for item in judgement.compared:
        change = "n/a" if item.change is None else f"{item.change:+.4f} ({item.low:+.4f} to {item.high:+.4f})"
        p = item.p if item.p_holm is None else item.p_holm
        print(f"{item.label:38} {figure(item.before)} -> {figure(item.after)}  {change}  p = {p:.3g}")
    print_judgement(judgement)
    raise SystemExit(judgement.code)


@app.command()
@_harness
def bless(run: Folder, to: Annotated[Path | None, typer.Option(help="Where baselines are kept.")] = None) -> None:
    """Make a run the baseline of its suite."""
    from eval import gate
    from eval.runner import read_rows
    from eval.summary import read_summary

    print(f"Blessed: {gate.bless(read_rows(run / 'rows.jsonl'), read_summary(run), to)}")


@app.command()
@_harness
def record(
    context: typer.Context,
    to: Annotated[Path | None, typer.Option(help="The recording to write.", metavar="FILE")] = None,
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
    """Record the chat model's answers for --replay, or write the prompts down and take answers from files.

    With --prompts no model is asked: answer the prompts, put the answers into --answers, and repeat until none is missing.
    """
    from eval.gate_scope import cache_folder
    from eval.workbench import Choice, finish, make_run, record_round

    choice = Choice(_suite(suite, articles, questions, data), ids=ids or "", limit=limit, threads=threads)
    if prompts is not None:
        choice = replace(choice, prompts=prompts, replay=answers, cache=cache_folder(context.obj))
        with bar() as progress:
            done = record_round(context.obj, choice, progress)
        if not print_round(done, prompts, to):
            raise SystemExit(BROKEN)
        return
    if to is None or answers is not None:
        raise UsageError("Use --to FILE to record the chat model, or --prompts DIR with --answers PATH; see --help.")
    folder = out or _default_out(context.obj.home, choice.suite.name)
    with bar() as progress:
        rows, summary = make_run(context.obj, replace(choice, record=to), folder, _now(), progress=progress)
    finish(folder, rows, summary, gated=False)
    say_errors(rows)
    print(f"Recording: {to}\nReplay with: byline eval run --suite {choice.suite.name} --replay {to}")


@app.command()
@_harness
def selftest(
    context: typer.Context,
    run: Annotated[Path | None, typer.Argument(metavar="[RUN]", help="A run whose rows are simulated with.")] = None,
    faults: Annotated[bool, typer.Option(help="Also plant faults into the sample suite's answers.")] = True,
    limit: Limit = 0,
    threads: Threads = 2,
    trials: Annotated[int, typer.Option(min=1, help="Simulated runs for each planted drop.")] = 200,
) -> None:
    """Test the harness itself: planted faults must fail the gate; how often planted drops are noticed."""
    from eval.runner import read_rows
    from eval.selftest import drops_table, faults_table
    from eval.suites import ready_suite
    from eval.workbench import Choice, open_bench

    missed: list[str] = []
    rows = read_rows(run / "rows.jsonl") if run else []
    if faults or not rows:
        choice = Choice(ready_suite("sample"), limit=limit, threads=threads)
        with open_bench(context.obj, choice) as bench, bar() as progress:
            table, missed, sound = faults_table(bench, progress)
            rows = rows or sound
        print(table)
    print(drops_table(rows, trials))
    if missed:
        say(f"byline eval: the gate did not notice: {', '.join(missed)}")
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
    defences: Annotated[bool, typer.Option("--defences", help="Instead, what the cap on one outlet costs.")] = False,
) -> None:
    """Print what each part brings: dense search alone, then one part more in every row."""
    from eval.ablation import ablation_table, undefended, variants
    from eval.workbench import Choice, open_bench

    choice = Choice(_suite(suite, None, None, data), half=half or "", limit=limit, threads=threads)
    with open_bench(context.obj, choice) as bench, bar() as progress:
        rows, digits = (undefended, 3) if defences else (variants, 2)
        print(ablation_table(bench, progress, rows, digits))


@app.command()
@_harness
def table(runs: Annotated[list[Path], typer.Argument(help="Run folders, a column each.")]) -> None:
    """Print the README's table of results."""
    from eval.report import results_table
    from eval.summary import read_summary

    print(results_table([read_summary(run) for run in runs]))


@app.command()
@_harness
def judge(
    context: typer.Context,
    run: Folder,
    model: Annotated[str | None, typer.Option(help="The judge; the chat model of the settings by default.")] = None,
) -> None:
    """Ask a chat model what it thinks of a run's answers; optional, and never part of the gate."""
    from assistant.models.chat import make_chat_model
    from eval.judge import opinions, told, write_opinions
    from eval.runner import read_rows

    rows = read_rows(run / "rows.jsonl")
    judging = make_chat_model(context.obj.model_copy(update={"chat_model": model} if model else {}))
    if judging is None:
        raise UsageError(
            "Expected a chat model as judge, found quotations; name one with --model, or set BYLINE_CHAT_MODEL."
        )
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
            raise UsageError(
                "Expected --suite NAME, or --articles PATH with --questions FILE; found another combination."
            )
        return own_suite(articles, questions)
    return ready_suite(name or "sample", data)


def _default_out(home: Path, suite: str) -> Path:
    return home / "reports" / f"{suite}-{datetime.now(UTC):%Y%m%d-%H%M%S}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
