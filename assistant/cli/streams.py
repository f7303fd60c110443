"""Standard input and output: what is read from a pipe, and text that any terminal can show."""

from __future__ import annotations

import codecs
import json
import re
import sys
from typing import Any

from assistant.errors import UsageError

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_ASCII = {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "·": "-", "\xa0": " "}


def prepare_output() -> None:
    """Let standard output replace characters that the terminal cannot show, where it would fail on them."""
    codecs.register_error("byline", _replace)
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="byline")


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_ASCII.get(ch, "?") for ch in error.object[error.start : error.end]), error.end


def say(text: str) -> None:
    """Print text from articles or models without terminal control and text direction characters."""
    print(_CONTROLS.sub("", text))


def tell(text: str) -> None:
    """Print a message to standard error."""
    print(f"byline: {_CONTROLS.sub('', text)}", file=sys.stderr)


def print_json(value: Any, indent: int | None = 2) -> None:
    """Print JSON, on one line when `indent` is None. It is valid in every encoding of the output."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value, indent=indent)
    print(text, flush=True)


def read_input(what: str) -> str:
    """Read all of standard input as UTF-8.

    Args:
        what: What is read, for the messages: "question".

    Raises:
        UsageError: There is none, or it is not UTF-8.
    """
    if sys.stdin is None:
        raise UsageError(f"There is no standard input to read the {what} from.")
    if sys.stdin.isatty():
        tell(f"Type the {what}, then press Ctrl-D.")
    binary = getattr(sys.stdin, "buffer", None)
    try:
        return sys.stdin.read() if binary is None else binary.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"Standard input is not UTF-8 text (byte {error.start}). Convert the {what} first.") from error


def words_or_input(words: list[str] | None, what: str) -> str:
    """The words of the command line as one text; standard input for `-`, or where there are none and input is piped.

    Raises:
        UsageError: There are no words and nothing is piped.
    """
    if words and words != ["-"]:
        return " ".join(words)
    if not words and (sys.stdin is None or sys.stdin.isatty()):
        raise UsageError(f"Type a {what}, pipe one in, or use --batch FILE.")
    text = read_input(what).strip()
    if not text:
        raise UsageError(f"The {what} is empty. Type one, pipe one in, or use --batch FILE.")
    return text
