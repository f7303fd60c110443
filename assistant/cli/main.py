"""The `byline` command. Results go to standard output, everything else to standard error."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant import __version__
from assistant.cli import asking, ingesting, watching
from assistant.cli.articles import articles_app
from assistant.cli.io import AsJson, opened_library, require_library
from assistant.cli.shared import Config, Home, remember, share_options
from assistant.cli.streams import prepare_output, print_json, tell
from assistant.cli.users import users_app
from assistant.errors import BylineError, UsageError
from assistant.settings import read_dotenv, unknown_variables
from eval.cli import app as eval_app

app = typer.Typer(
    name="byline", no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Ask your news articles. Every sentence of an answer carries its exact quotation.",
    epilog="Exit codes: 0 done, 1 failed, 2 wrong use, 3 not found in the articles (a single `ask` without --json).",
)  # fmt: skip
app.command()(ingesting.ingest)
app.command()(watching.watch)
app.command()(asking.ask)
app.command()(asking.search)
app.add_typer(articles_app, name="articles")


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"byline {__version__}")
        raise typer.Exit


@app.callback()
def _before(
    context: typer.Context,
    home: Home = None,
    config: Config = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    remember(context, home, config)
    for warning in unknown_variables():
        tell(warning)


@app.command()
def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = None,
    auth: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Require a login. The file has the users; see `byline users add`."),
    ] = None,
    no_api: Annotated[bool, typer.Option("--no-api", help="Disable the HTTP API and MCP.")] = False,
    at_once: Annotated[int, typer.Option(min=1, max=64, help="Questions answered at the same time.")] = 4,
    waiting: Annotated[int, typer.Option(min=0, max=60, help="Maximum queued questions.")] = 32,
    allowed_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Also answer to this host name, such as a proxy's; may be given several times."
        ),
    ] = None,
) -> None:
    """Start the web server (chat, API, MCP)."""
    from assistant.ui.serve import serve as run
    from assistant.ui.server.options import Options

    chosen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    options = Options(
        api=not no_api, auth=auth, at_once=at_once, waiting=waiting, allowed_hosts=tuple(allowed_host or ()),
        on_listening=lambda address: tell(f"Open {address}"),
    )  # fmt: skip
    run(context.obj.model_copy(update=chosen), options)


app.add_typer(users_app, name="users")


@app.command()
def repair(
    context: typer.Context,
    reembed: Annotated[
        bool, typer.Option("--reembed", help="Compute all vectors again, with the embedding model of the settings.")
    ] = False,
) -> None:
    """Rebuild the vector index from stored vectors."""
    from assistant.factory import open_library

    require_library(context.obj)
    library, embedder = open_library(context.obj, adopt=reembed)
    try:
        with library:
            count = library.reembed(embedder.encode) if reembed else library.repair()
    finally:
        library.close()
    print(f"{count} vectors in the index")


@app.command()
def receipt(
    context: typer.Context,
    receipt_id: Annotated[str, typer.Argument(metavar="ID", help="The `receipt` of an answer in JSON.")],
) -> None:
    """Show how a past answer was made.

    As JSON: passages and their scores, models and prompts, citations.
    """
    with opened_library(context.obj) as library:
        found = library.catalogue.receipt(receipt_id)
        if found is None:
            raise UsageError(
                f"There is no receipt {receipt_id!r}. `byline ask --json` prints the receipt of its answer."
            )
        current = library.catalogue.current_versions()
    for citation in found["citations"]:
        if citation["article_id"] not in current:
            citation["source_removed"] = True
    print_json(found)


@app.command()
def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Check installation and library; suggest fixes.

    Exit codes: 0 all checks passed, 1 something is wrong.
    """
    from assistant.diagnostics import examine

    findings = examine(context.obj)
    if as_json:
        print_json([{"what": f.what, "state": f.state, "advice": f.advice} for f in findings])
    else:
        for f in findings:
            print(
                f"{'FAIL' if f.advice else 'ok  '} {f.what}: {f.state}" + (f"\n     -> {f.advice}" if f.advice else "")
            )
    if any(f.advice for f in findings):
        raise typer.Exit(1)


app.add_typer(eval_app, name="eval")
share_options(app)


def main() -> None:
    """Run the command; a `BylineError` becomes its message and its exit code."""
    prepare_output()
    read_dotenv(Path.cwd())
    try:
        app()  # wrong options and commands end here, with their usage and exit code 2
    except BylineError as error:
        tell(str(error))
        raise SystemExit(error.exit_code) from error
    except KeyboardInterrupt:
        tell("stopped.")
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
