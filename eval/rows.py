"""Turns an answer into a row: everything that the metrics and the report need, as JSON.

A row says what happened, not how good it was. The exceptions are comparisons with the stored articles, which cannot be
made later: which gold spans a hit or citation overlaps, and whether quotations are exact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assistant.json_forms import sentence_record
from assistant.types import Answer, Article, Citation, Hit
from eval import ranking, text_metrics
from eval.cases import Case

KEPT_HITS = 40
"""Hits kept in a row, the first ten of them with their text."""
TEXT_HITS = 10

HOP_PASSAGE = 1_200
"""Longest passage that MultiHop-RAG's scoring is given, in characters."""

FindArticle = Callable[[str], Article | None]


def blank(case: Case, texts: Mapping[int | str, tuple[str, str]]) -> dict[str, Any]:
    """The part of a row that is known before the question is asked.

    Args:
        case: The question.
        texts: Source id -> (title, text) of the articles that gold spans name.
    """
    return {
        "id": case.id, "kind": case.kind, "split": case.split, "cluster": case.cluster, "question": case.question,
        "history": list(case.history), "as_of": case.as_of.isoformat() if case.as_of else None,
        "answerable": case.answerable, "answers": list(case.answers),
        "must_include": [list(group) for group in case.must_include],
        "evidence": [
            {"doc_id": e.doc_id, "start": e.start, "end": e.end, "title": texts[e.doc_id][0],
             "text": texts[e.doc_id][1][e.start : e.end]} for e in case.evidence
        ],
        "facts": list(case.facts), "must_not": list(case.must_not),
        "nuggets": [{"fact": n.fact, "any": list(n.any), "vital": n.vital} for n in case.nuggets], "status": "ok", "error": None,
        "answer": None, "hits": [], "timings": {}, "usage": {},
    }  # fmt: skip


def with_answer(row: dict[str, Any], answer: Answer, find: FindArticle) -> dict[str, Any]:
    """Complete a row with an answer.

    Args:
        row: From `blank`.
        answer: What the assistant gave.
        find: Article id or version -> stored article, to compare quotations with.
    """
    citations = [_citation(c, row, answer.hits, find(c.headline.version)) for c in answer.citations]
    record = {
        "status": answer.status, "kind": answer.kind, "reason": answer.reason, "text": answer.text,
        "standalone": answer.standalone, "partial": answer.partial, "limitations": list(answer.limitations),
        "sentences": [sentence_record(s) for s in answer.sentences],
        "related": [sentence_record(s) for s in answer.related],
        "citations": citations, "dropped": list(answer.dropped), "notes": list(answer.notes), "model": answer.model,
        "confidence": answer.confidence, "markers": _markers(answer, citations),
        "quotations": _quotations(answer, citations, find),
        "nearest": [head.line for head in answer.nearest],
    }  # fmt: skip
    hits = _hits(answer.hits, row)
    return {**row, "answer": record, "hits": hits, "timings": dict(answer.timings), "usage": dict(answer.usage)}


def with_hits(row: dict[str, Any], hits: Sequence[Hit]) -> dict[str, Any]:
    """Complete a row of a search without an answer."""
    return {**row, "hits": _hits(hits, row)}


def _hits(hits: Sequence[Hit], row: Mapping[str, Any]) -> list[dict[str, Any]]:
    kept = [_hit(hit, row) for hit in hits[:KEPT_HITS]]
    return kept[:TEXT_HITS] + [{**hit, "text": ""} for hit in kept[TEXT_HITS:]]


def _hit(hit: Hit, row: Mapping[str, Any]) -> dict[str, Any]:
    head, passage = hit.headline, hit.passage
    facts = ranking.fact_ranking([passage.text[:HOP_PASSAGE]], row["facts"])[0] if row["facts"] else frozenset()
    return {
        "source_id": head.source_id, "title": head.title, "outlet": head.outlet, "published_at": head.published_at,
        "start": passage.start, "end": passage.end, "text": passage.text, "score": round(hit.score, 6),
        "why": {name: round(value, 6) for name, value in hit.why.known().items()},
        "also_in": [other.source_id for other in hit.also_in],
        "gold": [i for i, gold in enumerate(row["evidence"]) if _covers(hit, gold)], "facts": sorted(facts),
    }  # fmt: skip


def _covers(hit: Hit, gold: Mapping[str, Any]) -> bool:
    """Whether a hit covers a whole gold span, in its own article or in one whose copy it is."""
    if hit.headline.source_id == gold["doc_id"]:
        return bool(hit.passage.start <= gold["start"] and gold["end"] <= hit.passage.end)
    return any(other.source_id == gold["doc_id"] for other in hit.also_in) and gold["text"] in hit.passage.text


def _citation(
    citation: Citation, row: Mapping[str, Any], hits: Sequence[Hit], article: Article | None
) -> dict[str, Any]:
    head = citation.headline
    return {
        "number": citation.number, "source_id": head.source_id, "article_id": head.article_id, "version": head.version,
        "title": head.title, "outlet": head.outlet, "byline": head.byline, "published_at": head.published_at,
        "url": head.url, "quote": citation.quote, "start": citation.start, "end": citation.end,
        "exact": article is not None and article.text[citation.start : citation.end] == citation.quote,
        "read": any(_was_read(citation, hit) for hit in hits),
        "gold": [i for i, gold in enumerate(row["evidence"]) if _overlaps(citation, gold, hits)],
    }  # fmt: skip


def _was_read(citation: Citation, hit: Hit) -> bool:
    """Whether a citation lies in the passage: a quotation of what the assistant was never given is not valid."""
    passage = hit.passage
    same = passage.article_id == citation.headline.article_id and passage.version == citation.headline.version
    return same and passage.start < citation.end and citation.start < passage.end


def _overlaps(citation: Citation, gold: Mapping[str, Any], hits: Sequence[Hit]) -> bool:
    if citation.headline.source_id == gold["doc_id"]:
        return bool(citation.start < gold["end"] and gold["start"] < citation.end)
    copies = {other.source_id for hit in hits if _was_read(citation, hit) for other in hit.also_in}
    return gold["doc_id"] in copies and (gold["text"] in citation.quote or citation.quote in gold["text"])


def _markers(answer: Answer, citations: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Count the markers of all sentences, and those whose citation lies in a passage that was read.

    Limitations have no markers and are not counted.
    """
    valid = {citation["number"] for citation in citations if citation["read"]}
    used = [number for sentence in answer.sentences for number in sentence.citations]
    # A marker in the text without a citation would not show in the sentences' own lists.
    known, quotes = {citation["number"] for citation in citations}, "\n".join(c["quote"] for c in citations)
    stray = [n for n in text_metrics.markers_in(answer.text) if n not in known and f"[{n}]" not in quotes]
    return {"total": len(used) + len(stray), "valid": sum(number in valid for number in used)}


def _quotations(answer: Answer, citations: Sequence[Mapping[str, Any]], find: FindArticle) -> dict[str, int]:
    """Count the citations' quotations and the words in quotation marks, and those that are exact."""
    exact = [bool(citation["exact"]) for citation in citations]
    versions = {citation["number"]: citation["version"] for citation in citations}
    for sentence in answer.sentences:
        articles = [find(versions[number]) for number in sentence.citations if number in versions]
        texts = [article.text + "\n" + article.title for article in articles if article is not None]
        texts = [" ".join(whole.split()) for whole in texts]  # a sentence of an answer has no line breaks
        exact += [any(quote in whole for whole in texts) for quote in text_metrics.quoted_in(sentence.text)]
    return {"total": len(exact), "exact": sum(exact)}
