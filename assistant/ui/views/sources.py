"""The sources beside the answer: a card per cited article, then the other passages that were checked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from assistant.types import Headline
from assistant.ui.views.html import counted, day, esc, link, quoted
from assistant.ui.views.turns import Cited, Found, Head, Turn


class SourceState(NamedTuple):
    """What the library holds of a cited article now.

    Attributes:
        state: Whether the cited version is the current one, and if not, what changed.
        headline: The cited version's headline, or None when it was removed.
        notice: The correction notice in the article's current version; or empty.
    """

    state: Literal["current", "older", "corrected", "removed"]
    headline: Headline | None
    notice: str = ""


Lookup = Callable[[str, str], SourceState]
"""(article id, version) -> what the library holds of it now."""

FLAGS = {
    "current": "",
    "older": '<span class="flag">changed since</span>',
    "corrected": '<span class="flag">corrected since</span>',
    "removed": '<span class="flag">removed</span>',
}
SEARCHES = {"full_text_rank": "keyword search", "dense_rank": "semantic search"}
"""The retriever's names for its two searches, as a reader says it."""


def where(head: Head | Headline) -> str:
    """Outlet and day on one line, escaped."""
    return " · ".join(esc(part) for part in (head.outlet, day(head.published_at)) if part)


def render_sources(turn: Turn | None, look: Lookup) -> str:
    """A card per cited article in order of first use, then the other passages that were checked."""
    if turn is None or turn.state == "reply" or not (turn.citations or turn.hits):
        if turn is None or turn.state in ("asking", "reply"):
            return '<div class="none"><p>Sources appear here, with the exact words behind each sentence.</p></div>'
        return '<div class="none"><p>This question has no sources.</p></div>'
    groups: dict[tuple[str, str], list[Cited]] = {}
    for citation in sorted(turn.citations, key=lambda c: c.number):
        groups.setdefault((citation.article_id, citation.version), []).append(citation)
    cards = "".join(_card(group, look) for group in groups.values())
    quoted = [(c.version, c.start, c.end) for c in turn.citations]
    others = [hit for hit in turn.hits if not _holds(hit, quoted)]
    return f'<ol class="cards" data-turn="{esc(turn.id)}">{cards}</ol>{_others(others, bool(groups))}'


def _holds(hit: Found, quoted: Sequence[tuple[str, int, int]]) -> bool:
    """Whether a passage holds a quotation that has a card."""
    return any(version == hit.version and start < hit.end and hit.start < end for version, start, end in quoted)


def _card(group: list[Cited], look: Lookup) -> str:
    first = group[0]
    state = look(first.article_id, first.version)
    quotes = ",".join(f"{c.number}:{c.start}-{c.end}" for c in group)
    copies = f'<span class="also">also in {esc(", ".join(first.also_in))}</span>' if first.also_in else ""
    byline = f"<span>{esc(first.byline)}</span>" if first.byline else ""
    away = link(state.headline.url) if state.headline else ""
    said = "".join(
        f'<button type="button" class="quote" data-cite="{c.number}"><b>[{c.number}]</b> {esc(quoted(_short(c.quote, 600)))}{_page(c)}</button>'
        for c in group
    )
    return (
        f'<li class="card" data-version="{esc(first.version)}" data-article="{esc(first.article_id)}" data-quotes="{quotes}">'
        f'<p class="outlet"><span>{esc(first.outlet or "Unknown outlet")}</span><time>{esc(day(first.published_at))}</time>'
        f'{_flag(state)}</p><h3><button type="button" class="title" data-cite="{first.number}">{esc(first.title)}</button></h3>'
        f'<p class="meta">{byline}{copies}{away}</p>{_notice(state)}{said}</li>'
    )


def _page(citation: Cited) -> str:
    parts = [
        f"p. {citation.page}" if citation.page else "",
        "read from a scan; may contain errors" if citation.ocr else "",
    ]
    told = " · ".join(part for part in parts if part)
    return f' <span class="page">{told}</span>' if told else ""


def _flag(state: SourceState) -> str:
    if state.state == "current" and state.notice:
        updated = state.notice.lstrip(" *_[(").lower().startswith("update")
        return f'<span class="flag">{"updated" if updated else "corrected"}</span>'
    return FLAGS[state.state]


def _notice(state: SourceState) -> str:
    return f'<p class="notice">{esc(quoted(_short(state.notice, 240)))}</p>' if state.notice else ""


def _short(quote: str, limit: int) -> str:
    words = " ".join(quote.split())
    return words if len(words) <= limit else words[:limit].rsplit(" ", 1)[0] + " …"


def _others(hits: list[Found], cited: bool) -> str:
    """The passages that were checked and not cited: their words, grouped by article in order of rank."""
    if not hits:
        return ""
    groups: dict[tuple[str, str], list[Found]] = {}
    for hit in sorted(hits, key=lambda hit: hit.rank):
        groups.setdefault((hit.article_id, hit.version), []).append(hit)
    rows = "".join(_checked(group) for group in groups.values())
    # What has not been read yet, or never was because the answer was stopped, is only found.
    word = "checked" if any("answerable" in hit.why for hit in hits) else "found"
    passages = counted(len(hits), "other passage" if cited else "passage")
    name = f"{passages} {word}, from {counted(len(groups), 'article')}"
    return f'<details class="unused"{"" if cited else " open"}><summary>{name}</summary><ul class="nearest">{rows}</ul></details>'


def _checked(group: list[Found]) -> str:
    first = group[0]
    passages = "".join(
        f'<div class="passage"><button type="button" class="near" data-open="{esc(hit.version)}" data-article="{esc(hit.article_id)}" '
        f'data-quotes="0:{hit.start}-{hit.end}" aria-label="Open in {esc(first.title)}, passage {hit.rank}">'
        f"{esc(_short(hit.text, 280)) or 'Open this passage'}</button>"
        f'<details class="why-passage"><summary>Why this passage?</summary><p>{_why(hit)}</p></details></div>'
        for hit in group
    )
    return f'<li class="read"><p class="name">{esc(first.title)}</p><p class="meta">{where(first)}</p>{passages}</li>'


def _why(hit: Found) -> str:
    """Where the two searches ranked it and what the reader made of it."""
    ranks = [
        f"{name}: {f'no. {hit.why[key]:.0f}' if hit.why[key] else 'not found'}"
        for key, name in SEARCHES.items()
        if key in hit.why
    ]
    parts = [f"Rank {hit.rank} overall.", f"{'; '.join(ranks).capitalize()}." if ranks else ""]
    if "answerable" in hit.why:
        answers = hit.why["answerable"] >= 0
        parts.append("It may answer the question." if answers else "It doesn’t appear to answer the question.")
        parts.append(f"Reader score {hit.why['answerable']:.2f}.")
    return esc(" ".join(part for part in parts if part))
