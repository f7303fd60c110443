"""Who published a page, when, by whom and under which headline: candidates, the most trustworthy first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from ingest.parsing.dates import find_date
from ingest.parsing.html_blocks import Block, clean_text
from ingest.parsing.linked_data import plain, text_of
from ingest.parsing.saved_pages import is_archive, unwrapped

Candidates = Iterable[tuple[str, Any]]

_DATE_METAS = (
    "date", "pubdate", "publishdate", "publish-date", "publish_date", "published", "dc.date", "dc.date.issued", "dc.date.created",
    "dcterms.created", "dcterms.issued", "dcterms.date", "parsely-pub-date", "sailthru.date", "article.published", "cxenseparse:recs:publishtime",
    "datepublished", "citation_publication_date", "citation_date", "article_date_original", "bt:pubdate", "publication_date", "rnews:datepublished",
)  # fmt: skip
_SEVERAL = ("author", "article:author", "dc.creator", "citation_author", "parsely-author")
"""Meta elements that a page with several authors has several of."""
_LIVE_ENTRY = "ancestor-or-self::*[@itemprop='liveBlogUpdate' or contains(@class, 'live') or contains(@class, 'comment')]"
_UPDATED = re.compile(r"updat|modif|last\s+changed|corrected|aktualis|geändert|mise?\s+à\s+jour|actualiz|aggiorn|bijgewerkt|oppdater|uppdater", re.I)
_PUBLISHED = re.compile(r"publi|posted|erschienen|veröffentlicht|opublik|udgivet|julkaistu|опубликован", re.I)
_ROLE = re.compile(
    r"\b(?:correspondent|reporter|editor|writer|staff|desk|team|agency|columnist|producer|chief|political|health|sports?|business|science|bureau|"
    r"published|updated|posted|min(?:ute)?s?|read|am|pm|news|in|at|on|\d+)\b", re.I
)
_NO_NAME = re.compile(r"^(?:admin(?:istrator)?|author|editor|webmaster|root|user|guest|anonymous|null|none|unknown|undefined|n/?a|https?:.*|.*@.*)$", re.I)


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the fields of one page may be read from.

    Attributes:
        tree: The page as it came.
        data: Its structured data.
        metas: Its meta elements, lower-case name -> content.
        blocks: The lines that it shows.
        first: Index of the first line of running text in `blocks`; their number when there is none.
        last: Index of the last one.
        url: Where it was, at first.
        language: The page's language with its country, as it names it.
    """

    tree: Any
    data: Mapping[str, Any]
    metas: Mapping[str, str]
    blocks: Sequence[Block]
    first: int
    last: int
    url: str | None
    language: str | None = field(default=None)


def read_metas(tree: Any) -> dict[str, str]:
    """Read the meta elements of a page: lower-case name -> content, the first of each name; all authors."""
    metas: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or meta.get("http-equiv")
        content = clean_text(plain(meta.get("content") or ""))
        if name and content:
            key = name.strip().lower()
            if key in _SEVERAL and content not in metas.get(key, content):
                content = f"{metas[key]}, {content}"
                del metas[key]
            metas.setdefault(key, content[:2000])
    return metas


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


def site_of(host: str) -> str:
    """The name of a host without the prefixes of its mobile and AMP pages."""
    return re.sub(r"^(?:www\d?|m|amp|mobile)\.", "", host.lower())


def shown_title(tree: Any) -> str:
    """The headline as the page shows it: its only main heading, else the title in its head."""
    headings = [line for line in (line_of(node.text_content()) for node in tree.iter("h1")) if line]
    if len(headings) == 1:
        return headings[0]
    titles = [line_of(node.text_content()) for node in tree.xpath("//head/title | //body/title")]
    return titles[0] if titles else headings[0] if headings else ""


def titles(page: Sources) -> Candidates:
    """Yield headlines, without the outlet's name at their end."""
    headings = [line for line in (line_of(node.text_content()) for node in page.tree.iter("h1")) if line]
    only = headings[0] if len(headings) == 1 else ""
    names = [name for name in (page.metas.get("og:site_name"), text_of(page.data.get("publisher")), text_of(page.data.get("_site"))) if name]
    for source, value in (("json-ld", text_of(page.data.get("headline"))), ("opengraph", page.metas.get("og:title")),
                          ("meta", page.metas.get("twitter:title"))):  # fmt: skip
        title = _without_outlet(line_of(value), names)
        if title and only and _begins(title, only):  # the outlet's name or an ellipsis at the end
            title = only
        yield source, title
    yield "heading", only
    found = [line_of(node.text_content()) for node in page.tree.xpath("//head/title | //body/title")]
    title = _without_outlet(found[0] if found else "", names)
    yield "page title", next((heading for heading in headings if _begins(title, heading)), title)
    yield "heading", headings[0] if headings else ""


def _begins(title: str, heading: str) -> bool:
    """Whether a title is a heading with something after it, or a heading that was cut short."""
    low, head = title.casefold().rstrip(" .…"), heading.casefold()
    longer = low.startswith(head) and re.match(r"\s*[|–—:·»-]\s", low[len(head) :] + " ") is not None
    cut = title.rstrip().endswith(("…", "...")) and len(low) > 20 and head.startswith(low)
    return len(head) > 8 and (low == head or longer or cut)


def _without_outlet(title: str, names: Sequence[str]) -> str:
    for name in names:
        title = re.sub(rf"\s*[|–—·•:»-]\s*{re.escape(name)}\s*$", "", title, flags=re.I) or title
    return title


def bylines(page: Sources) -> Candidates:
    """Yield the names of the authors, separated by commas."""
    outlet = text_of(page.data.get("publisher")).casefold()
    people = people_of(page.data.get("author"))
    yield "json-ld", people if people.casefold() != outlet else ""
    yield "json-ld", people_of(page.data.get("creator"))
    for name in ("author", "article:author", "parsely-author", "dc.creator", "dcterms.creator", "citation_author", "byl", "sailthru.author"):
        yield ("opengraph" if name.startswith("article:") else "meta"), names_in(page.metas.get(name, ""))
    for block in page.blocks[: page.first + 3]:
        if match := re.match(r"(?:by|words\s+by|written\s+by|story\s+by|text\s+by|von|par|por|di|door|av|af)[:\s]+(?=[A-ZÀ-Þ])", block.text, re.I):
            if len(block.text) < 120:
                yield "visible text", names_in(block.text[match.end() :])
    marked = "//*[@rel='author' or @itemprop='author' or contains(concat(' ', @class, ' '), ' byline ') or contains(concat(' ', @class, ' '), ' author ')]"
    for node in page.tree.xpath(marked)[:5]:
        value = line_of(node.text_content())
        if 3 < len(value) < 120:
            yield "visible text", names_in(value)
    for block in page.blocks[max(0, page.last - 2) : page.last + 4]:
        if (match := re.match(r"(?:by|words\s+by|written\s+by|reporting\s+by)[:\s]+(?=[A-ZÀ-Þ])", block.text, re.I)) and len(block.text) < 80:
            yield "visible text", names_in(block.text[match.end() :])


def authors_of(data: Mapping[str, Any], metas: Mapping[str, str]) -> tuple[str, ...]:
    """The names that the structured data and the meta elements of a page give as its authors."""
    named = people_of(data.get("author")) or names_in(metas.get("author", "") or metas.get("byl", ""))
    return tuple(name for name in named.split(", ") if len(name) > 4)


def names_in(value: str) -> str:
    """The names at the beginning of a byline, without "By", roles, places and dates."""
    value = re.sub(r"^(?:(?:words|written|story|text|reporting|posted|report)\s+)?(?:by|von|par|por|di|door|av|af)[:\s]+", "", line_of(value), flags=re.I)
    names: list[str] = []
    for part in re.split(r"\s*(?:[,;|•·–—/\n(]|\s-\s|\band\b|&|\bund\b|\bet\b|\by\b|\boch\b|\bog\b|\ben\b)\s*", value):
        name = part.strip(" .:")
        if not name or _NO_NAME.match(name) or (names and (_ROLE.search(name) or not name[:1].isupper() or " " not in name)):
            if names:
                break
            continue
        names.append(re.split(r"\s+(?=(?:in|for|at)\s+[A-Z])", name)[0])
    return ", ".join(dict.fromkeys(names))[:300]


def people_of(value: Any, depth: int = 0) -> str:
    """The names of the people or organisations that a value of structured data holds, separated by commas."""
    names: list[str] = []
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, list | dict) and depth < 4:
            inner = item if isinstance(item, list) else item.get("name") or item.get("@value") or " ".join(
                text_of(item.get(part)) for part in ("givenName", "familyName") if item.get(part)
            )
            names += [name for name in people_of(inner, depth + 1).split(", ") if name]
        elif isinstance(item, str):
            line = line_of(plain(item))
            names += [name for name in names_in(line).split(", ") if name] if re.search(r"^by\s|,|;|\band\b|&", line, re.I) else [line]
    return ", ".join(dict.fromkeys(name for name in names if name and not _NO_NAME.match(name)))[:300]


def outlets(page: Sources) -> Candidates:
    """Yield the names of the publisher."""
    yield "json-ld", _name(page.data.get("publisher"))
    yield "opengraph", line_of(page.metas.get("og:site_name"))
    yield "json-ld", _name(page.data.get("_site"))
    yield "meta", line_of(page.metas.get("application-name") or page.metas.get("dc.publisher") or page.metas.get("publisher"))
    yield "json-ld", _name(page.data.get("isPartOf")) or _name(page.data.get("sourceOrganization"))


def _name(value: Any) -> str:
    name = line_of(text_of(value))
    return "" if re.match(r"https?:|#", name) else name


def dates(page: Sources) -> Candidates:
    """Yield days of publication, never of a change."""
    yield "json-ld", find_date(_scalar(page.data.get("datePublished")), page.language)
    for name in ("article:published_time", "og:published_time", "og:article:published_time", *_DATE_METAS):
        yield ("opengraph" if ":published_time" in name else "meta"), find_date(page.metas.get(name), page.language)
    for node in page.tree.xpath("//time[@datetime] | //*[@itemprop='datePublished']")[:40]:
        if _tells_publication(node, page):
            yield "time element", find_date(node.get("datetime") or node.get("content") or line_of(node.text_content()), page.language)
    yield "json-ld", find_date(_scalar(page.data.get("dateCreated")), page.language)


def _scalar(value: Any) -> Any:
    return value if isinstance(value, int | float) else text_of(value)


def _tells_publication(node: Any, page: Sources) -> bool:
    """Whether a time of the page is that of its article: near its head or called so, and not one of a live blog's entries."""
    around = " ".join((node.get("itemprop") or "", node.get("class") or "", node.text_content()[:80], _before(node)))
    if node.xpath("ancestor::aside | ancestor::nav | ancestor::footer") or _UPDATED.search(around) or "dateModified" in around:
        return False
    if node.xpath(_LIVE_ENTRY):
        return False
    if "datePublished" in around or node.get("pubdate") is not None or _PUBLISHED.search(around):
        return True
    seen = page.blocks[page.first].text[:60] if page.first < len(page.blocks) else ""
    later = " ".join(" ".join(text.split()) for text in node.xpath("following::text()[normalize-space()][not(parent::script or parent::style)]")[:400])
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
    top = heads[-1] if heads else page.first
    for number, block in enumerate(page.blocks):
        above = top <= number < page.first or (number in inside and number < page.first)
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


def line_of(value: Any) -> str:
    """One line of plain text of at most 500 characters; "" for what is no text."""
    return clean_text(value)[:500] if isinstance(value, str) else ""
