"""Measures what each part contributes: dense search alone, then one more part at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from assistant.answering.pipeline import Assistant
from assistant.reading.baseline import PlainReader
from assistant.reading.scoring import Weights
from assistant.retrieval.fusion import DENSE_WEIGHT, Found
from assistant.retrieval.hybrid import HybridRetriever
from assistant.types import Hit, Query
from eval import metrics
from eval.runner import Row
from eval.session import Progress, Session, asked

COLUMNS = ("evidence_first", "evidence_in_5", "answer_inside", "citation_precision", "abstention_recall", "end_to_end")


class PartialRetriever(HybridRetriever):
    """The retriever without some of its parts.

    Attributes:
        words: Whether full text is searched besides the vectors.
        named: Whether outlets and periods that the question names get their share.
    """

    words: bool = True
    named: bool = True

    def find(self, query: Query, text: str, limit: int, *, dense_weight: float = DENSE_WEIGHT) -> list[Hit]:
        """Find passages; see `HybridRetriever.find`."""
        seen = query if self.named else replace(query, outlets=(), shares=())
        return super().find(seen, text, limit, dense_weight=dense_weight)

    def _both(self, text: str, *rest: Any) -> list[Found]:
        return super()._both(text if self.words else "", *rest)


Variants = Iterator[tuple[str, Assistant]]


def variants(whole: Assistant) -> Variants:
    """Yield name and assistant, from dense search with a reader that never declines, to the complete assistant."""
    library, embedder = whole.library, whole.embedder

    def made(*, words: bool, named: bool, trained: bool, declines: bool) -> Assistant:
        weights = whole.weights if trained else Weights()
        parts = replace(
            whole.parts,
            retriever=PartialRetriever(library=library, embedder=embedder, words=words, named=named),
            reader=whole.reader if trained else PlainReader(embedder),
            weights=weights if declines else replace(weights, threshold=0.0),
            chat_model=None,
        )
        return Assistant(parts)

    yield "dense search alone, plain reader", made(words=False, named=False, trained=False, declines=False)
    yield "+ full text", made(words=True, named=False, trained=False, declines=False)
    yield "+ outlets and dates that are named", made(words=True, named=True, trained=False, declines=False)
    yield "+ trained reader", made(words=True, named=True, trained=True, declines=False)
    yield "+ abstention", made(words=True, named=True, trained=True, declines=True)


def undefended(whole: Assistant) -> Variants:
    """Yield name and assistant: complete, then without the cap on one outlet, which guards against flooding."""
    retriever = HybridRetriever(library=whole.library, embedder=whole.embedder, outlet_share=1.0)
    yield "all defences", whole
    yield (
        "without the cap on one outlet",
        Assistant(replace(whole.parts, retriever=retriever, chat_model=None)),
    )


def ablation_table(
    session: Session,
    progress: Progress | None = None,
    rows: Callable[[Assistant], Variants] = variants,
    digits: int = 2,
) -> str:
    """Ask every variant the session's questions; return a Markdown table, one row each.

    Args:
        session: Questions and the assistant.
        progress: Told after each question.
        rows: `variants` or `undefended`.
        digits: Of each figure.
    """
    labels = [metrics.BY_NAME[name].label for name in COLUMNS]
    lines = [f"| | {' | '.join(labels)} |", "|---" * (len(labels) + 1) + "|"]
    for name, assistant in rows(session.assistant):
        lines.append(f"| {name} | {' | '.join(_shares(asked(session, assistant, progress), digits))} |")
    return "\n".join(lines)


def _shares(rows: Sequence[Row], digits: int) -> list[str]:
    found = [metrics.value(rows, name)[0] for name in COLUMNS]
    return ["n/a" if value is None else f"{value:.{digits}f}" for value in found]
