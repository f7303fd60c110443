"""Turns a text that somebody pasted or piped in into a document, and checks the date typed with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from ingest.parsing.article_builder import typed_date
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
    typed_date(fields.get("published_at"))
    key = fields.get("title") or next((line for line in text.split("\n") if line.strip()), "")
    name = f"pasted-{hashlib.sha256(key.strip().encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"
    day = {"published_at": typed_date(fields["published_at"])} if fields.get("published_at") else {}
    row = {"id": name, "text": text, **fields, **day}
    return Raw(name, name, json.dumps(row).encode(), form=".json")
