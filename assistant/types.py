"""The words of the project: frozen records and what must always hold for them.

Standard library only. Every offset in Byline is a character offset into `Article.text`,
which is the source's text unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Verdict = Literal["supported", "weak", "unsupported"]
Status = Literal["answered", "abstained"]

DISAGREE = "The sources disagree:"
CORRECTED = "Corrected:"
"""How the note of an answer begins that names sources which differ."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of an article's text and why it is marked.

    Attributes:
        start: First character.
        end: One past the last character.
        kind: What it is ("credit", "also-read", "promo", "caption", "correction", ...).
    """

    start: int
    end: int
    kind: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a span needs 0 <= start < end, found {self.start}..{self.end}")


@dataclass(frozen=True, slots=True)
class Article:
    """One version of one article.

    Attributes:
        id: Content-independent identity (hash of the canonical URL, or of the source id).
        source_id: The id its source gave it, type kept; else its path or URL.
        url: Where a reader can open it, or None.
        title: Its headline; never empty.
        byline: Who wrote it, or None.
        outlet: Who published it, or None.
        published_at: Its own date as ISO 8601 with the time zone it came with, or None.
            The time of fetching never stands here.
        date_source: Where `published_at` was read from ("given", "json-ld", "meta", ..., "not found").
        language: ISO 639-1 code, or None.
        text: The text exactly as the source gave it.
        version: Hash of everything above that a reader can see.
        boilerplate: Spans of `text` that are not the story, in order.
    """

    id: str
    source_id: str | int
    url: str | None
    title: str
    byline: str | None
    outlet: str | None
    published_at: str | None
    date_source: str
    language: str | None
    text: str
    version: str
    boilerplate: tuple[Span, ...] = ()

    @property
    def published_on(self) -> date | None:
        """The day of publication in the article's own time zone."""
        return date.fromisoformat(self.published_at[:10]) if self.published_at else None


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of whole sentences; `article.text[start:end] == text`, always.

    Attributes:
        id: Hash of the article's version and the offsets.
        article_id: The article it belongs to.
        version: The article version that the offsets refer to.
        start: First character in the article's text.
        end: One past the last character.
        text: The characters themselves.
        sentences: Offsets (start, end) of its sentences in the article's text, in order.
    """

    id: str
    article_id: str
    version: str
    start: int
    end: int
    text: str
    sentences: tuple[tuple[int, int], ...]

    def sentence(self, index: int) -> str:
        """The words of one sentence."""
        start, end = self.sentences[index]
        return self.text[start - self.start : end - self.start]

    def __post_init__(self) -> None:
        if self.end - self.start != len(self.text):
            raise ValueError(f"passage {self.id}: {self.start}..{self.end} does not fit its text")


@dataclass(frozen=True, slots=True)
class Headline:
    """What is known of an article besides its text; shown on cards and searched with passages."""

    article_id: str
    version: str
    source_id: str | int
    title: str
    outlet: str | None
    byline: str | None
    published_at: str | None
    url: str | None

    @property
    def line(self) -> str:
        """Outlet, day and title on one line, the header that passages are read under."""
        parts = (self.outlet, (self.published_at or "")[:10], self.title)
        return " · ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles may be searched. Days are inclusive; empty means no limit."""

    outlets: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        return bool(self.outlets or self.since or self.until)


@dataclass(frozen=True, slots=True)
class Share:
    """What a question names, which is searched by itself and gets its share of the hits.

    Attributes:
        filters: Where it is searched.
        text: What is searched for; the part of the question that is being searched when empty.
    """

    filters: Filters
    text: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """A question as understood.

    Attributes:
        question: As typed.
        standalone: Understandable without the conversation.
        filters: What must hold (chosen by the user, or a date the question names).
        outlets: Outlets that the question names.
        shares: What it names: outlets, days, clauses of a long question.
        newest_first: "latest" and the like were asked.
        as_of: Nothing published later may be used.
        parts: The questions to search for; the standalone one when it has one part.
    """

    question: str
    standalone: str
    filters: Filters = Filters()
    outlets: tuple[str, ...] = ()
    shares: tuple[Share, ...] = ()
    newest_first: bool = False
    as_of: date | None = None
    parts: tuple[str, ...] = ()

    @property
    def periods(self) -> tuple[tuple[date, date], ...]:
        """First and last day of every period that the question names."""
        named = [(share.filters.since, share.filters.until) for share in self.shares]
        return tuple(dict.fromkeys((since, until) for since, until in named if since and until))


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query.

    Attributes:
        passage: The passage.
        headline: Its article.
        score: Higher is better; comparable within one search only.
        rank: From 1.
        why: The parts of the score: ranks by full text and dense search, reader scores.
        also_in: Headlines of near-duplicate passages that this one stands for.
    """

    passage: Passage
    headline: Headline
    score: float
    rank: int
    why: Mapping[str, float] = field(default_factory=dict)
    also_in: tuple[Headline, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered quotation: characters `start..end` of one stored article version.

    Raises:
        ValueError: The quotation does not fit its offsets.
    """

    number: int
    headline: Headline
    quote: str
    start: int
    end: int

    def __post_init__(self) -> None:
        if not self.quote or self.end - self.start != len(self.quote):
            raise ValueError(f"citation {self.number}: {self.start}..{self.end} does not fit its quotation")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer with the numbers of the citations it rests on."""

    text: str
    citations: tuple[int, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Answer:
    """What the user gets. Every sentence cites; an abstention has no sentences.

    Attributes:
        status: "answered" or "abstained".
        reason: For an abstention why; for an answer what could not be answered of it, or empty.
        confidence: 0 to 1, how likely the articles hold the answer.
        dropped: Sentences that failed the check, with the reason; shown as a count.
        model: What wrote it ("quotations", or the chat model's name).
        timings: Seconds per stage.
        nearest: For an abstention: the closest articles.
    """

    question: str
    standalone: str
    status: Status
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    model: str
    confidence: float
    text: str
    reason: str = ""
    dropped: tuple[str, ...] = ()
    prompt_versions: Mapping[str, str] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)
    usage: Mapping[str, int] = field(default_factory=dict)
    nearest: tuple[Headline, ...] = ()
    notes: tuple[str, ...] = ()
    receipt: str = ""

    def __post_init__(self) -> None:
        known = {citation.number for citation in self.citations}
        for sentence in self.sentences:
            if not sentence.citations or not set(sentence.citations) <= known:
                raise ValueError(f"a sentence without a valid citation: {sentence.text!r}")
        if (self.status == "answered") != bool(self.sentences):
            raise ValueError("an answer has sentences and an abstention has none")


@dataclass(frozen=True, slots=True)
class Understood:
    """First event: what is searched for."""

    query: Query


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The passages that are about to be read."""

    hits: tuple[Hit, ...]
    articles: int


@dataclass(frozen=True, slots=True)
class Draft:
    """Text from the chat model that is not checked yet; never shown as final."""

    text: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence that passed the check, with the citations it brings."""

    sentence: Sentence
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Restarted:
    """What was shown so far is withdrawn: the chat model failed and quotations follow."""

    reason: str


@dataclass(frozen=True, slots=True)
class Finished:
    """Last event: the whole answer."""

    answer: Answer


Event = Understood | Retrieved | Draft | Checked | Restarted | Finished


def answer_record(answer: Answer) -> dict[str, Any]:
    """The fixed JSON form of an answer, as `byline ask --json` prints it."""
    record: dict[str, Any] = {
        "question": answer.question,
        "standalone": answer.standalone,
        "status": answer.status,
        "text": answer.text,
        "sentences": [{"text": s.text, "citations": list(s.citations), "verdict": s.verdict} for s in answer.sentences],
        "citations": [citation_record(c) for c in answer.citations],
        "dropped": list(answer.dropped),
        "model": answer.model,
        "confidence": round(answer.confidence, 4),
        "timings": {stage: round(seconds, 4) for stage, seconds in answer.timings.items()},
        "notes": list(answer.notes),
        "receipt": answer.receipt,
    }
    if answer.reason:
        record["reason"] = answer.reason
    return record


def citation_record(citation: Citation) -> dict[str, Any]:
    """The fixed JSON form of a citation."""
    head = citation.headline
    return {
        "number": citation.number,
        "article_id": head.article_id,
        "version": head.version,
        "source_id": head.source_id,
        "title": head.title,
        "outlet": head.outlet,
        "published_at": head.published_at,
        "url": head.url,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
    }


def hit_record(hit: Hit) -> dict[str, Any]:
    """The fixed JSON form of a search hit."""
    head = hit.headline
    return {
        "source_id": head.source_id,
        "article_id": head.article_id,
        "title": head.title,
        "outlet": head.outlet,
        "published_at": head.published_at,
        "start": hit.passage.start,
        "end": hit.passage.end,
        "text": hit.passage.text,
        "score": round(hit.score, 6),
    }
