"""The Evaluation tab: the latest run's figures, a trend over runs, users' ratings."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.ui.jobs.feedback import Feedback, Rating
from assistant.ui.views.html import counted, day, esc
from eval.report_html import figure_groups, percent
from eval.summary import SCHEMA

NAME = re.compile(r"[\w.\-]{1,120}")
SHOWN_RUNS = 12
SHOWN_NOTES = 8
FRAME = (
    '<section class="pane evaluation" aria-label="Evaluation"><div class="pane-main"><h1>Evaluation</h1>'
    '<div id="byline-runs"></div></div></section>'
)


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run.

    Attributes:
        name: Its folder's name.
        summary: What its `summary.json` holds.
    """

    name: str
    summary: Mapping[str, Any]

    @property
    def score(self) -> Mapping[str, Any]:
        """The end-to-end score with its interval; recall when nothing was answered."""
        metrics = self.summary["metrics"]
        found: Mapping[str, Any] = metrics["end_to_end"] if metrics["end_to_end"]["n"] else metrics["recall_10"]
        return found


def find_runs(home: Path) -> list[Run]:
    """The finished runs in the data folder, newest first; other folders are skipped."""
    runs = []
    for file in (home / "reports").glob("*/summary.json"):
        try:
            summary = json.loads(file.read_text("utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(summary, dict) and summary.get("schema") == SCHEMA and NAME.fullmatch(file.parent.name):
            runs.append(Run(file.parent.name, summary))
    return sorted(runs, key=lambda run: str(run.summary["made_at"]), reverse=True)


def report_file(home: Path, name: str) -> Path | None:
    """The report of a run, or None."""
    file = home / "reports" / name / "report.html"
    return file if NAME.fullmatch(name) and name not in (".", "..") and file.is_file() else None


def render_runs(runs: Sequence[Run], feedback: Feedback) -> str:
    """What the tab shows."""
    return f"{_latest(runs) if runs else _none()}{_trend(runs)}{_feedback(feedback)}"


def _none() -> str:
    return (
        '<div class="none"><p>No runs yet. Run <code>byline eval run --suite sample</code> in a terminal, then reload this page.'
        "</p></div>"
    )


def _latest(runs: Sequence[Run]) -> str:
    run = runs[0]
    summary = run.summary
    made = f"{esc(summary['suite'])}, {esc(day(summary['made_at']))} {esc(summary['made_at'][11:16])}, {counted(summary['questions'], 'question')}"
    wrong = summary["counts"]["error"]
    errors = f'<p class="wrong">{counted(wrong, "question")} failed with an error.</p>' if wrong else ""
    groups = "".join(
        f"<div><h3>{esc(title)}</h3><dl>{''.join(_figure(figure) for figure in figures)}</dl></div>"
        for title, figures in figure_groups(summary)
    )
    return (
        f'<div class="headline"><p class="big"><b>{percent(run.score["value"])}</b> <span>{esc(run.score["label"])}</span></p>'
        f'<p class="soft">{made}. Answers: {esc(summary["chat_model"])}.</p>{errors}'
        f'<p><a class="button" href="/byline/report/{esc(run.name)}" target="_blank" rel="noopener">Open the report'
        f'<span class="unseen"> (opens in a new tab)</span></a></p></div><div class="figures">{groups}</div>'
    )


def _figure(figure: Mapping[str, Any]) -> str:
    ends = ""
    if figure["low"] is not None:
        ends = f"{percent(figure['low'], figure['name'])} to {percent(figure['high'], figure['name'])}, "
    return (
        f"<div><dt>{esc(figure['label'])} <small>{ends}n = {figure['n']}</small></dt>"
        f"<dd>{percent(figure['value'], figure['name'])}</dd></div>"
    )


def _trend(runs: Sequence[Run]) -> str:
    if not runs:
        return ""
    alike = [run for run in reversed(runs) if run.summary["suite"] == runs[0].summary["suite"] and run.score["n"]][
        -SHOWN_RUNS:
    ]
    chart = _chart(alike) if len(alike) > 1 else '<p class="soft">The trend appears after the second run.</p>'
    rows = "".join(
        f"<tr><td>{esc(day(run.summary['made_at']))} {esc(run.summary['made_at'][11:16])}</td><td>{esc(run.summary['suite'])}</td>"
        f"<td>{percent(run.score['value'])}</td><td>{run.summary['questions']:,}</td>"
        f'<td><a href="/byline/report/{esc(run.name)}" target="_blank" rel="noopener">Report'
        f'<span class="unseen"> of {esc(run.name)} (opens in a new tab)</span></a></td></tr>'
        for run in runs[:SHOWN_RUNS]
    )
    return (
        f"<h2>Runs</h2>{chart}<table><thead><tr><th scope='col'>Date</th><th scope='col'>Suite</th><th scope='col'>Score</th>"
        f"<th scope='col'>Questions</th><th scope='col'></th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _chart(runs: Sequence[Run]) -> str:
    """The score of each run, 0 to 100%, with its interval; runs are in order of time."""
    width, height, left = 700, 200, 44
    step = (width - left - 30) / (len(runs) - 1)

    def place(at: int, value: float) -> tuple[float, float]:
        return left + 10 + at * step, 10 + (height - 46) * (1 - value)

    points = [place(at, run.score["value"]) for at, run in enumerate(runs)]
    lines = "".join(
        f'<line class="grid" x1="{left}" x2="{width}" y1="{place(0, v)[1]:.1f}" y2="{place(0, v)[1]:.1f}"/>'
        f'<text x="{left - 8}" y="{place(0, v)[1] + 4:.1f}" text-anchor="end">{v:.0%}</text>'
        for v in (0, 0.5, 1)
    )
    marks = ""
    for at, (run, (x, y)) in enumerate(zip(runs, points, strict=True)):
        low, high = run.score["low"], run.score["high"]
        if low is not None:
            marks += f'<line class="span" x1="{x:.1f}" x2="{x:.1f}" y1="{place(at, low)[1]:.1f}" y2="{place(at, high)[1]:.1f}"/>'
        marks += f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
        marks += f'<text x="{x:.1f}" y="{height - 6}" text-anchor="middle">{esc(run.summary["made_at"][5:10])}</text>'
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    words = ", ".join(f"{run.summary['made_at'][:10]} {percent(run.score['value'])}" for run in runs)
    return (
        f'<svg class="trend" viewBox="0 0 {width} {height}" role="img" aria-label="Score over runs: {esc(words)}">{lines}'
        f'<polyline points="{path}"/>{marks}</svg>'
    )


def _feedback(feedback: Feedback) -> str:
    ratings = feedback.ratings()
    good = sum(rating.rating == "good" for rating in ratings)
    notes = "".join(_note(rating) for rating in [r for r in reversed(ratings) if r.note][:SHOWN_NOTES])
    cases = feedback.case_count()
    held = (
        f"{counted(cases, 'question')} in <code>{esc(feedback.questions)}</code>. Run them with "
        f"<code>byline eval run --articles PATH --questions {esc(feedback.questions)}</code>."
        if cases
        else "None yet. Rate an answer and save it as a test."
    )
    rated = f"{good} good, {len(ratings) - good} bad." if ratings else "No ratings yet. Use the thumbs below an answer."
    return (
        f"<h2>Ratings</h2><p>{rated}</p>"
        f"{f'<ul class=notes>{notes}</ul>' if notes else ''}<h2>Your test questions</h2><p>{held}</p>"
    )


def _note(rating: Rating) -> str:
    return (
        f"<li><b>{'Good' if rating.rating == 'good' else 'Bad'}:</b> {esc(rating.note)} <small>{esc(rating.question)}, "
        f"{esc(day(rating.at))}</small></li>"
    )
