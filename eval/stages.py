"""Where a question went wrong: the first stage of the way from search to citation that lost it."""

from __future__ import annotations

from eval import metrics
from eval.parts import Row

READ_DEPTH = 5
"""Hits, in the order they were read, among which evidence counts as read."""

STAGES = (
    "right", "not retrieved", "retrieved but not read", "read but answered wrong", "wrong citation", "wrongly abstained",
    "wrongly answered", "error",
)  # fmt: skip


def stage(row: Row) -> str:
    """Where a question went wrong: the first stage that lost it, or "right"."""
    if row["status"] != "ok":
        return row["status"] if row["status"] != "skipped" else "error"
    if row.get("answer") is None:
        return _search_stage(row)
    part = metrics.end_to_end(row)
    if part and part[0]:
        return "right"
    if not row["answerable"]:
        return "wrongly answered"
    if metrics.is_correct(row):
        return "wrong citation"
    if row["evidence"] and not any(hit["gold"] for hit in row["hits"]):
        return "not retrieved"
    if row["evidence"] and not any(hit["gold"] for hit in row["hits"][:READ_DEPTH]):
        return "retrieved but not read"
    return "wrongly abstained" if metrics.abstained(row) else "read but answered wrong"


def _search_stage(row: Row) -> str:
    """For searches without answers: right when everything needed is within ten hits."""
    key, gold = ("facts", row["facts"]) if row["facts"] else ("gold", row["evidence"])
    return "right" if not gold or any(hit[key] for hit in row["hits"][:10]) else "not retrieved"
