"""Markers, numbers and exact quotations: turns evidence into numbered citations that are true."""

from __future__ import annotations

import re
from collections.abc import Mapping

from assistant.types import Citation, Headline, Hit, page_at

MARKER = re.compile(r"\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")


def markers(text: str) -> list[int]:
    """The numbers of the `[n]` and `[n, m]` markers in a text, in order, each once."""
    found = [int(number) for group in MARKER.findall(text) for number in group.split(",")]
    return list(dict.fromkeys(found))


def without_markers(text: str) -> str:
    """The text with its markers and the spaces before them removed."""
    return re.sub(r"\s+([.,;!?])", r"\1", re.sub(r"\s*" + MARKER.pattern, "", text)).strip()


class CitationBook:
    """Numbers quotations in order of first use; the same stretch keeps its number."""

    def __init__(self) -> None:
        self._by_place: dict[tuple[str, int, int], Citation] = {}

    def cite(self, hit: Hit, start: int, end: int) -> Citation:
        """The citation of a stretch of a hit's article.

        Args:
            hit: A passage that holds the stretch whole.
            start: First character in the article's text.
            end: One past the last.

        Raises:
            ValueError: The stretch is not inside the passage.
        """
        passage = hit.passage
        if not passage.start <= start < end <= passage.end:
            raise ValueError(f"{start}..{end} is not inside passage {passage.start}..{passage.end}")
        key = (passage.version, start, end)
        if key not in self._by_place:
            quote = passage.text[start - passage.start : end - passage.start]
            page = page_at(passage.pages, start)
            ocr = (page or 1) in passage.scanned
            self._by_place[key] = Citation(len(self._by_place) + 1, hit.headline, quote, start, end, page, ocr)
        return self._by_place[key]

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All citations so far, by number."""
        return tuple(sorted(self._by_place.values(), key=lambda citation: citation.number))


def check_exact(citations: Mapping[int, Citation] | tuple[Citation, ...], texts: Mapping[str, str]) -> list[str]:
    """Compare quotations with the stored texts, character by character.

    Args:
        citations: What an answer cites.
        texts: Version -> stored text.

    Returns:
        One line per citation that does not stand where it says; empty when all do.
    """
    wrong = []
    for citation in citations.values() if isinstance(citations, Mapping) else citations:
        head: Headline = citation.headline
        text = texts.get(head.version)
        if text is None or text[citation.start : citation.end] != citation.quote:
            wrong.append(
                f"citation {citation.number} does not stand at {citation.start}..{citation.end} of {head.title!r}"
            )
    return wrong
