"""Judges a run: invariants, the baseline question by question, and statistics. Prints nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from assistant.errors import UsageError
from eval import metrics, statistics
from eval.runner import read_rows, write_rows
from eval.suites import ROOT

PASSED, BROKEN, FAILED, NO_BASELINE = 0, 1, 2, 3
"""Exit codes: passed, the evaluation itself failed, the gate failed, no baseline."""
BASELINES = ROOT / "eval" / "baseline"
TINY = 1e-9

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Invariant:
    """A rule without tolerance: its value, what it must be, and the questions that break it."""

    name: str
    label: str
    value: float | None
    wanted: float
    broken_by: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether no question breaks it."""
        return not self.broken_by


@dataclass(frozen=True, slots=True)
class Compared:
    """A metric against the baseline.

    Attributes:
        p_holm: Bootstrap p, adjusted by Holm over the gated metrics; None when the metric is not gated.
        fallen: It fell by more than its margin.
        worse: It fell, and the fall is significant after Holm.
        questions: Those on which it is lower than before.
    """

    name: str
    label: str
    before: float | None
    after: float | None
    change: float | None
    low: float | None
    high: float | None
    p: float
    p_holm: float | None
    margin: float | None
    count: int
    fallen: bool
    worse: bool
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The gate's result.

    Attributes:
        invariants: Exact rules.
        compared: Metrics against the baseline, in the order of `metrics.METRICS`; empty without one.
        lost: Questions that were right and are wrong now.
        won: The other way round.
        mcnemar_p: Exact McNemar p over right and wrong, adjusted with the gated metrics.
        smallest_visible: The smallest one-way change of right/wrong that so many questions can show.
        baseline: What was compared with, or why nothing was.
        code: 0, 2 or 3.
    """

    invariants: tuple[Invariant, ...]
    compared: tuple[Compared, ...] = ()
    lost: tuple[str, ...] = ()
    won: tuple[str, ...] = ()
    mcnemar_p: float = 1.0
    smallest_visible: float | None = None
    baseline: str = ""
    code: int = PASSED
    reasons: tuple[str, ...] = field(default=())

    def record(self) -> dict[str, Any]:
        """The JSON form."""
        return asdict(self)


def check_invariants(rows: Sequence[Row]) -> tuple[Invariant, ...]:
    """Layer (a): valid citations, exact quotations, no sentence without a citation, no error rows."""
    errors = tuple(row["id"] for row in rows if row["status"] == "error")
    found = [Invariant("errors", "Error rows", float(len(errors)), 0.0, errors)]
    for metric in metrics.METRICS:
        if metric.exact is None:
            continue
        value, _ = metrics.value(rows, metric.name)
        broken = [r["id"] for r in rows if metric.name in r["scores"] and _share(r, metric.name) != metric.exact]
        found.append(Invariant(metric.name, metric.label, value, metric.exact, tuple(broken)))
    return tuple(found)


def judge(rows: Sequence[Row], baseline: Sequence[Row] | None, name: str = "") -> Judgement:
    """Judge a run.

    Args:
        rows: The run's rows.
        baseline: The blessed rows, or None when there are none; they may hold more questions.
        name: What the baseline is called in the report.

    Raises:
        UsageError: The baseline does not hold the run's questions.
    """
    invariants = check_invariants(rows)
    reasons = [
        f"{item.label}: expected {item.wanted:g}, found {_shown(item.value)}" for item in invariants if not item.holds
    ]
    if baseline is None:
        code = FAILED if reasons else NO_BASELINE
        return Judgement(invariants, baseline=name or "no baseline", code=code, reasons=tuple(reasons))
    before, after = paired(baseline, rows)
    compared, mcnemar_p, flips = compare_rows(before, after)
    reasons += [_reason(item) for item in compared if item.fallen or item.worse]
    if mcnemar_p < statistics.LEVEL and flips[0] > flips[1]:
        reasons.append(
            f"{flips[0]} questions lost against {flips[1]} won (exact McNemar, p = {mcnemar_p:.3g} after Holm)"
        )
    right = [
        (row["id"], was["stage"] == "right", row["stage"] == "right") for was, row in zip(before, after, strict=True)
    ]
    return Judgement(
        invariants, compared, tuple(i for i, a, b in right if a and not b), tuple(i for i, a, b in right if b and not a),
        mcnemar_p, statistics.smallest_visible(len(after), _gated(compared) + 1), name,
        FAILED if reasons else PASSED, tuple(reasons),
    )  # fmt: skip


def compare_rows(
    before: Sequence[Row], after: Sequence[Row], resampler: statistics.Resampler | None = None
) -> tuple[tuple[Compared, ...], float, tuple[int, int]]:
    """Layers (b) and (c) for rows in the same order.

    Args:
        before: The baseline's rows.
        after: The run's.
        resampler: The draws, for who compares many runs over the same questions; made here when None.

    Returns:
        The metrics; McNemar's p after Holm; questions lost and won.
    """
    resampler = resampler or statistics.Resampler([row["cluster"] for row in after])
    differences = {
        metric.name: statistics.difference(
            resampler, statistics.parts_of(before, metric.name), statistics.parts_of(after, metric.name)
        )
        for metric in metrics.METRICS
    }
    changed = statistics.flips([row["stage"] == "right" for row in before], [row["stage"] == "right" for row in after])
    gated = {
        m.name: differences[m.name].p for m in metrics.METRICS if m.margin is not None and differences[m.name].count
    }
    adjusted = statistics.holm({**gated, "mcnemar": changed.p})
    compared = [
        _compared(metric, differences[metric.name], adjusted.get(metric.name), before, after)
        for metric in metrics.METRICS
    ]
    return tuple(c for c in compared if c.count), adjusted["mcnemar"], (changed.lost, changed.won)


def _compared(
    metric: metrics.Metric,
    found: statistics.Difference,
    p_holm: float | None,
    before: Sequence[Row],
    after: Sequence[Row],
) -> Compared:
    worse_by = 0.0 if found.change is None else found.change if metric.lower else -found.change
    # A gated metric that applied to some question before and applies to none now counts as fallen.
    vanished = found.before is not None and found.after is None
    gated = metric.margin is not None
    lower = tuple(b["id"] for a, b in zip(before, after, strict=True) if _worse(metric, a, b))
    return Compared(
        metric.name, metric.label, found.before, found.after, found.change, found.low, found.high, found.p, p_holm,
        metric.margin, found.count, gated and (vanished or worse_by > (metric.margin or 0) + TINY),
        gated and worse_by > TINY and p_holm is not None and p_holm < statistics.LEVEL, lower,
    )  # fmt: skip


def _worse(metric: metrics.Metric, before: Row, after: Row) -> bool:
    if metric.name not in before["scores"]:
        return False
    if metric.name not in after["scores"]:
        return metric.margin is not None
    change = _share(after, metric.name) - _share(before, metric.name)
    return (change if metric.lower else -change) > TINY


def paired(baseline: Sequence[Row], rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Pair the baseline's rows with the run's.

    Raises:
        UsageError: A question of the run is not in the baseline.
    """
    known = {row["id"]: row for row in baseline}
    missing = [row["id"] for row in rows if row["id"] not in known]
    if missing:
        raise UsageError(
            f"Not in the baseline are {len(missing)} of the questions ({', '.join(missing[:5])}); "
            "look at the run, then `byline eval bless` it."
        )
    return [known[row["id"]] for row in rows], list(rows)


KEPT = ("id", "kind", "cluster", "status", "stage", "scores")


def bless(rows: Sequence[Row], summary: Mapping[str, Any], folder: Path | None = None) -> Path:
    """Make a run the baseline of its suite: one short row a question, and the run's provenance.

    Returns:
        The file of rows.

    Raises:
        UsageError: The run breaks an invariant.
    """
    broken = [item.label for item in check_invariants(rows) if not item.holds]
    if broken:
        raise UsageError(f"A baseline must hold every invariant; this run breaks: {', '.join(broken)}.")
    target = (folder or BASELINES) / f"{summary['suite']}.jsonl"
    target.parent.mkdir(parents=True, exist_ok=True)
    write_rows(target, [{name: row[name] for name in KEPT} for row in rows])
    kept = {name: summary[name] for name in ("schema", "suite", "mode", "questions", "chat_model", "hashes", "made_at")}
    kept["metrics"] = {name: {"value": m["value"], "n": m["n"]} for name, m in summary["metrics"].items() if m["n"]}
    target.with_suffix(".json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return target


def read_baseline(suite: str, data: str, folder: Path | None = None) -> tuple[list[Row] | None, str]:
    """The rows of a suite's baseline.

    Args:
        suite: Its name.
        data: The run's hash of articles and questions; a baseline over others is none.
        folder: Where baselines are kept.

    Returns:
        The rows or None, and what to call it.
    """
    rows, about = (folder or BASELINES) / f"{suite}.jsonl", (folder or BASELINES) / f"{suite}.json"
    if not rows.exists() or not about.exists():
        return None, f"no baseline for {suite!r}: look at the run, then `byline eval bless` it"
    known = json.loads(about.read_text("utf-8"))
    if known["hashes"]["data"] != data:
        return (
            None,
            f"the baseline of {suite!r} is over other articles or questions: look at the run, then `byline eval bless` it",
        )
    return list(read_rows(rows)), f"baseline of {known['made_at'][:10]}"


def check_alike(first: Mapping[str, Any], second: Mapping[str, Any]) -> None:
    """Refuse to compare runs over different things.

    Raises:
        UsageError: They differ in form, suite, mode, data or selection; the message says in what.
    """
    unlike = [name for name in ("schema", "suite", "mode") if first[name] != second[name]]
    unlike += [name for name in ("data", "selection") if first["hashes"][name] != second["hashes"][name]]
    if unlike:
        raise UsageError(f"These runs cannot be compared: they differ in {', '.join(unlike)}.")


def _share(row: Row, name: str) -> float:
    above, below = row["scores"][name]
    return float(above / below)


def _gated(compared: Sequence[Compared]) -> int:
    return sum(item.margin is not None for item in compared)


def _reason(item: Compared) -> str:
    if item.after is None:
        return f"{item.label}: was {_shown(item.before)}, applies to no question now"
    how = f"more than its margin of {item.margin:g}" if item.fallen else f"p = {item.p_holm:.3g} after Holm"
    return f"{item.label}: was {_shown(item.before)}, now {_shown(item.after)} ({how})"


def _shown(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.4g}"
