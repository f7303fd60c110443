"""`byline ask` and `byline search`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.cli.io import (
    AsJson,
    checked_history,
    chosen_filters,
    opened_assistant,
    parse_day,
    read_history,
    read_rows,
)  # fmt: skip
from assistant.cli.streams import print_json, say, words_or_input
from assistant.errors import BylineError, UsageError
from assistant.types import CHAT

DECLINED = 3
"""Exit code of a single question that the articles do not answer."""

Outlets = Annotated[
    list[str] | None, typer.Option("--outlet", metavar="NAME", help="Only articles of this outlet; repeatable.")
]
Authors = Annotated[
    list[str] | None, typer.Option("--author", metavar="NAME", help="Only articles by this author; repeatable.")
]
Since = Annotated[
    str | None, typer.Option("--since", metavar="DATE", help="Only articles published on this day or later.")
]
Until = Annotated[
    str | None, typer.Option("--until", metavar="DATE", help="Only articles published on this day or earlier.")
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="DATE", help="Answer from what was published by this day, in the versions of then."
    ),
]


def ask(
    context: typer.Context,
    question: Annotated[
        list[str] | None,
        typer.Argument(metavar="QUESTION", help="The question. `-` reads it from standard input.", show_default=False),
    ] = None,
    batch: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Answer every line of a JSONL file (id, question, history); `-` for stdin."),
    ] = None,
    history: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A JSON file with the conversation so far.")
    ] = None,
    outlet: Outlets = None,
    author: Authors = None,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Answer a question from the articles, with exact quotations.

    Exit codes: 0 answered, 3 not found in the articles (0 with --json and --batch), 1 failed, 2 wrong use.
    """
    from assistant.json_forms import answer_record

    day = parse_day(as_of, "--as-of")
    asked, rows = _one_or_many(question, batch, "question")
    turns = read_history(history)
    with opened_assistant(context.obj, warm=batch is not None) as assistant:
        filters = chosen_filters(assistant.library.catalogue, outlet, author, since, until)
        if batch is None:
            answer = assistant.answer(asked, turns, filters, day)
            _print_answer(answer, as_json)
            return
        for row in rows:
            try:
                row_day = parse_day(row.get("as_of"), "as_of") or day
                earlier = checked_history(row.get("history") or [])
                record = answer_record(assistant.answer(row["question"], earlier, filters, row_day))
            except BylineError as error:
                record = {"question": row["question"], "status": "error", "error": str(error)}
            print_json({"id": row.get("id"), **record}, indent=None)


def _print_answer(answer: Any, as_json: bool) -> None:
    from assistant.cli.rendering import plain_answer
    from assistant.json_forms import answer_record

    if as_json:
        print_json(answer_record(answer))
        return
    say(plain_answer(answer))
    if answer.status == "abstained" and answer.kind not in CHAT:
        raise typer.Exit(DECLINED)


def search(
    context: typer.Context,
    query: Annotated[
        list[str] | None,
        typer.Argument(metavar="QUERY", help="What to look for. `-` reads it from standard input.", show_default=False),
    ] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=200, help="How many passages.")] = 10,
    batch: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Search for every line of a JSONL file (id, query); `-` for stdin."),
    ] = None,
    outlet: Outlets = None,
    author: Authors = None,
    since: Since = None,
    until: Until = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Find passages without answering."""
    from assistant.cli.rendering import plain_hits
    from assistant.json_forms import hit_record

    day = parse_day(as_of, "--as-of")
    wanted, rows = _one_or_many(query, batch, "query")
    with opened_assistant(context.obj, warm=batch is not None) as assistant:
        filters = chosen_filters(assistant.library.catalogue, outlet, author, since, until)
        if batch is None:
            hits = assistant.search(wanted, k, filters, day)
            print_json({"hits": [hit_record(hit) for hit in hits]}) if as_json else say(plain_hits(hits))
            return
        for row in rows:
            hits = assistant.search(row["query"], k, filters, day)
            print_json({"id": row.get("id"), "hits": [hit_record(hit) for hit in hits]}, indent=None)


def _one_or_many(words: list[str] | None, batch: Path | None, what: str) -> tuple[str, Iterable[dict[str, Any]]]:
    """The one text, or the rows of a batch: those of a file are all checked before the first is answered."""
    if batch is None:
        return words_or_input(words, what), ()
    if words:
        raise UsageError(f"Give either a {what} or --batch FILE, not both.")
    rows = read_rows(batch, what)
    return "", rows if str(batch) == "-" else list(rows)
