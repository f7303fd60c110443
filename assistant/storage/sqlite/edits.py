"""What users corrected of articles: title, outlet, byline, date, tags. Kept apart so that it survives the next ingestion."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from assistant.storage.sqlite.connection import Connection
from assistant.types import Article, article_version

EDITABLE = ("title", "outlet", "byline", "published_at")
"""Fields of an article that can be corrected. The text cannot: a citation is an exact span of what the source gave."""
EDITED = "edited"
"""Where an edited field was read from, in the record of its article."""


@dataclass(frozen=True, slots=True)
class Edit:
    """The corrections of one article.

    Attributes:
        fields: Field -> its corrected value; None for a value that was removed.
        original: The same fields -> their values before the first correction.
        tags: The article's tags, in order.
        edited_at: When it was last edited, ISO 8601 in UTC.
    """

    fields: Mapping[str, str | None] = field(default_factory=dict)
    original: Mapping[str, str | None] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    edited_at: str = ""

    def apply(self, article: Article) -> Article:
        """The article with the corrections, as a version of its own."""
        return with_fields(article, self.fields)

    @property
    def read_from(self) -> dict[str, str]:
        """The corrected fields, marked as edited."""
        return dict.fromkeys(self.fields, EDITED)


def with_fields(article: Article, fields: Mapping[str, str | None]) -> Article:
    """The article with other values in some fields, and the version that belongs to them; itself when nothing differs."""
    if all(getattr(article, name) == value for name, value in fields.items()):
        return article
    values = {name: getattr(article, name) for name in EDITABLE} | dict(fields)
    title = values["title"] or article.title
    version = article_version(
        article.id, title, values["byline"], values["outlet"], values["published_at"], article.url, article.text
    )
    source = article.date_source if "published_at" not in fields else EDITED if values["published_at"] else "not found"
    return replace(
        article, title=title, byline=values["byline"], outlet=values["outlet"], published_at=values["published_at"],
        date_source=source, version=version,
    )  # fmt: skip


def read_edits(con: Connection) -> dict[str, Edit]:
    """Article id -> its corrections."""
    rows = con.execute("SELECT article_id, fields, original, tags, edited_at FROM edits")
    return {row[0]: Edit(json.loads(row[1]), json.loads(row[2]), tuple(json.loads(row[3])), row[4]) for row in rows}


def write_edit(con: Connection, article_id: str, edit: Edit) -> None:
    """Write an article's corrections inside a transaction; an empty edit deletes them."""
    con.execute("DELETE FROM edits WHERE article_id = ?", (article_id,))
    if edit.fields or edit.tags:
        values = (json.dumps(dict(edit.fields)), json.dumps(dict(edit.original)), json.dumps(edit.tags))
        con.execute("INSERT INTO edits VALUES (?, ?, ?, ?, ?)", (article_id, *values, edit.edited_at))
