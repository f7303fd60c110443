"""Renders report.html, one file that opens offline; the page itself is a template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from eval import charts, metrics
from eval.gate import Judgement
from eval.nuggets import states_any
from eval.stages import STAGES

TEMPLATES = Path(__file__).parent / "templates"
SHOWN_PASSAGES = 5
MANY = 500
"""With this many rows or more, each shows fewer passages, so that the file opens quickly."""

GROUPS = (
    ("Answers", ("end_to_end", "correctness", "nugget_recall", "answer_inside", "token_f1")),
    ("Evidence", ("evidence_first", "evidence_in_5", "recall_10", "mrr_10")),
    (
        "Citations",
        ("citation_precision", "citation_recall", "cites_evidence", "quotation_exactness", "fidelity", "checked"),
    ),
    ("Declining", ("abstention_recall", "abstention_precision", "over_refusal", "auc")),
    ("MultiHop-RAG's own scoring", ("hop_mrr_10", "hop_hits_4", "hop_hits_10", "hop_recall_10")),
)
DECIMAL = {"token_f1", "mrr_10", "ndcg_10", "map", "hop_mrr_10", "auc"}
"""Metrics that are not shares and are shown as decimals."""

EXPLAINED = {
    "right": "answered correctly with a citation, or correctly declined",
    "not retrieved": "no passage with the evidence was retrieved",
    "retrieved but not read": "the evidence was retrieved, but not among the first five passages",
    "read but answered wrong": "the evidence was read, and the answer is incorrect",
    "wrong citation": "the answer is correct, but cites something else",
    "wrongly abstained": "the evidence was read, and the question was declined",
    "wrongly answered": "the articles do not answer the question, and it was answered",
    "error": "the question ended in an error",
}

Row = Mapping[str, Any]


def render(rows: Sequence[Row], summary: Mapping[str, Any], judgement: Judgement | None) -> str:
    """Render a run as one HTML page.

    Args:
        rows: The run's rows, scored.
        summary: Its summary.
        judgement: The gate's judgement, or None without the gate.
    """
    env = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                      lstrip_blocks=True)  # fmt: skip
    env.filters.update(percent=percent, slug=charts.slug, seconds=charts.seconds)
    depth = SHOWN_PASSAGES if len(rows) <= MANY else 3
    stages = {name: count for name, count in summary["stages"].items() if count}
    curve = [(x, y) for x, y in summary["confidence"]["curve"]]
    return env.get_template("report.html").render(
        summary=summary, judgement=judgement, groups=figure_groups(summary), stages=stages, explained=EXPLAINED,
        wrong={name: count for name, count in stages.items() if name != "right"}, kinds=_kinds(summary), picks=picks(rows),
        stage_bar=charts.stacked_bar(stages), whisker=charts.whisker,
        risk=charts.risk_coverage(curve) if curve else "", latency=_latency(summary),
        questions=[_question(row, depth, judgement) for row in rows], formulas=_formulas(summary),
        right=stages.get("right", 0), total=len(rows), published=PUBLISHED if summary["suite"] == "multihop" else (),
    )  # fmt: skip


PUBLISHED = (
    ("bge-large-en + bge-reranker-large, best of eight", 0.5860, 0.6625, 0.7467),
    ("dense MiniLM alone, 1,000-character passages, measured here", 0.404, 0.543, 0.748),
)
"""MultiHop-RAG (arXiv 2401.15391, table 5): MRR@10, Hits@4, Hits@10."""


def percent(value: float | None, name: str = "") -> str:
    """Format a value as a percentage or a decimal; 100% only when nothing is missing."""
    if value is None:
        return "n/a"
    if name in DECIMAL:
        return f"{value:.2f}"
    if 0.9995 <= value < 1:
        return "over 99.9%"
    return f"{value * 100:.0f}%" if abs(value * 100 - round(value * 100)) < 0.05 else f"{value * 100:.1f}%"


def figure_groups(summary: Mapping[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The headline figures by subject; those that do not apply are left out."""
    found = []
    sure = summary["confidence"]
    auc = {"label": "Answerable against not, AUC", "value": sure["auc"], "low": sure["auc_low"], "high": sure["auc_high"],
           "n": sure["n"], "lower": False}  # fmt: skip
    for title, names in GROUPS:
        figures = [{"name": n, **(auc if n == "auc" else summary["metrics"][n])} for n in names]
        figures = [figure for figure in figures if figure["value"] is not None]
        if figures:
            found.append((title, figures))
    return found


def picks(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Pick three examples: a right answer, a wrong one, and a correctly declined question, each the most confident.

    For a declined question, most confident means closest to being answered.
    """
    sorts = {
        "Right, with evidence": [r for r in rows if metrics.answered(r) and r["stage"] == "right"],
        "Confident and wrong": [r for r in rows if metrics.answered(r) and r["stage"] != "right"],
        "Correctly declined, closest call": [r for r in rows if metrics.abstained(r) and r["stage"] == "right"],
    }
    found = []
    for title, some in sorts.items():
        if some:
            row = max(some, key=lambda r: (r["answer"]["confidence"], r["id"]))
            found.append(
                {
                    "title": title,
                    "explained": EXPLAINED[row["stage"]],
                    "right": row["stage"] == "right",
                    "wanted": _wanted(row),
                    **row,
                }
            )
    return found


def _wanted(row: Row) -> str:
    """What a right answer says, in short."""
    if row["answers"] or row["must_include"]:
        return str(row["answers"][0] if row["answers"] else row["must_include"][0][0])
    return "; ".join(nugget["fact"] for nugget in row.get("nuggets", ()) if nugget["vital"])


def _nuggets(row: Row) -> list[dict[str, Any]]:
    text = row["answer"]["text"] if metrics.answered(row) else ""
    return [{**nugget, "said": states_any(text, nugget["any"])} for nugget in row.get("nuggets", ())]


def _kinds(summary: Mapping[str, Any]) -> list[dict[str, Any]]:
    ordered = sorted(summary["kinds"].items(), key=lambda item: -item[1]["n"])
    return [
        {"name": name, **kind, "share": kind["right"] / kind["n"],
         "bar": charts.stacked_bar({s: kind["stages"].get(s, 0) for s in STAGES})}
        for name, kind in ordered
    ]  # fmt: skip


def _latency(summary: Mapping[str, Any]) -> Any:
    stages = {
        name: spread for name, spread in summary["latency"].items() if name != "total" and spread["p95"] is not None
    }
    return charts.latency_bars(stages) if stages else ""


def _formulas(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (metric.label, " ".join((metric.part.__doc__ or "").split()))
        for metric in metrics.METRICS
        if summary["metrics"][metric.name]["n"] and metric.part.__doc__
    ]


def _question(row: Row, depth: int, judgement: Judgement | None) -> dict[str, Any]:
    answer = row["answer"]
    citations = answer["citations"] if answer else []
    changed = ""
    if judgement is not None:
        changed = "lost" if row["id"] in judgement.lost else "won" if row["id"] in judgement.won else ""
    return {
        **{name: row[name] for name in ("id", "kind", "question", "history", "as_of", "answerable", "stage", "error")},
        "answer": answer, "changed": changed, "must_include": row["must_include"], "answers": row["answers"],
        "nuggets": _nuggets(row),
        "citations": [{**c, "good": bool(c["gold"])} for c in citations],
        "evidence": [_evidence(row, index, gold) for index, gold in enumerate(row["evidence"])],
        "facts": _facts(row), "passages": [_passage(row, hit, rank) for rank, hit in enumerate(row["hits"][:depth], 1)],
        "hits": len(row["hits"]), "whole": row["timings"].get("whole"),
    }  # fmt: skip


def _facts(row: Row) -> list[dict[str, Any]]:
    ranks = [
        next((r for r, hit in enumerate(row["hits"], 1) if i in hit["facts"]), None) for i in range(len(row["facts"]))
    ]
    return [{"text": fact, "rank": rank} for fact, rank in zip(row["facts"], ranks, strict=True)]


def _evidence(row: Row, index: int, gold: Mapping[str, Any]) -> dict[str, Any]:
    rank = next((rank for rank, hit in enumerate(row["hits"], 1) if index in hit["gold"]), None)
    quoted = bool(row["answer"]) and any(index in citation["gold"] for citation in row["answer"]["citations"])
    return {**gold, "rank": rank, "quoted": quoted}


def _passage(row: Row, hit: Mapping[str, Any], rank: int) -> dict[str, Any]:
    spans = [(e["start"], e["end"], "gold") for e in row["evidence"] if e["doc_id"] == hit["source_id"]]
    if row["answer"]:
        spans += [
            (c["start"], c["end"], "quote") for c in row["answer"]["citations"] if c["source_id"] == hit["source_id"]
        ]
    spans += [span for fact in row["facts"] for span in _found(hit, fact)]
    return {**hit, "rank": rank, "pieces": segments(hit["text"], hit["start"], spans)}


def _found(hit: Mapping[str, Any], fact: str) -> list[tuple[int, int, str]]:
    at = hit["text"].find(fact)
    return [(hit["start"] + at, hit["start"] + at + len(fact), "gold")] if at >= 0 else []


def segments(text: str, offset: int, spans: Sequence[tuple[int, int, str]]) -> list[tuple[str, str]]:
    """Cut a passage where marked spans begin and end.

    Args:
        text: The passage.
        offset: Where it starts in the article.
        spans: (start, end, mark) by offsets in the article; they may overlap and reach outside.

    Returns:
        (piece, marks with spaces between them), in order; together they are the text.
    """
    cuts = {0, len(text)} | {min(max(at - offset, 0), len(text)) for start, end, _ in spans for at in (start, end)}
    edges = sorted(cuts)
    pieces = []
    for low, high in zip(edges, edges[1:], strict=False):
        marks = dict.fromkeys(mark for start, end, mark in spans if start - offset <= low and high <= end - offset)
        pieces.append((text[low:high], " ".join(marks)))
    return pieces
