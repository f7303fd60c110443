"""RSS, Atom, JSON Feed and sitemaps of all kinds: the addresses that they name, and the articles that they hold.

Runs in the child process: what was fetched is untrusted.
"""

from __future__ import annotations

import html
import json
import re
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from assistant.errors import UsageError
from ingest.parsing.dates import find_date

MAX_LINKS = 1_000
"""So many pages are fetched for one feed or sitemap."""
MAX_UNPACKED = 50_000_000
"""Largest sitemap, unpacked; the protocol allows as much."""
MAX_CONTENT = 200_000
"""Characters of one article that are taken from a feed."""
MAX_CONTENTS = 20_000_000
"""Characters of all articles of one feed; the pages of the others are still fetched."""
LEAST_CONTENT = 400
"""Characters of text that an entry has at least to be an article and no teaser."""

Link = dict[str, Any]

_HEAD = 20_000
"""Bytes in which the root element is looked for: long comments stand before it in some sitemaps."""
_ROOT = re.compile(r"<(?:[a-z0-9]+:)?(rss|feed|rdf|urlset|sitemapindex)[\s>]", re.I)
_COMMENT = re.compile(r"<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>", re.S)
_JSON_FEED = re.compile(r'"version"\s*:\s*"https://jsonfeed\.org/version/', re.I)


def is_link_list(content: bytes) -> bool:
    """Whether this is a feed or a sitemap, by its root element; it may be packed with gzip."""
    head = _head(content)
    return bool(_root(head) or _JSON_FEED.search(head) or _is_address_list(head))


def read_links(content: bytes, url: str) -> list[Link]:
    """Read the pages that a feed or sitemap names.

    Args:
        content: What was fetched.
        url: Where.

    Returns:
        {url, title, published_at, outlet, kind}, where kind is "feed", "news sitemap", "sitemap", or "more" for a
        sitemap that is to be read next; from a feed also `byline`, and `content`, HTML, where an entry holds the
        whole article.
    """
    content = unpacked(content)
    head = _head(content)
    root = _root(head)
    if root in ("urlset", "sitemapindex"):
        links = _sitemap(content)
    elif root:
        links = _feed(content)
    elif _JSON_FEED.search(head):
        links = _json_feed(content)
    else:
        links = [{"url": line.strip(), "kind": "sitemap"} for line in _text(content).splitlines() if line.strip()]
    for link in links:
        link["url"] = urljoin(url, link["url"])
    return _bounded([link for link in links if link["url"].startswith(("http://", "https://"))])


def unpacked(content: bytes) -> bytes:
    """Unpack gzip, also where it was packed twice.

    Raises:
        UsageError: It is damaged, or larger than `MAX_UNPACKED`.
    """
    for _ in range(3):
        if content[:2] != b"\x1f\x8b":
            break
        try:
            packed = zlib.decompressobj(zlib.MAX_WBITS | 32)
            content = packed.decompress(content, MAX_UNPACKED + 1)
        except zlib.error as error:
            raise UsageError("This sitemap is packed with gzip and damaged.") from error
        if len(content) > MAX_UNPACKED:
            raise UsageError(f"This sitemap is larger than {MAX_UNPACKED:,} bytes when it is unpacked.")
    return content


def _head(content: bytes) -> str:
    """The first characters, without comments; nothing of damaged gzip."""
    for _ in range(3):
        if content[:2] == b"\x1f\x8b":
            try:
                content = zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(content[:_HEAD], 4 * _HEAD)
            except zlib.error:
                return ""
    return _COMMENT.sub("", _text(content[: 2 * _HEAD])).lstrip()[:_HEAD]


def _root(head: str) -> str:
    """The name of the root element when it is a feed's or a sitemap's."""
    match = _ROOT.match(head)
    return match.group(1).lower() if match else ""


def _text(content: bytes) -> str:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return content.decode(encoding, "replace")


def _is_address_list(head: str) -> bool:
    """Whether this is a sitemap of plain text: one address a line and nothing else."""
    lines = [line for line in head[:4000].splitlines() if line.strip()]
    whole = lines[:-1] if len(head) > 4000 else lines
    return len(whole) > 1 and all(re.fullmatch(r"\s*https?://\S+\s*", line) for line in whole)


def _bounded(links: list[Link]) -> list[Link]:
    """The links, with no more of their articles' text than may be sent back."""
    left = MAX_CONTENTS
    for link in links:
        content = link.get("content") or ""
        if len(content) > min(left, MAX_CONTENT):
            link["content"] = content = ""
        left -= len(content)
    return links


def _feed(content: bytes) -> list[Link]:
    import feedparser

    feed = feedparser.parse(content, sanitize_html=False, resolve_relative_uris=False)
    outlet = _line(feed.feed.get("title"))[:200] or None
    atom = str(feed.get("version") or "").startswith("atom")
    links = []
    for item in feed.entries:
        address = item.get("feedburner_origlink") or item.get("link")
        if not address:
            continue
        date = find_date(item.get("published")) or find_date(item.get("created"))
        if date is None and not atom:  # in RSS feedparser puts dc:date there; in Atom it is the day of a change
            date = find_date(item.get("updated"))
        people = [_line(person.get("name")) for person in item.get("authors", []) if person.get("name")]
        links.append({
            "url": str(address).strip(), "title": _line(item.get("title")), "published_at": date, "outlet": outlet, "kind": "feed",
            "byline": ", ".join(people) or None, "content": _whole(item),
        })  # fmt: skip
    return links


def _whole(item: Any) -> str:
    """The HTML of an entry's article; "" where it has only a teaser."""
    found = [str(part.get("value") or "") for part in item.get("content", [])] + [str(item.get("summary") or "")]
    return next((value for value in sorted(found, key=len, reverse=True) if _is_whole(value)), "")


def _is_whole(value: str) -> bool:
    """Whether a text is long enough and does not end like a teaser."""
    text = _line(value)
    cut = re.search(
        r"(?:\[?(?:…|\.\.\.)\]?|\[&#8230;\]|read more|continue reading|weiterlesen|lire la suite)\W{0,4}$", text, re.I
    )
    return len(text) >= LEAST_CONTENT and cut is None


def _json_feed(content: bytes) -> list[Link]:
    feed = json.loads(_text(content))
    links = []
    for item in feed.get("items") or []:
        address = item.get("url") or item.get("external_url") if isinstance(item, dict) else None
        if not isinstance(address, str):
            continue
        people = item.get("authors") or [item.get("author")]
        names = [_line(person.get("name")) for person in people if isinstance(person, dict) and person.get("name")]
        body = item.get("content_html") or html.escape(str(item.get("content_text") or "")).replace("\n", "<br>")
        links.append({
            "url": address.strip(), "title": _line(item.get("title")), "published_at": find_date(item.get("date_published")),
            "outlet": _line(feed.get("title")) or None, "kind": "feed", "byline": ", ".join(names) or None,
            "content": body if isinstance(body, str) and _is_whole(body) else "",
        })  # fmt: skip
    return links


def _line(value: Any) -> str:
    """The words of a value that may hold HTML, on one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", str(value or ""))).split())


def _sitemap(content: bytes) -> list[Link]:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, recover=True, remove_comments=True
    )
    root = etree.fromstring(content.lstrip(), parser)
    return [] if root is None else list(_entries(root))


def _entries(root: Any) -> Iterator[Link]:
    index = etree.QName(root).localname.lower() == "sitemapindex"
    for node in root:
        if not isinstance(node.tag, str):
            continue
        inner: dict[str, str] = {}
        for part in node.iter():
            if isinstance(part.tag, str) and "image" not in part.tag and "video" not in part.tag:
                inner.setdefault(etree.QName(part).localname, "".join(part.itertext()).strip())
        if not inner.get("loc"):
            continue
        news = not index and "publication_date" in inner
        yield {"url": inner["loc"], "title": inner.get("title"), "published_at": find_date(inner.get("publication_date")),
               "outlet": inner.get("name"), "kind": "more" if index else "news sitemap" if news else "sitemap"}  # fmt: skip
