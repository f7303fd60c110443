"""The date that a document shows under its headline. When a file was made is not when it was published."""

from __future__ import annotations

import re

from ingest.parsing.dates import find_date
from ingest.parsing.source import Fields

FIRST_LINES = 8
MOST_WORDS = 12
_UPDATED = re.compile(r"\b(?:updated|modified)\b", re.I)


def with_visible_date(fields: Fields) -> Fields:
    """Take the date that is in the first lines of the text, where a line is little more than a date."""
    for line in [line for line in fields["text"].split("\n") if line.strip()][:FIRST_LINES]:
        sentence = re.search(r"[a-z][.!?][\"”’]?$", line.strip()) is not None
        if len(line) <= 120 and len(line.split()) <= MOST_WORDS and not sentence and not _UPDATED.search(line):
            if date := find_date(line):
                fields["published_at"], fields["read_from"]["published_at"] = date, "visible text"
                break
    return fields
