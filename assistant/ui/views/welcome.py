"""The empty page of the chat: loading, an empty library, examples, or why the library cannot be opened."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.types import Headline
from assistant.ui.views.html import counted, esc
from assistant.ui.views.sources import where

EXAMPLES = (
    ("What did Kim pledge?", ""),
    ("How many people were aboard the Corrin Star?", ""),
    ("How many homes lost power in Storm Edda?", "two outlets differ"),
    ("When did Kim visit Paris?", "not in the articles"),
)
"""Questions to the sample articles, each with what it shows."""


def render_welcome(articles: int | None, loading: str = "", newest: Sequence[Headline] | None = None) -> str:
    """The empty page.

    Args:
        articles: How many there are to search.
        loading: What is loading while the library is not open yet.
        newest: Articles to open when the library is not the sample set, which has questions of its own.
    """
    if loading:
        return (
            '<div class="welcome loading"><h1>Ask your articles</h1><p class="trace"><span class="pulse" aria-hidden="true"></span>'
            f"{esc(loading)}</p></div>"
        )
    if not articles:
        return (
            '<div class="welcome empty"><h1>Your library is empty</h1><p>Add your own articles, or try the sample articles: '
            "a few dozen short ones, most of them about an invented region.</p>"
            '<p><button type="button" class="primary" data-do="library">Add articles</button> '
            '<button type="button" data-do="sample">Add the sample articles</button></p></div>'
        )
    return (
        f'<div class="welcome"><h1>Ask your articles</h1><p>{counted(articles, "article")} in your library. Every sentence of '
        f"an answer links to the exact quotation behind it. If it isn't in the articles, Byline tells you.</p>"
        f"{_examples() if newest is None else _newest(newest)}</div>"
    )


def render_broken(error: str) -> str:
    """The page when the library cannot be opened: why, and what to do."""
    return (
        '<div class="welcome broken"><h1>The library cannot be opened</h1>'
        f'<p class="wrong" role="alert">{esc(error)}</p><p>Fix this, then restart Byline.</p></div>'
    )


def _examples() -> str:
    rows = "".join(
        f'<li><button type="button" data-example="{esc(question)}">{esc(question)}'
        f"{f' <small>{esc(shows)}</small>' if shows else ''}</button></li>"
        for question, shows in EXAMPLES
    )
    return f'<p class="label">Examples</p><ul class="examples">{rows}</ul>'


def _newest(heads: Sequence[Headline]) -> str:
    rows = "".join(
        f'<li><button type="button" class="near" data-open="{esc(head.version)}" data-article="{esc(head.article_id)}">'
        f"<span>{esc(head.title)}</span><small>{where(head)}</small></button></li>"
        for head in heads
    )
    return f'<p class="label">Newest articles</p><ul class="nearest">{rows}</ul>' if rows else ""
