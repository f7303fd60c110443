"""Builders for rows and citations, with defaults for the fields that a test does not set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eval.runner import scored


def cite(number: int, quote: str = "The bridge closed on Monday.", *, gold: bool = True, **more: Any) -> dict[str, Any]:
    """A citation of a row."""
    made = {
        "number": number, "source_id": "bridge", "article_id": "a", "version": "v", "title": "Bridge shut",
        "outlet": "The Tarn Echo", "byline": "Ida Rook", "published_at": "2026-03-09", "url": None, "quote": quote,
        "start": 0, "end": len(quote), "exact": True, "read": True, "gold": [0] if gold else [],
    }  # fmt: skip
    return {**made, **more}


def hit(*gold: int, facts: Sequence[int] = (), **more: Any) -> dict[str, Any]:
    """A hit of a row that covers these gold spans."""
    made = {
        "source_id": "bridge", "title": "Bridge shut", "outlet": "The Tarn Echo", "published_at": "2026-03-09",
        "start": 0, "end": 28, "text": "The bridge closed on Monday.", "score": 1.0, "why": {}, "also_in": [],
        "gold": list(gold), "facts": list(facts),
    }  # fmt: skip
    return {**made, **more}


def answered(
    sentences: Sequence[tuple[str, Sequence[int]]], citations: Sequence[dict[str, Any]], **more: Any
) -> dict[str, Any]:
    """An answer of a row: (text, citation numbers) of each sentence."""
    markers = sum(len(numbers) for _, numbers in sentences)
    return {
        "status": "answered", "reason": "", "text": " ".join(text for text, _ in sentences), "standalone": "",
        "sentences": [{"text": text, "citations": list(n), "verdict": "supported"} for text, n in sentences],
        "citations": list(citations), "dropped": [], "notes": [], "model": "quotations", "confidence": 0.8,
        "markers": {"total": markers, "valid": markers}, "nearest": [],
        "quotations": {"total": len(citations), "exact": sum(c["exact"] for c in citations)}, **more,
    }  # fmt: skip


def declined(**more: Any) -> dict[str, Any]:
    """An abstention of a row."""
    return {**answered((), ()), "status": "abstained", "reason": "I do not find this.", "confidence": 0.2, **more}


GOOD = answered([("The bridge closed on Monday.", [1])], [cite(1)])
"""A right answer to `row`'s question."""


def row(name: str = "q1", answer: dict[str, Any] | None = GOOD, **more: Any) -> dict[str, Any]:
    """A scored row; answerable with one gold span unless told otherwise."""
    evidence = [
        {"doc_id": "bridge", "start": 0, "end": 28, "title": "Bridge shut", "text": "The bridge closed on Monday."}
    ]
    made = {
        "id": name, "kind": "fact", "split": "", "cluster": f"article:{name}", "question": "When did the bridge close?",
        "history": [], "as_of": None, "answerable": True, "answers": ["Monday"], "must_include": [["Monday"]],
        "evidence": evidence, "facts": [], "status": "ok", "error": None, "answer": answer, "hits": [hit(0)],
        "timings": {"whole": 0.1}, "usage": {},
    }  # fmt: skip
    return scored({**made, **more})


def unanswerable(name: str = "u1", answer: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A scored row of a question that the articles do not answer; declined unless told otherwise."""
    empty = {"answerable": False, "answers": [], "must_include": [], "evidence": [], "kind": "absent"}
    return row(name, answer or declined(), **{**empty, "hits": [hit()], "cluster": f"question:{name}", **more})


def failed(name: str = "e1", **more: Any) -> dict[str, Any]:
    """An error row."""
    return row(name, None, status="error", error="RunError: it broke", hits=[], **more)
