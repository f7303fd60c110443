"""From one raw document to an `Article`. Reads formats; fetches and stores nothing."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from assistant.domain import Article
from assistant.errors import UsageError
from ingest.boilerplate import mark_boilerplate

MAX_TEXT = 5_000_000
"""Longest text of one article, in characters."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A source, or one article of it, that was not taken in, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Raw:
    """A document as it came.

    Attributes:
        name: File name with its suffix, or the address.
        origin: The path or address it was asked for by.
        content: Its bytes.
    """

    name: str
    origin: str
    content: bytes


def read_articles(raw: Raw) -> Iterator[Article | Rejected]:
    """Read every article in a document; one that cannot be read is a `Rejected`, not an error."""
    suffix = Path(raw.name).suffix.lower()
    reader = READERS.get(suffix)
    if reader is None:
        yield Rejected(
            raw.origin,
            f"{suffix or 'no suffix'} is not a form that can be read; expected one of {', '.join(sorted(READERS))}",
        )
        return
    try:
        yield from reader(raw)
    except UsageError as error:
        yield Rejected(raw.origin, str(error))


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
) -> Article:
    """Build an article with its ids.

    See `Article` for the fields. `identity` is what makes it the same article next time: its URL, or its id and
    outlet. `text` is kept as it is.

    Raises:
        UsageError: The text is empty, too long, or not text.
    """
    check_text(text)
    title = clean_line(title) or first_line(text)
    shown = json.dumps([title, byline, outlet, published_at, url, text], ensure_ascii=False)
    article_id = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    version = hashlib.sha256((article_id + shown).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return Article(
        id=article_id, source_id=source_id, url=url, title=title, byline=byline, outlet=outlet,
        published_at=published_at, date_source=date_source if published_at else "not found", language=language,
        text=text, version=version, boilerplate=mark_boilerplate(text),
    )  # fmt: skip


def check_text(text: str) -> None:
    """Raise a `UsageError` when this is not the text of an article."""
    if not text.strip():
        raise UsageError("expected an article's text, found nothing but white space")
    if len(text) > MAX_TEXT:
        raise UsageError(f"expected at most {MAX_TEXT:,} characters, found {len(text):,}; split it into articles")
    controls = sum(1 for ch in text[:20_000] if ch < " " and ch not in "\n\r\t\f\v")
    if "\x00" in text or controls > len(text[:20_000]) // 50:
        raise UsageError("expected text, found binary data")
    longest = max(len(line) for line in text.split("\n"))
    if longest > 1_000_000:
        raise UsageError(f"expected lines of text, found one of {longest:,} characters")


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


def parse_date(value: Any) -> str | None:
    """An ISO 8601 date or date-time with the zone it came with, or None when it is no date.

    Raises:
        UsageError: There is a value and it is not a date.
    """
    if value in (None, ""):
        return None
    if isinstance(value, datetime | date):
        return value.isoformat()
    text = clean_line(value)
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"published_at: expected an ISO 8601 date such as 2023-11-27, found {text[:60]!r}") from None
    return text


def decode(content: bytes) -> str:
    """Text from bytes: UTF-8 (with or without a mark), UTF-16 with a mark, else by detection.

    Raises:
        UsageError: It is not text.
    """
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    from charset_normalizer import from_bytes

    if b"\x00" in content[:4096]:
        raise UsageError("expected text, found binary data")
    best = from_bytes(content[:200_000]).best()
    if best is None:
        raise UsageError("expected text, found bytes in no known encoding")
    return content.decode(best.encoding, "replace")


def _read_text(raw: Raw) -> Iterator[Article]:
    text = decode(raw.content)
    yield make_article(
        source_id=raw.name, identity=raw.origin, text=text, title=first_line(text) if text.strip() else ""
    )


_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.S | re.M)


class _PlainLoader(yaml.SafeLoader):
    """YAML without aliases: nine lines of them unfold into gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias, which is not taken here")
        return super().compose_node(parent, index)


def _read_markdown(raw: Raw) -> Iterator[Article]:
    text = decode(raw.content)
    match = _FRONT_MATTER.match(text)
    if not match:
        yield from _read_text(raw)
        return
    try:
        fields = yaml.load(match.group(1), Loader=_PlainLoader)  # noqa: S506  # a SafeLoader without aliases
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UsageError(f"front matter: expected YAML, found {str(error).splitlines()[0]}") from error
    if not isinstance(fields, dict):
        raise UsageError("front matter: expected names and values")
    yield from_fields({**fields, "text": text[match.end() :]}, raw)


def from_fields(fields: Mapping[str, Any], raw: Raw, number: int | None = None) -> Article:
    """Build an article from named fields, as JSON objects and front matter give them.

    Raises:
        UsageError: A field is missing or is of the wrong kind.
    """
    text = fields.get("text", fields.get("body"))
    if not isinstance(text, str):
        raise UsageError(
            f"expected a field 'text' or 'body' with text, found {'none' if text is None else type(text).__name__}"
        )
    given = fields.get("id")
    if given is not None and not isinstance(given, str | int):
        raise UsageError(f"id: expected text or a number, found {type(given).__name__}")
    url = clean_line(fields.get("url")) or None
    if url and not re.match(r"https?://", url, re.I):
        url = None
    outlet = clean_line(fields.get("outlet", fields.get("source"))) or None
    place = raw.origin if number is None else f"{raw.origin}#{number}"
    identity = url or (f"id:{given}:{outlet or ''}" if given is not None else place)
    return make_article(
        source_id=given if given is not None else (url or (raw.name if number is None else f"{raw.name}#{number}")),
        identity=identity, text=text, title=clean_line(fields.get("title")), url=url,
        byline=clean_line(fields.get("author", fields.get("byline"))) or None, outlet=outlet,
        published_at=parse_date(fields.get("published_at", fields.get("date"))), date_source="given",
        language=clean_line(fields.get("language")) or None,
    )  # fmt: skip


def _read_json(raw: Raw) -> Iterator[Article | Rejected]:
    try:
        data = json.loads(decode(raw.content))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"expected JSON, found something else: {str(error)[:120]}") from error
    if isinstance(data, dict) and isinstance(data.get("articles"), list):
        data = data["articles"]
    rows = data if isinstance(data, list) else [data]
    yield from _rows(raw, list(enumerate(rows, 1)), "article", single=not isinstance(data, list))


def _read_jsonl(raw: Raw) -> Iterator[Article | Rejected]:
    for number, line in enumerate(decode(raw.content).split("\n"), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield Rejected(f"{raw.origin}, line {number}", f"expected a JSON object, found {str(error)[:120]}")
                continue
            yield from _rows(raw, [(number, row)], "line")


def _rows(raw: Raw, rows: list[tuple[int, Any]], unit: str, *, single: bool = False) -> Iterator[Article | Rejected]:
    for number, row in rows:
        where = raw.origin if single else f"{raw.origin}, {unit} {number}"
        if not isinstance(row, dict):
            yield Rejected(where, f"expected an article object, found {type(row).__name__}")
            continue
        try:
            yield from_fields(row, raw, None if single else number)
        except UsageError as error:
            yield Rejected(where, str(error))


def _read_html(raw: Raw) -> Iterator[Article]:
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    page = bare_extraction(decode(raw.content), url=None, with_metadata=True, include_comments=False)
    if not isinstance(page, Document) or not page.text:
        raise UsageError("expected a page with an article, found no running text")
    url = clean_line(page.url) or None
    yield make_article(
        source_id=url or raw.name, identity=url or raw.origin, text=page.text, title=clean_line(page.title), url=url,
        byline=clean_line(page.author) or None, outlet=clean_line(page.sitename) or None,
        published_at=parse_date(page.date), date_source="page", language=clean_line(page.language) or None,
    )  # fmt: skip


READERS = {
    ".txt": _read_text,
    ".md": _read_markdown,
    ".html": _read_html,
    ".htm": _read_html,
    ".json": _read_json,
    ".jsonl": _read_jsonl,
}
