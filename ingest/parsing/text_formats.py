"""Reads plain text, and Markdown with front matter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from assistant.errors import UsageError
from ingest.parsing.encoding import Decoded, decode_counted
from ingest.parsing.export_fields import canonical
from ingest.parsing.hard_wrap import unwrap
from ingest.parsing.markdown import unwrap_markdown
from ingest.parsing.source import Fields, Item, Source

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.S | re.M)


class _PlainLoader(yaml.SafeLoader):
    """YAML without aliases: nine lines of them unfold into gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias, which is not taken here")
        return super().compose_node(parent, index)


def read_text(source: Source) -> Iterator[Item]:
    """One article a file: its first line is its title."""
    found = decode_counted(source.read(), source.charset)
    yield {"given": True, "text": unwrap(found.text), **_counted(found)}


def read_markdown(source: Source) -> Iterator[Item]:
    """One article a file; its fields are those of the front matter."""
    found = decode_counted(source.read(), source.charset)
    match = _FRONT_MATTER.match(found.text)
    fields = _front_matter(match.group(1)) if match else {}
    body = found.text[match.end() :] if match else found.text
    yield {**fields, "given": True, "text": unwrap_markdown(body), **_counted(found)}


def _front_matter(text: str) -> Fields:
    try:
        fields = yaml.load(text, Loader=_PlainLoader)  # noqa: S506  # a SafeLoader without aliases
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UsageError(f"front matter: expected YAML, found {str(error).splitlines()[0]}") from error
    if not isinstance(fields, dict):
        raise UsageError("front matter: expected names and values")
    return canonical({str(name): value for name, value in fields.items()})


def _counted(found: Decoded) -> Fields:
    return {"replaced": found.replaced} if found.replaced else {}
