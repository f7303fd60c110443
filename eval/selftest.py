"""Tests the evaluation itself: whether the gate detects planted faults, and how small a drop it detects."""

from __future__ import annotations

import copy
import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from eval import statistics
from eval.faults import FAULTS, Faulty, Remembering
from eval.gate import FAILED, Judgement, compare_rows, judge
from eval.runner import Row
from eval.session import Progress, Session, asked

DROPS = (0.0, 0.02, 0.05, 0.10)
TRIALS = 200
NOISE = 0.02
"""Share of questions that change at random in each simulated run."""


def faults_table(session: Session, progress: Progress | None = None) -> tuple[str, list[str], list[Row]]:
    """Plant each fault into the session's answers and judge it against the run without faults.

    Returns:
        A table; the faults that the gate did not detect; the rows without faults.
    """
    memory = Remembering(session.assistant)
    sound = asked(session, memory, progress)
    lines = ["| planted fault | gate | first reason | questions lost |", "|---|---|---|---:|"]
    missed = []
    for name in FAULTS:
        verdict = judge_fault(session, memory, name, sound)
        if verdict.code != FAILED:
            missed.append(name)
        state = "fails" if verdict.code == FAILED else "NOT NOTICED"
        lines.append(f"| {name} | {state} | {verdict.reasons[0] if verdict.reasons else ''} | {len(verdict.lost)} |")
    again = judge(asked(session, memory), sound)
    lines.append(
        f"| none | {'passes' if again.code != FAILED else 'FAILS'} | {'; '.join(again.reasons)} | {len(again.lost)} |"
    )
    return "\n".join(lines) + "\n", missed + (["no fault at all"] if again.code == FAILED else []), sound


def judge_fault(session: Session, memory: Remembering, name: str, sound: Sequence[Row]) -> Judgement:
    """Plant one fault into the recorded answers and judge them against those without it."""
    return judge(asked(session, Faulty(memory, name)), sound, "the same answers without the fault")


@dataclass(frozen=True, slots=True)
class Noticed:
    """How often a planted drop was detected.

    Attributes:
        drop: Planted fall of the end-to-end score.
        margin: Share of trials in which it fell by more than its margin.
        statistics: Share in which the paired tests saw it.
        either: Share in which the gate failed.
    """

    drop: float
    margin: float
    statistics: float
    either: float


def simulate_drops(rows: Sequence[Row], trials: int = TRIALS) -> list[Noticed]:
    """Plant drops of the end-to-end score into copies of a run and judge them.

    In each trial a share of the questions (`NOISE`) flips by chance, as many each way as can, and beyond
    that enough right ones are turned wrong to lower the score by the drop. Only the end-to-end score moves: a
    real drop shows in other metrics too, so the gate notices at least this often.

    Args:
        rows: A run's rows.
        trials: Simulated runs per drop.
    """
    kept = [_bare(row) for row in rows if "end_to_end" in row["scores"]]
    chance = np.random.default_rng(statistics.SEED)
    resampler = statistics.Resampler([row["cluster"] for row in kept])
    found = []
    for drop in DROPS:
        noticed = np.zeros((trials, 2), bool)
        with _frozen():
            for trial in range(trials):
                compared, p, (lost, won) = compare_rows(kept, _dropped(kept, drop, chance), resampler)
                by_tests = any(c.worse for c in compared) or _significant(p, lost, won)
                noticed[trial] = [any(c.fallen for c in compared), by_tests]
        margin, tests = noticed.mean(axis=0)
        found.append(Noticed(drop, float(margin), float(tests), float(noticed.any(axis=1).mean())))
    return found


@contextmanager
def _frozen() -> Iterator[None]:
    """Exclude living objects from the garbage collections that statsmodels runs at each Holm correction."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def drops_table(rows: Sequence[Row], trials: int = TRIALS) -> str:
    """`simulate_drops` as a table."""
    count = sum("end_to_end" in row["scores"] for row in rows)
    lines = [
        f"How often the gate notices a planted drop ({count} questions, {trials} simulated runs each, "
        f"{NOISE:.0%} of the questions flipping either way by chance):", "",
        "| drop of the end-to-end score | by its margin | by the paired tests | the gate fails |", "|---:|---:|---:|---:|",
    ]  # fmt: skip
    for item in simulate_drops(rows, trials):
        shown = "none" if not item.drop else f"{item.drop * 100:.0f} points"
        lines.append(f"| {shown} | {item.margin:.0%} | {item.statistics:.0%} | {item.either:.0%} |")
    return "\n".join(lines) + "\n"


def _significant(p: float, lost: int, won: int) -> bool:
    return p < statistics.LEVEL and lost > won


def _bare(row: Row) -> Row:
    """Keep the fields that are compared. All metrics stay, so that Holm corrects for as many tests as in a real run."""
    return {name: row[name] for name in ("id", "cluster", "stage", "scores")}


def _dropped(rows: Sequence[Row], drop: float, chance: np.random.Generator) -> list[Row]:
    """A copy of the rows with noise and a drop."""
    right = np.array([row["stage"] == "right" for row in rows])
    each_way = round(NOISE / 2 * len(rows))
    lost = chance.permutation(np.flatnonzero(right))[: each_way + round(drop * len(rows))]
    won = chance.permutation(np.flatnonzero(~right))[:each_way]
    changed: list[Row] = [copy.copy(row) for row in rows]
    for indices, stage, value in ((lost, "read but answered wrong", 0.0), (won, "right", 1.0)):
        for index in indices:
            scores: dict[str, Any] = {**changed[int(index)]["scores"], "end_to_end": [value, 1.0]}
            changed[int(index)] |= {"stage": stage, "scores": scores}
    return changed
