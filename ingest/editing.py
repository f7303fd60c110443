"""Corrects an article's title, outlet, author, date and tags. The text stays as its source gave it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.errors import UsageError
from assistant.storage.library import Library
from assistant.storage.records import EDITABLE, EDITED, Edit, Entry, now, with_fields
from assistant.types import Article
from ingest.chunking import cut_passages
from ingest.duplicates import Copies
from ingest.parsing.article_builder import clean_line, typed_date


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be changed.

    Attributes:
        fields: Any of `title`, `outlet`, `byline`, `published_at` -> new value; an empty one removes the value.
        add_tags: Tags to add.
        remove_tags: Tags to remove.
        reset: First undo all earlier corrections of fields.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    reset: bool = False


def edit_article(library: Library, key: str, changes: Changes) -> Article:
    """Correct an article, mark it as edited, and keep the corrections for the next ingestion.

    Args:
        library: Where it is stored; this call takes the right to write.
        key: Its article id, version, or the id that its source gave it.
        changes: What to change.

    Returns:
        The article as it is now.

    Raises:
        UsageError: There is no such article, or a value is not allowed.
        StoreError: The library cannot be written.
    """
    fields = {name: _checked(name, value) for name, value in changes.fields.items()}
    with library:
        catalogue = library.catalogue
        article = catalogue.article(key)
        if article is None:
            raise UsageError(f"No article has the id {key!r}. List them with `byline articles list`.")
        article = catalogue.article(article.id) or article  # the current version, also where an older one was named
        before = catalogue.edit(article.id) or Edit()
        now_, edit = _changed(article, before, fields, changes)
        read_from = {
            name: source for name, source in catalogue.read_from(article.version).items() if source != EDITED
        } | edit.read_from
        source, origin, place = catalogue.provenance(article.id)
        copies = Copies(catalogue).find(now_)
        pages = catalogue.pages(article.version)  # the text stays as it is, and with it the places of its pages
        catalogue.store_edit(Entry(now_, cut_passages(now_), origin, source, place, read_from, *copies, pages), edit)
        library.sync()
    return now_


def _changed(
    article: Article, before: Edit, fields: Mapping[str, str | None], changes: Changes
) -> tuple[Article, Edit]:
    if changes.reset:
        article, before = with_fields(article, before.original), Edit(tags=before.tags)
    original = {name: getattr(article, name) for name in fields} | dict(before.original)
    kept = {name: value for name, value in {**before.fields, **fields}.items() if value != original[name]}
    edited = with_fields(article, {**original, **kept})
    tags = tuple(
        tag
        for tag in dict.fromkeys([*before.tags, *filter(None, map(clean_line, changes.add_tags))])
        if tag not in changes.remove_tags
    )
    return edited, Edit(kept, {name: original[name] for name in kept}, tags, now())


def _checked(name: str, value: str) -> str | None:
    if name not in EDITABLE:
        raise UsageError(f"{name!r} cannot be edited. Choose from {', '.join(EDITABLE)}.")
    text = clean_line(value)
    if name == "title" and not text:
        raise UsageError("The title is empty. Every article needs one.")
    return typed_date(text) if name == "published_at" else text or None
