"""Who published a page, when, by whom and under which headline: candidates, the most trustworthy first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from ingest.parsing.dates import find_date, only_date
from ingest.parsing.html_blocks import Block, clean_text
from ingest.parsing.html_zones import element_kind
from ingest.parsing.linked_data import plain, text_of
from ingest.parsing.saved_pages import is_archive, unwrapped
from ingest.parsing.sites import site_of

Candidates = Iterable[tuple[str, Any]]

_DATE_METAS = (
    "date", "pubdate", "publishdate", "publish-date", "publish_date", "published", "dc.date", "dc.date.issued", "dc.date.created",
    "dcterms.created", "dcterms.issued", "dcterms.date", "parsely-pub-date", "sailthru.date", "article.published", "cxenseparse:recs:publishtime",
    "datepublished", "citation_publication_date", "citation_date", "article_date_original", "bt:pubdate", "publication_date", "rnews:datepublished",
)  # fmt: skip
_SEVERAL = ("author", "article:author", "dc.creator", "citation_author", "parsely-author")
"""Meta elements that a page with several authors has several of."""
_LIVE_ENTRY = (
    "ancestor-or-self::*[@itemprop='liveBlogUpdate' or contains(@class, 'live') or contains(@class, 'comment')]"
)
_UPDATED = re.compile(
    r"updat|modif|last\s+changed|corrected|aktualis|geändert|mise?\s+à\s+jour|actualiz|aggiorn|bijgewerkt|oppdater|uppdater",
    re.I,
)
_PUBLISHED = re.compile(r"publi|posted|erschienen|veröffentlicht|opublik|udgivet|julkaistu|опубликован", re.I)
_ROLE = re.compile(
    r"\b(?:correspondent|reporter|editor|writer|staff|desk|team|agency|columnist|producer|chief|political|health|sports?|business|science|bureau|"
    r"published|updated|posted|min(?:ute)?s?|read|am|pm|news|in|at|on|photographs?|photos?|pictures|illustrations?|video|by|\d+)\b",
    re.I,
)
_BY = re.compile(
    r"(?i:(?:(?:words|written|story|text|hosted|posted|presented|reported|reporting)\s+)?by|von|par|por|di|door|av|af)[:\s]+(?=[A-ZÀ-Þ][\w.’'-]*(?:\s|$))"
)
_NAME_LINE = re.compile(r"[A-ZÀ-Þ][\w.'’-]*(?:\s+(?:de|van|von|der|den|la|le|di|da|du|el|[A-ZÀ-Þ][\w.'’-]*)){1,4}")
_NO_NAME = re.compile(
    r"^(?:admin(?:istrator)?|author|editor|webmaster|root|user|guest|anonymous|null|none|unknown|undefined|n/?a|https?:.*|.*@.*)$",
    re.I,
)


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


def shown_title(tree: Any) -> str:
    """The headline as the page shows it: the main heading that its title names, else the title in its head."""
    return shown_heading(tree) or _page_title(tree)


def shown_heading(tree: Any) -> str:
    """The heading that is the headline: the main one that the page's title names, else the first; "" without one."""
    page_title = _page_title(tree)
    heads = [text for node in tree.iter("h1") if (text := heading_text(node)) and not _links_home(node)]
    named = [text for text in heads if _key(text) in _key(page_title)]
    if named or heads:
        return max(named, key=len) if named else heads[0]
    for node in tree.iter("h2", "h3", "h4"):
        text = heading_text(node)
        if len(text) > 12 and _key(text) and _key(text) in _key(page_title):
            return text
    return ""


def heading_text(node: Any) -> str:
    """The words of a heading without a kicker that is set above them inside it."""
    parts = [child for child in node if isinstance(child.tag, str) and clean_text(child.text_content())]
    bare = clean_text(node.text or "") + "".join(clean_text(child.tail or "") for child in node)
    if len(parts) > 1 and not bare:
        kept = [child for child in parts if not element_kind(child)] or parts
        longest = max(kept, key=lambda child: len(child.text_content()))
        if len(parts) > len(kept) or all(
            child.tag in ("span", "div", "small", "p") and child.get("class") for child in parts
        ):
            return line_of(longest.text_content())
    return line_of(node.text_content())


def _links_home(node: Any) -> bool:
    return any(
        re.fullmatch(r"(?:https?://[^/]+)?/?", link.get("href") or "x")
        for link in (*node.iter("a"), *node.iterancestors("a"))
    )


def _page_title(tree: Any) -> str:
    found = [line_of(node.text_content()) for node in tree.xpath("//head/title | //body/title")]
    return found[0] if found else ""


def titles(page: Sources) -> Candidates:
    """Yield headlines, without the outlet's name at their end."""
    title = _page_title(page.tree)
    heading = shown_heading(page.tree)
    names = [name for _, name in outlets(page) if name]
    for source, value in (("json-ld", text_of(page.data.get("headline"))), ("opengraph", page.metas.get("og:title")),
                          ("meta", page.metas.get("twitter:title"))):  # fmt: skip
        told = _without_outlet(line_of(value), names)
        if told:
            yield (
                ("heading" if heading and _better(heading, told) else source),
                (heading if heading and _better(heading, told) else told),
            )
    yield "heading", heading
    yield "page title", _without_outlet(title, names)


def _better(heading: str, told: str) -> bool:
    """Whether the headline that readers see is to be taken before the one that the page's data names.

    It is where the data names it cut short or with something added after it, or names another one altogether.
    """
    if _begins(told, heading):
        return True
    seen, named = (set(re.findall(r"\w+", text.casefold())) for text in (heading, told))
    common = len(seen & named)
    if seen < named or len(heading.split()) < 3:
        return False
    return named <= seen or common < 0.5 * len(seen | named)


def _begins(title: str, heading: str) -> bool:
    """Whether a title is a heading with something after it, or a heading that was cut short."""
    low, head = title.casefold().rstrip(" .…"), heading.casefold()
    longer = low.startswith(head) and re.match(r"\s*[|–—:·»-]\s", low[len(head) :] + " ") is not None
    cut = title.rstrip().endswith(("…", "...")) and len(low) > 20 and head.startswith(low)
    return len(head) > 8 and (low == head or longer or cut)


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


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
    for name in (
        "author",
        "article:author",
        "parsely-author",
        "dc.creator",
        "dcterms.creator",
        "citation_author",
        "byl",
        "sailthru.author",
    ):
        yield ("opengraph" if name.startswith("article:") else "meta"), names_in(page.metas.get(name, ""))
    marked = "//*[@rel='author' or @itemprop='author' or contains(concat(' ', @class, ' '), ' byline ') or contains(concat(' ', @class, ' '), ' author ')]"
    marked = "//*[contains(@class, 'author')]//*[@itemprop='name'] | " + marked
    for node in page.tree.xpath(marked)[:5]:
        value = line_of(node.text_content())
        if 3 < len(value) < 120:
            yield "visible text", names_in(value)
    for block in page.blocks[: page.first + 3]:
        if (match := _BY.match(block.text)) and len(block.text) < 120:
            yield "visible text", names_in(block.text[match.end() :])
    for number in range(1, min(page.first, len(page.blocks))):
        near = [page.blocks[n].text for n in (number - 1, number + 1) if n < len(page.blocks)]
        if (
            _NAME_LINE.fullmatch(page.blocks[number].text)
            and page.blocks[number].tag not in ("h1", "h2", "li")
            and any(only_date(text, page.language) for text in near)
        ):
            yield "visible text", names_in(page.blocks[number].text)
    for block in page.blocks[max(0, page.last - 2) : page.last + 4]:
        if (match := _BY.match(block.text)) and len(block.text) < 80:
            yield "visible text", names_in(block.text[match.end() :])


def _another_name(part: str) -> bool:
    """Whether a later part of a byline is one more name rather than a role, a place or a credit."""
    words = part.split()
    return 1 < len(words) < 5 and part[0].isupper() and not _ROLE.search(part) and not re.search(r"\d", part)


def authors_of(data: Mapping[str, Any], metas: Mapping[str, str]) -> tuple[str, ...]:
    """The names that the structured data and the meta elements of a page give as its authors."""
    named = people_of(data.get("author")) or names_in(metas.get("author", "") or metas.get("byl", ""))
    return tuple(name for name in named.split(", ") if len(name) > 4)


def names_in(value: str) -> str:
    """The names at the beginning of a byline, without "By", roles, places and dates."""
    value = re.sub(
        r"^(?:(?:words|written|story|text|reporting|posted|report|reported|hosted|presented)\s+)?(?:by|von|par|por|di|door|av|af)[:\s]+",
        "",
        line_of(value),
        flags=re.I,
    )
    names: list[str] = []
    for part in re.split(r"\s*(?:[,;|•·–—/\n(]|\s-\s|\band\b|&|\bund\b|\bet\b|\by\b|\boch\b|\bog\b|\ben\b)\s*", value):
        name = re.split(r"\s+(?=\d)", part.strip(" .:"))[0]
        if not name or _NO_NAME.match(name) or (names and not _another_name(name)):
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
            inner = (
                item
                if isinstance(item, list)
                else item.get("name")
                or item.get("@value")
                or " ".join(text_of(item.get(part)) for part in ("givenName", "familyName") if item.get(part))
            )
            names += [name for name in people_of(inner, depth + 1).split(", ") if name]
        elif isinstance(item, str):
            names += _people_in(line_of(plain(item)))
    return ", ".join(dict.fromkeys(name for name in names if name and not _NO_NAME.match(name)))[:300]


def _people_in(line: str) -> list[str]:
    """The names in one value of structured data: several where each part of it is a whole name."""
    line = re.sub(r"^by\s+", "", line, flags=re.I)
    parts = [
        part.strip() for part in re.split(r"\s*[,;]\s*|\s+(?:and|und|et|y|e|og|och|en|&)\s+", line) if part.strip()
    ]
    whole = len(parts) > 1 and all(1 < len(part.split()) < 5 and part[0].isupper() for part in parts)
    return parts if whole and not re.search(r"\b(?:of|Ministry|Department|Office|Council|Inc|Ltd)\b", line) else [line]


def outlets(page: Sources) -> Candidates:
    """Yield the names of the publisher."""
    yield "json-ld", _name(page.data.get("publisher"))
    yield "opengraph", line_of(page.metas.get("og:site_name"))
    yield "json-ld", _name(page.data.get("_site"))
    yield (
        "meta",
        line_of(page.metas.get("application-name") or page.metas.get("dc.publisher") or page.metas.get("publisher")),
    )
    yield "json-ld", _name(page.data.get("isPartOf")) or _name(page.data.get("sourceOrganization"))
    yield "page title", _outlet_in_title(page)


def _outlet_in_title(page: Sources) -> str:
    """The part of the page's title that its address, its feed, its logo or its copyright line names, too."""
    title, shown = _page_title(page.tree), shown_title(page.tree)
    parts = [part.strip() for part in re.split(r"\s[|–—·•»-]\s|:\s", title) if part.strip()]
    others = [part for part in parts if _key(part) not in _key(shown) or shown == title]
    host = _folded((urlsplit(page.url).hostname or "") if page.url else "").replace("-", "")
    marks = [
        block.text
        for block in page.blocks
        if re.search(r"©|copyright|\(c\)", block.text, re.I) and len(block.text) < 200
    ]
    marks += [
        node.text_content() for node in page.tree.xpath("//a[@rel='home' or @href='/' or contains(@class, 'logo')]")[:6]
    ]
    marks += [
        node.get("title") or ""
        for node in page.tree.xpath("//link[contains(@type, 'rss') or contains(@type, 'atom')]")[:3]
    ]
    for part in reversed(others):
        folded = _folded(part).replace(" ", "")
        if len(part) > 1 and (folded and folded in host or any(_key(part) in _key(mark) for mark in marks)):
            return part
    added = (
        len(parts) > 1 and shown != title and _key(title).startswith(_key(shown)) and _key(parts[-1]) not in _key(shown)
    )
    return parts[-1] if added and len(parts[-1].split()) < 7 else ""


def _folded(text: str) -> str:
    plain = text.casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")
    plain = unicodedata.normalize("NFKD", plain)
    return re.sub(r"[^\w-]", "", "".join(ch for ch in plain if not unicodedata.combining(ch)))


def _name(value: Any) -> str:
    name = line_of(text_of(value))
    return "" if re.match(r"https?:|#", name) else name


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
    shown = _key(shown_title(page.tree))
    heads += [n for n in range(min(page.first, len(page.blocks))) if shown and _key(page.blocks[n].text) == shown]
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


def line_of(value: Any) -> str:
    """One line of plain text of at most 500 characters; "" for what is no text."""
    return clean_text(value)[:500] if isinstance(value, str) else ""
