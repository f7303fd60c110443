"""The `byline` command. Results go to standard output, everything else to standard error."""

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

from assistant.errors import BylineError, UsageError
from assistant.settings import Settings, load_settings
from eval.cli import app as eval_app

app = typer.Typer(
    name="byline", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Ask a collection of news articles; every sentence of the answer carries its exact quotation.",
)  # fmt: skip
articles_app = typer.Typer(no_args_is_help=True, help="List, show or remove stored articles.")
app.add_typer(articles_app, name="articles")
app.add_typer(eval_app, name="eval")

_OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Day = Annotated[str | None, typer.Option("--as-of", metavar="DATE", help="Use only what was published by that day.")]


@app.callback()
def _settings(
    context: typer.Context, home: Annotated[Path | None, typer.Option(help="The data folder.", metavar="DIR")] = None
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
    from assistant.assembly import open_library
    from ingest.fetch import Fetcher
    from ingest.pipeline import Options
    from ingest.pipeline import ingest as run
    from ingest.progress import Bar, stop_on_interrupt

    options = Options(sync=sync, fetcher=Fetcher(allow_private=True) if allow_private else None)
    library, embedder = open_library(context.obj)
    try:
        with Bar() as bar, stop_on_interrupt(options.stop, "stopping after the current articles ..."):
            report = run(library, embedder, sources, bar.show, options)
    finally:
        library.close()
    if export is not None:
        _write_outcomes(export, report)
    if as_json:
        _print_json(report.record())
    else:
        _print_report(report)
    if report.stopped:
        print("byline: stopped; run the same command again to go on where it ended.", file=sys.stderr)
    if report.stopped or (report.rejected and not (report.added or report.updated or report.unchanged)):
        raise typer.Exit(1)


def _print_report(report: Any) -> None:
    done = f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged"
    more = "".join(
        f", {count} {name}"
        for count, name in ((report.duplicates, "of them copies"), (report.removed, "removed"))
        if count
    )
    print(f"{done}{more}, {len(report.rejected)} rejected; {report.passages} passages in {report.seconds:.1f} s")
    for item in report.rejected:
        print(f"rejected {item.source}: {item.reason}", file=sys.stderr)


def _write_outcomes(path: Path, report: Any) -> None:
    fields = ("place", "status", "article_id", "detail")
    rows = [json.dumps({name: getattr(o, name) for name in fields}, ensure_ascii=False) for o in report.outcomes]
    try:
        path.write_text("".join(f"{row}\n" for row in rows), "utf-8")
    except OSError as error:
        raise UsageError(
            f"--export: expected a file that can be written, found {str(path)!r}: {error.strerror}."
        ) from error


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
    from assistant.domain import answer_record

    day = _day(as_of)
    if (question is None) == (batch is None):
        raise UsageError("Expected either a question or --batch FILE, found " + ("both." if question else "neither."))
    turns = _history(json.loads(_read(history))) if history else []
    rows = list(_rows(batch, "question")) if batch else []
    with _assistant(context.obj, warm=len(rows) > 1) as assistant:
        if batch is None:
            answer = assistant.answer(question or "", turns, as_of=day)
            _print_json(answer_record(answer)) if as_json else _say(_plain(answer))
            return
        for row in rows:
            row_day = _day(row.get("as_of")) or day
            try:
                record = answer_record(
                    assistant.answer(row["question"], _history(row.get("history") or []), as_of=row_day)
                )
            except BylineError as error:
                record = {"question": row["question"], "status": "error", "error": str(error)}
            _print_json({"id": row.get("id"), **record}, indent=None)


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
    from assistant.domain import hit_record

    day = _day(as_of)
    if (query is None) == (batch is None):
        raise UsageError("Expected either a query or --batch FILE, found " + ("both." if query else "neither."))
    rows = list(_rows(batch, "query")) if batch else []
    with _assistant(context.obj, warm=len(rows) > 1) as assistant:
        if batch is None:
            hits = assistant.search(query or "", k, as_of=day)
            if as_json:
                _print_json({"hits": [hit_record(hit) for hit in hits]})
            for hit in [] if as_json else hits:
                _say(f"{hit.rank}. {hit.headline.line}\n   {' '.join(hit.passage.text.split())[:300]}\n")
            return
        for row in rows:
            found = [hit_record(hit) for hit in assistant.search(row["query"], k, as_of=day)]
            _print_json({"id": row.get("id"), "hits": found}, indent=None)


@articles_app.command("list")
def list_articles(context: typer.Context, as_json: AsJson = False) -> None:
    """List the stored articles, newest first."""
    with _library(context.obj) as library:
        heads = library.catalogue.headlines()
    if as_json:
        fields = ("article_id", "source_id", "title", "outlet", "byline", "published_at", "url", "version")
        _print_json([{name: getattr(head, name) for name in fields} for head in heads])
        return
    for head in heads:
        _say(
            f"{head.article_id}  {(head.published_at or 'date not given')[:10]:14}  {head.outlet or '-'}: {head.title}"
        )


@articles_app.command("show")
def show_article(context: typer.Context, article: str, as_json: AsJson = False) -> None:
    """Show one article: by article id, version, or the id its source gave it."""
    from ingest.boilerplate import find_corrections

    with _library(context.obj) as library:
        found = library.catalogue.article(article)
        versions = library.catalogue.versions(found.id) if found else []
        copies = library.catalogue.cluster(found.id) if found else []
        read_from = library.catalogue.read_from(found.version) if found else {}
    if found is None:
        raise UsageError(f"Expected the id of a stored article, found {article!r}; see `byline articles list`.")
    if as_json:
        fields = (
            "id",
            "source_id",
            "url",
            "title",
            "byline",
            "outlet",
            "published_at",
            "date_source",
            "language",
            "version",
            "text",
        )
        spans = [[span.start, span.end, span.kind] for span in found.boilerplate]
        record = {name: getattr(found, name) for name in fields}
        corrections = [[span.start, span.end, span.kind] for span in find_corrections(found.text)]
        also_in = [
            {"article_id": head.article_id, "outlet": head.outlet, "published_at": head.published_at} for head in copies
        ]
        extra = {"read_from": read_from, "corrections": corrections, "also_in": also_in}
        _print_json({**record, "boilerplate": spans, "versions": [head.version for head in versions], **extra})
        return
    if copies:
        names = ", ".join(dict.fromkeys(head.outlet or "outlet not given" for head in copies))
        _say(f"also in: {names}\n")
    _say(f"{found.title}\n{found.outlet or 'outlet not given'}, {found.published_at or 'date not given'}"
          f"{f', by {found.byline}' if found.byline else ''}\n{found.url or ''}\n\n{found.text}")  # fmt: skip


@articles_app.command("status")
def article_statuses(context: typer.Context, as_json: AsJson = False) -> None:
    """List the last thing that happened to each file, page or line: added, updated, duplicate, rejected."""
    with _library(context.obj) as library:
        statuses = library.catalogue.journal.statuses()
    if as_json:
        fields = ("place", "status", "article_id", "detail", "at")
        _print_json([{name: getattr(status, name) for name in fields} for status in statuses])
        return
    for status in statuses:
        detail = f"of {status.detail}" if status.status == "duplicate" else status.detail
        _say(f"{status.status:9}  {status.article_id or '-':16}  {status.place}" + (f"  ({detail})" if detail else ""))


@articles_app.command("remove")
def remove_articles(context: typer.Context, articles: list[str]) -> None:
    """Remove articles with everything that was made from them."""
    with _library(context.obj) as library:
        ids = []
        for key in articles:
            found = library.catalogue.article(key)
            if found is None:
                raise UsageError(f"Expected the id of a stored article, found {key!r}; nothing was removed.")
            ids.append(found.id)
        with library:
            print(f"{library.remove(ids)} removed")


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on.")] = None,
    auth: Annotated[
        Path | None,
        typer.Option(
            help="Users and hashed passwords, a line each from `python -m assistant.ui.login NAME`; everything then "
            "needs a login.",
            metavar="FILE",
        ),
    ] = None,
    no_api: Annotated[bool, typer.Option("--no-api", help="The page alone, nothing over HTTP for programs.")] = False,
    at_once: Annotated[int, typer.Option(min=1, max=64, help="How many questions are answered at a time.")] = 4,
    waiting: Annotated[int, typer.Option(min=0, max=60, help="How many more may wait; the next hears “busy”.")] = 32,
) -> None:
    """Open the chat application in the browser's reach."""
    from assistant.ui.server import Options
    from assistant.ui.server import serve as run

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
    from assistant.assembly import open_library

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
    with _library(context.obj) as library:
        found = library.catalogue.receipt(receipt_id)
        if found is None:
            raise UsageError(f"Expected the id of a receipt, found {receipt_id!r}; answers in JSON carry theirs.")
        current = library.catalogue.current_versions()
    for citation in found["citations"]:
        if citation["article_id"] not in current:
            citation["source_removed"] = True
    _print_json(found)


@app.command()
def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Tell what is installed, where the data is, what is wrong and what to do."""
    from assistant.doctor import examine

    findings = examine(context.obj)
    if as_json:
        _print_json([{"what": f.what, "state": f.state, "advice": f.advice} for f in findings])
    else:
        for f in findings:
            print(
                f"{'ok  ' if not f.advice else 'BAD '} {f.what}: {f.state}"
                + (f"\n     -> {f.advice}" if f.advice else "")
            )
    if any(f.advice for f in findings):
        raise typer.Exit(1)


@contextmanager
def _assistant(settings: Settings, *, warm: bool) -> Iterator[Any]:
    from assistant.assembly import build_assistant

    assistant = build_assistant(settings)
    try:
        if warm:
            assistant.warm()
        yield assistant
    finally:
        assistant.close()


@contextmanager
def _library(settings: Settings) -> Iterator[Any]:
    from assistant.assembly import open_library

    library, _ = open_library(settings)
    try:
        yield library
    finally:
        library.close()


def _plain(answer: Any) -> str:
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


def _day(value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (ValueError, TypeError):
        raise UsageError(f"Expected a day such as 2023-11-27, found {value!r}.") from None


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"Expected a readable file, found {str(path)!r}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"Expected UTF-8 text in {str(path)!r}, found other bytes at {error.start}.") from error


def _rows(path: Path, wanted: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(_read(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise UsageError(f"{path}, line {number}: expected a JSON object, found {error}.") from error
        if not isinstance(row, dict) or not isinstance(row.get(wanted), str):
            raise UsageError(f"{path}, line {number}: expected an object with a text field {wanted!r}.")
        yield row


def _history(turns: Any) -> list[dict[str, str]]:
    if not isinstance(turns, list) or not all(
        isinstance(turn, dict) and turn.get("role") in ("user", "assistant") and isinstance(turn.get("content"), str)
        for turn in turns
    ):
        raise UsageError('history: expected a list of {"role": "user" or "assistant", "content": text}.')
    return turns


def _say(text: str) -> None:
    """Print text that strangers wrote: what a terminal would obey, and what turns the reading order, is left out."""
    print(_OBEYED.sub("", text))


def _print_json(value: Any, indent: int | None = 2) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=indent), flush=True)


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
