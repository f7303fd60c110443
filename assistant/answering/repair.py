"""Sends sentences that failed verification back to the chat model once, each with the reason and the closest passages."""

from __future__ import annotations

import re
import string
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.answering.markers import marked, unmarked
from assistant.answering.passages import format_passages
from assistant.answering.sentence_stream import Unit
from assistant.models.chat import ChatModel
from assistant.types import Hit
from prompts import load_prompt

PROMPT = "repair"
MOST = 8
"""Sentences that are sent back; the rest is dropped."""

_LINE = re.compile(r"^\W*([A-Z])\W*[:.)–-]\W*\s*(.+)$")


@dataclass(frozen=True, slots=True)
class Failed:
    """A sentence that did not pass.

    Attributes:
        unit: The sentence.
        reason: What could not be found, in plain words.
        candidates: Passages that come closest to it.
        at: Its place in the model's text.
    """

    unit: Unit
    reason: str
    candidates: tuple[Hit, ...]
    at: int


def repair(
    model: ChatModel, question: str, hits: Sequence[Hit], failed: Sequence[Failed], stop: threading.Event | None
) -> dict[int, Unit]:
    """Ask the model to write failed sentences again.

    Args:
        model: The chat model that wrote them.
        question: What is asked.
        hits: All passages, in the order of their numbers.
        failed: What failed.
        stop: Ends the model's work.

    Returns:
        Position in `failed` -> the new sentence; those that the model gave up are missing.

    Raises:
        ModelError: The model failed.
    """
    prompt = load_prompt(PROMPT)
    sent = list(failed[:MOST])
    passages = format_passages(_needed(hits, sent))
    listed = "\n".join(
        f"{letter}: {item.unit.text} {''.join(f'[{n}]' for n in item.unit.cited)} (problem: {item.reason})"
        for letter, item in zip(string.ascii_uppercase, sent, strict=False)
    )
    filled = prompt.user.format(question=question, passages=passages, sentences=listed)
    reply = model.complete([("system", prompt.system), ("user", filled)], stop)
    return dict(_read(reply, len(sent), len(hits)))


def _needed(hits: Sequence[Hit], failed: Sequence[Failed]) -> Mapping[int, Hit]:
    """The passages that the sentences cite or come close to, under their own numbers; all when that is none."""
    cited = {number for item in failed for number in item.unit.cited}
    close = {hit.passage.id for item in failed for hit in item.candidates}
    needed = {n: hit for n, hit in enumerate(hits, 1) if n in cited or hit.passage.id in close}
    return needed or dict(enumerate(hits, 1))


def _read(reply: str, count: int, passages: int) -> list[tuple[int, Unit]]:
    found = []
    for line in reply.splitlines():
        if (match := _LINE.match(line)) is None:
            continue
        at, text = string.ascii_uppercase.index(match[1]), match[2].strip()
        plain = unmarked(text, passages).strip("*_ ")
        if at < count and plain.upper().strip(" .") != "DROP" and re.search(r"\w", plain):
            found.append((at, Unit(plain, marked(text, passages))))
    return found
