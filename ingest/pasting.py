"""Turns a text that somebody pasted or piped in into a document, and checks the date typed with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from assistant.errors import UsageError
from ingest.parsing.article_builder import parse_date
from ingest.types import Raw


def pasted_document(text: str, fields: Mapping[str, str]) -> Raw:
    """A document with one article.

    Args:
        text: The article's text.
        fields: Any of `title`, `outlet`, `author`, `published_at`, `url`. The same title, or without one the same first
            line, makes it the same article next time.

    Raises:
        UsageError: The date is not a date.
    """
    key = fields.get("title") or next((line for line in text.split("\n") if line.strip()), "")
    name = f"pasted-{hashlib.sha256(key.strip().encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"
    day = {"published_at": typed_date(fields["published_at"])} if fields.get("published_at") else {}
    row = {"id": name, "text": text, **fields, **day}
    return Raw(name, name, json.dumps(row).encode(), form=".json")


def typed_date(text: str) -> str:
    """A date that somebody typed, in ISO form.

    Raises:
        UsageError: It is no date. (In a file such a date is unknown; a person can be asked.)
    """
    found = parse_date(text)
    if found is None:
        raise UsageError(f"{text!r} is not a date. Write it as 2023-11-27.")
    return found
