"""From one raw document to articles. Reads forms; fetches and stores nothing.

Plain forms are read here; everything with a parser of its own (pages, PDF, Word, mail, books, web
archives) is read by a child process (`sandbox`).
"""

from __future__ import annotations

from collections.abc import Iterator

from assistant.errors import UsageError
from ingest.parsing.article_builder import clean_line, from_page, make_article
from ingest.parsing.text_formats import PLAIN
from ingest.sandbox import LostError, Sandbox
from ingest.types import Raw, Read, Rejected

__all__ = ["FORMS", "Raw", "Rejected", "make_article", "read_articles"]

_KINDS = {".html": "html", ".htm": "html", ".pdf": "pdf", ".docx": "docx", ".eml": "eml", ".mbox": "mbox", ".epub": "epub",
          ".warc": "warc"}  # fmt: skip
_SEVERAL = ("mbox", "epub", "warc")

FORMS = tuple(sorted((*PLAIN, *_KINDS)))
"""Suffixes of the forms that can be read; `.warc.gz` too."""


def read_articles(raw: Raw, sandbox: Sandbox | None = None) -> Iterator[Read | Rejected]:
    """Read every article in a document; one that cannot be read is a `Rejected`, not an error.

    Args:
        raw: The document.
        sandbox: Where untrusted forms are parsed; one of its own is made and closed when not given.
    """
    for item in _read_articles(raw, sandbox):
        yield Rejected(item.source, clean_line(item.reason)[:400]) if isinstance(item, Rejected) else item


def _read_articles(raw: Raw, sandbox: Sandbox | None) -> Iterator[Read | Rejected]:
    suffix = raw.suffix
    if suffix not in FORMS:
        named = suffix or "no suffix"
        yield Rejected(raw.origin, f"{named} is not a form that can be read; expected one of {', '.join(FORMS)}")
        return
    try:
        if suffix in PLAIN:
            yield from PLAIN[suffix](raw)
        elif sandbox is not None:
            yield from _parsed(raw, _KINDS[suffix], sandbox)
        else:
            own = Sandbox()
            try:
                yield from _parsed(raw, _KINDS[suffix], own)
            finally:
                own.close()
    except (UsageError, LostError) as error:
        yield Rejected(raw.origin, str(error))


def _parsed(raw: Raw, kind: str, sandbox: Sandbox) -> Iterator[Read | Rejected]:
    several = kind in _SEVERAL
    found = sandbox.read(kind, content=raw.content, path=raw.path, url=raw.hints.url, charset=raw.hints.charset)
    for number, fields in enumerate(found, 1):
        place = f"{raw.origin}#{number}" if several else raw.origin
        if "reject" in fields:
            yield Rejected(place, str(fields["reject"]))
            continue
        try:
            yield from_page(fields, raw, number if several else None)
        except UsageError as error:
            yield Rejected(place, str(error))
