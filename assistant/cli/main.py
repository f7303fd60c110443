"""The `byline` command. Results go to standard output, everything else to standard error."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from assistant import __version__
from assistant.cli.articles import articles_app
from assistant.cli.io import (
    AsJson,
    checked_history,
    opened_assistant,
    opened_library,
    parse_day,
    plain,
    print_json,
    print_report,
    read_rows,
    read_text,
    say,
    write_outcomes,
)  # fmt: skip
from assistant.errors import BylineError, UsageError
from assistant.settings import load_settings
from eval.cli import app as eval_app

app = typer.Typer(
    name="byline", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Ask a collection of news articles; every sentence of the answer carries its exact quotation.",
)  # fmt: skip
app.add_typer(articles_app, name="articles")
app.add_typer(eval_app, name="eval")

Day = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="Use only what was published by that day.")]


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"byline {__version__}")
        raise typer.Exit


@app.callback()
def _settings(
    context: typer.Context,
    home: Annotated[Path | None, typer.Option(help="The data folder.", metavar="DIR")] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    context.obj = load_settings(home=home)


@app.command()
def ingest(
    context: typer.Context,
    sources: Annotated[list[str], typer.Argument(help="Files, folders or addresses.")],
    as_json: AsJson = False,
    sync: Annotated[bool, typer.Option("--sync", help="Also remove what the sources do not hold any more.")] = False,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Also fetch from private and local addresses.")
    ] = False,
    export: Annotated[
        Path | None, typer.Option(help="Write what became of each article, as JSON lines.", metavar="FILE")
    ] = None,
) -> None:
    """Take articles in; what is already there as it is costs nothing."""
    from assistant.factory import open_library
    from ingest.pipeline import Options
    from ingest.pipeline import ingest as run
    from ingest.progress import Bar, stop_on_interrupt
    from ingest.sources.fetch import Fetcher

    options = Options(sync=sync, fetcher=Fetcher(allow_private=True) if allow_private else None)
    library, embedder = open_library(context.obj)
    try:
        with Bar() as bar, stop_on_interrupt(options.stop, "stopping after the current articles ..."):
            report = run(library, embedder, sources, bar.show, options)
    finally:
        library.close()
    if export is not None:
        write_outcomes(export, report)
    if as_json:
        print_json(report.record())
    else:
        print_report(report)
    if report.stopped:
        print("byline: stopped; run the same command again to go on where it ended.", file=sys.stderr)
    if report.stopped or (report.rejected and not (report.added or report.updated or report.unchanged)):
        raise typer.Exit(1)


@app.command()
def ask(
    context: typer.Context,
    question: Annotated[str | None, typer.Argument()] = None,
    batch: Annotated[Path | None, typer.Option(help="JSONL with id, question, history?; answers as JSONL.")] = None,
    history: Annotated[Path | None, typer.Option(help="JSON file with the conversation so far.")] = None,
    as_of: Day = None,
    as_json: AsJson = False,
) -> None:
    """Ask a question, or a batch of them."""
    from assistant.json_forms import answer_record

    day = parse_day(as_of)
    if (question is None) == (batch is None):
        raise UsageError("Expected either a question or --batch FILE, found " + ("both." if question else "neither."))
    turns = checked_history(json.loads(read_text(history))) if history else []
    rows = list(read_rows(batch, "question")) if batch else []
    with opened_assistant(context.obj, warm=len(rows) > 1) as assistant:
        if batch is None:
            answer = assistant.answer(question or "", turns, as_of=day)
            print_json(answer_record(answer)) if as_json else say(plain(answer))
            return
        for row in rows:
            row_day = parse_day(row.get("as_of")) or day
            try:
                record = answer_record(
                    assistant.answer(row["question"], checked_history(row.get("history") or []), as_of=row_day)
                )
            except BylineError as error:
                record = {"question": row["question"], "status": "error", "error": str(error)}
            print_json({"id": row.get("id"), **record}, indent=None)


@app.command()
def search(
    context: typer.Context,
    query: Annotated[str | None, typer.Argument()] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=200, help="How many passages.")] = 10,
    batch: Annotated[Path | None, typer.Option(help="JSONL with id, query; hits as JSONL.")] = None,
    as_of: Day = None,
    as_json: AsJson = False,
) -> None:
    """Find passages without answering."""
    from assistant.json_forms import hit_record

    day = parse_day(as_of)
    if (query is None) == (batch is None):
        raise UsageError("Expected either a query or --batch FILE, found " + ("both." if query else "neither."))
    rows = list(read_rows(batch, "query")) if batch else []
    with opened_assistant(context.obj, warm=len(rows) > 1) as assistant:
        if batch is None:
            hits = assistant.search(query or "", k, as_of=day)
            if as_json:
                print_json({"hits": [hit_record(hit) for hit in hits]})
            for hit in [] if as_json else hits:
                say(f"{hit.rank}. {hit.headline.line}\n   {' '.join(hit.passage.text.split())[:300]}\n")
            return
        for row in rows:
            found = [hit_record(hit) for hit in assistant.search(row["query"], k, as_of=day)]
            print_json({"id": row.get("id"), "hits": found}, indent=None)


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on.")] = None,
    auth: Annotated[
        Path | None,
        typer.Option(
            help="Users and hashed passwords, a line each from `python -m assistant.ui.server.auth NAME`; everything then "
            "needs a login.",
            metavar="FILE",
        ),
    ] = None,
    no_api: Annotated[bool, typer.Option("--no-api", help="The page alone, nothing over HTTP for programs.")] = False,
    at_once: Annotated[int, typer.Option(min=1, max=64, help="How many questions are answered at a time.")] = 4,
    waiting: Annotated[int, typer.Option(min=0, max=60, help="How many more may wait; the next hears “busy”.")] = 32,
) -> None:
    """Open the chat application in the browser's reach."""
    from assistant.ui.server.server import Options
    from assistant.ui.server.server import serve as run

    chosen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = load_settings(**{**context.obj.model_dump(), **chosen})
    print(f"Byline is at http://{settings.host}:{settings.port}", file=sys.stderr)
    run(settings, Options(not no_api, auth, at_once, waiting))


@app.command()
def repair(
    context: typer.Context,
    reembed: Annotated[
        bool, typer.Option("--reembed", help="Embed all passages with the model of the settings.")
    ] = False,
) -> None:
    """Make the dense index anew from the stored vectors; nothing is embedded unless asked for."""
    from assistant.factory import open_library

    library, embedder = open_library(context.obj, adopt=reembed)
    try:
        with library:
            count = library.reembed(embedder.encode) if reembed else library.repair()
    finally:
        library.close()
    print(f"{count} vectors in the index")


@app.command()
def receipt(context: typer.Context, receipt_id: str) -> None:
    """Show what a past answer was made of."""
    with opened_library(context.obj) as library:
        found = library.catalogue.receipt(receipt_id)
        if found is None:
            raise UsageError(f"Expected the id of a receipt, found {receipt_id!r}; answers in JSON carry theirs.")
        current = library.catalogue.current_versions()
    for citation in found["citations"]:
        if citation["article_id"] not in current:
            citation["source_removed"] = True
    print_json(found)


@app.command()
def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Tell what is installed, where the data is, what is wrong and what to do."""
    from assistant.diagnostics import examine

    findings = examine(context.obj)
    if as_json:
        print_json([{"what": f.what, "state": f.state, "advice": f.advice} for f in findings])
    else:
        for f in findings:
            print(
                f"{'ok  ' if not f.advice else 'BAD '} {f.what}: {f.state}"
                + (f"\n     -> {f.advice}" if f.advice else "")
            )
    if any(f.advice for f in findings):
        raise typer.Exit(1)


def main() -> None:
    """Run the command; a `BylineError` becomes its sentence and its exit code."""
    try:
        app()  # wrong options and commands end here, with their usage and exit code 2
    except BylineError as error:
        print(f"byline: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from error
    except json.JSONDecodeError as error:
        print(f"byline: expected JSON, found {error}.", file=sys.stderr)
        raise SystemExit(2) from error
    except KeyboardInterrupt:
        print("byline: stopped.", file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
