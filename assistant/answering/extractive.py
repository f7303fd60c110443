"""Writes answers of exact quotations: no model words anything.

`ExtractiveWriter` is a pure function of the plan and of what was read. It decides by the reader's confidence whether
there is an answer, has the shape of the question's kind filled with quotations, and labels each with outlet and date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answering.event_dates import anchored_days, shown_day
from assistant.answering.extractive_shapes import SHAPES
from assistant.answering.messages import INSTRUCTIONS, correction, disagreement
from assistant.answering.quote_blocks import Block
from assistant.grounding.citations import CitationBook
from assistant.reading.addressed import Screen, forged, screen_for
from assistant.reading.evidence import GAP, Evidence
from assistant.reading.pipeline import Finding, sure_findings
from assistant.reading.scoring import Weights
from assistant.types import Citation, Headline, Hit, Query, Sentence


@dataclass(frozen=True, slots=True)
class ExtractiveDraft:
    """An answer of quotations.

    Attributes:
        sentences: The quotations in order, with entries and labels; empty for an abstention.
        citations: What they cite.
        notes: Disagreements, corrections, and sides of a comparison without a source.
        missing: Sub-queries without an answer.
    """

    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class ExtractiveWriter:
    """Writes quotations in the shape that a question asks for.

    Args:
        weights: From which confidence on a part counts as answered.
        screen: Which sentences speak to the program that answers; they are not quoted.
    """

    def __init__(self, weights: Weights, screen: Screen = forged) -> None:
        self._weights = weights
        self._screen = screen

    def write(self, query: Query, findings: Sequence[Finding], book: CitationBook) -> ExtractiveDraft:
        """Write the answer.

        Args:
            query: The plan: its kind decides the shape.
            findings: What reading gave, one per sub-query, in the order of `query.parts`.
            book: Where citations are numbered; only new citations are added to it.

        Returns:
            The draft; without sentences when the findings are not sure enough.
        """
        sure = sure_findings(findings, self._weights, query.kind)
        if not sure:
            return ExtractiveDraft()
        blocks, marked = _cleared(_blocks(query, findings, sure), self._screen, query.standalone)
        if not blocks:
            return ExtractiveDraft()
        notes = [INSTRUCTIONS] if marked else []
        notes += [f"Nothing was found on {side}." for side in _sides_without(query, blocks)]
        missing = () if query.kind == "comparison" else tuple(f.part for f in findings if f not in sure)
        return _draft(blocks, book, notes, missing)


def _blocks(query: Query, findings: Sequence[Finding], sure: Sequence[Finding]) -> list[Block]:
    """The quotations of all parts, each sentence once; a part without sentences of its shape is answered as a fact is."""
    shape = SHAPES.get(query.kind)
    if shape is not None and query.kind == "comparison" and (sides := shape(query, findings)):
        return sides
    blocks: list[Block] = []
    said: list[tuple[str, int, int]] = []
    for finding in sure:
        shaped = shape(query, [finding]) if shape is not None else []
        for block in shaped or [Block((evidence,)) for evidence in finding.evidence]:
            left = tuple(part for evidence in block.evidence for part in unsaid(evidence, said))
            said += [(part.hit.passage.version, part.start, part.end) for part in left]
            blocks += [replace(block, evidence=left)] if left else []
    return blocks


def _cleared(blocks: Sequence[Block], screen: Screen, question: str) -> tuple[list[Block], bool]:
    """The blocks without sentences that speak to the program; whether some stay because the question is about such."""
    kept: list[Block] = []
    marked = False
    for block in blocks:
        parts: list[Evidence] = []
        for evidence in block.evidence:
            passage = evidence.hit.passage
            inside = [(a, b) for a, b in passage.sentences if evidence.start <= a and b <= evidence.end]
            texts = [passage.text[a - passage.start : b - passage.start] for a, b in inside]
            marked = marked or any(screen(texts))
            flags = screen_for(question, screen)(texts)
            good = [span for span, flag in zip(inside, flags, strict=True) if not flag]
            if len(good) < len(inside):
                left = unsaid(
                    evidence, [(passage.version, *span) for span, flag in zip(inside, flags, strict=True) if flag]
                )
                parts += [] if evidence.differs or evidence.corrects else left
            else:
                parts.append(evidence)
        kept += [replace(block, evidence=tuple(parts))] if parts else []
    return kept, marked and screen_for(question, screen) is not screen


def _draft(
    blocks: Sequence[Block], book: CitationBook, notes: Sequence[str], missing: tuple[str, ...]
) -> ExtractiveDraft:
    sentences: list[Sentence] = []
    citations: list[Citation] = []
    entry, source = -1, ""
    for block in blocks:
        for at, evidence in enumerate(block.evidence):
            citation = book.cite(evidence.hit, evidence.start, evidence.end)
            new = at == 0 and (block.label != "" or source != citation.headline.article_id)
            entry += new
            source = citation.headline.article_id
            label = _label(block.label, evidence) if new else ""
            text = " ".join(evidence.text.split())
            answer = "" if block.label else " ".join(evidence.answer.split())
            sentences.append(Sentence(text, (citation.number,), "supported", entry, label, quoted=True, answer=answer))
            citations.append(citation)
    remarks = _remarks([evidence for block in blocks for evidence in block.evidence], book)
    return ExtractiveDraft(tuple(sentences), tuple(dict.fromkeys(citations)), (*notes, *remarks), missing)


def _label(given: str, evidence: Evidence) -> str:
    label = given or source_label(evidence.hit)
    days = anchored_days(evidence.text, evidence.hit.headline.day).split("; ")
    told = "; ".join(day for day in days if day and day.rpartition("= ")[2] not in label)
    return f"{label} ({told})" if told else label


def source_label(hit: Hit) -> str:
    """Outlet and day: "The Post, 3 October 2023"."""
    day = hit.headline.day
    parts = [hit.headline.outlet or hit.headline.title, shown_day(day) if day else "no date"]
    return ", ".join(parts)


def _sides_without(query: Query, blocks: Sequence[Block]) -> list[str]:
    labels = {block.label for block in blocks}
    sides = query.outlets if len(query.outlets) > 1 else query.sides
    return [side for side in sides if query.kind == "comparison" and blocks and side not in labels]


def _remarks(facts: Sequence[Evidence], book: CitationBook) -> list[str]:
    """Who disagrees with whom, and what was taken back."""
    notes: list[str] = []
    differing: dict[int, Headline] = {}
    correcting: Citation | None = None
    for evidence in facts:
        citation = book.cite(evidence.hit, evidence.start, evidence.end)
        if evidence.differs:
            differing[citation.number] = citation.headline
        if evidence.corrects:
            correcting = citation
        elif correcting is not None:
            notes.append(correction(correcting.number, correcting.headline, citation.number))
            correcting = None
    if len(differing) > 1:
        notes.append(disagreement(differing))
    return notes


def unsaid(evidence: Evidence, said: Sequence[tuple[str, int, int]]) -> list[Evidence]:
    """What of the evidence is not quoted yet: two parts of a question may rest on the same sentence.

    Evidence that differs or corrects is kept whole, because the note beside it speaks of it.

    Args:
        evidence: What is to be quoted.
        said: Version, start and end of what is quoted already.
    """
    if evidence.differs or evidence.corrects:
        return [evidence]
    left: list[Evidence] = []
    version = evidence.hit.passage.version
    for start, end in evidence.hit.passage.sentences:
        if not evidence.start <= start < end <= evidence.end:
            continue
        if any(known == version and a <= start and end <= b for known, a, b in said):
            continue
        if left and start - left[-1].end <= GAP:
            left[-1] = replace(left[-1], end=end)
        else:
            left.append(replace(evidence, start=start, end=end))
    return left
