"""What the command line reads and prints, apart from the commands themselves."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.errors import UsageError
from assistant.settings import Settings

_OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def print_report(report: Any) -> None:
    """What an addition came to; the rejected on standard error."""
    done = f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged"
    more = "".join(
        f", {count} {name}"
        for count, name in ((report.duplicates, "of them copies"), (report.removed, "removed"))
        if count
    )
    print(f"{done}{more}, {len(report.rejected)} rejected; {report.passages} passages in {report.seconds:.1f} s")
    for item in report.rejected:
        print(f"rejected {item.source}: {item.reason}", file=sys.stderr)


def write_outcomes(path: Path, report: Any) -> None:
    """What became of each article, as JSON lines.

    Raises:
        UsageError: The file cannot be written.
    """
    fields = ("place", "status", "article_id", "detail")
    rows = [json.dumps({name: getattr(o, name) for name in fields}, ensure_ascii=False) for o in report.outcomes]
    try:
        path.write_text("".join(f"{row}\n" for row in rows), "utf-8")
    except OSError as error:
        raise UsageError(
            f"--export: expected a file that can be written, found {str(path)!r}: {error.strerror}."
        ) from error


@contextmanager
def opened_assistant(settings: Settings, *, warm: bool) -> Iterator[Any]:
    """The assistant of the settings, closed at the end."""
    from assistant.factory import build_assistant

    assistant = build_assistant(settings)
    try:
        if warm:
            assistant.warm()
        yield assistant
    finally:
        assistant.close()


@contextmanager
def opened_library(settings: Settings) -> Iterator[Any]:
    """The library of the settings, closed at the end."""
    from assistant.factory import open_library

    library, _ = open_library(settings)
    try:
        yield library
    finally:
        library.close()


def plain(answer: Any) -> str:
    """An answer for reading in a terminal: its text, its quotations and where they stand."""
    lines = [answer.text, ""] if answer.status == "answered" else [answer.text]
    for citation in answer.citations:
        head = citation.headline
        day = (head.published_at or "")[:10] or "date not given"
        where = f"{head.outlet or 'outlet not given'}, {day}, characters {citation.start}-{citation.end}"
        lines.append(f"[{citation.number}] “{citation.quote}”\n    {head.title} ({where})")
    if answer.dropped:
        lines.append(f"{len(answer.dropped)} sentence(s) of the chat model did not pass the check and were left out.")
    if answer.status == "answered" and answer.reason:
        lines.append(answer.reason)
    return "\n".join([*lines, *answer.notes])


def parse_day(value: str | None) -> date | None:
    """A day in ISO form.

    Raises:
        UsageError: It is none.
    """
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (ValueError, TypeError):
        raise UsageError(f"Expected a day such as 2023-11-27, found {value!r}.") from None


def read_text(path: Path) -> str:
    """The text of a UTF-8 file.

    Raises:
        UsageError: It cannot be read.
    """
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"Expected a readable file, found {str(path)!r}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"Expected UTF-8 text in {str(path)!r}, found other bytes at {error.start}.") from error


def read_rows(path: Path, wanted: str) -> Iterator[dict[str, Any]]:
    """The objects of a JSONL file.

    Args:
        path: The file; empty lines are passed over.
        wanted: A text field that each must have.

    Raises:
        UsageError: A line does not fit; it is named by file and number.
    """
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise UsageError(f"{path}, line {number}: expected a JSON object, found {error}.") from error
        if not isinstance(row, dict) or not isinstance(row.get(wanted), str):
            raise UsageError(f"{path}, line {number}: expected an object with a text field {wanted!r}.")
        yield row


def checked_history(turns: Any) -> list[dict[str, str]]:
    """The earlier messages of a conversation.

    Raises:
        UsageError: They are not of the form that is expected.
    """
    if not isinstance(turns, list) or not all(
        isinstance(turn, dict) and turn.get("role") in ("user", "assistant") and isinstance(turn.get("content"), str)
        for turn in turns
    ):
        raise UsageError('history: expected a list of {"role": "user" or "assistant", "content": text}.')
    return turns


def say(text: str) -> None:
    """Print text that strangers wrote: what a terminal would obey, and what turns the reading order, is left out."""
    print(_OBEYED.sub("", text))


def print_json(value: Any, indent: int | None = 2) -> None:
    """Print JSON, of one line when `indent` is None."""
    print(json.dumps(value, ensure_ascii=False, indent=indent), flush=True)
