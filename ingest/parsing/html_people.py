"""Authors of a page: candidates, the most trustworthy first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ingest.parsing.dates import only_date
from ingest.parsing.html_blocks import Block
from ingest.parsing.html_sources import Candidates, Sources, line_of
from ingest.parsing.html_zones import element_kind
from ingest.parsing.linked_data import plain, text_of

_ROLE = re.compile(
    r"\b(?:correspondent|reporter|editor|writer|staff|desk|team|agency|columnist|producer|chief|political|health|sports?|business|science|bureau|"
    r"published|updated|posted|min(?:ute)?s?|read|am|pm|news|in|at|on|photographs?|photos?|pictures|illustrations?|video|by|\d+)\b",
    re.I,
)
_METAS = (
    "author",
    "article:author",
    "parsely-author",
    "dc.creator",
    "dcterms.creator",
    "citation_author",
    "byl",
    "sailthru.author",
)
_AUTHOR_ELEMENT = (
    "//*[contains(@class, 'author')]//*[@itemprop='name'] | //*[@rel='author' or @itemprop='author' or "
    "contains(concat(' ', @class, ' '), ' byline ') or contains(concat(' ', @class, ' '), ' author ')]"
)
_AUTHOR_LINK = (
    "//a["
    + " or ".join(
        f"contains(@href, '{part}')"
        for part in ("/author", "/by/", "/staff", "/journalist", "/people/", "/auteur", "/autor", "/profile")
    )
    + "]"
)
_BY = re.compile(
    r"(?:[A-Z][A-Z ]{2,20}[:|-]\s*)?(?i:(?:(?:words|written|story|text|hosted|posted|presented|reported|reporting)\s+)?by|(?:text|words|story)(?=\s*:)|von|par|por|di|door|av|af)[:\s]+(?=[A-ZÀ-Þ][\w.’'-]*(?:\s|$))"
)
_NAME_LINE = re.compile(r"[A-ZÀ-Þ][\w.'’-]*(?:\s+(?:de|van|von|der|den|la|le|di|da|du|el|[A-ZÀ-Þ][\w.'’-]*)){1,4}")
_NO_NAME = re.compile(
    r"^(?:admin(?:istrator)?|author|editor|webmaster|root|user|guest|anonymous|null|none|unknown|undefined|n/?a|https?:.*|.*@.*)$",
    re.I,
)


def bylines(page: Sources) -> Candidates:
    """Yield the names of the authors, separated by commas."""
    outlet = text_of(page.data.get("publisher")).casefold()
    people = people_of(page.data.get("author"))
    yield "json-ld", people if people.casefold() != outlet else ""
    yield "json-ld", people_of(page.data.get("creator"))
    for name in _METAS:
        yield ("opengraph" if name.startswith("article:") else "meta"), names_in(page.metas.get(name, ""))
    for text in (*_after_by(page.blocks[: page.first + 3], 120), *_in_elements(page), *_in_lines(page)):
        yield "visible text", text


def _after_by(blocks: Iterable[Block], longest: int) -> Iterator[str]:
    """The names after "By" at the beginning of a line."""
    for block in blocks:
        if (match := _BY.match(block.text)) and len(block.text) < longest:
            yield names_in(block.text[match.end() :])


def _in_elements(page: Sources) -> Iterator[str]:
    """The names in elements that are named after an author, or that link to one."""
    marked = [block.text for block in _marked_blocks(page)]
    several = list(dict.fromkeys(text for text in marked if _NAME_LINE.fullmatch(text)))
    if len(several) > 1:
        yield ", ".join(several)
    yield from (names_in(text) for text in marked if 3 < len(text) < 120)
    for node in page.tree.xpath(_AUTHOR_ELEMENT)[:5]:
        text = line_of(node.text_content())
        if 3 < len(text) < 120:
            yield names_in(text)
    above = [block.text for block in page.blocks[: page.first]]
    for node in page.tree.xpath(_AUTHOR_LINK)[:20]:
        text = line_of(node.text_content())
        if _NAME_LINE.fullmatch(text) and any(text in line for line in above):
            yield text


def _in_lines(page: Sources) -> Iterator[str]:
    """A name on a line of its own beside the date, then the names after "By" below the text."""
    for number in range(1, min(page.first, len(page.blocks))):
        block = page.blocks[number]
        near = [page.blocks[n].text for n in (number - 1, number + 1) if n < len(page.blocks)]
        dated = any(only_date(text, page.language) for text in near)
        if dated and block.tag not in ("h1", "h2", "li") and _NAME_LINE.fullmatch(block.text):
            yield names_in(block.text)
    yield from _after_by(page.blocks[max(0, page.last - 2) : page.last + 4], 80)


def _marked_blocks(page: Sources) -> Iterator[Block]:
    """Lines above the text, or just below it, that are in an element named after an author."""
    for number, block in enumerate(page.blocks):
        if number < page.first or page.last < number < page.last + 4:
            around = [block.node, *list(block.node.iterancestors())[:2]]
            if any(element_kind(node) == "byline" for node in around) and not only_date(block.text, page.language):
                yield block


def _another_name(part: str) -> bool:
    """Whether a later part of a byline is one more name rather than a role, a place or a credit."""
    words = part.split()
    return 1 < len(words) < 5 and part[0].isupper() and not _ROLE.search(part) and not re.search(r"\d", part)


def authors_of(data: Mapping[str, Any], metas: Mapping[str, str]) -> tuple[str, ...]:
    """The names that the structured data and the meta elements of a page give as its authors."""
    named = people_of(data.get("author")) or names_in(metas.get("author", "") or metas.get("byl", ""))
    return tuple(name for name in named.split(", ") if len(name) > 4)


def names_in(value: str) -> str:
    """The names at the beginning of a byline, without "By", roles, places and dates."""
    value = re.sub(
        r"^(?:(?:words|written|story|text|reporting|posted|report|reported|hosted|presented)\s+)?(?:by|von|par|por|di|door|av|af)[:\s]+",
        "",
        line_of(value),
        flags=re.I,
    )
    names: list[str] = []
    for part in re.split(r"\s*(?:[,;|•·–—/\n(]|\s-\s|\band\b|&|\bund\b|\bet\b|\by\b|\boch\b|\bog\b|\ben\b)\s*", value):
        name = re.split(r"\s+(?=\d)", part.strip(" .:"))[0]
        if not name or _NO_NAME.match(name) or (names and not _another_name(name)):
            if names:
                break
            continue
        names.append(re.split(r"\s+(?=(?:in|for|at)\s+[A-Z])", name)[0])
    return ", ".join(dict.fromkeys(names))[:300]


def people_of(value: Any, depth: int = 0) -> str:
    """The names of the people or organisations that a value of structured data holds, separated by commas."""
    names: list[str] = []
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, list | dict) and depth < 4:
            inner = (
                item
                if isinstance(item, list)
                else item.get("name")
                or item.get("@value")
                or " ".join(text_of(item.get(part)) for part in ("givenName", "familyName") if item.get(part))
            )
            names += [name for name in people_of(inner, depth + 1).split(", ") if name]
        elif isinstance(item, str):
            names += _people_in(line_of(plain(item)))
    return ", ".join(dict.fromkeys(name for name in names if name and not _NO_NAME.match(name)))[:300]


def _people_in(line: str) -> list[str]:
    """The names in one value of structured data: several where each part of it is a whole name."""
    line = re.sub(r"^by\s+", "", line, flags=re.I)
    parts = [
        part.strip() for part in re.split(r"\s*[,;]\s*|\s+(?:and|und|et|y|e|og|och|en|&)\s+", line) if part.strip()
    ]
    whole = len(parts) > 1 and all(1 < len(part.split()) < 5 and part[0].isupper() for part in parts)
    return parts if whole and not re.search(r"\b(?:of|Ministry|Department|Office|Council|Inc|Ltd)\b", line) else [line]
