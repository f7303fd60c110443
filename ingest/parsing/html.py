"""From one web page to the fields of an article, each with where it was read from.

Puts together what the other modules find: the lines of the story (`html_body`), the fields (`html_fields`), the
structured data (`linked_data`). Runs in the child process (`sandbox`): pages are untrusted.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ingest.parsing import html_fields, html_people, html_titles
from ingest.parsing.dates import date_in_url
from ingest.parsing.html_blocks import Block, blocks_of, clean_text
from ingest.parsing.html_body import Line, Story, read_story
from ingest.parsing.html_layout import About
from ingest.parsing.html_sources import Candidates, Sources, read_metas
from ingest.parsing.html_tree import make_plain, parse_html
from ingest.parsing.linked_data import Data, plain, read_linked_data, text_of
from ingest.parsing.live_blog import entries_text, is_live
from ingest.parsing.not_articles import why_no_article
from ingest.parsing.saved_pages import original_address

Fields = dict[str, Any]

STORY = "story"
"""Kind of a line that belongs to the story although its words look like something else."""


def read_page(text: str, url: str | None = None) -> Fields | None:
    """Read a page.

    Args:
        text: Its HTML.
        url: Where it was fetched, if it was.

    Returns:
        Fields for `article_builder.from_page` with `read_from` and `marks` (lines of the text that are not the
        story: line -> kind); with `reject`, a sentence, where the page stands before an article or has only its
        beginning. None when the page has no running text.
    """
    tree = parse_html(text)
    if tree is None:
        return None
    origin = original_address(text, url)
    data = read_linked_data(tree, html_titles.shown_title(tree), origin or url)
    metas = read_metas(tree)
    shown = copy.deepcopy(tree)
    make_plain(shown)
    blocks = blocks_of(shown)
    title = html_titles.shown_title(tree)
    locale = html_fields.locale_of(tree, metas)
    authors = html_people.authors_of(data, metas)
    story = read_story(shown, blocks, About(title, authors, is_live(tree, data, blocks), locale))
    body, body_from, lines = _text(story, data)
    everything = "\n".join(block.text for block in blocks)
    reason = why_no_article(body, everything, title, data, shown=body_from != "json-ld")
    if not body:
        return {"reject": reason} if reason else None
    page = Sources(tree, data, metas, blocks, story.first, story.last, origin or url, locale)
    fields: Fields = {"text": body, "read_from": {"text": body_from}, "marks": _marks(lines)}
    _choose(fields, page)
    fields["url_date"] = date_in_url(origin or url or fields["url"])
    fields["visible_date"] = html_fields.visible_date(page, story.inside)
    if origin:
        fields["read_from"]["url"] = "saved copy"
    return {**fields, "reject": reason} if reason else fields


def _choose(fields: Fields, page: Sources) -> None:
    """Take the first candidate of each field that has a value."""
    choices: dict[str, Candidates] = {
        "url": html_fields.urls(page),
        "title": html_titles.titles(page),
        "byline": html_people.bylines(page),
        "outlet": html_titles.outlets(page),
        "language": html_fields.languages(page),
        "published_at": html_fields.dates(page),
    }
    for name, candidates in choices.items():
        if name == "outlet" and page.url is None:
            candidates = html_titles.outlets(replace(page, url=fields["url"]))
        fields[name], fields["read_from"][name] = next(
            ((value, source) for source, value in candidates if value), (None, "not found")
        )


def _text(story: Story, data: Data) -> tuple[str, str, Sequence[Line]]:
    """The text of the article, where it was read from, and its lines where they are the page's."""
    shown = "\n".join(line.text for line in story.lines)
    told = "\n".join(line.text for line in story.lines if not line.kind)
    if entries := entries_text(data, shown):
        return entries, "json-ld", ()
    body = _article_body(data)
    if body and len(told) < 0.6 * len(body):
        return body, "json-ld", ()
    return (shown, "page", story.lines) if told else ("", "", ())


def _article_body(data: Data) -> str:
    """The text of the structured data, as lines."""
    body = data.get("articleBody") or data.get("text")
    if not isinstance(body, str):
        body = text_of(body)
    if re.search(r"</?(?:p|br|div|h\d|li)\b", body, re.I) and (tree := parse_html(f"<body>{body}</body>")) is not None:
        make_plain(tree)
        return "\n".join(block.text for block in blocks_of(tree))
    lines = (clean_text(plain(line)) for line in re.split(r"[\r\n]+", body))
    return "\n".join(line for line in lines if line)


def _marks(lines: Sequence[Line]) -> dict[str, str]:
    """Kinds of the lines that are marked, and of those that must not be."""
    marks: dict[str, str] = {}
    for line in lines:
        if line.kind:
            marks.setdefault(line.text, line.kind)
        elif line.told:
            marks.setdefault(line.text, STORY)
    return marks


__all__ = ["STORY", "Block", "Fields", "read_page"]
