"""The sentences that a claim is checked against: those of the given passages, and the headers of the cited articles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from assistant.grounding.alignment import Source
from assistant.grounding.evidence import Evidence, Quotation, readable
from assistant.grounding.units import parse
from assistant.types import Headline


@dataclass(frozen=True, slots=True)
class Sources:
    """Sentences with their places.

    Attributes:
        sources: As the alignment takes them.
        places: Where each stands; None for a header.
    """

    sources: tuple[Source, ...]
    places: tuple[Quotation | None, ...]

    @property
    def cited(self) -> tuple[int, ...]:
        """Indices of the sentences of cited passages."""
        return tuple(at for at, source in enumerate(self.sources) if source.cited and not source.header)


def gather(evidence: Evidence) -> Sources:
    """Collect what a claim may rest on."""
    hits = [*evidence.cited, *(hit for hit in evidence.given if hit not in evidence.cited)]
    articles: dict[str, int] = {}
    sources: list[Source] = []
    places: list[Quotation | None] = []
    for number, hit in enumerate(hits):
        article = articles.setdefault(hit.headline.version, len(articles))
        for (start, end), words in readable(hit):
            sources.append(Source(parse(words), number, article, number < len(evidence.cited), _day(hit.headline)))
            places.append(Quotation(hit, start, end))
    for headline in {hit.headline.version: hit.headline for hit in evidence.cited}.values():
        article = articles[headline.version]
        sources.append(Source(parse(header(headline)), -1 - article, article, True, _day(headline), header=True))
        places.append(None)
    return Sources(tuple(sources), tuple(places))


def header(headline: Headline) -> str:
    """Outlet, byline and title, which a claim may take for granted."""
    return " · ".join(part for part in (headline.outlet, headline.byline, headline.title) if part)


def _day(headline: Headline) -> date | None:
    return date.fromisoformat(headline.published_at[:10]) if headline.published_at else None
