"""`byline ingest`: files, folders, addresses, and a text from standard input."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.cli.io import AsJson
from assistant.cli.rendering import counted
from assistant.cli.streams import print_json, read_input, tell
from assistant.errors import UsageError

READ_IN_PART = 3
"""Exit code when articles were added from a document of which a part could not be read."""

Title = Annotated[str | None, typer.Option(metavar="TEXT", help="Title of the text from standard input.")]
Outlet = Annotated[str | None, typer.Option(metavar="NAME", help="Its outlet.")]
Author = Annotated[str | None, typer.Option(metavar="NAME", help="Its author.")]
Day = Annotated[str | None, typer.Option("--date", metavar="DATE", help="Its date of publication.")]
Url = Annotated[str | None, typer.Option(metavar="URL", help="Its address.")]


def ingest(
    context: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE", help="Files, folders, pages, feeds, sitemaps; `-` reads one text from stdin."),
    ],
    as_json: AsJson = False,
    sync: Annotated[bool, typer.Option("--sync", help="Remove articles no longer in the sources.")] = False,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Allow addresses inside your network and machine.")
    ] = False,
    export: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the result for each article to a JSONL file.")
    ] = None,
    title: Title = None,
    outlet: Outlet = None,
    author: Author = None,
    day: Day = None,
    url: Url = None,
) -> None:
    """Add articles; unchanged ones are skipped.

    Exit codes: 0 done, 1 nothing could be added or it was stopped, 2 wrong use.
    """
    from assistant.factory import open_library
    from ingest.pipeline import Options, store_documents
    from ingest.pipeline import ingest as run
    from ingest.progress import Bar, stop_on_interrupt
    from ingest.sources.fetch import Fetcher

    fields = {"title": title, "outlet": outlet, "author": author, "published_at": day, "url": url}
    document = _pasted(sources, {name: value for name, value in fields.items() if value is not None})
    options = Options(sync=sync, fetcher=Fetcher(allow_private=True) if allow_private else None)
    library, embedder = open_library(context.obj)
    try:
        with Bar() as bar, stop_on_interrupt(options.stop, "Stopping after the current articles ..."):
            if document is None:
                report = run(library, embedder, sources, bar.show, options)
            else:
                report = store_documents(library, embedder, [document], bar.show, options)
    finally:
        library.close()
    if export is not None:
        write_outcomes(export, report)
    print_json(report.record()) if as_json else print_report(report)
    if report.stopped:
        tell("stopped. Run the same command again to continue.")
    if report.stopped or (report.rejected and not (report.added or report.updated or report.unchanged)):
        raise typer.Exit(1)
    if report.partial:
        tell(f"read only in part: {', '.join(report.partial[:5])}")
        raise typer.Exit(READ_IN_PART)


def _pasted(sources: list[str], fields: dict[str, str]) -> Any:
    """The text of standard input as a document with these fields, or None when no source is `-`."""
    from ingest.pasting import pasted_document

    if "-" not in sources:
        if fields:
            raise UsageError(
                "--title, --outlet, --author, --date and --url describe a text from standard input: use `-`."
            )
        return None
    if len(sources) > 1:
        raise UsageError("`-` cannot be combined with other sources. Run the command once for each.")
    return pasted_document(read_input("article"), fields)


def print_report(report: Any) -> None:
    """Print what was added; what was rejected goes to standard error."""
    copies = f" ({counted(report.duplicates, 'duplicate')})" if report.duplicates else ""
    others = "".join(
        f", {count:,} {name}"
        for count, name in (
            (report.updated, "updated"), (report.unchanged, "unchanged"), (report.removed, "removed"),
            (len(report.rejected), "rejected"),
        )
        if count
    )  # fmt: skip
    size = f"{counted(report.passages, 'passage')} in {report.seconds:.1f} s"
    print(f"Added {counted(report.added, 'article')}{copies}{others}. {size}.")
    for item in report.rejected:
        print(f"rejected {item.source}: {item.reason}", file=sys.stderr)


def write_outcomes(path: Path, report: Any) -> None:
    """Write what became of each article, as JSON lines.

    Raises:
        UsageError: The file cannot be written.
    """
    fields = ("place", "status", "article_id", "detail")
    rows = [json.dumps({name: getattr(o, name) for name in fields}, ensure_ascii=False) for o in report.outcomes]
    try:
        path.write_text("".join(f"{row}\n" for row in rows), "utf-8")
    except OSError as error:
        raise UsageError(f"--export: cannot write {str(path)!r}: {error.strerror}.") from error
