"""Address, dates and language of a page: candidates, the most trustworthy first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from ingest.parsing.dates import find_date
from ingest.parsing.html_sources import Candidates, Sources, key_of, line_of
from ingest.parsing.html_titles import shown_title
from ingest.parsing.html_zones import element_kind
from ingest.parsing.linked_data import text_of
from ingest.parsing.saved_pages import is_archive, unwrapped
from ingest.parsing.sites import site_of

_DATE_METAS = (
    "date", "pubdate", "publishdate", "publish-date", "publish_date", "published", "dc.date", "dc.date.issued", "dc.date.created",
    "dcterms.created", "dcterms.issued", "dcterms.date", "parsely-pub-date", "sailthru.date", "article.published", "cxenseparse:recs:publishtime",
    "datepublished", "citation_publication_date", "citation_date", "article_date_original", "bt:pubdate", "publication_date", "rnews:datepublished",
)  # fmt: skip
_LIVE_ENTRY = (
    "ancestor-or-self::*[@itemprop='liveBlogUpdate' or contains(@class, 'live') or contains(@class, 'comment')]"
)
_UPDATED = re.compile(
    r"updat|modif|last\s+changed|corrected|aktualis|geändert|mise?\s+à\s+jour|actualiz|aggiorn|bijgewerkt|oppdater|uppdater",
    re.I,
)
_PUBLISHED = re.compile(r"publi|posted|erschienen|veröffentlicht|opublik|udgivet|julkaistu|опубликован", re.I)


def urls(page: Sources) -> Candidates:
    """Yield the page's own address, believed only where it stays on the site and does not name its front page."""
    links = page.tree.xpath("//link[contains(concat(' ', @rel, ' '), ' canonical ')]/@href")
    entity = page.data.get("mainEntityOfPage")
    named = (("canonical link", links[0] if links else None), ("opengraph", page.metas.get("og:url")),
             ("json-ld", text_of(page.data.get("url"))), ("json-ld", text_of(entity)))  # fmt: skip
    for source, value in named:
        if isinstance(value, str) and value.strip():
            address = urljoin(page.url or "", unwrapped(value))
            if _own(address, page.url):
                yield source, address
    yield "address", page.url


def _own(address: str, url: str | None) -> bool:
    try:
        there = urlsplit(address)
        here = urlsplit(url or address)
    except ValueError:
        return False
    if there.scheme not in ("http", "https") or not there.hostname or there.path in ("", "/") or is_archive(address):
        return False
    return site_of(there.hostname) == site_of(here.hostname or "")


def dates(page: Sources) -> Candidates:
    """Yield days of publication, never of a change."""
    yield "json-ld", find_date(_scalar(page.data.get("datePublished")), page.language)
    for name in ("article:published_time", "og:published_time", "og:article:published_time", *_DATE_METAS):
        yield ("opengraph" if ":published_time" in name else "meta"), find_date(page.metas.get(name), page.language)
    marked = "//time[@datetime] | //*[@itemprop='datePublished'] | //abbr[contains(@class, 'published')] | //*[contains(@class, 'dt-published')]"
    for node in page.tree.xpath(marked)[:40]:
        if _tells_publication(node, page):
            value = node.get("datetime") or node.get("content") or node.get("title") or line_of(node.text_content())
            yield "time element", find_date(value, page.language)
    yield "json-ld", find_date(_scalar(page.data.get("dateCreated")), page.language)


def _scalar(value: Any) -> Any:
    return value if isinstance(value, int | float) else text_of(value)


def _tells_publication(node: Any, page: Sources) -> bool:
    """Whether a time of the page is that of its article: near its head or called so, and not one of a live blog's entries."""
    around = " ".join((node.get("itemprop") or "", node.get("class") or "", node.text_content()[:80], _before(node)))
    if (
        node.xpath("ancestor::aside | ancestor::nav | ancestor::footer")
        or _UPDATED.search(around)
        or "dateModified" in around
    ):
        return False
    if node.xpath(_LIVE_ENTRY):
        return False
    if "datePublished" in around or node.get("pubdate") is not None or _PUBLISHED.search(around):
        return True
    seen = page.blocks[page.first].text[:60] if page.first < len(page.blocks) else ""
    later = " ".join(
        " ".join(text.split())
        for text in node.xpath("following::text()[normalize-space()][not(parent::script or parent::style)]")[:400]
    )
    return not seen or seen[:25] in later


def _before(node: Any) -> str:
    """The words directly before an element, in which "Updated" may stand."""
    before = node.getprevious()
    text = (before.tail if before is not None else node.getparent().text if node.getparent() is not None else "") or ""
    if before is not None and not text.strip():
        text = before.text_content()
    return str(text)[-40:]


def visible_date(page: Sources, inside: set[int]) -> str | None:
    """Read a date that the page shows between its headline and its text, or after "Published" below it.

    Args:
        page: The page.
        inside: Indices of the blocks of the story's element.
    """
    heads = [n for n in range(min(page.first, len(page.blocks))) if page.blocks[n].tag == "h1"]
    shown = key_of(shown_title(page.tree))
    heads += [n for n in range(min(page.first, len(page.blocks))) if shown and key_of(page.blocks[n].text) == shown]
    top = heads[-1] if heads else page.first
    for number, block in enumerate(page.blocks):
        dated = element_kind(block.node) == "dateline" or (
            block.node.getparent() is not None and element_kind(block.node.getparent()) == "dateline"
        )
        above = top <= number < page.first or (
            number < page.first and (number in inside or (dated and number > top - 4))
        )
        below = number > page.last and _PUBLISHED.search(block.text)
        if (above or below) and len(block.text) <= 200 and (found := find_date(block.text, page.language)):
            return found
    return None


def languages(page: Sources) -> Iterator[tuple[str, str | None]]:
    """Yield the language as an ISO 639-1 code."""
    yield "page", _language(page.language)
    yield "json-ld", _language(text_of(page.data.get("inLanguage")))
    yield "opengraph", _language(page.metas.get("og:locale"))
    yield "meta", _language(page.metas.get("content-language") or page.metas.get("language"))


def locale_of(tree: Any, metas: Mapping[str, str]) -> str | None:
    """The language of a page with its country where it names one: "en-GB"."""
    own = tree.get("lang") or tree.get("xml:lang") or ""
    wider = (metas.get("og:locale") or "").replace("_", "-")
    if wider.lower().startswith(own.lower() or "?") and len(wider) > len(own):
        return wider
    return own.strip().replace("_", "-") or wider or None


def _language(value: str | None) -> str | None:
    match = re.match(r"[A-Za-z]{2}(?=$|[-_])", value.strip()) if isinstance(value, str) else None
    return match.group(0).lower() if match else None
