"""The metrics: each turns one row into (numerator, denominator); a run's value is the quotient of the sums.

A row to which a metric does not apply gives None and is not counted; a metric without rows is n/a, never 0.
Rows are the dictionaries that `records` makes. Ranked and textual formulas are in `ranking` and `text`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from eval import ranking, text_metrics

Row = Mapping[str, Any]
Part = tuple[float, float]
Scorer = Callable[[Row], Part | None]
Measure = Callable[[ranking.Ranking, int], float]


def answered(row: Row) -> bool:
    """Whether the row holds an answer, right or wrong."""
    return row["status"] == "ok" and row.get("answer") is not None and row["answer"]["status"] == "answered"


def abstained(row: Row) -> bool:
    """Whether the row holds an abstention."""
    return row["status"] == "ok" and row.get("answer") is not None and row["answer"]["status"] == "abstained"


def end_to_end(row: Row) -> Part | None:
    """Right answers / questions.

    Right: answerable, answered, correct and a citation overlaps gold evidence; or unanswerable and abstained. An
    error row is wrong.
    """
    if row["status"] == "skipped" or (row["status"] == "ok" and row.get("answer") is None):
        return None
    right = abstained(row) if not row["answerable"] else is_correct(row) and cites_gold(row)
    return float(right), 1.0


def is_correct(row: Row) -> bool:
    """Whether the row is answered and every `must_include` group has one of its strings in the answer."""
    return answered(row) and text_metrics.covers_groups(answer_text(row), row["must_include"])


def answer_text(row: Row) -> str:
    """All words of the answer."""
    return "\n".join(sentence["text"] for sentence in row["answer"]["sentences"])


def cites_gold(row: Row) -> bool:
    """Whether at least one citation that a sentence uses overlaps gold evidence."""
    return answered(row) and any(good for _, good in _citations_by_sentence(row))


def correctness(row: Row) -> Part | None:
    """Correct answers / answers to answerable questions (every `must_include` group in the answer)."""
    return (float(is_correct(row)), 1.0) if row["answerable"] and answered(row) else None


def answer_inside(row: Row) -> Part | None:
    """Answerable questions whose every `must_include` group stands in the quoted sentences / answerable questions."""
    if not row["answerable"] or not (answered(row) or abstained(row)):
        return None
    quotes = "\n".join(citation["quote"] for citation in row["answer"]["citations"])
    return float(answered(row) and text_metrics.covers_groups(quotes, row["must_include"])), 1.0


def token_f1(row: Row) -> Part | None:
    """Mean over answered answerable questions of the best token F1 against `answers` (SQuAD normalisation)."""
    if not row["answerable"] or not answered(row) or not row["answers"]:
        return None
    return text_metrics.token_f1(answer_text(row), row["answers"]), 1.0


def citation_validity(row: Row) -> Part | None:
    """Markers that name a passage given to the model / all markers; must be 1."""
    if not answered(row) or not row["answer"]["markers"]["total"]:
        return None
    return float(row["answer"]["markers"]["valid"]), float(row["answer"]["markers"]["total"])


def citation_precision(row: Row) -> Part | None:
    """Sum over sentences of citations that overlap gold / sum over sentences of citations.

    Answerable questions only (the others have no gold and count in abstention). A citation that names nothing counts
    below the line (attribution precision as in Gao et al. 2023, ALCE, with gold spans in place of a judge).
    """
    if not row["answerable"] or not answered(row):
        return None
    counts = _citations_by_sentence(row)
    total = sum(every for every, _ in counts)
    return (float(sum(good for _, good in counts)), float(total)) if total else None


def citation_recall(row: Row) -> Part | None:
    """Sentences with a gold citation / sentences, over answered answerable questions (ALCE's recall, as above)."""
    if not row["answerable"] or not answered(row):
        return None
    counts = _citations_by_sentence(row)
    return float(sum(good > 0 for _, good in counts)), float(len(counts))


def uncited(row: Row) -> Part | None:
    """Sentences without a citation / sentences; must be 0."""
    if not answered(row):
        return None
    counts = _citations_by_sentence(row)
    return float(sum(every == 0 for every, _ in counts)), float(len(counts))


def quotation_exactness(row: Row) -> Part | None:
    """Quotations found character by character in the cited version / quotations; must be 1.

    A citation's quotation must stand at its offsets; words in quotation marks must stand somewhere in the text.
    """
    if not answered(row) or not row["answer"]["quotations"]["total"]:
        return None
    return float(row["answer"]["quotations"]["exact"]), float(row["answer"]["quotations"]["total"])


def fidelity(row: Row) -> Part | None:
    """Names, numbers and dates of the answer's sentences that occur in what they cite / all of them.

    What a sentence cites: its quotations and the title, outlet, author and date of their articles.
    """
    if not answered(row):
        return None
    sources = {citation["number"]: citation_words(citation) for citation in row["answer"]["citations"]}
    kept = every = 0
    for sentence in row["answer"]["sentences"]:
        same, total = text_metrics.facts_kept(sentence["text"], [sources.get(n, "") for n in sentence["citations"]])
        kept, every = kept + same, every + total
    return (float(kept), float(every)) if every else None


def citation_words(citation: Mapping[str, Any]) -> str:
    """The words that a citation stands for."""
    parts = (citation["quote"], citation["title"], citation["outlet"] or "", citation["byline"] or "")
    return "\n".join((*parts, text_metrics.date_words(citation["published_at"])))


def abstention_precision(row: Row) -> Part | None:
    """Abstentions on unanswerable questions / abstentions: |A and U| / |A|."""
    return (float(not row["answerable"]), 1.0) if abstained(row) else None


def abstention_recall(row: Row) -> Part | None:
    """Unanswerable questions that were abstained / unanswerable questions: |A and U| / |U|."""
    return (float(abstained(row)), 1.0) if not row["answerable"] and _judged(row) else None


def over_refusal(row: Row) -> Part | None:
    """Answerable questions that were abstained / answerable questions: |A without U| / |not U|."""
    return (float(abstained(row)), 1.0) if row["answerable"] and _judged(row) else None


def _judged(row: Row) -> bool:
    return answered(row) or abstained(row)


def _citations_by_sentence(row: Row) -> list[tuple[int, int]]:
    """For each sentence its citations and those of them that overlap gold evidence."""
    gold = {citation["number"]: bool(citation["gold"]) for citation in row["answer"]["citations"]}
    return [
        (len(sentence["citations"]), sum(gold.get(number, False) for number in sentence["citations"]))
        for sentence in row["answer"]["sentences"]
    ]


def _over_hits(key: str, items: str, measure: Measure, source: Callable[..., object], k: int = 0) -> Scorer:
    """Make a metric of a ranking measure.

    Args:
        key: Where a hit lists what it covers.
        items: Where the row lists what there is to cover; a row without any is not counted.
        measure: Covered items per hit and how many there are -> value.
        source: The function of `ranking` that holds formula and source.
        k: The depth, for the description.
    """

    def part(row: Row) -> Part | None:
        if row["status"] != "ok" or not row[items]:
            return None
        return measure([frozenset(hit[key]) for hit in row["hits"]], len(row[items])), 1.0

    part.__doc__ = f"{source.__doc__ or ''}{f' Here k = {k}.' if k else ''}"
    return part


def _evidence(measure: Measure, source: Callable[..., object], k: int = 0) -> Scorer:
    return _over_hits("gold", "evidence", measure, source, k)


def _facts(measure: Measure, source: Callable[..., object], k: int = 0) -> Scorer:
    return _over_hits("facts", "facts", measure, source, k)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of the table.

    Attributes:
        name: Its key in rows and summaries.
        label: For readers.
        part: Row -> (numerator, denominator) or None.
        margin: How far it may fall below the baseline; None when it is not gated.
        lower: Lower is better.
        exact: The value it must have, for invariants.
    """

    name: str
    label: str
    part: Scorer
    margin: float | None = None
    lower: bool = False
    exact: float | None = None


at, recall, every, first = (
    ranking.success_at, ranking.recall_at, ranking.all_evidence_at, ranking.reciprocal_rank,
)  # fmt: skip
METRICS: tuple[Metric, ...] = (
    Metric("end_to_end", "End-to-end score", end_to_end, margin=0.02),
    Metric("correctness", "Answer correctness, when answered", correctness, margin=0.03),
    Metric("answer_inside", "Answer inside the sentences given", answer_inside, margin=0.03),
    Metric("token_f1", "Token F1, when answered", token_f1),
    Metric("citation_precision", "Citation precision", citation_precision, margin=0.03),
    Metric("citation_recall", "Citation recall", citation_recall, margin=0.03),
    Metric("citation_validity", "Citation validity", citation_validity, exact=1.0),
    Metric("quotation_exactness", "Quotation exactness", quotation_exactness, exact=1.0),
    Metric("uncited", "Sentences without a citation", uncited, lower=True, exact=0.0),
    Metric("fidelity", "Name, number and date fidelity", fidelity, margin=0.02),
    Metric("abstention_precision", "Abstention precision", abstention_precision),
    Metric("abstention_recall", "Abstention recall", abstention_recall, margin=0.05),
    Metric("over_refusal", "Over-refusal", over_refusal, margin=0.03, lower=True),
    Metric("evidence_first", "Evidence passage first", _evidence(lambda r, g: at(r, 1), at, 1), margin=0.03),
    Metric("evidence_in_5", "Evidence passage within 5", _evidence(lambda r, g: at(r, 5), at, 5), margin=0.03),
    Metric("recall_10", "Evidence recall@10", _evidence(lambda r, g: recall(r, g, 10), recall, 10), margin=0.03),
    Metric("all_evidence_10", "All evidence within 10", _evidence(lambda r, g: every(r, g, 10), every, 10)),
    Metric("mrr_10", "MRR@10", _evidence(lambda r, g: first(r, 10), first, 10), margin=0.03),
    Metric("ndcg_10", "nDCG@10", _evidence(lambda r, g: ranking.ndcg(r, g, 10), ranking.ndcg, 10)),
    Metric("map", "MAP", _evidence(ranking.average_precision, ranking.average_precision)),
    Metric("hop_mrr_10", "MultiHop-RAG MRR@10", _facts(lambda r, g: first(r, 10), first, 10), margin=0.01),
    Metric("hop_hits_4", "MultiHop-RAG Hits@4", _facts(lambda r, g: at(r, 4), at, 4), margin=0.01),
    Metric("hop_hits_10", "MultiHop-RAG Hits@10", _facts(lambda r, g: at(r, 10), at, 10), margin=0.01),
    Metric(
        "hop_recall_10",
        "MultiHop-RAG evidence recall@10",
        _facts(lambda r, g: recall(r, g, 10), recall, 10),
        margin=0.01,
    ),
)
BY_NAME = {metric.name: metric for metric in METRICS}


def score(row: Row) -> dict[str, list[float]]:
    """Every metric that applies to the row: name -> [numerator, denominator]."""
    parts = {metric.name: metric.part(row) for metric in METRICS}
    return {name: [round(part[0], 6), part[1]] for name, part in parts.items() if part is not None}


def value(rows: Iterable[Row], name: str) -> tuple[float | None, int]:
    """A metric over rows with their `scores`.

    Returns:
        The quotient of the sums, or None when no row counts; and how many rows count.
    """
    parts = [row["scores"][name] for row in rows if name in row["scores"]]
    below = sum(part[1] for part in parts)
    return (sum(part[0] for part in parts) / below if below else None), len(parts)
