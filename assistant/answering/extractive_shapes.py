"""Answers of quotations in the shape that a question asks for: which sentences, in which order, under which labels.

Every function takes the plan and what was read, and returns blocks; an empty result is an abstention.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.answering.cues import CAUSE, FIGURES
from assistant.answering.event_dates import EventDate, event_date, shown_day
from assistant.answering.quote_blocks import Block, by_source, following, in_order, on_subject
from assistant.answering.quotes import Quote, distinct, quote_pool
from assistant.query.parsed import ParsedQuestion
from assistant.reading.coreference import SPEECH
from assistant.reading.pipeline import Finding
from assistant.reading.sentence_ranker import SCREEN, Candidate
from assistant.text.lexical import content_words, names, numbers, word_roots
from assistant.types import Query, QuestionKind

LEAST_TOPIC = 0.25
"""Share of a topic's words that a speaker's sentence, or the sentences beside it, must have."""
SIDE = 0.5
"""Share of a side's words that a sentence on that side has."""
DATED = 2.0
"""What a sentence gains in a timeline that names a day, a month or a year."""
CAUSAL = 1.0
"""What a sentence gains, where a reason is asked for, that says one."""
RECENT = 2.0
"""What the newest article's sentences gain where the latest is asked for."""
_QUOTES = re.compile(r"[“\"]")

Shape = Callable[[Query, Sequence[Finding]], list[Block]]


def definition(query: Query, findings: Sequence[Finding]) -> list[Block]:
    """Sentences that introduce the subject first, then what else is said of it, from several articles."""
    subject = _subject_words(findings)
    if not subject:
        return []
    last = re.escape(subject[-1])
    introduced = re.compile(
        rf"{last}\S*,?\s+(?:is|was|are|were|has\s+been|became|refers\s+to|lets|allows|works)\b|"
        rf"{last}\S*,\s+(?:a|an|the|who|whose|which|formerly|chief|co-?founder|head|\d+)\b|"
        rf"(?-i:[a-z][\w’'-]+\s+){{1,4}}(?:(?-i:[A-Z])[\w’'-]+\s+)?{last}\b|(?:called|known\s+as|dubbed|named)\s+[“\"]?(?:\w+\s+)?{last}|"
        rf"{last}\S*\s+\([^)]+\)|\(\s*{last}s?\s*\)|,\s+or\s+{last}s?\b",
        re.I,
    )

    def bonus(finding: Finding, item: Candidate, text: str) -> float | None:
        words = set(content_words(text)) | item.mention.subject
        if not any(_same(subject[-1], word) for word in words):
            return None
        full = all(any(_same(part, word) for word in words) for part in subject)
        first = 0.75 * (item.span[0] < SCREEN)
        return 1.5 * bool(introduced.search(text)) + 0.5 * full + 0.5 * (subject[-1] in item.mention.subject) + first

    return by_source(distinct(quote_pool(findings, bonus), 5, 4.0, 3, new=1.5))


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
    """What the person whom the question names said on its topic, or wrote on it as an article's author."""
    speaker = _speaker_words(query, findings)
    writes = any(finding.asked and finding.asked.writer for finding in findings)
    if not speaker:
        return []

    def bonus(finding: Finding, item: Candidate, text: str) -> float | None:
        asked, hit = finding.asked, finding.hits[item.place]
        by = frozenset(content_words(hit.headline.byline or "")) if writes else item.mention.speaker
        if asked is None or not speaker & by:
            return None
        topic = _topic(asked, speaker)
        around = " ".join(
            hit.passage.sentence(n)
            for n in range(max(0, item.index - 2), min(len(hit.passage.sentences), item.index + 3))
        )
        share = len(topic & word_roots(f"{around} {hit.headline.title}")) / len(topic) if topic else 1.0
        own = len(topic & word_roots(text)) / len(topic) if topic else 0.0
        return None if share < LEAST_TOPIC else 1.5 * bool(not writes and _QUOTES.search(text)) + 2.0 * share + own

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
        subject = on_subject(finding, item, text)
        return subject + 0.25 * min(4, len(names(text)))

    pool = quote_pool(findings, following(findings, bonus))
    return [Block((quote.evidence,)) for quote in distinct(pool, 8, 3.0, 4, new=0.5)]


def timeline(query: Query, findings: Sequence[Finding]) -> list[Block]:
    """Dated entries in order of time; the day of publication where a sentence names none."""

    def bonus(finding: Finding, item: Candidate, text: str) -> float | None:
        subject = on_subject(finding, item, text)
        dated = event_date(text, finding.hits[item.place].headline.day) is not None
        return subject + DATED * dated

    chosen = distinct(quote_pool(findings, bonus), 10, 5.0, 4, new=1.5)
    told = [_when(quote, event_date(quote.text, quote.hit.headline.day)) for quote in chosen]
    return [Block((quote.evidence,), label) for quote, label, _ in sorted(told, key=lambda row: row[2])]


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
        return by_source(distinct(quote_pool(findings, on_subject), 4, 3.0, 2))
    split = len(findings) - len(query.sides)
    whole, own = (findings[:split], findings[split:]) if split > 0 else (findings, [])
    blocks: list[Block] = []
    taken: set[str] = set()
    figures_asked = bool(FIGURES.search(query.standalone))
    for number, side in enumerate(query.sides):
        words = frozenset(word_roots(side))

        def bonus(found: Finding, item: Candidate, text: str, words: frozenset[str] = words) -> float | None:
            about = word_roots(text) | word_roots(" ".join(item.mention.about))
            share = len(words & about) / max(1, len(words))
            told = word_roots(" ".join(item.mention.subject | item.mention.speaker))
            figures = figures_asked and bool(numbers(text))
            return share + bool(words & told) + figures if share >= SIDE else None

        pool = quote_pool([*whole, *own[number : number + 1]], bonus)
        chosen = distinct([quote for quote in pool if quote.text not in taken], 3, 2.5, 2)
        taken |= {quote.text for quote in chosen}
        if chosen:
            blocks.append(Block(in_order(chosen), side))
    return blocks


def _by_outlet(query: Query, findings: Sequence[Finding]) -> list[Block]:
    blocks = []
    for outlet in query.outlets:

        def bonus(finding: Finding, item: Candidate, text: str, outlet: str = outlet) -> float | None:
            return 0.0 if finding.hits[item.place].headline.outlet == outlet else None

        if chosen := distinct(quote_pool(findings, bonus), 3, 3.0, 3):
            blocks.append(Block(in_order(chosen), outlet))
    return blocks


def summary(query: Query, findings: Sequence[Finding]) -> list[Block]:
    """Three to seven sentences over several articles; the top of an article is preferred."""

    def bonus(finding: Finding, item: Candidate, text: str) -> float | None:
        subject = on_subject(finding, item, text)
        return subject + 0.75 * (item.span[0] < SCREEN) + 0.25 * (item.span[0] < 3 * SCREEN)

    return by_source(distinct(quote_pool(findings, bonus), 7, 4.0, 4, new=1.5))


def latest(query: Query, findings: Sequence[Finding]) -> list[Block]:
    """The newest first."""
    days = sorted(
        {hit.headline.published_at[:10] for finding in findings for hit in finding.hits if hit.headline.published_at}
    )
    newer = {day: place / max(1, len(days) - 1) for place, day in enumerate(days)}

    def bonus(finding: Finding, item: Candidate, text: str) -> float | None:
        subject = on_subject(finding, item, text)
        day = (finding.hits[item.place].headline.published_at or "")[:10]
        return subject + RECENT * newer.get(day, 0.0)

    blocks = by_source(distinct(quote_pool(findings, bonus), 5, 3.0, 2, new=0.5))
    return sorted(blocks, key=lambda block: block.evidence[0].hit.headline.published_at or "", reverse=True)


def reasons(query: Query, findings: Sequence[Finding]) -> list[Block]:
    """The best sentence and others that say further reasons."""

    def bonus(finding: Finding, item: Candidate, text: str) -> float | None:
        return on_subject(finding, item, text) + CAUSAL * bool(CAUSE.search(text))

    return by_source(distinct(quote_pool(findings, following(findings, bonus)), 4, 2.5, 4, new=0.5))


SHAPES: dict[QuestionKind, Shape] = {
    "definition": definition, "quotation": quotation, "list": listing, "timeline": timeline, "comparison": comparison,
    "summary": summary, "latest": latest, "why": reasons,
}  # fmt: skip
"""Kinds that have a shape of their own; all others quote what answers a fact."""
