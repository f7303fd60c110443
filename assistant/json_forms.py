"""The fixed JSON forms of answers, citations and hits. Fields keep their names; new ones may come."""

from __future__ import annotations

from typing import Any

from assistant.types import Answer, Citation, Hit, Sentence

SCHEMA = 2
"""Version of the JSON form of answers; raised when a field changes its meaning. New fields may come without it."""


def answer_record(answer: Answer) -> dict[str, Any]:
    """The fixed JSON form of an answer, as `byline ask --json` prints it."""
    record: dict[str, Any] = {
        "question": answer.question,
        "standalone": answer.standalone,
        "schema": SCHEMA,
        "status": answer.status,
        "kind": answer.kind,
        "text": answer.text,
        "sentences": [sentence_record(s) for s in answer.sentences],
        "citations": [citation_record(c) for c in answer.citations],
        "dropped": list(answer.dropped),
        "model": answer.model,
        "confidence": round(answer.confidence, 4),
        "timings": {stage: round(seconds, 4) for stage, seconds in answer.timings.items()},
        "notes": list(answer.notes),
        "limitations": list(answer.limitations),
        "related": [sentence_record(s) for s in answer.related],
        "partial": answer.partial,
        "receipt": answer.receipt,
    }
    if answer.reason:
        record["reason"] = answer.reason
    return record


def sentence_record(sentence: Sentence) -> dict[str, Any]:
    """The JSON form of a sentence; what is empty beyond the first three fields is left out."""
    record: dict[str, Any] = {
        "text": sentence.text,
        "citations": list(sentence.citations),
        "verdict": sentence.verdict,
        "entry": sentence.entry,
    }
    more = {"label": sentence.label, "quoted": sentence.quoted, "reason": sentence.reason, "answer": sentence.answer}
    return record | {name: value for name, value in more.items() if value}


def citation_record(citation: Citation) -> dict[str, Any]:
    """The fixed JSON form of a citation; `page` only where its document has pages, `ocr` only for scans."""
    head = citation.headline
    record: dict[str, Any] = {
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
    record |= {} if citation.page is None else {"page": citation.page}
    return record | ({"ocr": True} if citation.ocr else {})


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
