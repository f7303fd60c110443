"""Reads plain text, and Markdown with front matter."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import yaml

from assistant.errors import UsageError
from ingest.parsing.article_builder import MAX_TEXT
from ingest.parsing.encoding import Decoded, decode_counted
from ingest.parsing.export_fields import canonical
from ingest.parsing.hard_wrap import unwrap
from ingest.parsing.markdown import unwrap_markdown
from ingest.parsing.source import Fields, Item, Source

_FRONT_MATTER = re.compile(r"\A(---|\+\+\+)[ \t]*\n(.*?)^(?:\1|\.\.\.)[ \t]*(?:\n|\Z)", re.S | re.M)
_NAME = re.compile(r"[\w-]+\s*[:=]", re.M)


class _PlainLoader(yaml.SafeLoader):
    """YAML without aliases: nine lines of them unfold into gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias, which is not taken here")
        return super().compose_node(parent, index)


def read_text(source: Source) -> Iterator[Item]:
    """One article a file: its first line is its title."""
    found = _decoded(source)
    yield {"given": True, "text": unwrap(_lines(found.text)), **_counted(found)}


def read_markdown(source: Source) -> Iterator[Item]:
    """One article a file; its fields are those of the front matter (YAML, or TOML between plus signs)."""
    found = _decoded(source)
    text = _lines(found.text)
    match = _FRONT_MATTER.match(text)
    if match is None or not _NAME.search(match[2]):  # a rule at the top is no front matter
        yield {"given": True, "text": unwrap_markdown(text), **_counted(found)}
        return
    fields = _toml(match[2]) if match[1] == "+++" else _yaml(match[2])
    yield {**canonical(fields), "given": True, "text": unwrap_markdown(text[match.end() :]), **_counted(found)}


def _decoded(source: Source) -> Decoded:
    content = source.read()
    if len(content) > 4 * MAX_TEXT:  # no encoding takes more than four bytes
        raise UsageError(
            f"{len(content):,} bytes is too long for one article (limit {MAX_TEXT:,} characters); split it into articles"
        )
    return decode_counted(content, source.charset)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _yaml(text: str) -> Fields:
    try:
        fields = yaml.load(text, Loader=_PlainLoader)  # noqa: S506  # a SafeLoader without aliases
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UsageError(f"the front matter is not valid YAML: {str(error).splitlines()[0]}") from error
    if not isinstance(fields, dict):
        raise UsageError("the front matter must hold names and values")
    return {str(name): value for name, value in fields.items()}


def _toml(text: str) -> Fields:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"the front matter is not valid TOML: {str(error)[:120]}") from error


def _counted(found: Decoded) -> Fields:
    return {"replaced": found.replaced} if found.replaced else {}
