"""From one raw document to articles. Reads forms; fetches and stores nothing.

Every form is parsed by a child process with limits (`sandbox`); what it gives back is checked and built here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, nullcontext
from dataclasses import replace
from typing import Any

from assistant.errors import UsageError
from ingest.forms import FORMS, unsupported
from ingest.parsing.article_builder import clean_line, from_fields, from_page, make_article
from ingest.sandbox import LostError, Sandbox
from ingest.types import Raw, Read, Rejected

__all__ = ["FORMS", "Raw", "Rejected", "make_article", "read_articles"]

MAX_LOST = 4
"""Members that may each end the child process before the rest of a document is given up."""


def read_articles(raw: Raw, sandbox: Sandbox | None = None) -> Iterator[Read | Rejected]:
    """Read every article in a document; one that cannot be read is a `Rejected`, not an error.

    Args:
        raw: The document.
        sandbox: Where it is parsed; one of its own is made and closed when not given.
    """
    if raw.suffix not in FORMS:
        yield Rejected(raw.origin, f"{unsupported(raw.suffix)}; supported are {', '.join(FORMS)}")
        return
    with nullcontext(sandbox) if sandbox is not None else closing(Sandbox()) as box:
        if not raw.hints.content:
            yield from _parsed(raw, box)
            return
        found = list(_parsed(raw, box))  # to the end, so that the child is free for what the feed holds
        if not any(isinstance(item, Read) for item in found):
            held = replace(raw.hints, kind="feed content", charset="utf-8", content=b"")
            found = list(_parsed(replace(raw, content=raw.hints.content, form=".html", hints=held, said=None), box))
        yield from found


def _parsed(raw: Raw, sandbox: Sandbox) -> Iterator[Read | Rejected]:
    """What the child reads; a member that ends it is left out and the rest read by the next child."""
    skip = lost = 0
    while True:
        member: dict[str, Any] = {}
        try:
            for fields in sandbox.read(
                "document", name=raw.name, form=raw.suffix, content=raw.content, path=raw.path, url=raw.hints.url,
                charset=raw.hints.charset, skip=skip,
            ):  # fmt: skip
                if "member" in fields:
                    member = fields
                else:
                    yield _built(fields, raw)
            return
        except LostError as error:
            yield _rejected(raw, member.get("label"), str(error))
        lost += 1
        if not member or lost >= MAX_LOST:
            if member:
                yield _rejected(raw, None, f"the rest was not read: {lost} members ended the reading process")
            return
        skip = int(member["member"]) + 1


def _built(fields: dict[str, Any], raw: Raw) -> Read | Rejected:
    part = fields.get("part")
    if "reject" in fields:
        return _rejected(raw, part, str(fields["reject"]), lost=bool(fields.get("lost", True)))
    try:
        return from_fields(fields, raw, part) if fields.get("given") else from_page(fields, raw, part)
    except UsageError as error:
        unit = fields.get("unit")
        return _rejected(raw, f"{unit} {part}" if unit and isinstance(part, int) else part, str(error))


def _rejected(raw: Raw, part: Any, reason: str, *, lost: bool = True) -> Rejected:
    name = clean_line(part)
    mark = ", " if re.match(r"(?:line|row|article|entry) \d", name) else "#"
    place = f"{raw.origin}{mark}{name}" if name else raw.origin
    return Rejected(place, clean_line(reason)[:400], origin=raw.origin, lost=lost)
