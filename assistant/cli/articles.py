"""`byline articles`: list, show, status, remove."""

from __future__ import annotations

import typer

from assistant.cli.io import AsJson, opened_library, print_json, say
from assistant.errors import UsageError

articles_app = typer.Typer(no_args_is_help=True, help="List, show or remove stored articles.")


@articles_app.command("list")
def list_articles(context: typer.Context, as_json: AsJson = False) -> None:
    """List the stored articles, newest first."""
    with opened_library(context.obj) as library:
        heads = library.catalogue.headlines()
    if as_json:
        fields = ("article_id", "source_id", "title", "outlet", "byline", "published_at", "url", "version")
        print_json([{name: getattr(head, name) for name in fields} for head in heads])
        return
    for head in heads:
        say(f"{head.article_id}  {(head.published_at or 'date not given')[:10]:14}  {head.outlet or '-'}: {head.title}")


@articles_app.command("show")
def show_article(context: typer.Context, article: str, as_json: AsJson = False) -> None:
    """Show one article: by article id, version, or the id its source gave it."""
    from ingest.parsing.boilerplate import find_corrections

    with opened_library(context.obj) as library:
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
        print_json({**record, "boilerplate": spans, "versions": [head.version for head in versions], **extra})
        return
    if copies:
        names = ", ".join(dict.fromkeys(head.outlet or "outlet not given" for head in copies))
        say(f"also in: {names}\n")
    say(f"{found.title}\n{found.outlet or 'outlet not given'}, {found.published_at or 'date not given'}"
          f"{f', by {found.byline}' if found.byline else ''}\n{found.url or ''}\n\n{found.text}")  # fmt: skip


@articles_app.command("status")
def article_statuses(context: typer.Context, as_json: AsJson = False) -> None:
    """List the last thing that happened to each file, page or line: added, updated, duplicate, rejected."""
    with opened_library(context.obj) as library:
        statuses = library.catalogue.journal.statuses()
    if as_json:
        fields = ("place", "status", "article_id", "detail", "at")
        print_json([{name: getattr(status, name) for name in fields} for status in statuses])
        return
    for status in statuses:
        detail = f"of {status.detail}" if status.status == "duplicate" else status.detail
        say(f"{status.status:9}  {status.article_id or '-':16}  {status.place}" + (f"  ({detail})" if detail else ""))


@articles_app.command("remove")
def remove_articles(context: typer.Context, articles: list[str]) -> None:
    """Remove articles with everything that was made from them."""
    with opened_library(context.obj) as library:
        ids = []
        for key in articles:
            found = library.catalogue.article(key)
            if found is None:
                raise UsageError(f"Expected the id of a stored article, found {key!r}; nothing was removed.")
            ids.append(found.id)
        with library:
            print(f"{library.remove(ids)} removed")
