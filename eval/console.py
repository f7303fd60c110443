"""The terminal output of `byline eval`: a progress bar, the figures of a run, the gate's judgement."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def bar() -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        tasks: dict[str, Any] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what)
            progress.update(tasks[what], completed=done, total=total or None)

        yield show


def print_figures(summary: dict[str, Any]) -> None:
    """The headline figures, the kinds, and the stages that went wrong."""
    from eval.report_html import figure_groups, percent

    for title, figures in figure_groups(summary):
        print(title)
        for f in figures:
            ends = f"{percent(f['low'], f['name'])} to {percent(f['high'], f['name'])}" if f["low"] is not None else ""
            print(f"  {f['label']:38} {percent(f['value'], f['name']):>6}  {ends:18} n = {f['n']}")
    print("Right by kind: " + ", ".join(f"{name} {k['right']}/{k['n']}" for name, k in summary["kinds"].items()))
    print("Where it went wrong: " + ", ".join(f"{n} {c}" for n, c in summary["stages"].items() if c and n != "right"))


def print_judgement(judgement: Any) -> None:
    """The gate's judgement, with the questions that caused it."""
    words = {0: "Gate: passed", 2: "Gate: FAILED", 3: "Gate: no baseline"}
    print(f"{words[judgement.code]} ({judgement.baseline})")
    for reason in judgement.reasons:
        print(f"  {reason}")
    for rule in judgement.invariants:
        if not rule.holds:
            print(f"  {rule.label}: {', '.join(rule.broken_by)}")
    for item in judgement.compared:
        if item.fallen or item.worse:
            print(f"  {item.label}, lower on: {', '.join(item.questions)}")
    if judgement.lost:
        print(f"Right before, wrong now ({len(judgement.lost)}): {', '.join(judgement.lost)}")
    if judgement.won:
        print(f"Wrong before, right now ({len(judgement.won)}): {', '.join(judgement.won)}")
    if judgement.smallest_visible is not None:
        print(f"This many questions can show a change of {judgement.smallest_visible:.1%} or more.")


def say_errors(rows: Sequence[Mapping[str, Any]]) -> None:
    """Say how many questions ended in an error, and show the first of them."""
    wrong = [row for row in rows if row["status"] == "error"]
    if wrong:
        say(
            f"byline eval: {len(wrong)} of {len(rows)} questions ended in an error; {wrong[0]['id']}: {wrong[0]['error']}"
        )


def print_round(done: Any, prompts: Path, to: Path | None) -> bool:
    """What one round of recording by hand came to, and the recording.

    Args:
        done: The round, `eval.session.Round`.
        prompts: Where prompts without an answer were written.
        to: The recording to write, or None.

    Returns:
        Whether every prompt has its answer.
    """
    from eval.recorded import write_answers

    if to is not None:
        write_answers(to, done.used.values())
        print(f"Recording: {to} ({len(done.used)} answers)")
    if done.missing:
        say(f"{len(done.missing)} prompts in {prompts} have no answer yet. Answer them and run the command again.")
        return False
    say_errors(done.rows)
    print(f"No prompt is missing: {len(done.used)} answers for {len(done.rows)} questions.")
    return True


def figure(value: float | None) -> str:
    """A value at a fixed width."""
    return "   n/a" if value is None else f"{value:.4f}"


def say(text: str) -> None:
    """Print to standard error; standard output holds results only."""
    print(text, file=sys.stderr)
