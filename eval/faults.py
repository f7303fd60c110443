"""Planted faults: wrappers around an assistant, each of which the gate must notice.

They change finished answers and bypass the checks of `Answer`, as a real fault would.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from assistant.types import Answer, Citation, Filters, Hit, Sentence
from eval.runner import Asked

Fault = Callable[[Answer], Answer]


class Remembering:
    """Caches answers, so that each question is asked once for all faults."""

    def __init__(self, assistant: Asked) -> None:
        """Wrap an assistant."""
        self._assistant = assistant
        self._answers: dict[str, Answer] = {}
        self._lock = threading.Lock()

    def answer(
        self,
        question: str,
        history: Sequence[Mapping[str, str]] = (),
        filters: Filters | None = None,
        as_of: date | None = None,
    ) -> Answer:
        """Answer a question, from the cache when it was asked before."""
        key = repr((question, list(history), filters, as_of))
        if key not in self._answers:
            found = self._assistant.answer(question, history, filters, as_of)
            with self._lock:
                self._answers[key] = found
        return self._answers[key]

    def search(self, query: str, k: int = 10, filters: Filters | None = None, as_of: date | None = None) -> list[Hit]:
        """Find passages."""
        return self._assistant.search(query, k, filters, as_of)


class Faulty:
    """An assistant with one fault.

    Args:
        assistant: The sound one.
        fault: A name of `FAULTS`.
    """

    def __init__(self, assistant: Asked, fault: str) -> None:
        """Wrap an assistant."""
        self._assistant = assistant
        self._fault = FAULTS[fault]

    def answer(
        self,
        question: str,
        history: Sequence[Mapping[str, str]] = (),
        filters: Filters | None = None,
        as_of: date | None = None,
    ) -> Answer:
        """Answer with the fault."""
        return self._fault(self._assistant.answer(question, history, filters, as_of))

    def search(self, query: str, k: int = 10, filters: Filters | None = None, as_of: date | None = None) -> list[Hit]:
        """Find passages; faults change answers only."""
        return self._assistant.search(query, k, filters, as_of)


def _changed(answer: Answer, **fields: Any) -> Answer:
    """Copy an answer with other fields, without its checks."""
    other = copy.copy(answer)
    for name, value in fields.items():
        object.__setattr__(other, name, value)
    return other


def citations_dropped(answer: Answer) -> Answer:
    """Every sentence loses its last citation."""
    sentences = tuple(replace(sentence, citations=sentence.citations[:-1]) for sentence in answer.sentences)
    return _changed(answer, sentences=sentences)


def ids_swapped(answer: Answer) -> Answer:
    """Citations name another article: that of the next citation, or of another passage that was read."""
    if not answer.citations:
        return answer
    heads = [citation.headline for citation in answer.citations]
    others = [hit.headline for hit in answer.hits if hit.headline.article_id != heads[0].article_id]
    turned = heads[1:] + heads[:1] if len({head.article_id for head in heads}) > 1 else others[:1] * len(heads)
    swapped = [replace(c, headline=head) for c, head in zip(answer.citations, turned or heads, strict=True)]
    return _changed(answer, citations=tuple(swapped))


def offsets_shifted(answer: Answer) -> Answer:
    """The offsets of every quotation are one character too high."""
    return _changed(answer, citations=tuple(replace(c, start=c.start + 1, end=c.end + 1) for c in answer.citations))


def always_abstain(answer: Answer) -> Answer:
    """Every question is declined."""
    return replace(answer, status="abstained", sentences=(), citations=(), reason="I do not find this.", text="")


def always_answer(answer: Answer) -> Answer:
    """Where it would abstain, it quotes the first sentence of the best passage."""
    return answer if answer.sentences else _quoted(answer, whole=False)


def first_passage_always(answer: Answer) -> Answer:
    """Every answer is the first passage."""
    return _quoted(answer, whole=True)


def reranking_reversed(answer: Answer) -> Answer:
    """The passages are in reverse order, and the answer quotes the one that was last."""
    hits = tuple(replace(hit, rank=rank) for rank, hit in enumerate(reversed(answer.hits), 1))
    turned = _changed(answer, hits=hits)
    return _quoted(turned, whole=False) if answer.sentences else turned


def answers_truncated(answer: Answer) -> Answer:
    """Sentences and quotations end after a third of their characters."""
    sentences = tuple(replace(s, text=s.text[: max(1, len(s.text) // 3)]) for s in answer.sentences)
    citations = []
    for citation in answer.citations:
        kept = max(1, len(citation.quote) // 3)
        citations.append(replace(citation, quote=citation.quote[:kept], end=citation.start + kept))
    return _changed(answer, sentences=sentences, citations=tuple(citations))


def _quoted(answer: Answer, *, whole: bool) -> Answer:
    """The answer made of the first hit: its passage, or its first sentence."""
    if not answer.hits:
        return answer
    hit = answer.hits[0]
    start, end = (hit.passage.start, hit.passage.end) if whole else hit.passage.sentences[0]
    quote = hit.passage.text[start - hit.passage.start : end - hit.passage.start]
    citation = Citation(1, hit.headline, quote, start, end)
    text = " ".join(quote.split())
    return replace(
        answer, status="answered", sentences=(Sentence(text, (1,), "supported"),), citations=(citation,), reason="",
        text=f"{text} [1]", nearest=(),
    )  # fmt: skip


FAULTS: dict[str, Fault] = {
    "citations dropped": citations_dropped,
    "ids swapped": ids_swapped,
    "offsets shifted by one": offsets_shifted,
    "always abstain": always_abstain,
    "always answer": always_answer,
    "first passage always quoted": first_passage_always,
    "reranking reversed": reranking_reversed,
    "answers truncated": answers_truncated,
}
