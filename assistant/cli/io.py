"""What several commands share: opening the library, reading files, checking options."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.errors import UsageError
from assistant.settings import Settings
from assistant.types import Filters

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def require_library(settings: Settings) -> None:
    """Check that the data folder holds a library, so that a mistyped folder is not created.

    Raises:
        UsageError: It holds none.
    """
    from assistant.storage.opening import CATALOGUE

    if not (settings.home / CATALOGUE).is_file():
        raise UsageError(
            f"There is no library in {str(settings.home)!r}. Check --home, or add articles with `byline ingest FILE...`."
        )


@contextmanager
def opened_assistant(settings: Settings, *, warm: bool) -> Iterator[Any]:
    """The assistant of the settings, closed at the end."""
    from assistant.factory import build_assistant

    require_library(settings)
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

    require_library(settings)
    library, _ = open_library(settings)
    try:
        yield library
    finally:
        library.close()


def parse_day(value: str | None, option: str) -> date | None:
    """A day in ISO form.

    Raises:
        UsageError: It is none.
    """
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (ValueError, TypeError):
        raise UsageError(f"{option} is not a day: {value!r}. Write it as 2023-11-27.") from None


def chosen_filters(
    catalogue: Any, outlets: list[str] | None, authors: list[str] | None, since: str | None, until: str | None
) -> Filters | None:
    """The filters of the command line, with outlets as they are stored; None when there are none.

    Raises:
        UsageError: A day is wrong, or no article has such an outlet or author.
    """
    from assistant.storage.filters import wrote

    first, last = parse_day(since, "--since"), parse_day(until, "--until")
    if first and last and first > last:
        raise UsageError(f"--since {first} is after --until {last}. Exchange them.")
    bylines = catalogue.bylines() if authors else {}
    for author in authors or ():
        if not any(wrote(byline, [author]) for byline in bylines):
            raise UsageError(f"No article is by {author!r}.{_suggestion(author, bylines)}")
    known = [_stored_outlet(outlet, catalogue.outlets()) for outlet in outlets or ()]
    return Filters(tuple(known), first, last, tuple(authors or ())) or None


def _stored_outlet(name: str, outlets: Mapping[str, int]) -> str:
    for outlet in outlets:
        if outlet.casefold() == name.strip().casefold():
            return outlet
    raise UsageError(f"No article is from {name!r}.{_suggestion(name, outlets)}")


def _suggestion(name: str, known: Iterable[str]) -> str:
    names = {value.casefold(): value for value in known}
    near = difflib.get_close_matches(name.casefold(), names, 1, 0.5)
    return f" Did you mean {names[near[0]]!r}?" if near else ""


def read_text(path: Path) -> str:
    """The text of a UTF-8 file.

    Raises:
        UsageError: It cannot be read.
    """
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"Cannot read {str(path)!r}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{str(path)!r} is not UTF-8 text (byte {error.start}). Convert it first.") from error


def read_rows(path: Path, wanted: str) -> Iterator[dict[str, Any]]:
    """The objects of a JSONL file, or of standard input for `-`, each as soon as its line is complete.

    Args:
        path: The file; empty lines are skipped.
        wanted: A text field that each must have.

    Raises:
        UsageError: A line is not such an object; the message has the file and the line number.
    """
    from_input = str(path) == "-"
    lines = iter(sys.stdin) if from_input else iter(read_text(path).split("\n"))
    where = "standard input" if from_input else str(path)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise UsageError(f"{where}, line {number}: not valid JSON ({error}).") from error
        if not isinstance(row, dict) or not isinstance(row.get(wanted), str):
            raise UsageError(f"{where}, line {number}: not an object with a text field {wanted!r}.")
        yield row


def read_history(path: Path | None) -> list[dict[str, str]]:
    """The conversation in a JSON file; empty without one.

    Raises:
        UsageError: The file cannot be read, or holds something else.
    """
    if path is None:
        return []
    try:
        return checked_history(json.loads(read_text(path)))
    except ValueError as error:
        raise UsageError(f"{str(path)!r} is not valid JSON ({error}).") from error


def checked_history(turns: Any) -> list[dict[str, str]]:
    """The earlier messages of a conversation.

    Raises:
        UsageError: They do not have the right form.
    """
    if not isinstance(turns, list) or not all(
        isinstance(turn, dict) and turn.get("role") in ("user", "assistant") and isinstance(turn.get("content"), str)
        for turn in turns
    ):
        raise UsageError('The history must be a list of {"role": "user" or "assistant", "content": text}.')
    return turns
