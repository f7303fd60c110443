"""`byline eval`: run, compare, bless, record, selftest, ablation, table, judge.

Exit codes: 0 pass, 1 the harness failed, 2 the gate failed, 3 no baseline.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Literal, ParamSpec

import typer

from assistant.errors import BylineError, UsageError
from assistant.extras import require
from eval.console import bar, figure, print_figures, print_judgement, say, say_errors

BROKEN = 1
"""Exit code when the harness itself failed; 2 would say that the gate did."""

P = ParamSpec("P")

app = typer.Typer(no_args_is_help=True, help="Measure answers offline, compare runs, hold the gate.")

SuiteName = Annotated[str | None, typer.Option("--suite", help="sample, news or multihop.", metavar="NAME")]
Articles = Annotated[Path | None, typer.Option(help="Your own articles, with --questions.", metavar="PATH")]
Questions = Annotated[Path | None, typer.Option(help="Your own question file (JSONL).", metavar="FILE")]
Data = Annotated[Path | None, typer.Option(help="Folder with multihop_rag/ and news_questions/.", metavar="DIR")]
Out = Annotated[Path | None, typer.Option(help="The run's folder; a run that was killed goes on there.", metavar="DIR")]
Split = Annotated[Literal["tune", "report"] | None, typer.Option(help="Only questions of this split.")]
Half = Annotated[Literal["A", "B"] | None, typer.Option(help="Only the tuning (A) or reporting (B) half, by id.")]
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
    limit: Limit = 0,
    threads: Threads = 2,
    replay: Annotated[Path | None, typer.Option(help="Take the chat model's replies from a recording.")] = None,
    gate: Annotated[bool, typer.Option("--gate", help="Compare with the blessed baseline; exit 2 when worse.")] = False,
) -> None:
    """Ask every question of a suite and write the run's reports."""
    from eval.workbench import Choice, finish, make_run

    choice = Choice(_suite(suite, articles, questions, data), split or "", half or "", limit, threads, replay)
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
    raise SystemExit(judgement.code)


@app.command()
@_harness
def compare(first: Folder, second: Annotated[Path, typer.Argument(metavar="RUN2")]) -> None:
    """Compare two runs over the same questions; exit 2 when the second is worse."""
    from eval.gate import check_alike, judge
    from eval.runner import read_rows

    summaries = [_read_summary(folder) for folder in (first, second)]
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

    print(f"Blessed: {gate.bless(read_rows(run / 'rows.jsonl'), _read_summary(run), to)}")


@app.command()
@_harness
def record(
    context: typer.Context,
    to: Annotated[Path, typer.Option(help="The recording; what it holds already is not asked again.")],
    suite: SuiteName = None,
    articles: Articles = None,
    questions: Questions = None,
    data: Data = None,
    out: Out = None,
    limit: Limit = 0,
    threads: Threads = 2,
) -> None:
    """Run a suite with the chat model of the settings and write its replies down for --replay."""
    from eval.workbench import Choice, finish, make_run

    choice = Choice(_suite(suite, articles, questions, data), limit=limit, threads=threads, record=to)
    folder = out or _default_out(context.obj.home, choice.suite.name)
    with bar() as progress:
        rows, summary = make_run(context.obj, choice, folder, _now(), progress=progress)
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

    print(results_table([_read_summary(run) for run in runs]))


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


def _read_summary(folder: Path) -> dict[str, Any]:
    from eval.summary import SCHEMA

    try:
        found: dict[str, Any] = json.loads((folder / "summary.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"Expected the folder of a finished run, found no summary.json in {str(folder)!r}.") from error
    if found.get("schema") != SCHEMA:
        raise UsageError(
            f"Expected a summary of form {SCHEMA}, found {found.get('schema')!r} in {str(folder)!r}; run it again."
        )
    return found
