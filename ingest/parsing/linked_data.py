"""The structured data of a page: JSON-LD as sites really write it, and microdata.

Mends what is mended without guessing (comments, commas too many, wrong escapes, several values in one script),
follows references by `@id`, and chooses the object that describes this page.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

Data = dict[str, Any]

MAX_SCRIPT = 2_000_000
"""Characters of one script that are read."""
MAX_NODES = 3_000
"""Objects of one page that are looked at."""
_ARTICLE = re.compile(r"(?:article|posting|report|review|blogpost)$", re.I)
_PARTS = re.compile(r"^(?:liveBlogUpdate|review|comment|isPartOf|citation|mentions|relatedLink|hasPart)$")
_SALVAGE = re.compile(r'"(datePublished|articleBody)"\s*:\s*"((?:[^"\\]|\\.)*)"')


def read_linked_data(tree: Any, title: str = "", url: str | None = None) -> Data:
    """Read the object that describes this page's article.

    Args:
        tree: The page's root element.
        title: What the page itself shows as its headline, to choose among several objects.
        url: Where the page was fetched or says that it was.

    Returns:
        The object with its references followed, or an empty one.
    """
    loaded: list[Any] = []
    salvaged: Data = {}
    for script in tree.xpath("//script[contains(translate(@type, 'LDJSON', 'ldjson'), 'ld+json')]")[:40]:
        text = (script.text_content() or "")[:MAX_SCRIPT]
        values = parse_json(text)
        loaded += values
        if not values and re.search(r'"@type"\s*:\s*\[?\s*"[\w:/.]*(?:Article|Posting)"', text):
            salvaged = salvaged or _salvage(text)
    nodes = list(_nodes(loaded))
    names = {str(node["@id"]): node for node in nodes if node.get("@id") and len(node) > 1}
    found = [(node, depth) for node, depth in _articles(loaded)]
    micro = _microdata(tree)
    if micro:
        found.append((micro, 0))
    site = next((text_of(node.get("name")) for node in nodes if is_type(node, "WebSite") and node.get("name")), "")
    if not found:
        found = [(_as_article(node), 1) for node in nodes if _media(node) and _about_page(node, title)]
    if not found:
        return {**salvaged, "_site": site}
    best = max(found, key=lambda item: _fit(item[0], item[1], names, title, url))[0]
    if len(found) > 1 and _fit(best, 0, names, title, url) < 0:
        return {**salvaged, "_site": site}
    return {**{key: _followed(value, names) for key, value in best.items()}, "_site": site}


def _media(node: Data) -> bool:
    return any(
        is_type(node, name) for name in ("VideoObject", "AudioObject", "PodcastEpisode", "WebPage", "Episode", "Event")
    )


def _about_page(node: Data, title: str) -> bool:
    headline, shown = _key(text_of(node.get("headline") or node.get("name"))), _key(title)
    return bool(headline and shown) and (headline in shown or shown in headline)


def _as_article(node: Data) -> Data:
    """A film, a recording or a page whose object is used where there is no article's."""
    renamed = {"headline": node.get("headline") or node.get("name"), "author": node.get("author") or node.get("creator"),
               "datePublished": node.get("datePublished") or node.get("uploadDate")}  # fmt: skip
    return {**node, **renamed}


def parse_json(text: str) -> list[Any]:
    """Read all values of a script.

    Returns:
        The values that could be read; none when nothing could.
    """
    text = re.sub(
        r"^\s*(?://|/\*)?\s*(?:<!\[CDATA\[|<!--)\s*(?:\*/)?|(?://|/\*)?\s*(?:\]\]>|-->)\s*(?:\*/)?\s*$",
        "",
        text.strip(),
    )
    for candidate in (text, _mended(text)):
        values: list[Any] = []
        position = 0
        decoder = json.JSONDecoder(strict=False)
        while position < len(candidate):
            start = re.compile(r"[\s;,]*").match(candidate, position)
            position = start.end() if start else position
            if position >= len(candidate):
                return values
            try:
                value, position = decoder.raw_decode(candidate, position)
            except (ValueError, RecursionError):
                break
            values.append(value)
        else:
            return values
    return values


def _mended(text: str) -> str:
    """The script without comments, without commas before a closing bracket, with escapes that JSON knows."""
    parts = re.findall(r'"(?:[^"\\]|\\.)*"|/\*.*?\*/|(?<!:)//[^\n]*|[^"/]+|.', text, re.S)
    kept = []
    for part in parts:
        if part.startswith('"') and len(part) > 1:
            kept.append(re.sub(r"\\(?![\"\\/bfnrtu])", "", part))
        elif not part.startswith(("/*", "//")):
            kept.append(part)
    outside = "".join(kept)
    return re.sub(
        r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])|(?<=[\[{,])\s*,',
        lambda match: match.group(1) or "",
        outside,
    )


def _salvage(text: str) -> Data:
    """The plain fields of an article in a script that is beyond mending."""
    found: Data = {}
    for name, value in _SALVAGE.findall(text):
        try:
            found.setdefault(name, json.loads(f'"{value}"', strict=False))
        except ValueError:
            continue
    return found


def _nodes(value: Any) -> Iterator[Data]:
    """All objects in a value, breadth first."""
    waiting, count = [value], 0
    while waiting and count < MAX_NODES:
        item = waiting.pop(0)
        if isinstance(item, list):
            waiting += item
        elif isinstance(item, dict):
            count += 1
            yield item
            waiting += [inner for inner in item.values() if isinstance(inner, dict | list)]


def _articles(value: Any, depth: int = 0) -> Iterator[tuple[Data, int]]:
    """Objects that are articles, with how deep they are; parts of another article are not."""
    if depth > 6:
        return
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, list):
            yield from _articles(item, depth)
        elif isinstance(item, dict):
            article = is_article(item)
            if article:
                yield item, depth
            for key, inner in item.items():
                if isinstance(inner, dict | list) and not (article and _PARTS.match(key)):
                    yield from _articles(inner, depth + (key not in ("@graph", "mainEntity")))


def is_article(node: Mapping[str, Any]) -> bool:
    """Whether an object is an article by its type."""
    kinds = node.get("@type")
    return any(
        isinstance(kind, str) and _ARTICLE.search(kind) for kind in (kinds if isinstance(kinds, list) else [kinds])
    )


def is_type(node: Mapping[str, Any], name: str) -> bool:
    """Whether an object has a type, written with or without its vocabulary."""
    kinds = node.get("@type")
    return any(
        isinstance(kind, str) and kind.endswith(name) for kind in (kinds if isinstance(kinds, list) else [kinds])
    )


def _fit(node: Data, depth: int, names: Mapping[str, Data], title: str, url: str | None) -> float:
    """How well an object describes this page: its headline and address against the page's, then its fields."""
    score = -float(depth)
    headline = _key(text_of(node.get("headline") or node.get("name")))
    shown = _key(title)
    if headline and shown:
        same = headline == shown or (min(len(headline), len(shown)) > 12 and (headline in shown or shown in headline))
        score += 20 if same else -4
    addresses = [text_of(_followed(node.get(name), names)) for name in ("url", "@id", "mainEntityOfPage")]
    if url and any(addresses):
        same = any(_place(address) == _place(url) for address in addresses if address)
        score += 12 if same else -6 if addresses[0] or addresses[2] else 0
    return score + sum(
        0.5 for name in ("headline", "datePublished", "author", "articleBody", "publisher") if node.get(name)
    )


def _place(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return f"{(parts.hostname or '').removeprefix('www.')}{parts.path.rstrip('/')}?{parts.query}".rstrip("?")


def _followed(value: Any, names: Mapping[str, Data], depth: int = 0) -> Any:
    """A value with references by `@id` replaced by the objects that they name."""
    if depth > 4:
        return value
    if isinstance(value, list):
        return [_followed(item, names, depth + 1) for item in value[:200]]
    if isinstance(value, dict):
        if value.get("@id") in names and not value.get("name"):
            return {**names[str(value["@id"])], **{k: v for k, v in value.items() if v}}
        return value
    return value


def text_of(value: Any) -> str:
    """The words of a value: itself, the first of several, or the name, value or address of an object."""
    if isinstance(value, list):
        return next((found for found in map(text_of, value[:20]) if found), "")
    if isinstance(value, dict):
        return next((text_of(value[name]) for name in ("@value", "name", "@id", "url") if value.get(name)), "")
    return plain(value) if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def plain(value: str) -> str:
    """Text without markup, with entities read as often as they were escaped."""
    for _ in range(3):
        read = html.unescape(value)
        if read == value:
            break
        value = read
    value = re.sub(r"</?(?:[a-z][a-z0-9]*)\b[^<>]{0,200}>", "", value, flags=re.I)
    return re.sub("[\ud800-\udfff]", "\ufffd", value).strip()


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _microdata(tree: Any) -> Data:
    """The article that microdata describes, as an object like those of JSON-LD."""
    for scope in tree.xpath("//*[@itemscope][contains(@itemtype, 'schema.org')]")[:60]:
        kind = (scope.get("itemtype") or "").split()[0].rsplit("/", 1)[-1]
        if _ARTICLE.search(kind) and scope.get("itemprop") not in ("liveBlogUpdate", "comment", "review"):
            found = _properties(scope)
            if found.get("headline") or found.get("datePublished"):
                return {"@type": kind, **found}
    return {}


def _properties(scope: Any) -> Data:
    found: Data = {}
    for node in scope.xpath(".//*[@itemprop]")[:400]:
        holder = next(iter(node.xpath("ancestor::*[@itemscope][1]")), None)
        if holder is not scope:
            continue
        value: Any = _properties(node) if node.get("itemscope") is not None else _value(node)
        for name in (node.get("itemprop") or "").split():
            if name in ("articleBody", "liveBlogUpdate") or not value:
                continue
            known = found.get(name)
            found[name] = value if known is None else [*(known if isinstance(known, list) else [known]), value]
    return found


def _value(node: Any) -> str:
    for name in ("content", "datetime", "href", "src"):
        if node.get(name):
            return str(node.get(name)).strip()
    return " ".join(node.text_content().split())
