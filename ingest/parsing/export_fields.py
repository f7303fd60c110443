"""The field names of other tools' exports, brought to Byline's own.

Known: newspaper4k, news-please, fundus, trafilatura, NewsAPI, the Guardian, the New York Times, Mediastack, GNews,
WordPress, JSON Feed, schema.org, CSL-JSON (Zotero), and tables with columns named like any of these.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from ingest.parsing.dates import find_date
from ingest.parsing.html_text import looks_like_html, text_of
from ingest.parsing.source import Fields

_NAMES = {
    "text": ("text", "body", "maintext", "plaintext", "articlebody", "bodytext", "fulltext", "articletext", "cleanedtext",
             "content", "contenttext", "contenthtml", "articlecontent", "rawtext", "article", "story", "leadparagraph", "abstract",
             "note", "summary"),
    "title": ("title", "headline", "webtitle", "articletitle", "heading", "name", "titlepage", "header", "subject"),
    "author": ("author", "authors", "byline", "bylines", "creator", "creators", "writer", "writers", "reporter", "authorname",
               "publishedby", "personname"),
    "outlet": ("outlet", "publisher", "sitename", "metasitename", "ogsitename", "sourcename", "newspaper", "publication", "publicationname", "containertitle",
               "publicationtitle", "journal", "source", "sourcehostname", "hostname", "domain", "sourcedomain", "website", "medium",
               "mediaoutlet", "provider", "feedtitle"),
    "published_at": ("publishedat", "publishedon", "publicationdate", "publishdate", "publishingdate", "datepublish",
                     "datepublished", "publisheddate", "pubdate", "published", "webpublicationdate", "dateofpublication",
                     "firstpublicationdate", "pubdatetime", "dategmt", "issued", "date", "datetime", "publishtime", "publishedtime",
                     "time", "timestamp", "day", "created", "createdat"),
    "url": ("url", "link", "weburl", "canonicalurl", "canonical", "articleurl", "permalink", "pageurl", "href", "originalurl",
            "requestedurl", "respondedurl", "externalurl", "uri", "address"),
    "language": ("language", "lang", "metalang", "inlanguage", "languagecode"),
    "id": ("id", "articleid", "docid", "guid", "externalid"),
}  # fmt: skip
_WEAK_TEXT = {"leadparagraph", "abstract", "note", "summary", "article", "story"}
_NOBODY = {"none", "null", "nan", "n/a", "na", "unknown", "-", "[]", "{}"}
_MORE = re.compile(r"\s*(?:…|\.\.\.)?\s*\[\+\d+ chars\]\s*$")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}$", re.I)
_ADDRESS = re.compile(r"https?://", re.I)


def canonical(row: Mapping[str, Any]) -> Fields:
    """Byline's fields from one exported article.

    Args:
        row: Names and values as the export has them.

    Returns:
        `text`, `title`, `author`, `outlet`, `published_at`, `url`, `language` and `id`, those that were found. A date
        that is none is left out; everything else is kept.
    """
    flat = _flat(row)
    fields: Fields = {}
    for name, names in _NAMES.items():
        read: Callable[[Any], Any] = _USED.get(name, _line)
        for known in names:
            value = read(flat[known]) if known in flat else None
            if value is not None and value != "":
                fields[name] = value
                break
    if "text" not in fields and "text" in flat:
        fields["text"] = flat["text"]  # of the wrong kind: what is wrong with it is said where articles are built
    if "url" not in fields and isinstance(flat.get("source"), str) and _ADDRESS.match(flat["source"]):
        fields["url"] = flat["source"]
    _settle_outlet(fields, flat)
    return fields


def _settle_outlet(fields: Fields, flat: Mapping[str, Any]) -> None:
    """A name before an address, and an address's host before nothing."""
    names = (_line(flat[name]) for name in _NAMES["outlet"] if name in flat)
    name = next((line for line in names if line and not _ADDRESS.match(line) and not _HOST.match(line)), None)
    host = _outlet(fields["url"]) if "url" in fields else None
    if found := name or fields.get("outlet") or host:
        fields["outlet"] = found


def has_article(row: Mapping[str, Any]) -> bool:
    """Whether names of a row look like an article's."""
    flat = _flat(row)
    text = any(name in flat for name in _NAMES["text"] if name not in _WEAK_TEXT)
    return text or any(name in flat for name in ("title", "headline", "webtitle"))


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """Names without case, spaces and marks, also those of the parts that hold an article's fields."""
    flat: dict[str, Any] = {}
    for key, value in row.items():
        name = re.sub(r"[^a-z0-9]", "", str(key).lower().rpartition(":")[2])
        if name and not _is_empty(value):
            flat.setdefault(name, value)
    for part in ("fields", "html", "article", "metadata", "meta"):
        inner = flat.get(part)
        if isinstance(inner, dict):
            for name, value in _flat(inner).items():
                if not isinstance(flat.get(name), str) or name not in flat:
                    flat[name] = value
    return flat


def _is_empty(value: Any) -> bool:
    return value is None or value == [] or value == {} or (isinstance(value, str) and not value.strip())


def _text(value: Any) -> str | None:
    """The running text: a string, HTML, or paragraphs in parts of their own."""
    if isinstance(value, str):
        text = _MORE.sub("…", value)
        return text_of(text) if looks_like_html(text) else text
    if isinstance(value, dict):
        for name in ("rendered", "value", "text", "html", "plain"):
            if isinstance(value.get(name), str):
                return _text(value[name])
    lines = list(_lines(value, 0)) if isinstance(value, dict | list) else []
    return "\n\n".join(lines) or None


def _lines(value: Any, depth: int) -> Iterator[str]:
    if depth > 8:
        return
    if isinstance(value, str) and value.strip():
        yield value.strip()
    elif isinstance(value, list):
        for inner in value:
            yield from _lines(inner, depth + 1)
    elif isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, list | dict) or name in ("text", "content", "paragraph", "headline", "value"):
                yield from _lines(inner, depth + 1)


def _line(value: Any) -> str | None:
    """One line; of an object, its name."""
    if isinstance(value, str):
        line = " ".join((text_of(value) if looks_like_html(value) else value).split())
        return None if line.lower() in _NOBODY else line
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, dict):
        names = ("name", "rendered", "main", "title", "literal", "original", "value", "#text")
        return next((found for name in names if (found := _line(value.get(name)))), None)
    return next((found for inner in value if (found := _line(inner))), None) if isinstance(value, list) else None


def _people(value: Any) -> str | None:
    """Names, separated by commas; also a list that was written into one string."""
    if isinstance(value, str) and re.match(r"\s*\[.*\]\s*$", value, re.S):
        value = _written_list(value)
    people = value if isinstance(value, list) else [value]
    names = []
    for person in people:
        name = (_person(person) if isinstance(person, dict) else _line(person)) or ""
        if name and not _ADDRESS.match(name):
            names.append(re.sub(r"^by[:\s]+", "", name, flags=re.I))
    return ", ".join(dict.fromkeys(names))[:500] or None


def _person(person: Mapping[str, Any]) -> str | None:
    given, family = (
        _line(person.get("given") or person.get("firstName") or person.get("firstname")),
        _line(person.get("family") or person.get("lastName") or person.get("lastname")),
    )
    if family:
        particle = _line(person.get("non-dropping-particle") or person.get("dropping-particle"))
        return " ".join(part for part in (given, particle, family) if part)
    return _line(person)


def _written_list(value: str) -> Any:
    for read in (json.loads, ast.literal_eval):
        try:
            return read(value)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
    return value


def _outlet(value: Any) -> str | None:
    """A name, or of an address its host."""
    line = _line(value)
    if line and (match := re.match(r"(?:https?://)(?:www\.)?([^/:?#\s]+)", line, re.I)):
        return match[1].lower()
    return re.sub(r"^www\.", "", line) if line else None


def _url(value: Any) -> str | None:
    line = _line(value)
    return line if line and _ADDRESS.match(line) else None


def _date(value: Any) -> str | None:
    """An ISO 8601 date, or None for what is none."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict):
        parts = value.get("date-parts")
        if isinstance(parts, list) and parts and isinstance(parts[0], list):
            return _from_parts(parts[0])
        return _date(next((value[name] for name in ("raw", "literal", "$date", "value") if name in value), None))
    if isinstance(value, bool) or value is None:
        return None
    text = " ".join(str(value).split())
    if re.fullmatch(r"\d{10}(?:\.\d+)?|\d{13}", text):
        seconds = float(text) / (1000 if len(text) == 13 else 1)
        return find_date(datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds"))
    return find_date(text)


def _from_parts(parts: list[Any]) -> str | None:
    """A date of which the day may be missing: then it is no day, and the date is not known."""
    try:
        year, month, day = (int(part) for part in parts[:3])
        return date(year, month, day).isoformat()
    except (ValueError, TypeError):
        return None


def _given_id(value: Any) -> Any:
    return value


_USED: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "author": _people,
    "outlet": _outlet,
    "url": _url,
    "published_at": _date,
    "id": _given_id,
}
