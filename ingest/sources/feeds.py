"""RSS, Atom, sitemaps and news sitemaps: the addresses that they name. Runs in the child process."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from ingest.parsing.dates import find_date

MAX_LINKS = 1_000
"""So many pages are fetched for one feed or sitemap."""

Link = dict[str, Any]

_ROOT = re.compile(rb"<(?:[a-z0-9]+:)?(rss|feed|rdf|urlset|sitemapindex)[\s>]", re.I)


def is_link_list(content: bytes) -> bool:
    """Whether this is a feed or a sitemap, by its root element."""
    head = content[:4096]
    if re.search(rb"<(?:!doctype\s+html|html)[\s>]", head, re.I):
        return False
    return _ROOT.search(head) is not None


def read_links(content: bytes, url: str) -> list[Link]:
    """The pages that a feed or sitemap names.

    Returns:
        {url, title, published_at, outlet, kind}, where kind is "feed", "news sitemap", "sitemap", or
        "more" for a sitemap that is to be read next.
    """
    match = _ROOT.search(content[:4096])
    name = match.group(1).lower() if match else b""
    links = _sitemap(content) if name in (b"urlset", b"sitemapindex") else _feed(content)
    for link in links:
        link["url"] = urljoin(url, link["url"])
    return [link for link in links if link["url"].startswith(("http://", "https://"))]


def _feed(content: bytes) -> list[Link]:
    import feedparser

    feed = feedparser.parse(content, sanitize_html=False, resolve_relative_uris=False)
    outlet = str(feed.feed.get("title") or "").strip()[:200] or None
    links = []
    for item in feed.entries:
        if item.get("link"):
            date = find_date(item.get("published") or item.get("created"))
            title = re.sub(r"<[^>]+>", "", str(item.get("title") or ""))
            links.append(
                {"url": item["link"].strip(), "title": title, "published_at": date, "outlet": outlet, "kind": "feed"}
            )
    return links


def _sitemap(content: bytes) -> list[Link]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True)
    root = etree.fromstring(content, parser)
    if root is None:
        return []
    kind = "more" if etree.QName(root).localname == "sitemapindex" else "sitemap"
    links = []
    for node in root:
        if not isinstance(node.tag, str):
            continue
        inner = {etree.QName(n).localname: (n.text or "").strip() for n in node.iter() if isinstance(n.tag, str)}
        if inner.get("loc"):
            date = find_date(inner.get("publication_date"))
            links.append({"url": inner["loc"], "title": inner.get("title"), "published_at": date, "outlet": inner.get("name"),
                          "kind": "news sitemap" if kind == "sitemap" and "publication_date" in inner else kind})  # fmt: skip
    return links
