"""An answer as one Markdown text with markers, and where each marker is: for clients that show text only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.types import CHAT, Answer, Citation, QuestionKind, Sentence
from assistant.ui.views.html import day, quoted, web_address

UNSURE = "(check)"
LEGEND = f"{UNSURE}: the source could not be shown to say this."

Notes = list[dict[str, Any]]


def sentences_text(
    kind: QuestionKind, sentences: Sequence[Sentence], citations: Mapping[int, Citation], base: str
) -> tuple[str, Notes]:
    """The sentences in their shape. More sentences only append, so that the text can be streamed.

    Args:
        kind: What was asked for; lists and timelines become lists.
        sentences: In order.
        citations: By number.
        base: The server's own address, for articles that have none.

    Returns:
        (text, annotations); `start_index` and `end_index` enclose a marker in the text.
    """
    text, notes, entry = "", Notes(), -1
    for sentence in sentences:
        if sentence.entry != entry:
            text += _opening(kind, sentence, first=not text)
        else:
            text += " "
        entry = sentence.entry
        text += f"{quoted(sentence.text) if sentence.quoted else sentence.text} "
        for number in sentence.citations:
            notes.append(_annotation(citations[number], base, len(text), len(text) + len(f"[{number}]")))
            text += f"[{number}]"
        if sentence.verdict == "check":
            text += f" {UNSURE}"
    return text, notes


def _opening(kind: QuestionKind, sentence: Sentence, *, first: bool) -> str:
    label = f"**{sentence.label}**: " if sentence.label else ""
    if kind in ("list", "timeline", "comparison"):
        return f"{'' if first else chr(10)}- {label}"
    return f"{'' if first else chr(10) * 2 if label else ' '}{label}"


def answer_text(answer: Answer, base: str) -> tuple[str, Notes]:
    """The whole answer with what is said beside it and its sources below; see `sentences_text`."""
    if answer.kind in CHAT:
        return answer.text, []
    known = {citation.number: citation for citation in answer.citations}
    if answer.status == "answered":
        text, notes = sentences_text(answer.kind, answer.sentences, known, base)
        tail = [answer.reason, *answer.limitations, *answer.notes]
    else:
        text, notes = answer.text, []
        tail = [*answer.limitations, *answer.notes]
    if any(sentence.verdict == "check" for sentence in answer.sentences):
        tail.append(LEGEND)
    return text + "".join(f"\n\n{line}" for line in tail if line) + _sources(answer), notes


def _sources(answer: Answer) -> str:
    rows = []
    for citation in answer.citations:
        head = citation.headline
        where = ", ".join(part for part in (head.outlet, day(head.published_at), head.title) if part)
        where += f", p. {citation.page}" if citation.page else ""
        where += ", read from a scan" if citation.ocr else ""
        rows.append(f"[{citation.number}] {quoted(' '.join(citation.quote.split()))} {where}")
    return "\n\n" + "\n".join(rows) if rows else ""


def _annotation(citation: Citation, base: str, start: int, end: int) -> dict[str, Any]:
    head = citation.headline
    place = f"{base}/byline/article?id={head.article_id}&version={head.version}&quotes={citation.number}:{citation.start}-{citation.end}"
    cited = {"url": web_address(head.url) or place, "title": head.title, "start_index": start, "end_index": end}
    return {"type": "url_citation", "url_citation": cited}
