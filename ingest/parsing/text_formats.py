"""The plain forms: text, Markdown with front matter, JSON, JSON lines, CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from assistant.errors import UsageError
from ingest.parsing.article_builder import first_line, from_fields, make_article
from ingest.parsing.encoding import decode
from ingest.types import Raw, Read, Rejected


def _read_text(raw: Raw) -> Iterator[Read]:
    text = decode(raw.content)
    title = first_line(text) if text.strip() else ""
    article = make_article(source_id=raw.name, identity=raw.origin, text=text, title=title)
    yield Read(article, raw, raw.origin, {"title": "first line"})


_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.S | re.M)


class _PlainLoader(yaml.SafeLoader):
    """YAML without aliases: nine lines of them unfold into gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias, which is not taken here")
        return super().compose_node(parent, index)


def _read_markdown(raw: Raw) -> Iterator[Read]:
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


def _read_json(raw: Raw) -> Iterator[Read | Rejected]:
    try:
        data = json.loads(decode(raw.content))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"expected JSON, found something else: {str(error)[:120]}") from error
    if isinstance(data, dict) and isinstance(data.get("articles"), list):
        data = data["articles"]
    rows = data if isinstance(data, list) else [data]
    yield from _rows(raw, list(enumerate(rows, 1)), "article", single=not isinstance(data, list))


def _read_jsonl(raw: Raw) -> Iterator[Read | Rejected]:
    for number, line in enumerate(decode(raw.content).split("\n"), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                yield Rejected(f"{raw.origin}, line {number}", f"expected a JSON object, found {str(error)[:120]}")
                continue
            yield from _rows(raw, [(number, row)], "line")


def _rows(raw: Raw, rows: list[tuple[int, Any]], unit: str, *, single: bool = False) -> Iterator[Read | Rejected]:
    for number, row in rows:
        where = raw.origin if single else f"{raw.origin}, {unit} {number}"
        if not isinstance(row, dict):
            yield Rejected(where, f"expected an article object, found {type(row).__name__}")
            continue
        try:
            yield from_fields(row, raw, None if single else number)
        except UsageError as error:
            yield Rejected(where, str(error))


def _read_csv(raw: Raw) -> Iterator[Read | Rejected]:
    text = decode(raw.content)
    csv.field_size_limit(5_000_000)
    first = text.lstrip().partition("\n")[0]
    comma = max(",;\t|", key=first.count)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=comma)
    try:
        names = {name.strip().lower(): name for name in rows.fieldnames or () if name}
        if not {"text", "body"} & names.keys():
            raise UsageError(f"expected a column 'text' or 'body', found {', '.join(sorted(names))[:160] or 'none'}")
        for number, row in enumerate(rows, 1):
            values = {low: row[name] for low, name in names.items() if row[name] not in (None, "")}
            yield from _rows(raw, [(number, values)], "row")
    except csv.Error as error:
        raise UsageError(f"expected comma-separated values, found damage: {str(error)[:120]}") from error


PLAIN = {
    ".txt": _read_text,
    ".md": _read_markdown,
    ".json": _read_json,
    ".jsonl": _read_jsonl,
    ".csv": _read_csv,
}
"""Suffix -> reader."""
