"""Recorded answers: how they are stored, and which of them belongs to a prompt.

A prompt is known by the SHA-1 of its messages, and by that of what it asks, its passages left out: two processors may
order two passages differently by the last digit of a score. A recorded answer keeps how each passage that it cites
begins; its markers are numbered anew for the prompt it is replayed to.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from assistant.errors import UsageError
from assistant.models.chat import Messages

COMMAND = "byline eval record"
KEY = 16
"""Hex digits of a key."""
BEGINNING = 120
"""Characters of a passage's header and text, each, by which it is known again."""

PASSAGE = re.compile(
    r"^\[(?P<number>\d+)\] <passage (?P<key>[0-9a-f]+)>\n(?P<head>[^\n]*)\n(?P<text>.*?)\n</passage (?P=key)>",
    re.M | re.S,
)
"""A passage in a prompt: its number, header and text; see `assistant.answering.passages.format_passages`."""
_KEY = re.compile(r"(</?passage) [0-9a-f]+>")
_MARKER = re.compile(r"\s?\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Recorded:
    """An answer that a chat model gave to a prompt.

    Attributes:
        key: The prompt's key, `request_key`.
        asked: The key of what it asks, `asked_key`; empty when only the whole prompt is known.
        text: The answer.
        cited: Number -> how the passage that it cites begins.
    """

    key: str
    asked: str
    text: str
    cited: Mapping[str, str] = field(default_factory=dict)


class Recording:
    """Recorded answers, found by the whole prompt or else by what it asks."""

    def __init__(self, answers: Iterable[Recorded] = ()) -> None:
        """Keep the answers at hand."""
        self._by_key: dict[str, Recorded] = {}
        self._by_asked: dict[str, Recorded] = {}
        for answer in answers:
            self.add(answer)

    def __len__(self) -> int:
        return len(self._by_key)

    def add(self, answer: Recorded) -> None:
        """Add an answer; of two to the same prompt the later one counts."""
        self._by_key[answer.key] = answer
        if answer.asked:
            self._by_asked[answer.asked] = answer

    def reply(self, messages: Messages) -> str | None:
        """The recorded answer to a prompt, its markers numbered as the prompt's passages are; None when there is none."""
        if answer := self._by_key.get(request_key(messages)):
            return answer.text
        if answer := self._by_asked.get(asked_key(messages)):
            return _renumbered(answer, messages)
        return None


def request_key(messages: Messages) -> str:
    """The key of a prompt: the first 16 hex digits of the SHA-1 of its messages as JSON, without the keys of its tags."""
    return _digest(_KEY.sub(r"\1>", json.dumps(message_records(messages), ensure_ascii=False)))


def asked_key(messages: Messages) -> str:
    """The key of what a prompt asks: its last message without passages. The system message takes no part."""
    return _digest(" ".join(PASSAGE.sub("", messages[-1][1]).split()))


def message_records(messages: Messages) -> list[dict[str, str]]:
    """The messages as an OpenAI-compatible server receives them."""
    return [{"role": role, "content": text} for role, text in messages]


def recorded(messages: Messages, text: str) -> Recorded:
    """An answer with the keys of its prompt and the beginnings of the passages that it cites."""
    cited = {number for number in _MARKER.findall(text)}
    begun = {number: start for number, start in _beginnings(messages).items() if number in cited}
    return Recorded(request_key(messages), asked_key(messages), text, begun)


def append_answer(path: Path, answer: Recorded) -> None:
    """Add an answer to a recording."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(asdict(answer), ensure_ascii=False) + "\n")


def write_answers(path: Path, answers: Iterable[Recorded]) -> None:
    """Write a recording, in the order of its keys, so that two of the same answers are the same file."""
    path.unlink(missing_ok=True)
    for answer in sorted(answers, key=lambda answer: answer.key):
        append_answer(path, answer)


def read_answers(path: Path) -> list[Recorded]:
    """Read recorded answers.

    Args:
        path: A recording, or a folder with `KEY.txt` files.

    Raises:
        UsageError: It cannot be read, or a line does not fit.
    """
    try:
        if path.is_dir():
            return [Recorded(file.stem, "", file.read_text("utf-8").strip()) for file in sorted(path.glob("*.txt"))]
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"Cannot read recorded answers from {str(path)!r}; make them with `{COMMAND}`.") from error
    return [_entry(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _entry(path: Path, number: int, line: str) -> Recorded:
    try:
        entry: Any = json.loads(line)
        cited = {str(marker): str(start) for marker, start in entry.get("cited", {}).items()}
        return Recorded(str(entry["key"]), str(entry.get("asked", "")), str(entry["text"]), cited)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{path.name}:{number}: this is not a recorded answer with key and text: {str(error)[:80]}."
        ) from error


def _renumbered(answer: Recorded, messages: Messages) -> str:
    """The text with the prompt's numbers; a marker whose passage the prompt lacks is left out."""
    numbers = {start: number for number, start in _beginnings(messages).items()}
    now = {number: numbers[start] for number, start in answer.cited.items() if start in numbers}

    def marker(match: re.Match[str]) -> str:
        number = now.get(match[1])
        return match[0].replace(match[1], number) if number else ""

    return _MARKER.sub(marker, answer.text)


def _beginnings(messages: Messages) -> dict[str, str]:
    return {
        found["number"]: f"{found['head'][:BEGINNING]}\n{found['text'][:BEGINNING]}"
        for found in PASSAGE.finditer(messages[-1][1])
    }


def _digest(text: str) -> str:
    return hashlib.sha1(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()[:KEY]
