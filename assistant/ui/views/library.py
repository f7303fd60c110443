"""The Library tab: the table of articles and the ways to add some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

from assistant.storage.library import Library
from assistant.types import Headline
from assistant.ui.views.html import counted, day, esc
from ingest.parsing.registry import FORMS

PAGE = 50
"""Rows of one page of the table."""

Sort = Literal["title", "outlet", "date"]
Status = Literal["", "changed", "copy", "undated"]
STATUS: dict[Status, str] = {
    "": "All articles",
    "changed": "Updated since they were added",
    "copy": "Duplicates",
    "undated": "Without a date",
}


@dataclass(frozen=True, slots=True)
class Row:
    """An article in the table."""

    head: Headline
    versions: int
    copy_of: str | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the table shows."""

    q: str = ""
    sort: Sort = "date"
    down: bool = True
    status: Status = ""
    page: int = 1


def find_rows(library: Library, wanted: Wanted) -> list[Row]:
    """The matching articles, in order."""
    catalogue = library.catalogue
    versions, copies = catalogue.version_counts(), catalogue.copies()
    words = wanted.q.casefold().split()
    rows = [Row(head, versions.get(head.article_id, 1), copies.get(head.article_id)) for head in catalogue.headlines()]
    rows = [row for row in rows if _fits(row, words, wanted.status)]
    keys = {
        "title": lambda row: row.head.title.casefold(),
        "outlet": lambda row: ((row.head.outlet or "").casefold(), row.head.published_at or ""),
        "date": lambda row: row.head.published_at or "",
    }
    return sorted(rows, key=keys[wanted.sort], reverse=wanted.down)


def _fits(row: Row, words: Sequence[str], status: Status) -> bool:
    head = row.head
    text = " ".join(
        part or "" for part in (head.title, head.outlet, head.byline, head.url, str(head.source_id))
    ).casefold()
    if not all(word in text for word in words):
        return False
    return {
        "": True, "changed": row.versions > 1, "copy": row.copy_of is not None, "undated": head.published_at is None,
    }[status]  # fmt: skip


def render_table(rows: Sequence[Row], wanted: Wanted, total: int) -> str:
    """One page of the table, with its header and page links.

    Args:
        rows: All matching rows.
        wanted: What was asked for.
        total: How many articles the library holds.
    """
    if not total:
        return (
            '<div class="none no-articles"><p>No articles yet. Add files or a web address above, or try the sample articles.</p>'
            '<p><button type="button" class="primary" data-library="sample">Add the sample articles</button></p></div>'
        )
    pages = max(1, -(-len(rows) // PAGE))
    page = min(max(wanted.page, 1), pages)
    body = "".join(_row(row) for row in rows[(page - 1) * PAGE : page * PAGE])
    count = counted(len(rows), "article") if len(rows) == total else f"{len(rows):,} of {counted(total, 'article')}"
    heads = "".join(
        _head(key, name, wanted) for key, name in (("title", "Article"), ("outlet", "Outlet"), ("date", "Published"))
    )
    table = (
        f'<table><caption class="unseen">Articles</caption><thead><tr>{heads}<th scope="col">Status</th>'
        f'<th scope="col"><span class="unseen">Remove</span></th></tr></thead><tbody>{body}</tbody></table>'
    )
    nothing = '<p class="none">No matching articles.</p>'
    return f'<p class="count" role="status">{count}</p>{table if body else nothing}{_steps(page, pages)}'


def render_watched(watched: Sequence[tuple[str, str, str]]) -> str:
    """The sources that `byline watch` checks, with what the last check found; empty without any.

    Args:
        watched: (source, time of the last check, what it found).
    """
    if not watched:
        return ""
    rows = "".join(f"<li>{esc(_named(source))}: {esc(said)}</li>" for source, _, said in watched)
    name = f"{counted(len(watched), 'watched source')}, last checked {esc(watched[0][1])}"
    return f'<details class="watched"><summary>{name}</summary><ul>{rows}</ul></details>'


def _named(source: str) -> str:
    """A source as it may be shown to everyone who uses the page: of a path its last part alone."""
    return source if "://" in source else PurePath(source).name


def _head(key: str, name: str, wanted: Wanted) -> str:
    now = wanted.sort == key
    order = ' aria-sort="descending"' if now and wanted.down else ' aria-sort="ascending"' if now else ""
    arrow = f'<span aria-hidden="true"> {"↓" if wanted.down else "↑"}</span>' if now else ""
    return (
        f'<th scope="col"{order}><button type="button" data-library="sort" data-key="{key}">{name}{arrow}</button></th>'
    )


def _row(row: Row) -> str:
    head = row.head
    status = "".join((
        f'<span class="flag">{row.versions} versions</span>' if row.versions > 1 else "",
        '<span class="flag">duplicate</span>' if row.copy_of else "",
    ))  # fmt: skip
    byline = f"<small>{esc(head.byline)}</small>" if head.byline else ""
    return (
        f'<tr data-article="{esc(head.article_id)}"><td><button type="button" class="title" data-open="{esc(head.version)}" '
        f'data-article="{esc(head.article_id)}">{esc(head.title)}</button>{byline}</td><td>{esc(head.outlet or "Unknown outlet")}</td>'
        f"<td>{esc(day(head.published_at))}</td><td>{status}</td>"
        f'<td><button type="button" class="remove" data-library="remove" data-article="{esc(head.article_id)}" '
        f'data-title="{esc(head.title)}" aria-label="Remove: {esc(head.title)}">Remove</button></td></tr>'
    )


def _steps(page: int, pages: int) -> str:
    if pages < 2:
        return ""
    return (
        f'<p class="pages"><button type="button" data-library="page" data-page="{page - 1}"{"" if page > 1 else " disabled"}>Previous'
        f"</button><span>Page {page} of {pages}</span>"
        f'<button type="button" data-library="page" data-page="{page + 1}"{"" if page < pages else " disabled"}>Next</button></p>'
    )


def render_library(paths: bool) -> str:
    """The tab's frame. The page fills in the table and the additions.

    Args:
        paths: Whether files and folders on the server may be added by path.
    """
    label = "A file, a folder or a web address" if paths else "A web address"
    options = "".join(f'<option value="{key}">{words}</option>' for key, words in STATUS.items())
    return (
        '<section class="pane library" aria-label="Library"><div class="pane-main"><h1>Library</h1>'
        '<div class="add"><div class="drop-zone"><input type="file" id="byline-files" multiple class="unseen" '
        f'accept="{",".join(FORMS)}">'
        '<label for="byline-files">Choose files</label><span>or drop them here</span></div>'
        f'<form data-library-form="add"><label for="byline-source">{label}</label><span class="line">'
        '<input type="text" id="byline-source" name="source" autocomplete="off" spellcheck="false" maxlength="2000">'
        '<button type="submit" class="second">Add</button></span></form></div>'
        '<p class="wrong" id="byline-library-error" role="alert"></p><div id="byline-jobs" aria-live="polite"></div>'
        '<div class="find"><label class="unseen" for="byline-find">Search articles</label>'
        '<input type="search" id="byline-find" placeholder="Title, outlet, author" autocomplete="off">'
        f'<label class="unseen" for="byline-status">Show</label><select id="byline-status">{options}</select></div>'
        '<div id="byline-table"></div></div>'
        '<div class="pane-side" id="byline-library-article" tabindex="0" role="region" aria-label="Details" hidden></div></section>'
    )
