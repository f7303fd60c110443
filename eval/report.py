"""Writes a run's folder: summary.json, summary.md for a pull request, junit.xml for CI, report.html for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree  # writes only; parses nothing

from eval import metrics
from eval.gate import FAILED, NO_BASELINE, Judgement
from eval.report_html import figure_groups, percent, render

LISTED = 20
"""Questions listed under a heading of summary.md."""

Row = Mapping[str, Any]


def write_reports(
    out: Path, rows: Sequence[Row], summary: Mapping[str, Any], judgement: Judgement | None = None
) -> list[Path]:
    """Write every report of a run into its folder.

    Returns:
        The files, report.html first.
    """
    verdict = {"gate": judgement.record()} if judgement else {}
    contents = {
        "report.html": render(rows, summary, judgement),
        "summary.md": summary_markdown(rows, summary, judgement),
        "junit.xml": junit(rows, summary, judgement),
        "summary.json": json.dumps({**summary, **verdict}, indent=1, ensure_ascii=False) + "\n",
    }
    for name, content in contents.items():
        (out / name).write_text(content, "utf-8")
    return [out / name for name in contents]


def summary_markdown(rows: Sequence[Row], summary: Mapping[str, Any], judgement: Judgement | None) -> str:
    """A short report for a pull request."""
    lines = [f"## Byline evaluation: {summary['suite']}", ""]
    lines += _verdict_lines(judgement)
    lines += ["| figure | value | 95% interval | questions |", "|---|---:|---|---:|"]
    for _, figures in figure_groups(summary):
        for f in figures:
            ends = f"{percent(f['low'], f['name'])} to {percent(f['high'], f['name'])}" if f["low"] is not None else ""
            lines.append(f"| {f['label']} | {percent(f['value'], f['name'])} | {ends} | {f['n']} |")
    lines += ["", "| kind | right | of |", "|---|---:|---:|"]
    lines += [
        f"| {name.replace('_', ' ')} | {kind['right']} | {kind['n']} |" for name, kind in summary["kinds"].items()
    ]
    lines += ["", "Where it went wrong: " + ", ".join(_stages(summary)) + "."]
    if judgement and judgement.lost:
        lines += ["", f"### Right before, wrong now ({len(judgement.lost)})", ""]
        by_id = {row["id"]: row for row in rows}
        lines += [f"- `{i}` {by_id[i]['question']} ({by_id[i]['stage']})" for i in judgement.lost[:LISTED]]
        if len(judgement.lost) > LISTED:
            lines.append(f"- and {len(judgement.lost) - LISTED} more")
    return "\n".join(lines) + "\n"


def _stages(summary: Mapping[str, Any]) -> list[str]:
    return [f"{name} {count}" for name, count in summary["stages"].items() if count and name != "right"] or ["nowhere"]


def _verdict_lines(judgement: Judgement | None) -> list[str]:
    if judgement is None:
        return []
    words = {FAILED: "**The gate failed.**", NO_BASELINE: "**No baseline.**"}
    head = f"{words.get(judgement.code, 'The gate passed.')} Compared with: {judgement.baseline}."
    if judgement.smallest_visible is not None:
        head += f" This many questions can show a change of {judgement.smallest_visible:.1%} or more."
    lines = [head, "", *[f"- {reason}" for reason in judgement.reasons]]
    for item in judgement.compared:
        if item.fallen or item.worse:
            more = f" and {len(item.questions) - LISTED} more" if len(item.questions) > LISTED else ""
            lines.append(f"- questions lower in {item.label}: {', '.join(item.questions[:LISTED])}{more}")
    for rule in judgement.invariants:
        if not rule.holds:
            lines.append(f"- questions that break “{rule.label}”: {', '.join(rule.broken_by[:LISTED])}")
    return [*lines, ""]


def junit(rows: Sequence[Row], summary: Mapping[str, Any], judgement: Judgement | None) -> str:
    """The run as JUnit XML: a test per question and per gated figure.

    A question fails when it errs, breaks an invariant, or was right in the baseline and is not now; one that
    is wrong as it was before is skipped, with the stage that lost it.
    """
    broken = {i: rule.label for rule in (judgement.invariants if judgement else ()) for i in rule.broken_by}
    lost = set(judgement.lost) if judgement else set()
    suite = ElementTree.Element("testsuite", name=f"byline.eval.{summary['suite']}")
    for row in rows:
        whole = row["timings"].get("whole", 0.0)
        case = ElementTree.SubElement(
            suite, "testcase", classname=_clean(row["kind"]), name=_clean(row["id"]), time=f"{whole:.3f}"
        )
        if row["status"] == "error":
            ElementTree.SubElement(case, "error", message=_clean(row["error"]))
        elif row["id"] in broken or row["id"] in lost:
            why = broken.get(row["id"]) or f"right in the baseline, now: {row['stage']}"
            ElementTree.SubElement(case, "failure", message=_clean(f"{why}: {row['question']}"))
        elif row["stage"] != "right":
            ElementTree.SubElement(case, "skipped", message=row["stage"])
    for item in judgement.compared if judgement else ():
        if item.margin is None:
            continue
        case = ElementTree.SubElement(suite, "testcase", classname="gate", name=item.name, time="0")
        if item.fallen or item.worse:
            message = f"{item.label}: {percent(item.before, item.name)} before, {percent(item.after, item.name)} now"
            failure = ElementTree.SubElement(case, "failure", message=message)
            failure.text = "\n".join(item.questions)
    tags = {
        "tests": "testcase",
        "failures": "testcase/failure",
        "errors": "testcase/error",
        "skipped": "testcase/skipped",
    }
    for name, tag in tags.items():
        suite.set(name, str(len(suite.findall(tag))))
    ElementTree.indent(suite)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suite, encoding="unicode") + "\n"


def _clean(text: str) -> str:
    """Text without the characters that XML cannot hold (XML 1.0, production 2)."""
    return "".join(
        ch for ch in text if ch in "\t\n\r" or " " <= ch <= "\ud7ff" or "\ue000" <= ch <= "\ufffd" or ch > "\uffff"
    )


def results_table(summaries: Sequence[Mapping[str, Any]]) -> str:
    """The table of results: one column per run, one row per figure, then the published MultiHop-RAG figures."""
    names = [f"{s['suite']} ({s['questions']})" for s in summaries]
    lines = ["| | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for metric in metrics.METRICS:
        cells = [_cell(s["metrics"][metric.name]) for s in summaries]
        if any(cells):
            lines.append(f"| {metric.label} | " + " | ".join(cell or "n/a" for cell in cells) + " |")
    lines += _confidence_lines(summaries)
    hop = next((s for s in summaries if s["metrics"]["hop_mrr_10"]["n"]), None)
    return "\n".join(lines) + "\n" + (_published_table(hop) if hop else "")


def _cell(figure: Mapping[str, Any]) -> str:
    if figure["value"] is None:
        return ""
    return f"{figure['value']:.3f} ({figure['low']:.2f}–{figure['high']:.2f})"


def _confidence_lines(summaries: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = []
    for key, label in (("auc", "Answerable against not, AUC"), ("aurc", "Risk over coverage, AURC (lower is better)")):
        values = [s["confidence"][key] for s in summaries]
        if any(value is not None for value in values):
            lines.append(f"| {label} | " + " | ".join("n/a" if v is None else f"{v:.3f}" for v in values) + " |")
    for share in ("p50", "p95"):
        cells = [s["latency"].get("whole", {}).get(share) for s in summaries]
        lines.append(
            f"| Seconds a question, {share} | " + " | ".join("n/a" if v is None else f"{v:.2f}" for v in cells) + " |"
        )
    return lines


PUBLISHED = (
    ("best of eight embeddings + bge-reranker-large (arXiv 2401.15391, table 5)", "0.586", "0.6625", "0.7467", ""),
    ("dense MiniLM alone, 1,000-character passages", "0.404", "0.543", "0.748", "0.404"),
    ("BM25 with title, outlet and date in front", "0.627", "0.776", "0.907", "0.598"),
    ("that with dense (0.3) and a share for each named outlet", "0.610", "0.836", "0.953", "0.674"),
)
"""MRR@10, Hits@4, Hits@10, evidence recall@10; all but the first measured for this project on the same questions."""


def _published_table(summary: Mapping[str, Any]) -> str:
    own = [f"{summary['metrics'][f'hop_{name}']['value']:.3f}" for name in ("mrr_10", "hits_4", "hits_10", "recall_10")]
    rows = [("**Byline**", *own), *PUBLISHED]
    head = "\n| MultiHop-RAG | MRR@10 | Hits@4 | Hits@10 | evidence recall@10 |\n|---|---:|---:|---:|---:|\n"
    return head + "".join("| " + " | ".join(row) + " |\n" for row in rows)
