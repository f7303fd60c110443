"""Users' ratings of answers, and test questions made from them.

Ratings are lines of `feedback.jsonl` in the data folder; test questions are lines of `questions.jsonl`
beside it, in the form that `byline eval run --questions` reads.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import StoreError, UsageError


class Rating(BaseModel):
    """One user's rating of one answer."""

    model_config = ConfigDict(extra="ignore")
    receipt: str = Field(max_length=100)
    rating: Literal["good", "bad"]
    note: str = Field(default="", max_length=5_000)
    question: str = Field(default="", max_length=20_000)
    at: str = ""
    user: str = ""


class Feedback:
    """Ratings and test questions of one data folder.

    Args:
        home: The data folder.
    """

    def __init__(self, home: Path) -> None:
        self._ratings = home / "feedback.jsonl"
        self.questions = home / "questions.jsonl"
        self._lock = threading.Lock()

    def rate(self, rating: Rating, user: str = "") -> None:
        """Save a rating. A user's last rating of an answer counts.

        Raises:
            StoreError: The data folder cannot be written.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._append(self._ratings, rating.model_copy(update={"at": now, "user": user}).model_dump())

    def ratings(self) -> list[Rating]:
        """The last rating of each user for each answer, oldest first."""
        found: dict[tuple[str, str], Rating] = {}
        for row in _rows(self._ratings):
            try:
                rating = Rating.model_validate(row)
            except ValidationError:
                continue
            found.pop((rating.receipt, rating.user), None)
            found[rating.receipt, rating.user] = rating
        return list(found.values())

    def keep_case(
        self, record: dict[str, Any], expect: Literal["answer", "not found"], history: Sequence[dict[str, str]]
    ) -> tuple[str, int]:
        """Save a past answer as a test question.

        Args:
            record: The answer's receipt.
            expect: Whether the answer is right, or should be "not found".
            history: The conversation before it.

        Returns:
            The question's id and how many there are now.

        Raises:
            UsageError: The answer cannot be a test question, or already is one.
            StoreError: The data folder cannot be written.
        """
        case = _case(record, expect, history)
        with self._lock:
            known = [row.get("id") for row in _rows(self.questions)]
            if case["id"] in known:
                raise UsageError("This answer is already saved as a test.")
        self._append(self.questions, case)
        return case["id"], len(known) + 1

    def case_count(self) -> int:
        """How many test questions there are."""
        return len(_rows(self.questions))

    def _append(self, file: Path, row: dict[str, Any]) -> None:
        line = json.dumps(row, ensure_ascii=False) + "\n"
        try:
            with self._lock, file.open("a", encoding="utf-8") as out:
                out.write(line)
        except OSError as error:
            raise StoreError(f"Cannot write {file}: {error.strerror}.") from error


def _case(record: dict[str, Any], expect: str, history: Sequence[dict[str, str]]) -> dict[str, Any]:
    answered = expect == "answer"
    if answered and not record.get("citations"):
        raise UsageError("This answer has no quotations. It can only be saved as “not found”.")
    case: dict[str, Any] = {
        "id": f"own-{record['id']}",
        "question": record["question"],
        "history": [turn for turn in history if turn["content"]],
        "answerable": answered,
        "kind": "own" if answered else "own_absent",
    }
    if record.get("as_of"):
        case["as_of"] = record["as_of"]
    if answered:
        case["answers"] = [sentence["text"] for sentence in record["sentences"]]
        spans = {(c["source_id"], c["start"], c["end"]) for c in record["citations"]}
        case["evidence"] = [
            {"doc_id": doc, "start": start, "end": end}
            for doc, start, end in sorted(spans, key=lambda s: (str(s[0]), s[1]))
        ]
    return case


def _rows(file: Path) -> list[dict[str, Any]]:
    """The complete rows of a JSONL file; a torn line is skipped."""
    try:
        lines = file.read_text("utf-8").split("\n")
    except OSError:
        return []
    rows = []
    for line in lines:
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict):
            rows.append(row)
    return rows
