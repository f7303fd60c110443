"""Finds the address that a saved or archived copy of a page had at first.

Knows the Wayback Machine and archive.today, and the marks that browsers and tools leave in the files they
save: "saved from url", SingleFile, Save Page WE, WebScrapBook, HTTrack, monolith.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_ARCHIVE_HOSTS = re.compile(
    r"(?:^|\.)(?:web\.archive\.org|archive\.(?:today|ph|is|li|md|fo|vn)|wayback[\w-]*\.[\w.-]+|webcache\.googleusercontent\.com|arquivo\.pt|perma\.cc)$",
    re.I,
)
_WRAPPED = re.compile(
    r"^(?:https?://[^/]+)?/(?:web/|wayback/|noFrame/replay/)?\d{4,14}(?:[a-z]{2}_)?/(https?:/{1,2}[^\s\"'<>]+)", re.I
)
_MARKS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        r"<!--\s*saved from url=\(\d+\)(https?://[^\s>]+?)\s*-->",
        r"<!--\s*Page saved with SingleFile\s+url:\s*(https?://\S+)",
        r"<!--\s*Saved from (https?://\S+) at .{4,60}? using monolith",
        r"<meta\s+name=[\"']savepage-url[\"']\s+content=[\"'](https?://[^\"']+)",
        r"\sdata-scrapbook-source=[\"'](https?://[^\"']+)",
        r"<base\s+href=[\"'](https?://[^\"']+)[\"']>\s*<div[^>]*>[^<]{0,80}Google",
        r"\bwm\.wombat\([\"'](https?://[^\"']+)[\"']",
    )
)
_MIRRORED = re.compile(r"<!--\s*Mirrored from ([\w.-]+\.[a-z]{2,}/\S*) by HTTrack", re.I)
_HEAD = 20_000
"""Characters at the beginning of a file in which a mark is looked for; SingleFile puts it before anything else."""


def unwrapped(address: str) -> str:
    """Take the original's address out of an archive's; another address is given back as it is."""
    match = _WRAPPED.match(address.strip())
    if not match:
        return address.strip()
    return re.sub(r"^(https?):/+", r"\1://", match.group(1))


def original_address(text: str, url: str | None) -> str | None:
    """Find where a page was at first.

    Args:
        text: The page's HTML.
        url: Where it was fetched, if it was. Only an archive is believed when it names another site.

    Returns:
        The original's address, or None when the page is no copy.
    """
    if url:
        if (inside := unwrapped(url)) != url.strip():
            return inside
        if not is_archive(url):
            return None
    head = text[:_HEAD]
    for mark in _MARKS:
        if match := mark.search(head):
            return unwrapped(match.group(1))
    if match := _MIRRORED.search(head):
        return "http://" + match.group(1)
    for match in re.finditer(
        r"(?:href|content)=[\"']((?:https?://[^/\"']+)?/(?:web/|wayback/)?\d{4,14}(?:[a-z]{2}_)?/https?:/[^\"']+)",
        head,
        re.I,
    ):
        if re.search(r"canonical|bookmark|og:url", head[max(0, match.start() - 80) : match.start()]):
            return unwrapped(match.group(1))
    return None


def is_archive(url: str) -> bool:
    """Whether an address is that of an archive of other sites' pages."""
    try:
        return _ARCHIVE_HOSTS.search(urlsplit(url).hostname or "") is not None
    except ValueError:
        return False
