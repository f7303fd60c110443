"""One article as HTML, with the quotations in it marked by their offsets."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.storage.ports import Catalogue
from assistant.types import Article, Pages, Span, scanned_pages
from assistant.ui.views.html import day, esc, link
from ingest.parsing.boilerplate import find_corrections

_QUOTES = re.compile(r"(\d{1,4}):(\d{1,9})-(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Quote:
    """The position of a numbered quotation in the article's text."""

    number: int
    start: int
    end: int


def read_quotes(text: str, length: int) -> list[Quote]:
    """Read "1:120-180,3:10-40"; what is outside the text is skipped."""
    found = [Quote(int(n), int(s), int(e)) for n, s, e in _QUOTES.findall(text)[:200]]
    return [quote for quote in found if quote.start < quote.end <= length]


def render_article(catalogue: Catalogue, article_id: str, version: str, quotes: str) -> str | None:
    """The article as HTML, or None when it is not in the library."""
    article = catalogue.article(article_id, version or None) if article_id else None
    if article is None:
        return None
    versions = catalogue.versions(article.id)
    current = catalogue.current_versions().get(article.id)
    marked = read_quotes(quotes, len(article.text))
    scan = _scan_note(scanned_pages(catalogue.read_from(article.version)), catalogue.pages(article.version))
    return f"{_header(article, len(marked))}{_versions(article, [v.version for v in versions], current)}{scan}{_body(article, marked, catalogue.pages(article.version))}"


def _header(article: Article, quotations: int) -> str:
    dated = day(article.published_at)
    source = "" if article.published_at is None else f' title="Date read from: {esc(article.date_source)}"'
    meta = " ".join(
        f"<span>{part}</span>" for part in (esc(article.byline or ""), link(article.url, "Original")) if part
    )
    steps = ""
    if quotations > 1:
        steps = (
            '<span class="steps"><button type="button" data-step="-1" aria-label="Previous quotation" title="Previous quotation (k)">↑</button>'
            f'<span class="at">1 of {quotations}</span>'
            '<button type="button" data-step="1" aria-label="Next quotation" title="Next quotation (j)">↓</button></span>'
        )
    return (
        f'<header class="head"><p class="outlet"><span>{esc(article.outlet or "Unknown outlet")}</span>'
        f"<time{source}>{esc(dated)}</time>{steps}</p><h2>{esc(article.title)}</h2>"
        + (f'<p class="meta">{meta}</p>' if meta else "")
        + "</header>"
    )


def _scan_note(scanned: dict[int, int], pages: Pages) -> str:
    """That the text was read from a scan, with the pages and how sure the reading was."""
    if not scanned:
        return ""
    if not pages:
        return f'<p class="scan">Read from a scan; may contain errors (confidence {min(scanned.values())}%).</p>'
    told = ", ".join(f"p. {page} ({sure}%)" for page, sure in scanned.items())
    return f'<p class="scan">Read from a scan; may contain errors. Confidence by page: {told}.</p>'


def _versions(article: Article, versions: list[str], current: str | None) -> str:
    if len(versions) < 2 or article.version not in versions:
        return ""
    rows = "".join(
        f'<button type="button" data-open="{esc(version)}" data-article="{esc(article.id)}"'
        f"{' aria-current=true' if version == article.version else ''}>{number}</button>"
        for number, version in enumerate(versions, 1)
    )
    word = "Current version." if article.version == current else "Earlier version; the article has changed since."
    return f'<p class="versions">{word} Versions: {rows}</p>'


def _body(article: Article, quotes: list[Quote], pages: Pages) -> str:
    paragraphs, at = [], 0
    notices = {span.start for span in find_corrections(article.text)}
    for line in article.text.split("\n"):
        if line.strip():
            kind = ' class="correction"' if at in notices else ""
            paragraphs.append(f"<p{kind}>{_marked_text(article, at, at + len(line), quotes, pages)}</p>")
        at += len(line) + 1
    return f'<div class="text">{"".join(paragraphs)}</div>'


def _marked_text(article: Article, start: int, end: int, quotes: list[Quote], pages: Pages) -> str:
    """A paragraph with its quotations marked, its boilerplate muted, and a label where a page begins."""
    begun = {
        offset: f'<span class="page" data-page="{page}"></span>' for offset, page in pages if start <= offset < end
    }
    cuts = {start, end, *begun}
    spans: list[Quote | Span] = [*quotes, *article.boilerplate]
    for span in spans:
        cuts.update(cut for cut in (span.start, span.end) if start < cut < end)
    edges, out = sorted(cuts), []
    for left, right in zip(edges, edges[1:], strict=False):
        piece = esc(article.text[left:right])
        if any(span.start <= left and right <= span.end for span in article.boilerplate):
            piece = f'<span class="aside" title="Not part of the story">{piece}</span>'
        numbers = [q.number for q in quotes if q.start <= left and right <= q.end]
        if numbers:
            piece = f'<mark data-quote="{" ".join(map(str, numbers))}">{piece}</mark>'
        out.append(begun.get(left, "") + piece)
    return "".join(out)
