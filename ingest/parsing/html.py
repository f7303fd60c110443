"""From one web page to the fields of an article, each with where it was read from.

The running text is trafilatura's; this module finds the fields (JSON-LD, OpenGraph, meta, the page's
own marks, its address, its visible text, in that order) and which lines of the text the page itself
shows as captions, bylines and links. Runs in the child process (`sandbox`): pages are untrusted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml import html as lxml_html

from ingest.parsing.dates import date_in_url, find_date

Fields = dict[str, Any]
Candidates = Iterable[tuple[str, Any]]

_TYPES = re.compile(r"(?:article|posting|report)$", re.I)
_DATE_METAS = (
    "date", "pubdate", "publishdate", "publish-date", "publish_date", "published", "dc.date", "dc.date.issued", "dcterms.created",
    "dcterms.date", "parsely-pub-date", "sailthru.date", "article.published", "cxenseparse:recs:publishtime", "datepublished",
)  # fmt: skip
_DATE_MARKS = re.compile(r"(?:^|[\s_-])(?:date|time|timestamp|publish\w*|posted|dateline|pubdate)(?:$|[\s_-])", re.I)
_UPDATED = re.compile(r"\b(?:updated|modified|last\s+changed|corrected)\b", re.I)
_ASIDE = re.compile(
    r"(?:^|[\s_-])(?P<kind>caption|credit|pull-?quote|related|read-?more|also-?read|more-?on|recommend\w*|newsletter|subscri\w*|sign-?up|promo\w*|"
    r"share\w*|social|cookie\w*|consent|comments?|byline|author-?(?:bio|box|name)?|links|outbrain|taboola|disclaimer|tags?|topics?|most-?read|trending|advert\w*)(?:$|[\s_-])",
    re.I,
)
_KINDS = {"caption": "caption", "credit": "credit", "byline": "byline", "author": "byline", "cookie": "notice",
          "consent": "notice", "comment": "notice", "disclaimer": "notice", "newsletter": "promo", "subscri": "promo", "sign": "promo",
          "promo": "promo", "share": "promo", "social": "promo", "advert": "promo"}  # fmt: skip


def read_page(text: str, url: str | None = None) -> Fields | None:
    """Read a page.

    Args:
        text: Its HTML.
        url: Where it was fetched, if it was.

    Returns:
        Fields for `extract.make_article` with `read_from` and `marks` (lines of the text that are not
        the story: line -> kind), or None when the page has no running text.
    """
    tree = _parse(text)
    if tree is None:
        return None
    data = _linked_data(tree)
    metas = _metas(tree)
    body, body_from = _running_text(_without_layout_tables(tree) or text, data)
    if not body:
        return None
    read_from = {"text": body_from}
    fields: Fields = {"text": body, "read_from": read_from, "marks": _marks(tree)}
    choices: dict[str, Candidates] = {
        "url": _urls(tree, data, metas, url),
        "title": _titles(tree, data, metas),
        "byline": _bylines(tree, data, metas),
        "outlet": _outlets(data, metas),
        "language": _languages(tree, data, metas),
        "published_at": _dates(tree, data, metas),
    }
    for name, candidates in choices.items():
        fields[name], read_from[name] = next(
            ((value, source) for source, value in candidates if value), (None, "not found")
        )
    fields["url_date"] = date_in_url(url or fields["url"])
    fields["visible_date"] = _visible_date(tree)
    return fields


def _parse(text: str) -> Any:
    parser = lxml_html.HTMLParser(remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        return lxml_html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text), parser=parser)
    except (etree.LxmlError, ValueError):
        return None


def _without_layout_tables(tree: Any) -> str | None:
    """The page with tables that hold paragraphs turned into plain blocks, or None when there are none."""
    cells = [
        cell
        for cell in tree.iter("td", "th")
        if sum(1 for part in cell if part.tag in ("p", "div", "h1", "h2", "h3")) > 2
    ]
    tables = {table for cell in cells for table in cell.iterancestors("table")}
    for table in tables:
        for part in [table, *table.iter("tbody", "thead", "tr", "td", "th")]:
            part.tag = "div"
    return str(lxml_html.tostring(tree, encoding="unicode")) if tables else None


def _running_text(text: str, data: Mapping[str, Any]) -> tuple[str, str]:
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    page = bare_extraction(text, with_metadata=False, include_comments=False, include_tables=True)
    found = page.text if isinstance(page, Document) else None
    if found and found.strip():
        return found, "page"
    body = data.get("articleBody")
    return (body, "json-ld") if isinstance(body, str) and body.strip() else ("", "")


def _linked_data(tree: Any) -> dict[str, Any]:
    """The article object of the page's JSON-LD, or an empty one."""
    best: dict[str, Any] = {}
    for script in tree.xpath("//script[contains(@type, 'ld+json')]")[:40]:
        try:
            loaded = json.loads((script.text or "").strip()[:2_000_000], strict=False)
        except (ValueError, RecursionError):
            continue
        for node in _nodes(loaded):
            kinds = node.get("@type")
            names = kinds if isinstance(kinds, list) else [kinds]
            if any(isinstance(name, str) and _TYPES.search(name) for name in names) and len(node) > len(best):
                best = node
    return best


def _nodes(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > 4:
        return
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield item
            for inner in ("@graph", "mainEntity", "itemListElement"):
                yield from _nodes(item.get(inner, []), depth + 1)


def _metas(tree: Any) -> dict[str, str]:
    metas: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop")
        content = (meta.get("content") or "").strip()
        if name and content:
            metas.setdefault(name.strip().lower(), content[:2000])
    return metas


def _urls(tree: Any, data: Mapping[str, Any], metas: Mapping[str, str], url: str | None) -> Candidates:
    """The page's own address, believed only where it stays on the site and does not name its front page."""
    links = tree.xpath("//link[@rel='canonical']/@href")
    entity = data.get("mainEntityOfPage")
    entity = entity.get("@id") if isinstance(entity, dict) else entity
    named = (("canonical link", links[0] if links else None), ("opengraph", metas.get("og:url")),
             ("json-ld", data.get("url")), ("json-ld", entity))  # fmt: skip
    for source, value in named:
        if isinstance(value, str) and value.strip():
            address = urljoin(url or "", value.strip())
            if _own(address, url):
                yield source, address
    yield "address", url


def _own(address: str, url: str | None) -> bool:
    try:
        there = urlsplit(address)
        here = urlsplit(url or address)
    except ValueError:
        return False
    if there.scheme not in ("http", "https") or not there.hostname or there.path in ("", "/"):
        return False
    return _site(there.hostname) == _site(here.hostname or "")


def _site(host: str) -> str:
    return re.sub(r"^(?:www|m|amp|mobile)\.", "", host.lower())


def _titles(tree: Any, data: Mapping[str, Any], metas: Mapping[str, str]) -> Candidates:
    yield "json-ld", _line(data.get("headline"))
    yield "opengraph", _line(metas.get("og:title"))
    yield "meta", _line(metas.get("twitter:title"))
    headings = [line for line in (_line(node.text_content()) for node in tree.iter("h1")) if line]
    if len(headings) == 1:
        yield "heading", headings[0]
    titles = [_line(node.text_content()) for node in tree.xpath("//head/title | //body/title")]
    title = titles[0] if titles else ""
    outlet = metas.get("og:site_name", "")
    if outlet and re.search(rf"\s[|–—-]\s*{re.escape(outlet)}$", title):
        title = title[: -len(outlet)].rstrip(" |–—-")
    yield "page title", title
    yield "heading", headings[0] if headings else ""


def _bylines(tree: Any, data: Mapping[str, Any], metas: Mapping[str, str]) -> Candidates:
    yield "json-ld", _people(data.get("author"))
    for name in ("author", "article:author", "parsely-author", "dc.creator", "byl"):
        value = _line(metas.get(name))
        if value and not re.match(r"https?:", value):
            yield ("opengraph" if name.startswith("article:") else "meta"), _without_by(value)
    for node in tree.xpath(
        "//*[@rel='author' or @itemprop='author' or contains(concat(' ', @class, ' '), ' byline ')]"
    )[:5]:
        value = _line(node.text_content())
        if 3 < len(value) < 120:
            yield "visible text", _without_by(value)


def _outlets(data: Mapping[str, Any], metas: Mapping[str, str]) -> Candidates:
    yield "json-ld", _people(data.get("publisher"))
    yield "opengraph", _line(metas.get("og:site_name"))
    yield "meta", _line(metas.get("application-name") or metas.get("dc.publisher") or metas.get("publisher"))


def _languages(tree: Any, data: Mapping[str, Any], metas: Mapping[str, str]) -> Candidates:
    yield "page", _language(tree.get("lang") or tree.get("xml:lang"))
    yield "json-ld", _language(data.get("inLanguage"))
    yield "opengraph", _language(metas.get("og:locale"))
    yield "meta", _language(metas.get("content-language") or metas.get("language"))


def _dates(tree: Any, data: Mapping[str, Any], metas: Mapping[str, str]) -> Candidates:
    yield "json-ld", find_date(_line(data.get("datePublished")))
    yield "opengraph", find_date(metas.get("article:published_time") or metas.get("og:published_time"))
    for name in _DATE_METAS:
        yield "meta", find_date(metas.get(name))
    for node in tree.xpath("//time[@datetime] | //*[@itemprop='datePublished']")[:12]:
        inside = node.xpath("ancestor::aside | ancestor::nav | ancestor::footer")
        label = " ".join((node.get("itemprop") or "", node.get("class") or "", node.text_content()[:80], _before(node)))
        if not inside and not _UPDATED.search(label) and "dateModified" not in label:
            yield "time element", find_date(node.get("datetime") or node.get("content") or _line(node.text_content()))


def _before(node: Any) -> str:
    """The words directly before an element, in which "Updated" may stand."""
    before = node.getprevious()
    text = (before.tail if before is not None else node.getparent().text if node.getparent() is not None else "") or ""
    return text[-40:]


def _visible_date(tree: Any) -> str | None:
    """A date that the page shows where dates of publication stand; "updated" is not published."""
    for node in tree.iter("p", "span", "div", "time", "li", "small", "address"):
        marked = _DATE_MARKS.search(f"{node.get('class') or ''} {node.get('id') or ''}")
        text = " ".join(node.text_content().split()) if len(node) < 8 else ""
        said = re.match(r"(?:first\s+)?(?:published|posted)\b", text, re.I)
        if not (marked or said) or not text or len(text) > 160:
            continue
        published = re.split(_UPDATED, text)[0]
        if found := find_date(published):
            return found
    return None


def _marks(tree: Any) -> dict[str, str]:
    """Lines that the page shows outside its story, by their words: line -> kind."""
    marks: dict[str, str] = {}
    for node in tree.iter(
        "figcaption", "blockquote", "aside", "nav", "footer", "div", "p", "section", "ul", "span", "form"
    ):
        match = _ASIDE.search(f"{node.get('class') or ''} {node.get('id') or ''}")
        if node.tag == "figcaption":
            kind = "caption"
        elif node.tag in ("aside", "nav", "footer", "form"):
            kind = "related"
        elif match:
            kind = next((k for word, k in _KINDS.items() if match["kind"].lower().startswith(word)), "related")
        else:
            continue
        for line in _lines_of(node):
            marks.setdefault(line, kind)
        if len(marks) > 2000:
            break
    for node in tree.iter("a"):  # a block that is a link and nothing else leads away from the story
        line = " ".join(node.text_content().split())
        parent = node.getparent()
        alone = parent is not None and " ".join(parent.text_content().split()) == line
        if 12 <= len(line) <= 200 and (
            alone or (parent is not None and parent.tag not in ("p", "li", "td", "span", "em", "strong", "b", "i"))
        ):
            marks.setdefault(line, "related")
    story = {" ".join(node.text_content().split()) for node in tree.xpath("//article//p[not(ancestor::aside)]")[:500]}
    return {line: kind for line, kind in marks.items() if not (line in story and len(line) > 200)}


def _lines_of(node: Any) -> Iterator[str]:
    blocks = node.xpath(".//p | .//li | .//a | .//h2 | .//h3 | .//h4 | .//span | .//label")
    for part in [node, *blocks[:200]]:
        line = " ".join(part.text_content().split())
        if 0 < len(line) <= 600:
            yield line


def _people(value: Any) -> str:
    names = []
    for item in value if isinstance(value, list) else [value]:
        name = item.get("name") if isinstance(item, dict) else item
        for one in name if isinstance(name, list) else [name]:
            line = _line(one)
            if line and not re.match(r"https?:", line):
                names.append(_without_by(line))
    return ", ".join(dict.fromkeys(names))[:300]


def _without_by(value: str) -> str:
    return re.sub(r"^(?:by|von|par|por)[:\s]+", "", value, flags=re.I)


def _language(value: Any) -> str | None:
    match = re.match(r"[A-Za-z]{2}(?=$|[-_])", value.strip()) if isinstance(value, str) else None
    return match.group(0).lower() if match else None


def _line(value: Any) -> str:
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", value).strip()[:500] if isinstance(value, str) else ""
