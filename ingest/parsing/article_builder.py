"""From named fields to an `Article` with its ids, whatever form they were read from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from assistant.errors import UsageError
from assistant.types import Article, Pages, article_version
from assistant.types.articles import SCAN
from ingest.parsing.boilerplate import mark_boilerplate, mark_page
from ingest.parsing.dates import find_date
from ingest.parsing.saved_pages import is_archive
from ingest.parsing.sites import host_of, same_site, site_of
from ingest.types import Raw, Read

MAX_TEXT = 5_000_000
"""Longest text of one article, in characters."""


def make_article(
    *,
    source_id: str | int,
    identity: str,
    text: str,
    title: str,
    url: str | None = None,
    byline: str | None = None,
    outlet: str | None = None,
    published_at: str | None = None,
    date_source: str = "not found",
    language: str | None = None,
    marks: Mapping[str, str] | None = None,
) -> Article:
    """Build an article with its ids.

    See `Article` for the fields. `identity` is what makes it the same article next time: its URL, or its id and
    outlet. `text` is kept as it is. `marks` are the lines that a page shows outside its story, by kind.

    Raises:
        UsageError: The text is empty, too long, or not text.
    """
    check_text(text)
    title = clean_line(title) or first_line(text)
    article_id = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    version = article_version(article_id, title, byline, outlet, published_at, url, text)
    return Article(
        id=article_id, source_id=source_id, url=url, title=title, byline=byline, outlet=outlet,
        published_at=published_at, date_source=date_source if published_at else "not found", language=language,
        text=text, version=version, boilerplate=mark_boilerplate(text) if marks is None else mark_page(text, marks),
    )  # fmt: skip


def check_text(text: str) -> None:
    """Raise a `UsageError` when this is not the text of an article."""
    if not text.strip():
        raise UsageError("there is no text in it")
    if len(text) > MAX_TEXT:
        raise UsageError(
            f"{len(text):,} characters is too long for one article (limit {MAX_TEXT:,}); split it into articles"
        )
    controls = sum(1 for ch in text[:20_000] if ch < " " and ch not in "\n\r\t\f\v")
    if "\x00" in text or controls > len(text[:20_000]) // 50:
        raise UsageError("this is not a text file")
    longest = max(len(line) for line in text.split("\n"))
    if longest > 1_000_000:
        raise UsageError(f"a line of {longest:,} characters is not an article's text")


def clean_line(value: Any) -> str:
    """One line of plain text: no line breaks, no control characters."""
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", str(value or "")).strip()[:500]


def first_line(text: str) -> str:
    """A title for a text without one: its first line without credits, at most 160 characters."""
    for line in text.split("\n"):
        spans = mark_boilerplate(line)
        for span in reversed(spans):
            line = line[: span.start] + line[span.end :]
        line = clean_line(line.lstrip("#"))
        if line:
            return line if len(line) <= 160 else line[:157].rsplit(" ", 1)[0] + "..."
    return "Untitled"


def parse_date(value: Any, language: str | None = None) -> str | None:
    """Read an ISO 8601 date or date-time, with the zone it came with, from a field of any form.

    Returns:
        The date, or None where the value is none or cannot be understood as a whole.
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return find_date(value if isinstance(value, datetime | int | float) else clean_line(value), language)


def typed_date(value: str | None) -> str | None:
    """Read a date that a person typed; None where nothing was typed.

    Raises:
        UsageError: It is not a date.
    """
    found = parse_date(value)
    if found is None and (value or "").strip():
        raise UsageError(f"Not a date: {str(value)[:60]!r}. Write it like 2023-11-27.")
    return found


def identity_of(url: str | None, own: str, raw: Raw) -> str:
    """Decide what makes an article the same one next time it is read.

    Only the site that an address belongs to may name an article by it. What a file, a feed or a page of another
    site says of the address is a claim: it holds among the articles of that site, or among those of files, and replaces no other.

    Args:
        url: The address that the article names as its own.
        own: What identifies it where it came from: its id there, or its place.
        raw: The document it came in.
    """
    authority = raw.hints.url or raw.hints.authority
    if url and authority and same_site(url, authority):
        return url
    if not url and own.startswith(raw.origin):
        return own
    if authority:
        return f"{site_of(host_of(authority))}|{url or own}"
    return f"{'upload' if raw.origin.startswith('upload:') else 'file'}|{url or own}"


def from_fields(fields: Mapping[str, Any], raw: Raw, number: int | None = None) -> Read:
    """Build an article from named fields, as JSON objects and front matter give them.

    Raises:
        UsageError: A field is missing or is of the wrong kind.
    """
    text = fields.get("text", fields.get("body"))
    if not isinstance(text, str):
        raise UsageError(
            "there is no field 'text' or 'body'"
            if text is None
            else f"the text is not a string but {type(text).__name__}"
        )
    given = fields.get("id")
    if given is not None and not isinstance(given, str | int):
        raise UsageError(f"the id must be text or a number, not {type(given).__name__}")
    url = clean_line(fields.get("url")) or None
    if url and not re.match(r"https?://", url, re.I):
        url = None
    outlet = clean_line(fields.get("outlet", fields.get("source"))) or None
    place = raw.origin if number is None else f"{raw.origin}#{number}"
    language = clean_line(fields.get("language")) or None
    identity = identity_of(url, f"id:{given}:{outlet or ''}" if given is not None else place, raw)
    article = make_article(
        source_id=given if given is not None else (url or (raw.name if number is None else f"{raw.name}#{number}")),
        identity=identity, text=text, title=clean_line(fields.get("title")), url=url,
        byline=clean_line(fields.get("author", fields.get("byline"))) or None, outlet=outlet,
        published_at=parse_date(fields.get("published_at", fields.get("date")), language), date_source="given",
        language=language,
    )  # fmt: skip
    read_from = {
        name: "given"
        for name in ("title", "byline", "outlet", "url", "language", "published_at")
        if getattr(article, name)
    }
    if not clean_line(fields.get("title")):
        read_from["title"] = "first line"
    return Read(article, raw, place, read_from)


def from_page(fields: Mapping[str, Any], raw: Raw, number: int | None = None) -> Read:
    """Build an article from what the child process read of a page or document.

    Args:
        fields: As `page.read_page` and `documents` give them; nothing in them is trusted.
        raw: The document.
        number: Which of the document's articles it is, where it holds several.

    Raises:
        UsageError: It is no article.
    """
    text = fields.get("text")
    if not isinstance(text, str):
        raise UsageError("there is no article text on this page")
    told, hints = fields.get("read_from"), raw.hints
    told = told if isinstance(told, dict) else {}  # a scan names each of up to a thousand pages
    read_from = {str(k)[:40]: str(v)[: 12_000 if k == SCAN else 40] for k, v in told.items()}
    values = {
        name: clean_line(fields.get(name)) for name in ("title", "byline", "outlet", "language", "url", "published_at")
    }
    for name, value in (("title", hints.title), ("outlet", hints.outlet), ("byline", hints.byline)):
        if not values[name] and value:
            values[name], read_from[name] = clean_line(value), hints.kind
    if hints.kind == "feed content":
        read_from["text"] = "feed"
    _choose_date(values, read_from, fields, raw)
    url = values["url"] if re.match(r"https?://", values["url"], re.I) else hints.url
    claimed = bool(url and hints.authority and not same_site(url, hints.authority))
    if claimed:
        read_from["url"] = "claimed"
    publisher = host_of((hints.authority if claimed and not is_archive(hints.authority) else url) or "")
    if not values["outlet"] and publisher:
        values["outlet"], read_from["outlet"] = publisher.removeprefix("www."), "address"
    if not values["title"]:
        values["title"], read_from["title"] = first_line(text), "first line"
    place = raw.origin if number is None else f"{raw.origin}#{number}"
    key = clean_line(fields.get("key"))
    marks = fields.get("marks")
    article = make_article(
        source_id=url or (raw.name if number is None else f"{raw.name}#{key or number}"),
        identity=identity_of(url, key if key.startswith("mid:") else f"{raw.origin}#{key}" if key else place, raw),
        text=text, title=values["title"], url=url, byline=values["byline"] or None, outlet=values["outlet"] or None,
        published_at=values["published_at"] or None, date_source=read_from.get("published_at", "not found"),
        language=values["language"][:2] or None,
        marks={str(k): str(v)[:20] for k, v in marks.items()} if isinstance(marks, dict) else {},
    )  # fmt: skip
    if not re.search(r"\w", "".join(_story(article))):
        raise UsageError("there is no article text on this page")
    told_from = {name: source for name, source in read_from.items() if source != "not found"}
    return Read(article, raw, place, told_from, _pages(fields.get("pages"), len(text)))


def _pages(told: Any, length: int) -> Pages:
    """Where pages begin, as a reader gives them; none where they do not fit the text."""
    rows = told if isinstance(told, list) else []
    if not all(isinstance(row, list) and len(row) == 2 and all(type(value) is int for value in row) for row in rows):
        return ()
    found = tuple((int(start), int(page)) for start, page in rows)
    starts = [start for start, _ in found]
    fits = starts == sorted(set(starts)) and all(0 <= start < length and page > 0 for start, page in found)
    return found if fits else ()


def _story(article: Article) -> Iterator[str]:
    position = 0
    for span in article.boilerplate:
        yield article.text[position : span.start]
        position = span.end
    yield article.text[position:]


def _add_time(values: dict[str, str], read_from: dict[str, str], choices: Iterable[tuple[str, str]]) -> None:
    """Take the time of day from another source that names the same day."""
    day = values["published_at"]
    for value, source in choices if len(day) == 10 else ():
        if len(value) > 10 and value.startswith(day):
            values["published_at"], read_from["published_at"] = value, source
            return


def _choose_date(values: dict[str, str], read_from: dict[str, str], fields: Mapping[str, Any], raw: Raw) -> None:
    """The page's own date, else the feed's, else the address's, else what the page shows."""
    choices = (
        (values["published_at"], read_from.get("published_at", "page")),
        (clean_line(raw.hints.published_at), raw.hints.kind),
        (clean_line(fields.get("url_date")), "address"),
        (clean_line(fields.get("visible_date")), "visible text"),
    )
    for value, source in choices:
        if found := parse_date(value, values["language"] or None):
            values["published_at"], read_from["published_at"] = found, source
            _add_time(values, read_from, choices)
            return
    values["published_at"], read_from["published_at"] = "", "not found"
