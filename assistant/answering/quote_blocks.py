"""Blocks of quotations: which sentences on a subject are preferred, and how those that were chosen are put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.answering.cues import COUNTING
from assistant.answering.quotes import Quote, quote_pool
from assistant.reading.evidence import Evidence
from assistant.reading.pipeline import Finding
from assistant.reading.sentence_ranker import Candidate
from assistant.text.lexical import content_words

OFF_SUBJECT = 2.0
"""What a sentence loses, in log odds, that is about nobody and nothing that the question names."""
AFTER = 1.0
"""What the sentences after the best one gain."""
FOLLOWING = 600
"""Characters after the start of the best sentence within which they begin."""
COUNTED = 2.0
"""What a sentence gains that says "first", "another reason", "finally", near the best one of its article."""
COUNTED_WITHIN = 2_000
"""Characters between the two."""

Bonus = Callable[[Finding, Candidate, str], float | None]
"""What a sentence gains in a shape; None leaves it out."""


@dataclass(frozen=True, slots=True)
class Block:
    """Quotations under one label.

    Attributes:
        evidence: What is quoted.
        label: A date or a side; empty for outlet and date of the source.
    """

    evidence: tuple[Evidence, ...]
    label: str = ""


def on_subject(finding: Finding, item: Candidate, text: str) -> float:
    """Less for a sentence that is about nobody and nothing that the question names."""
    named = finding.asked.name_words if finding.asked else frozenset()
    title = finding.hits[item.place].headline.title
    return -OFF_SUBJECT * bool(named and not named & (item.mention.about | set(content_words(title))))


def following(findings: Sequence[Finding], bonus: Bonus) -> Bonus:
    """The bonus, and more for the sentences right after the best one: reasons and items follow one another."""
    pool = quote_pool(findings, bonus)
    if not pool:
        return bonus
    top = pool[0]

    def raised(finding: Finding, item: Candidate, text: str) -> float | None:
        added = bonus(finding, item, text)
        passage = finding.hits[item.place].passage
        after = item.span[0] - top.evidence.start if passage.version == top.hit.passage.version else -1
        counted = COUNTED * (0 < after <= COUNTED_WITHIN and bool(COUNTING.match(text)))
        return None if added is None else added + AFTER * (0 < after <= FOLLOWING) + counted

    return raised


def by_source(quotes: Sequence[Quote]) -> list[Block]:
    """One block per article, in the order of its best quote; within an article in the order of the text."""
    articles: dict[str, list[Quote]] = {}
    for quote in quotes:
        articles.setdefault(quote.article, []).append(quote)
    return [Block(tuple(_joined(sorted(own, key=lambda quote: quote.evidence.start)))) for own in articles.values()]


def in_order(quotes: Sequence[Quote]) -> tuple[Evidence, ...]:
    """The evidence by article, and within one in the order of the text."""
    return tuple(_joined(sorted(quotes, key=lambda quote: (quote.article, quote.evidence.start))))


def _joined(quotes: Sequence[Quote]) -> list[Evidence]:
    """Evidence in the order of the text; what overlaps or follows within one passage becomes one stretch."""
    found: list[Evidence] = []
    for quote in quotes:
        new = quote.evidence
        if found and new.start <= found[-1].end:
            last = found[-1]
            if new.end <= last.end:
                continue
            if last.hit.passage.start <= last.start and new.end <= last.hit.passage.end:
                found[-1] = Evidence(last.hit, last.start, new.end, max(last.score, new.score), last.part)
                continue
            new = Evidence(new.hit, quote.item.span[0], quote.item.span[1], new.score, new.part)
            if new.start < last.end:
                continue
        found.append(new)
    return found
