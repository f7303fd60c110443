"""Reads RIS and BibTeX, as Zotero and other reference managers export them. The text is the abstract or the notes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ingest.parsing.encoding import decode
from ingest.parsing.export_fields import canonical
from ingest.parsing.source import Item, Source, UnreadableError

_RECORD = re.compile(r"^ER\s{0,2}-.*$", re.M)
_DAY = re.compile(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def read_ris(source: Source) -> Iterator[Item]:
    """One article a reference; a damaged reference is one line."""
    import rispy

    text = decode(source.read(), source.charset).replace("\r\n", "\n").replace("\r", "\n")
    records = [record for record in _RECORD.split(text) if re.search(r"^TY\s{0,2}-", record, re.M)]
    if not records:
        raise UnreadableError("there are no RIS references in this file")
    for number, record in enumerate(records, 1):
        try:
            entry = rispy.loads(record[record.index("TY") :] + "\nER  - \n", skip_unknown_tags=True)[0]
        except Exception as error:  # rispy raises what its lines raise
            yield UnreadableError(f"this RIS reference is damaged: {str(error)[:120]}", f"entry {number}")
            continue
        day = _DAY.search(str(entry.get("date") or entry.get("publication_year") or entry.get("year") or ""))
        yield _reference(
            {
                "text": entry.get("notes_abstract") or entry.get("abstract") or " ".join(entry.get("notes", [])),
                "title": entry.get("title") or entry.get("primary_title") or entry.get("short_title"),
                "authors": [_in_order(name) for name in entry.get("authors") or entry.get("first_authors") or []],
                "publication": entry.get("secondary_title") or entry.get("journal_name") or entry.get("alternate_title3")
                or entry.get("publisher"),
                "published_at": "-".join(f"{int(part):02}" for part in day.groups()) if day else None,
                "url": _first(entry.get("urls") or entry.get("url")), "language": entry.get("language"),
            }, number,
        )  # fmt: skip


def read_bibtex(source: Source) -> Iterator[Item]:
    """One article an entry; a damaged entry is one line."""
    from bibtexparser import middlewares
    from bibtexparser.entrypoint import parse_string

    text = decode(source.read(), source.charset)
    library = parse_string(text, append_middleware=[middlewares.LatexDecodingMiddleware()])
    number = 0
    for number, block in enumerate(library.entries, 1):  # noqa: B007  # counted after the loop
        fields = {field.key.lower(): str(field.value) for field in block.fields}
        yield _reference(
            {
                "text": fields.get("abstract") or fields.get("annote") or fields.get("note"), "title": _plain(fields.get("title")),
                "authors": [_in_order(_plain(name)) for name in re.split(r"\s+and\s+", fields.get("author", "")) if name.strip()],
                "publication": _plain(fields.get("journaltitle") or fields.get("journal") or fields.get("booktitle")
                                      or fields.get("publisher")),
                "published_at": _entry_date(fields), "url": fields.get("url"), "language": fields.get("langid") or fields.get("language"),
            }, number,
        )  # fmt: skip
    for place, failed in enumerate(library.failed_blocks, 1):
        reason = f"this BibTeX entry is damaged: {str(failed.error)[:120]}"
        yield UnreadableError(reason, f"entry {number + place}")
    if not number and not library.failed_blocks:
        raise UnreadableError("there are no BibTeX entries in this file")


def _reference(row: dict[str, Any], number: int) -> Item:
    fields = canonical({name: value for name, value in row.items() if value})
    if not fields.get("text"):
        title = str(fields.get("title") or "")[:80]
        return UnreadableError(
            f"a reference without text: {title!r} has neither an abstract nor notes", f"entry {number}", lost=False
        )
    return {**fields, "given": True, "part": number, "unit": "entry"}


def _entry_date(fields: dict[str, str]) -> str | None:
    """A whole day only: of a year or a month alone the day is not known."""
    if match := _DAY.search(fields.get("date", "")):
        return "-".join(f"{int(part):02}" for part in match.groups())
    year, month, day = fields.get("year", ""), fields.get("month", "").strip("{}").lower()[:3], fields.get("day", "")
    if " " in fields.get("month", "").strip() and not day:  # "6 may" or "may 6"
        day = "".join(re.findall(r"\d+", fields["month"]))
        month = "".join(re.findall(r"[a-z]+", fields["month"].lower()))[:3]
    number = _MONTHS.index(month) + 1 if month in _MONTHS else int(month) if month.isdigit() else 0
    return f"{int(year):04}-{number:02}-{int(day):02}" if year.isdigit() and number and day.isdigit() else None


def _in_order(name: str) -> str:
    """The given name first: "Sandvik, Liv" is Liv Sandvik."""
    family, comma, given = name.partition(",")
    return f"{given.strip()} {family.strip()}".strip() if comma and "," not in given else name.strip()


def _plain(value: str | None) -> str:
    return re.sub(r"[{}]", "", value or "").strip()


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value
