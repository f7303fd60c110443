"""Reads articles that other programs exported: JSON, JSON lines, CSV. A bad record is one line."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from assistant.errors import UsageError
from ingest.parsing.encoding import decode, decode_counted, decode_records
from ingest.parsing.export_fields import canonical, has_article
from ingest.parsing.source import Fields, Item, Source, UnreadableError

_LISTS = ("articles", "results", "items", "docs", "documents", "data", "response", "value", "hits", "entries", "news", "records",
          "feed", "channel", "stories")  # fmt: skip
_NEXT = re.compile(r"\}\s*,?\s*(?=[{\d])")
_SPACE = re.compile(r"[\s,]*")
MAX_FIELD = 20_000_000
LINES_TOGETHER = 4_000_000
"""Bytes of a file of JSON lines that are decoded together."""


def read_json(source: Source) -> Iterator[Item]:
    """One article or a list of them, also inside the answer of a news service."""
    text = decode(source.read(), source.charset)
    try:
        data = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        yield from _salvaged(text, error)
        return
    found = _rows(data, 0)
    if found is None:
        yield from _row(data if not isinstance(data, dict) else _own(data), None, "article")
        return
    if not found:
        raise UsageError("the list of articles is empty")
    for number, row in enumerate(found, 1):
        yield from _row(row, number, "article")


def _own(row: dict[str, Any]) -> dict[str, Any]:
    """The article of an answer that holds one under a name."""
    inner = next(
        (row[name] for name in ("article", "data", "response", "content", "item") if isinstance(row.get(name), dict)),
        None,
    )
    return inner if inner is not None and has_article(inner) and not has_article(row) else row


def _rows(data: Any, depth: int) -> list[Any] | None:
    """The list of articles in an answer, or None where the whole is one article."""
    if isinstance(data, list):
        return data
    if not isinstance(data, dict) or depth > 3:
        return None
    named = {str(key).lower(): value for key, value in data.items()}
    if any(isinstance(named.get(name), str) for name in ("text", "body", "maintext", "plaintext")):
        return None
    for name in _LISTS:
        inner = named.get(name)
        if isinstance(inner, list) and inner and isinstance(inner[0], dict):
            return [row.get("_source", row) if isinstance(row, dict) else row for row in inner]
        if isinstance(inner, dict) and (found := _rows(inner, depth + 1)):
            return found
    rows = list(data.values())
    return rows if len(rows) > 1 and all(isinstance(row, dict) and has_article(row) for row in rows) else None


def _salvaged(text: str, error: Exception) -> Iterator[Item]:
    """The articles of a damaged list that are whole; several values one after the other are a list too."""
    decoder, at, number, found = json.JSONDecoder(strict=False), 0, 0, 0
    start = _SPACE.match(text)
    at = start.end() if start else 0
    if text[at : at + 1] == "[":
        at += 1
    elif text[at : at + 1] != "{":
        raise UsageError(f"this is not valid JSON: {str(error)[:120]}") from error
    while True:
        skipped = _SPACE.match(text, at)
        at = skipped.end() if skipped else at
        if at >= len(text) or text[at] == "]":
            break
        number += 1
        try:
            row, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as fault:
            following = _NEXT.search(text, at + 1)
            if following is None and not found and number == 1:
                raise UsageError(f"this is not valid JSON: {str(error)[:120]}") from error
            yield UnreadableError(f"this object is not valid JSON: {str(fault)[:120]}", f"article {number}")
            if following is None:
                return
            at = following.end()
            continue
        found += 1
        yield from _row(row, number, "article")


def read_json_lines(source: Source) -> Iterator[Item]:
    """One article a line."""
    number = 0
    with source.open() as file:
        while content := file.readlines(LINES_TOGETHER):
            for line in decode_records(b"".join(content), source.charset).text.split("\n"):
                if line.strip():
                    yield from _json_line(line, number + 1)
                number += 1
            number -= 1  # the lines that were read together end with a line break


def _json_line(line: str, number: int) -> Iterator[Item]:
    try:
        row = json.loads(line, strict=False)
    except (ValueError, RecursionError) as error:
        yield UnreadableError(f"this line is not valid JSON: {str(error)[:120]}", f"line {number}")
        return
    yield from _row(row, number, "line")


def _row(row: Any, number: int | None, unit: str) -> Iterator[Item]:
    if not isinstance(row, dict):
        where = f"{unit} {number}" if number else ""
        yield UnreadableError(f"an article must be a JSON object, not {type(row).__name__}", where)
        return
    yield _given(row, number, unit)


def _given(row: Mapping[str, Any], number: int | None, unit: str) -> Fields:
    return {**canonical(row), "given": True, "part": number, "unit": unit}


def read_table(source: Source) -> Iterator[Item]:
    """One article a row; the first row names the columns."""
    content = source.read()
    text = decode_records(content, source.charset).text
    if "\ufffd" in text[:200] and content[:1] == b"\x00":
        text = decode_counted(content).text
    csv.field_size_limit(MAX_FIELD)
    text = text.lstrip("\ufeff \t\r\n").replace("\x00", "")
    if match := re.match(r"sep=(.)\r?\n", text):
        text = text[match.end() :]
    first = text.partition("\n")[0]
    comma = max(",;\t|", key=lambda sign: len(next(csv.reader([first], delimiter=sign), [])))
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=comma)
    try:
        names = [name.strip() for name in next(rows, [])]
        if "text" not in canonical({name: "x" for name in names if name}):
            raise UsageError(
                f"there is no column 'text' or 'body'; the columns are: {', '.join(sorted(names))[:160] or 'none'}"
            )
        yield from _table_rows(rows, names)
    except csv.Error as error:
        raise UsageError(f"these comma-separated values are damaged: {str(error)[:120]}") from error


def _table_rows(rows: Iterator[list[str]], names: list[str]) -> Iterator[Item]:
    number = 0
    for number, row in enumerate(rows, 1):  # noqa: B007  # counted after the loop
        if not any(cell.strip() for cell in row):
            continue
        values = {name: cell for name, cell in zip(names, row, strict=False) if name and cell}
        if len(row) > len(names) and any(cell.strip() for cell in row[len(names) :]):
            reason = f"{len(row)} cells for {len(names)} columns: a quotation mark or separator is missing"
            yield UnreadableError(reason, f"row {number}")
            continue
        yield _given(values, number, "row")
