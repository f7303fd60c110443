"""The sources beside the answer: a card per cited article, then what was read but not used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from assistant.types import Headline
from assistant.ui.views.html import counted, day, esc, link
from assistant.ui.views.turns import Cited, Found, Head, Turn


class Standing(NamedTuple):
    """What the library holds of a cited article now.

    Attributes:
        state: Whether the cited version is the current one, and if not, what came after it.
        headline: The cited version's, or None when it was removed.
        notice: The words with which the article, in its current version, says that it was corrected; or empty.
    """

    state: Literal["current", "older", "corrected", "removed"]
    headline: Headline | None
    notice: str = ""


Look = Callable[[str, str], Standing]
"""(article id, version) -> what the library holds of it now."""

FLAGS = {
    "current": "",
    "older": '<span class="flag">changed since</span>',
    "corrected": '<span class="flag">corrected later</span>',
    "removed": '<span class="flag">removed</span>',
}
WHY = {"full_text_rank": "by words", "dense_rank": "by meaning"}
"""The retriever's names for its two searches, as a reader says it."""


def where(head: Head | Headline) -> str:
    """Outlet and day on one line, escaped."""
    return " · ".join(esc(part) for part in (head.outlet, day(head.published_at)) if part)


def render_sources(turn: Turn | None, look: Look) -> str:
    """A card per cited article in order of first use, then what was read but not used."""
    if turn is None or not (turn.citations or turn.hits):
        return (
            '<div class="none"><p>Sources appear here, each with the exact words that the answer rests on.</p></div>'
            if turn is None or turn.state == "asking"
            else '<div class="none"><p>No sources for this question.</p></div>'
        )
    groups: dict[tuple[str, str], list[Cited]] = {}
    for citation in sorted(turn.citations, key=lambda c: c.number):
        groups.setdefault((citation.article_id, citation.version), []).append(citation)
    cards = "".join(_card(group, look) for group in groups.values())
    used = {key for key in groups}
    unused = [hit for hit in turn.hits if (hit.article_id, hit.version) not in used]
    return f'<ol class="cards" data-turn="{esc(turn.id)}">{cards}</ol>{_unused(unused, bool(groups))}'


def _card(group: list[Cited], look: Look) -> str:
    first = group[0]
    standing = look(first.article_id, first.version)
    quotes = ",".join(f"{c.number}:{c.start}-{c.end}" for c in group)
    copies = f'<span class="also">also in {esc(", ".join(first.also_in))}</span>' if first.also_in else ""
    byline = f"<span>{esc(first.byline)}</span>" if first.byline else ""
    away = link(standing.headline.url) if standing.headline else ""
    said = "".join(
        f'<button type="button" class="quote" data-cite="{c.number}"><b>[{c.number}]</b> <q>{esc(_short(c.quote))}</q></button>'
        for c in group
    )
    return (
        f'<li class="card" data-version="{esc(first.version)}" data-article="{esc(first.article_id)}" data-quotes="{quotes}">'
        f'<p class="outlet"><span>{esc(first.outlet or "outlet not given")}</span><time>{esc(day(first.published_at))}</time>'
        f'{_flag(standing)}</p><h3><button type="button" class="title" data-cite="{first.number}">{esc(first.title)}</button></h3>'
        f'<p class="meta">{byline}{copies}{away}</p>{_notice(standing)}{said}</li>'
    )


def _flag(standing: Standing) -> str:
    if standing.state == "current" and standing.notice:
        updated = standing.notice.lstrip(" *_[(").lower().startswith("update")
        return f'<span class="flag">{"says it was updated" if updated else "says it was corrected"}</span>'
    return FLAGS[standing.state]


def _notice(standing: Standing) -> str:
    return f'<p class="notice">“{esc(_short(standing.notice, 240))}”</p>' if standing.notice else ""


def _short(quote: str, limit: int = 180) -> str:
    words = " ".join(quote.split())
    return words if len(words) <= limit else words[:limit].rsplit(" ", 1)[0] + " …"


def _unused(hits: list[Found], cited: bool) -> str:
    """What was read and not used: each article once, its passages in order of rank, each with the why of it."""
    if not hits:
        return ""
    groups: dict[tuple[str, str], list[Found]] = {}
    for hit in sorted(hits, key=lambda hit: hit.rank):
        groups.setdefault((hit.article_id, hit.version), []).append(hit)
    rows = "".join(_read(group) for group in groups.values())
    opened = "" if cited else " open"
    # What has not been read yet, or never was because somebody stopped it, is only found.
    name = "Read but not used" if any("answerable" in hit.why for hit in hits) else "Found"
    count = f"{counted(len(hits), 'passage')} of {counted(len(groups), 'article')}"
    return (
        f'<details class="unused"{opened}><summary>{name}: {count}</summary>'
        f'<p class="meta">By rank, with the place that each search gave the passage.</p><ul class="nearest">{rows}</ul></details>'
    )


def _read(group: list[Found]) -> str:
    first = group[0]
    passages = "".join(
        f'<button type="button" class="near" data-open="{esc(hit.version)}" data-article="{esc(hit.article_id)}" '
        f'data-quotes="0:{hit.start}-{hit.end}" aria-label="{esc(first.title)}, rank {hit.rank}"><b>{hit.rank}</b> '
        f"<small>{_why(hit)}</small></button>"
        for hit in group
    )
    return f'<li class="read"><p class="name">{esc(first.title)}</p><p class="meta">{where(first)}</p>{passages}</li>'


def _why(hit: Found) -> str:
    """Where the two searches had it and what the reader saw: "by words #3, by meaning not found, no answer seen"."""
    parts = [
        f"{word} {f'#{hit.why[name]:.0f}' if hit.why[name] else 'not found'}"
        for name, word in WHY.items()
        if name in hit.why
    ]
    if "answerable" in hit.why:
        parts.append("may hold an answer" if hit.why["answerable"] >= 0 else "no answer seen in it")
    return esc(", ".join(parts))
