"""The words of the project: frozen records and what must always hold for them.

Standard library only. Every offset in Byline is a character offset into `Article.text`,
which is the source's text unchanged.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Literal

Verdict = Literal["supported", "check", "unsupported"]
"""supported: a cited passage says it. check: nothing contradicts it, but that could not be shown. unsupported: removed."""
Status = Literal["answered", "abstained"]
QuestionKind = Literal[
    "fact", "definition", "yes_no", "number", "why", "list", "timeline", "comparison", "summary", "latest", "quotation",
    "small_talk", "help", "instruction",
]  # fmt: skip
SHAPED: frozenset[QuestionKind] = frozenset(("list", "timeline", "comparison", "summary", "latest"))
"""Kinds that are answered from many passages, in a form of their own."""
CHAT: frozenset[QuestionKind] = frozenset(("small_talk", "help", "instruction"))
"""Kinds that are no question about the articles; they get a short fixed reply."""

ABSTAINED = "I couldn't find"
"""How the text of every abstention begins."""
DISAGREE = "The sources disagree:"
CORRECTED = "Corrected:"
"""How notes begin that name sources which differ, or a correction."""


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


def article_version(
    article_id: str,
    title: str,
    byline: str | None,
    outlet: str | None,
    published_at: str | None,
    url: str | None,
    text: str,
) -> str:
    """The version of an article: a hash of its id and of everything that a reader can see."""
    shown = json.dumps([title, byline, outlet, published_at, url, text], ensure_ascii=False)
    return hashlib.sha256((article_id + shown).encode("utf-8", "surrogatepass")).hexdigest()[:16]


Pages = tuple[tuple[int, int], ...]
"""(offset, page), ascending by offset: an article's text stands on this page, from 1, from there to the next offset."""


def page_at(pages: Pages, offset: int) -> int | None:
    """The page that a character stands on, or None where the article has no pages."""
    at = bisect_right(pages, offset, key=lambda row: row[0])
    return pages[at - 1][1] if at else None


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
        pages: Where in the article's text its document's pages begin; empty without pages.
    """

    id: str
    article_id: str
    version: str
    start: int
    end: int
    text: str
    sentences: tuple[tuple[int, int], ...]
    pages: Pages = ()

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
    def day(self) -> date | None:
        """The day of publication in the article's own time zone."""
        return date.fromisoformat(self.published_at[:10]) if self.published_at else None

    @property
    def line(self) -> str:
        """Outlet, day and title on one line, the header that passages are read under."""
        parts = (self.outlet, (self.published_at or "")[:10], self.title)
        return " · ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles may be searched. Days are inclusive; empty means no limit.

    Attributes:
        outlets: Names as stored; any of them.
        since: First day of publication.
        until: Last day of publication.
        authors: Names that occur in the byline, whatever their case and accents; any of them.
    """

    outlets: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    authors: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.outlets or self.since or self.until or self.authors)


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
    """A question as understood: what is asked, and the plan to search for it.

    Attributes:
        question: As typed.
        standalone: Understandable without the conversation.
        filters: What must hold (chosen by the user, or a date the question names).
        outlets: Outlets that the question names.
        shares: What it names: outlets, days, clauses of a long question.
        newest_first: "latest" and the like were asked.
        as_of: Nothing published later may be used.
        parts: The sub-queries to search for; the standalone question when it has one part.
        kind: What is asked for, which decides the depth of search and the shape of the answer.
        sides: For a comparison: what is compared, each searched by itself.
        people: Persons whose statements or actions are asked about.
        alternative: The other reading of a follow-up, searched too when it is in doubt whether it needs the conversation.
        language: ISO 639-1 code of the question.
        planner: Who made the plan: "rules", or the chat model's name.
        assumed: How relative days were understood, one sentence each; said in the answer.
    """

    question: str
    standalone: str
    filters: Filters = Filters()
    outlets: tuple[str, ...] = ()
    shares: tuple[Share, ...] = ()
    newest_first: bool = False
    as_of: date | None = None
    parts: tuple[str, ...] = ()
    kind: QuestionKind = "fact"
    sides: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    alternative: str = ""
    language: str = "en"
    planner: str = "rules"
    assumed: tuple[str, ...] = ()

    @property
    def periods(self) -> tuple[tuple[date, date], ...]:
        """First and last day of every period that the question names."""
        named = [(share.filters.since, share.filters.until) for share in self.shares]
        return tuple(dict.fromkeys((since, until) for since, until in named if since and until))


@dataclass(frozen=True, slots=True)
class ScoreBreakdown:
    """The parts of a hit's score.

    Attributes:
        full_text_rank: Place in the full-text search, from 1; 0 when it was not found there.
        dense_rank: The same of the dense search.
        found_rank: Place in the retriever's order, from 1; 0 when it did not come from there.
        found: The retriever's fused score.
        relevance: The reader's logit that the passage bears on the question; None before it is read.
        answerable: The reader's logit that the passage holds the answer.
    """

    full_text_rank: int = 0
    dense_rank: int = 0
    found_rank: int = 0
    found: float = 0.0
    relevance: float | None = None
    answerable: float | None = None

    def known(self) -> dict[str, float]:
        """The parts that are known, by name."""
        parts = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in parts.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query.

    Attributes:
        passage: The passage.
        headline: Its article.
        score: What the hits are ordered by: higher is better, comparable within one search only.
        rank: From 1.
        why: The parts of the score.
        also_in: Headlines of near-duplicate passages that this one stands for.
        silenced: Offsets (start, end) of sentences that no chat model is given and that support nothing, because they
            speak to the program that answers.
    """

    passage: Passage
    headline: Headline
    score: float
    rank: int
    why: ScoreBreakdown = ScoreBreakdown()
    also_in: tuple[Headline, ...] = ()
    silenced: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered quotation: characters `start..end` of one stored article version.

    Attributes:
        page: The page of the document that it begins on, from 1; None where the document has no pages.

    Raises:
        ValueError: The quotation does not fit its offsets.
    """

    number: int
    headline: Headline
    quote: str
    start: int
    end: int
    page: int | None = None

    def __post_init__(self) -> None:
        if not self.quote or self.end - self.start != len(self.quote):
            raise ValueError(f"citation {self.number}: {self.start}..{self.end} does not fit its quotation")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer with the numbers of the citations it rests on.

    Attributes:
        text: Without markers.
        citations: Numbers of its citations, at least one.
        verdict: "supported", or "check" when the sources could not be shown to say it.
        entry: Sentences with the same number form one entry: a paragraph, a list item, a dated event, a side.
        label: What stands before the entry's first sentence: a date, a side of a comparison, outlet and day.
        quoted: Whether the text is a verbatim quotation.
        reason: For "check": what could not be shown, in plain words.
        answer: For a quotation: the words in it that answer the question, when they are known.
    """

    text: str
    citations: tuple[int, ...]
    verdict: Verdict
    entry: int = 0
    label: str = ""
    quoted: bool = False
    reason: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a structured answer: a paragraph, a list item, a dated event, or a side of a comparison."""

    label: str
    sentences: tuple[Sentence, ...]


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
        notes: What is said beside the sentences: disagreements, corrections, how dates were understood.
        receipt: Id under which the record of this answer is kept.
        kind: What was asked for; decides how entries are shown.
        limitations: What the passages do not tell, in the chat model's words; no citation.
        related: For an abstention: verified sentences on the subject that do not answer the question.
        partial: Whether a part of the question could not be answered; `reason` names it.
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
    kind: QuestionKind = "fact"
    limitations: tuple[str, ...] = ()
    related: tuple[Sentence, ...] = ()
    partial: bool = False

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The sentences grouped into entries, in order."""
        found: list[Entry] = []
        for _, group in groupby(self.sentences, key=lambda sentence: sentence.entry):
            sentences = tuple(group)
            found.append(Entry(sentences[0].label, sentences))
        return tuple(found)

    def __post_init__(self) -> None:
        known = {citation.number for citation in self.citations}
        for sentence in (*self.sentences, *self.related):
            if not sentence.citations or not set(sentence.citations) <= known:
                raise ValueError(f"a sentence without a valid citation: {sentence.text!r}")
        if (self.status == "answered") != bool(self.sentences):
            raise ValueError("an answer has sentences and an abstention has none")
