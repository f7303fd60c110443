"""Answers: sentences, citations, verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

from assistant.types.articles import Headline
from assistant.types.hits import Hit
from assistant.types.queries import QuestionKind

Verdict = Literal["supported", "check", "unsupported"]
"""supported: a cited passage says it. check: nothing contradicts it, but that could not be shown. unsupported: removed."""
Status = Literal["answered", "abstained"]
ABSTAINED = "I couldn't find"
"""How the text of every abstention begins."""
DISAGREE = "The sources disagree:"
CORRECTED = "Corrected:"
"""How notes begin that name sources which differ, or a correction."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered quotation: characters `start..end` of one stored article version.

    Attributes:
        page: The page of the document that it begins on, from 1; None where the document has no pages.
        ocr: Whether that page was read from a scan, so that the quotation may have wrong letters.

    Raises:
        ValueError: The quotation does not fit its offsets.
    """

    number: int
    headline: Headline
    quote: str
    start: int
    end: int
    page: int | None = None
    ocr: bool = False

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
