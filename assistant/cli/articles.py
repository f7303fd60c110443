"""`byline articles`: list, show, edit, status, remove."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from assistant.cli.io import AsJson, opened_library
from assistant.cli.streams import print_json, say
from assistant.errors import UsageError
from assistant.types import scanned_pages

articles_app = typer.Typer(no_args_is_help=True, help="List, show, edit or remove stored articles.")

ArticleId = Annotated[
    str, typer.Argument(metavar="ID", help="An id from `byline articles list`, or the id its source gave it.")
]
HEAD_FIELDS = ("article_id", "source_id", "title", "outlet", "byline", "published_at", "url", "version")
ARTICLE_FIELDS = (
    "id", "source_id", "url", "title", "byline", "outlet", "published_at", "date_source", "language", "version", "text",
)  # fmt: skip


@articles_app.command("list")
def list_articles(
    context: typer.Context,
    tag: Annotated[str | None, typer.Option(metavar="TAG", help="Only articles with this tag.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the stored articles, newest first."""
    with opened_library(context.obj) as library:
        heads, edits = library.catalogue.headlines(), library.catalogue.edits()
    tags = {head.article_id: edits[head.article_id].tags if head.article_id in edits else () for head in heads}
    heads = [head for head in heads if tag is None or tag in tags[head.article_id]]
    if as_json:
        print_json(
            [
                {name: getattr(head, name) for name in HEAD_FIELDS} | {"tags": list(tags[head.article_id])}
                for head in heads
            ]
        )
        return
    for head in heads:
        marks = f"  [{', '.join(tags[head.article_id])}]" if tags[head.article_id] else ""
        day = (head.published_at or "")[:10] or "No date"
        say(f"{head.article_id}  {day:10}  {head.outlet or 'Unknown outlet'}: {head.title}{marks}")


@articles_app.command("show")
def show_article(context: typer.Context, article: ArticleId, as_json: AsJson = False) -> None:
    """Show one article with its text."""
    with opened_library(context.obj) as library:
        found = library.catalogue.article(article)
        if found is None:
            raise UsageError(f"No article has the id {article!r}. List them with `byline articles list`.")
        if as_json:
            print_json(article_record(library.catalogue, found))
            return
        copies = library.catalogue.cluster(found.id)
        edit = library.catalogue.edit(found.id)
        scanned = scanned_pages(library.catalogue.read_from(found.version))
    lines = [found.title, f"{found.outlet or 'Unknown outlet'}, {found.published_at or 'No date'}"
             f"{f', by {found.byline}' if found.byline else ''}"]  # fmt: skip
    lines += [found.url] if found.url else []
    if scanned:
        told = ", ".join(f"p. {page} ({sure}%)" for page, sure in scanned.items())
        lines.append(f"Read from a scan; may contain errors. Confidence by page: {told}")
    lines += [f"Edited: {', '.join(edit.fields)}"] if edit and edit.fields else []
    lines += [f"Tags: {', '.join(edit.tags)}"] if edit and edit.tags else []
    if copies:
        lines.append(f"Also in: {', '.join(dict.fromkeys(head.outlet or 'Unknown outlet' for head in copies))}")
    say("\n".join([*lines, "", found.text]))


def article_record(catalogue: Any, article: Any) -> dict[str, Any]:
    """The JSON form of an article with everything that is known of it."""
    from ingest.parsing.boilerplate import find_corrections

    edit = catalogue.edit(article.id)
    return {name: getattr(article, name) for name in ARTICLE_FIELDS} | {
        "boilerplate": [[span.start, span.end, span.kind] for span in article.boilerplate],
        "versions": [head.version for head in catalogue.versions(article.id)],
        "read_from": catalogue.read_from(article.version),
        "scanned": [list(row) for row in scanned_pages(catalogue.read_from(article.version)).items()],
        "corrections": [[span.start, span.end, span.kind] for span in find_corrections(article.text)],
        "also_in": [
            {"article_id": head.article_id, "outlet": head.outlet, "published_at": head.published_at}
            for head in catalogue.cluster(article.id)
        ],
        "edited": list(edit.fields) if edit else [],
        "tags": list(edit.tags) if edit else [],
    }


@articles_app.command("edit")
def edit(
    context: typer.Context,
    article: ArticleId,
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Correct the title.")] = None,
    outlet: Annotated[str | None, typer.Option(metavar="NAME", help="Correct the outlet.")] = None,
    author: Annotated[str | None, typer.Option(metavar="NAME", help="Correct the author.")] = None,
    day: Annotated[str | None, typer.Option("--date", metavar="DATE", help="Correct the date of publication.")] = None,
    tag: Annotated[list[str] | None, typer.Option(metavar="TAG", help="Add a tag; repeatable.")] = None,
    untag: Annotated[list[str] | None, typer.Option(metavar="TAG", help="Remove a tag; repeatable.")] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Undo earlier corrections first; tags stay.")] = False,
    as_json: AsJson = False,
) -> None:
    """Correct an article's title, outlet, author, date or tags.

    Corrections are marked as edited and survive the next ingest. An empty value removes what is there: --outlet "".
    """
    from ingest.editing import Changes, edit_article

    given = {"title": title, "outlet": outlet, "byline": author, "published_at": day}
    fields = {name: value for name, value in given.items() if value is not None}
    changes = Changes(fields, tuple(tag or ()), tuple(untag or ()), reset)
    if changes == Changes():
        raise UsageError("Nothing to change. Use --title, --outlet, --author, --date, --tag, --untag or --reset.")
    with opened_library(context.obj) as library:
        edited = edit_article(library, article, changes)
        if as_json:
            print_json(article_record(library.catalogue, edited))
            return
    say(f"Edited {edited.id}: {edited.title} ({edited.outlet or 'Unknown outlet'}, {edited.published_at or 'No date'})")


@articles_app.command("status")
def article_statuses(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the last result for each file, page or line.

    Results: added, updated, duplicate, rejected.
    """
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
def remove_articles(
    context: typer.Context, articles: Annotated[list[str], typer.Argument(metavar="ID", help="Ids of articles.")]
) -> None:
    """Remove articles with all their versions and corrections."""
    with opened_library(context.obj) as library:
        ids = []
        for key in articles:
            found = library.catalogue.article(key)
            if found is None:
                raise UsageError(f"No article has the id {key!r}; nothing was removed.")
            ids.append(found.id)
        with library:
            print(f"{library.remove(ids)} removed")
