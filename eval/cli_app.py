"""What the commands of `byline eval` share: the application, errors as one sentence, suites and folders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

import typer

from assistant.errors import BylineError, UsageError
from assistant.extras import require
from eval.console import say

BROKEN = 1
"""Exit code when the evaluation itself failed; 2 means that the gate failed."""

P = ParamSpec("P")

app = typer.Typer(
    no_args_is_help=True, help="Evaluate answers offline, compare runs, gate changes.",
    epilog="Exit codes: 0 passed, 1 the evaluation itself failed, 2 the gate failed (or wrong use), 3 no baseline.",
)  # fmt: skip


def harness(command: Callable[P, None]) -> Callable[P, None]:
    """The command with every error as one sentence and exit code 1: 2 would mean that the gate failed."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            require("statsmodels", "eval", "`byline eval`")
            command(*args, **kwargs)
        except BylineError as error:
            say(f"byline eval: {error}")
            raise SystemExit(BROKEN) from error

    return wrapped


def chosen_suite(name: str | None, articles: Path | None, questions: Path | None, data: Path | None) -> Any:
    """The suite that the options name: one of our own, or articles and questions of the user's.

    Raises:
        UsageError: The options contradict one another, or a file is missing.
    """
    from eval.suites import own_suite, ready_suite

    if articles is not None or questions is not None:
        if articles is None or questions is None or name is not None:
            raise UsageError("Use either --suite NAME, or --articles PATH together with --questions FILE.")
        return own_suite(articles, questions)
    return ready_suite(name or "sample", data)


def default_folder(home: Path, suite: str) -> Path:
    """Where a run is written when no folder is named."""
    return home / "reports" / f"{suite}-{datetime.now(UTC):%Y%m%d-%H%M%S}"


def this_moment() -> str:
    """Now, in UTC, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")
