"""What users corrected of articles: title, outlet, byline, date, tags. Kept apart so that it survives the next ingestion."""

from __future__ import annotations

import json

from assistant.storage.records import Edit
from assistant.storage.sqlite.connection import Connection


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
