"""Asks a chat model to judge a run's answers; optional, and never part of the gate.

It writes a file of its own into the run's folder; nothing that gates, compares or blesses reads it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.models.chat import ChatModel, Messages
from eval import metrics
from prompts import load_prompt

PROMPT = "judge"
FILE = "judge.jsonl"
UNCLEAR = "unclear"
_VERDICT = re.compile(r"\b(yes|partly|no)\b", re.I)

Row = Mapping[str, Any]


def opinions(rows: Sequence[Row], model: ChatModel) -> Iterator[dict[str, Any]]:
    """Ask a chat model about every answer to an answerable question.

    Args:
        rows: A run's rows.
        model: The judge; it should not be the model that wrote the answers.

    Yields:
        Id, verdict ("yes", "partly", "no", or "unclear" for a reply without one), the reply, model and prompt.

    Raises:
        ModelError: The model cannot be reached or refused.
    """
    version = load_prompt(PROMPT).version
    for row in rows:
        if row["answerable"] and metrics.answered(row):
            reply = "".join(model.stream(request(row)))
            found = _VERDICT.search(reply)
            verdict = found[1].lower() if found else UNCLEAR
            yield {"id": row["id"], "verdict": verdict, "reply": reply, "model": model.name, "prompt": version}


def request(row: Row) -> Messages:
    """The messages that ask about one answer."""
    prompt = load_prompt(PROMPT)
    wanted = "; ".join(row["answers"]) or " and ".join(" or ".join(group) for group in row["must_include"])
    quotations = "\n".join(f"[{c['number']}] {c['quote']}" for c in row["answer"]["citations"])
    filled = prompt.user.format(
        question=row["question"], wanted=wanted, answer=metrics.answer_text(row), quotations=quotations
    )
    return [("system", prompt.system), ("user", filled)]


def write_opinions(folder: Path, found: Sequence[Mapping[str, Any]]) -> Path:
    """Write the opinions to the run's folder."""
    path = folder / FILE
    path.write_text("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in found), "utf-8")
    return path


def told(rows: Sequence[Row], found: Sequence[Mapping[str, Any]]) -> str:
    """Summarise the opinions in two lines: counts, and agreement with the end-to-end score."""
    right = {row["id"]: row["stage"] == "right" for row in rows}
    clear = [item for item in found if item["verdict"] != UNCLEAR]
    agreed = sum((item["verdict"] == "yes") == right[item["id"]] for item in clear)
    counts = ", ".join(f"{name} {count}" for name, count in Counter(item["verdict"] for item in found).most_common())
    return (
        f"{len(found)} answers to answerable questions: {counts or 'none'}.\n"
        f"The judge and the end-to-end score agree on {agreed} of {len(clear)}. The gate ignores this."
    )
