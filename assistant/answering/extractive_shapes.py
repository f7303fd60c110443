"""Answers of quotations in the shape that a question asks for: which sentences, in which order, under which labels.

Every function takes the plan and what was read, and returns blocks; an empty result is an abstention.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.answering.event_dates import EventDate, event_date, shown_day
from assistant.answering.quotes import Quote, distinct, quote_pool
from assistant.query.parsed import ParsedQuestion
from assistant.reading.coreference import SPEECH
from assistant.reading.evidence import Evidence
from assistant.reading.pipeline import Finding
from assistant.reading.sentence_ranker import SCREEN, Candidate
from assistant.text.lexical import content_words, names, word_roots
from assistant.types import Query, QuestionKind

LEAST_TOPIC = 0.25
"""Share of a topic's words that a speaker's sentence, or the sentences beside it, must have."""
_QUOTES = re.compile(r"[“\"]")


@dataclass(frozen=True, slots=True)
class Block:
    """Quotations under one label.

    Attributes:
        evidence: What is quoted.
        label: A date or a side; empty for outlet and date of the source.
    """

    evidence: tuple[Evidence, ...]
    label: str = ""


Shape = Callable[[Query, Sequence[Finding]], list[Block]]


def plain(finding: Finding, item: Candidate, text: str) -> float:
    """No bonus."""
    return 0.0


def by_source(quotes: Sequence[Quote]) -> list[Block]:
    """One block per article, in the order of its best quote; within an article in the order of the text."""
    articles: dict[str, list[Quote]] = {}
    for quote in quotes:
        articles.setdefault(quote.article, []).append(quote)
    return [Block(tuple(_joined(sorted(own, key=lambda quote: quote.evidence.start)))) for own in articles.values()]


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


def definition(query: Query, findings: Sequence[Finding]) -> list[Block]:
    """Sentences that introduce the subject first, then what else is said of it, from several articles."""
    subject = _subject_words(findings)
    if not subject:
        return []
    last = re.escape(subject[-1])
    introduced = re.compile(
        rf"{last}\S*,?\s+(?:is|was|are|were|has\s+been|became|refers\s+to|lets|allows|works)\b|"
        rf"{last}\S*,\s+(?:a|an|the|who|whose|which|formerly|chief|co-?founder|head|\d+)\b|"
        rf"(?:[a-z][\w’'-]+\s+){{1,4}}(?:[A-Z][\w’'-]+\s+)?{last}\b|(?:called|known\s+as|dubbed|named)\s+[“\"]?(?:\w+\s+)?{last}|"
        rf"{last}\S*\s+\([^)]+\)|\(\s*{last}s?\s*\)|,\s+or\s+{last}s?\b",
        re.I,
    )

    def bonus(finding: Finding, item: Candidate, text: str) -> float | None:
        words = set(content_words(text)) | item.mention.subject
        if not any(_same(subject[-1], word) for word in words):
            return None
        full = all(any(_same(part, word) for word in words) for part in subject)
        return 1.5 * bool(introduced.search(text)) + 0.5 * full + 0.5 * (subject[-1] in item.mention.subject)

    return by_source(distinct(quote_pool(findings, bonus), 5, 4.0, 2, new=1.0))


def _same(part: str, word: str) -> bool:
    return word == part or (len(part) > 3 and word.startswith(part) and len(word) - len(part) <= 2)


def _subject_words(findings: Sequence[Finding]) -> list[str]:
    """Folded words of what a "who is" or "what is" asks about: its first name, or all its words."""
    for finding in findings:
        if finding.asked and finding.asked.subject:
            named = [
                name
                for name in finding.asked.names
                if set(content_words(name)) <= set(content_words(finding.asked.subject))
            ]
            return content_words(named[0] if named else finding.asked.subject)
    return []


def quotation(query: Query, findings: Sequence[Finding]) -> list[Block]:
    """What the person whom the question names said on its topic."""
    speaker = _speaker_words(query, findings)
    if not speaker:
        return []

    def bonus(finding: Finding, item: Candidate, text: str) -> float | None:
        asked, hit = finding.asked, finding.hits[item.place]
        if asked is None or not speaker & item.mention.speaker:
            return None
        topic = _topic(asked, speaker)
        around = " ".join(
            hit.passage.sentence(n)
            for n in range(max(0, item.index - 2), min(len(hit.passage.sentences), item.index + 3))
        )
        share = len(topic & word_roots(f"{around} {hit.headline.title}")) / len(topic) if topic else 1.0
        own = len(topic & word_roots(text)) / len(topic) if topic else 0.0
        return None if share < LEAST_TOPIC else 1.5 * bool(_QUOTES.search(text)) + 2.0 * share + own

    return by_source(distinct(quote_pool(findings, bonus), 4, 3.0, 4))


def _speaker_words(query: Query, findings: Sequence[Finding]) -> frozenset[str]:
    if query.people:
        return frozenset(content_words(" ".join(query.people)))
    for finding in findings:
        if finding.asked and finding.asked.speaker:
            said = set(content_words(finding.asked.speaker))
            return frozenset(said & finding.asked.name_words)
    return frozenset()


def _topic(asked: ParsedQuestion, speaker: frozenset[str]) -> frozenset[str]:
    """Roots of what was spoken about: the question's words without the speaker and without verbs of speech."""
    words = [word for word in content_words(asked.text) if word not in speaker and not re.fullmatch(SPEECH, word)]
    return frozenset(word_roots(" ".join(words))) - word_roots(asked.speaker)


def listing(query: Query, findings: Sequence[Finding]) -> list[Block]:
    """One entry per sentence that names an item."""

    def bonus(finding: Finding, item: Candidate, text: str) -> float | None:
        return 0.25 * min(4, len(names(text))) - 0.25

    return [Block((quote.evidence,)) for quote in distinct(quote_pool(findings, bonus), 8, 3.0, 4, new=0.5)]


def timeline(query: Query, findings: Sequence[Finding]) -> list[Block]:
    """Dated entries in order of time."""

    def bonus(finding: Finding, item: Candidate, text: str) -> float | None:
        asked, hit = finding.asked, finding.hits[item.place]
        if (
            asked
            and asked.name_words
            and not asked.name_words & (item.mention.about | set(content_words(hit.headline.title)))
        ):
            return None
        return 1.0 * (event_date(text, hit.headline.day) is not None)

    chosen = distinct(quote_pool(findings, bonus), 10, 6.0, 3, new=1.5)
    dated = [(quote, event_date(quote.text, quote.hit.headline.day)) for quote in chosen]
    told = [(quote, when) for quote, when in dated if when] or dated
    return [
        Block((quote.evidence,), label)
        for quote, label, _ in sorted((_when(quote, when) for quote, when in told), key=lambda row: row[2])
    ]


def _when(quote: Quote, when: EventDate | None) -> tuple[Quote, str, str]:
    if when is not None:
        return quote, when.shown, when.first.isoformat()
    day = quote.hit.headline.day
    return (quote, f"published {shown_day(day)}", day.isoformat()) if day else (quote, "no date", "9999")


def comparison(query: Query, findings: Sequence[Finding]) -> list[Block]:
    """One block per side."""
    if query.outlets and len(query.outlets) > 1:
        return _by_outlet(query, findings)
    if not query.sides:
        return by_source(distinct(quote_pool(findings, plain), 4, 3.0, 2))
    own = findings[-len(query.sides) :] if len(findings) > len(query.sides) else [None] * len(query.sides)
    blocks, taken = [], set()
    for side, finding in zip(query.sides, own, strict=True):
        words = frozenset(word_roots(side))

        def bonus(found: Finding, item: Candidate, text: str, words: frozenset[str] = words) -> float | None:
            share = len(words & (word_roots(text) | word_roots(" ".join(item.mention.about)))) / max(1, len(words))
            return share if share >= 0.5 else None

        searched = [*findings[: len(findings) - len(query.sides)], *([finding] if finding else [])]
        pool = [quote for quote in quote_pool(searched, bonus) if quote.text not in taken]
        chosen = distinct(pool, 2, 2.5, 2)
        taken |= {quote.text for quote in chosen}
        if chosen:
            blocks.append(
                Block(tuple(_joined(sorted(chosen, key=lambda quote: (quote.article, quote.evidence.start)))), side)
            )
    return blocks


def _by_outlet(query: Query, findings: Sequence[Finding]) -> list[Block]:
    blocks = []
    for outlet in query.outlets:

        def bonus(finding: Finding, item: Candidate, text: str, outlet: str = outlet) -> float | None:
            return 0.0 if finding.hits[item.place].headline.outlet == outlet else None

        if chosen := distinct(quote_pool(findings, bonus), 3, 3.0, 3):
            blocks.append(Block(tuple(_joined(sorted(chosen, key=lambda q: (q.article, q.evidence.start)))), outlet))
    return blocks


def summary(query: Query, findings: Sequence[Finding]) -> list[Block]:
    """Three to seven sentences over several articles; the top of an article is preferred."""

    def bonus(finding: Finding, item: Candidate, text: str) -> float | None:
        return 0.75 * (item.span[0] < SCREEN) + 0.25 * (item.span[0] < 3 * SCREEN)

    return by_source(distinct(quote_pool(findings, bonus), 7, 4.0, 4, new=1.5))


def latest(query: Query, findings: Sequence[Finding]) -> list[Block]:
    """The newest first."""
    chosen = distinct(quote_pool(findings, plain), 5, 3.0, 2, new=0.5)
    blocks = by_source(chosen)
    return sorted(blocks, key=lambda block: block.evidence[0].hit.headline.published_at or "", reverse=True)


def reasons(query: Query, findings: Sequence[Finding]) -> list[Block]:
    """The best sentence and others that say further reasons."""
    return by_source(distinct(quote_pool(findings, plain), 4, 2.0, 3, new=0.5))


SHAPES: dict[QuestionKind, Shape] = {
    "definition": definition, "quotation": quotation, "list": listing, "timeline": timeline, "comparison": comparison,
    "summary": summary, "latest": latest, "why": reasons,
}  # fmt: skip
"""Kinds that have a shape of their own; all others quote what answers a fact."""
