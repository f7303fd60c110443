"""The record of an answer that is kept: plan, passages, prompts, the model's own text, verdicts with reasons."""

from __future__ import annotations

from typing import Any

from assistant.answering.state import Material, Outcome
from assistant.json_forms import answer_record, hit_record
from assistant.types import Answer, Query


def receipt_record(answer: Answer, query: Query, material: Material, outcome: Outcome) -> dict[str, Any]:
    """Everything needed to see afterwards how an answer came about, as JSON."""
    record = answer_record(answer)
    record["plan"] = {
        "kind": query.kind,
        "parts": list(query.parts),
        "sides": list(query.sides),
        "alternative": query.alternative,
        "planner": query.planner,
        "outlets": list(query.outlets),
        "as_of": query.as_of.isoformat() if query.as_of else None,
    }
    record["hits"] = [{**hit_record(hit), "why": hit.why.known()} for hit in answer.hits]
    record["given"] = [{**hit_record(hit), "number": number} for number, hit in enumerate(material.given, 1)]
    record["parts"] = [{"part": f.part, "confidence": round(f.confidence, 4)} for f in material.findings]
    record["prompt_versions"] = dict(answer.prompt_versions)
    record["model_text"] = list(outcome.raw)
    return record
