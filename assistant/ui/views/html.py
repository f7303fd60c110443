"""From plain text to safe HTML: escaping, dates, links. Nothing here reads markdown or HTML."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta
from urllib.parse import urlsplit

# Control characters and bidirectional marks.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
_HOST = re.compile(r"[^\s\"'<>\\^`{|}@]+")


def plain(text: object) -> str:
    """The text without control and direction marks."""
    return _UNSEEN.sub("", str(text))


def esc(text: object) -> str:
    """Escape text for use in an element or a quoted attribute."""
    return html.escape(plain(text), quote=True)


def day(published_at: str | None) -> str:
    """A date for people, e.g. "3 September 2025"; "No date" without one."""
    if not published_at:
        return "No date"
    try:
        found = date.fromisoformat(published_at[:10])
    except ValueError:
        return plain(published_at)
    return f"{found.day} {found:%B %Y}"


def days(first: str, last: str) -> str:
    """A span of days for people: "3 to 9 November 2025", "November 2025" for a whole month, one day for one."""
    if first == last:
        return day(first)
    try:
        begin, end = date.fromisoformat(first[:10]), date.fromisoformat(last[:10])
    except ValueError:
        return f"{day(first)} to {day(last)}"
    if (begin.year, begin.month) != (end.year, end.month):
        return f"{day(first)} to {day(last)}"
    if begin.day == 1 and (end + timedelta(1)).day == 1:
        return f"{begin:%B %Y}"
    return f"{begin.day} to {day(last)}"


def web_address(url: str | None) -> str | None:
    """The address when it is a plain http or https one, else None."""
    if not url or len(url) > 2_000 or plain(url) != url or not url.isascii() or re.search(r"[\s<>\"'`\\]", url):
        return None
    try:
        parts = urlsplit(url)
        named = parts.hostname
        parts.port  # noqa: B018  raises when it is not a number
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not named or not _HOST.fullmatch(parts.netloc):
        return None
    return url


def link(url: str | None, text: str | None = None) -> str:
    """A link that opens in a new tab, or nothing."""
    address = web_address(url)
    if address is None:
        return ""
    shown = text or (urlsplit(address).hostname or "").removeprefix("www.")
    return (
        f'<a href="{esc(address)}" target="_blank" rel="noopener noreferrer nofollow">{esc(shown)}'
        '<span class="away" aria-hidden="true"> ↗</span><span class="unseen"> (opens in a new tab)</span></a>'
    )


def quoted(text: str) -> str:
    """A quotation in quotation marks, unless it begins with its own."""
    return text if text[:1] in ("“", '"', "„", "«") else f"“{text}”"


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun: "1 article", "609 articles"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
