"""The metrics: each turns one row into a `Part`; a run's value is the quotient of the sums.

A row to which a metric does not apply gives None and is not counted; a metric without rows is n/a, never 0. Rows are the
dictionaries that `rows` makes. The formulas over rankings, texts and nuggets are in `ranking`, `text_metrics`, `nuggets`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval import nuggets, ranking, text_metrics
from eval.parts import Part, Row, Scorer, over_evidence, over_facts


def answered(row: Row) -> bool:
    """Whether the row holds an answer, right or wrong."""
    return row["status"] == "ok" and row.get("answer") is not None and row["answer"]["status"] == "answered"


def abstained(row: Row) -> bool:
    """Whether the row holds an abstention."""
    return row["status"] == "ok" and row.get("answer") is not None and row["answer"]["status"] == "abstained"


def end_to_end(row: Row) -> Part | None:
    """Right answers / questions.

    Right: answerable, answered, correct, and a citation overlaps gold evidence where it is known; or unanswerable and
    abstained. Questions with nuggets are right by their nuggets alone. An error row is wrong.
    """
    if row["status"] == "skipped" or (row["status"] == "ok" and row.get("answer") is None):
        return None
    if not row["answerable"]:
        return Part(abstained(row))
    return Part(is_correct(row) and (bool(_nuggets(row)) or not row["evidence"] or cites_gold(row)))


def is_correct(row: Row) -> bool:
    """Whether the answer says what it must.

    With nuggets: it states at least two thirds of the vital ones and nothing forbidden. Else: every `must_include` group
    has one of its strings in the answer.
    """
    if not answered(row):
        return False
    if _nuggets(row):
        return said_nuggets(row) >= nuggets.RIGHT_FROM
    return text_metrics.covers_groups(answer_text(row), row["must_include"])


def said_nuggets(row: Row) -> float:
    """Share of the vital nuggets that the answer states; 0 for an abstention."""
    return nuggets.nugget_share(row["answer"]["text"], _nuggets(row), row["must_not"]) if answered(row) else 0.0


def _nuggets(row: Row) -> Sequence[Mapping[str, Any]]:
    return row.get("nuggets") or ()


def nugget_recall(row: Row) -> Part | None:
    """Mean over answerable questions of the share of vital nuggets that the answer states; 0 for an abstention."""
    return Part(said_nuggets(row)) if row["answerable"] and _nuggets(row) and _judged(row) else None


def cites_evidence(row: Row) -> Part | None:
    """Answers with a citation that overlaps gold evidence / answers to answerable questions with known evidence."""
    return Part(cites_gold(row)) if row["answerable"] and row["evidence"] and answered(row) else None


def answer_text(row: Row) -> str:
    """All words of the answer."""
    return "\n".join(sentence["text"] for sentence in row["answer"]["sentences"])


def cites_gold(row: Row) -> bool:
    """Whether at least one citation that a sentence uses overlaps gold evidence."""
    return answered(row) and any(good for _, good in _citations_by_sentence(row))


def correctness(row: Row) -> Part | None:
    """Correct answers / answers to answerable questions (every `must_include` group in the answer)."""
    return Part(is_correct(row)) if row["answerable"] and answered(row) else None


def answer_inside(row: Row) -> Part | None:
    """Answerable questions whose every `must_include` group occurs in the quotations / answerable questions."""
    if not row["answerable"] or not row["must_include"] or not (answered(row) or abstained(row)):
        return None
    quotes = "\n".join(citation["quote"] for citation in row["answer"]["citations"])
    return Part(answered(row) and text_metrics.covers_groups(quotes, row["must_include"]))


def token_f1(row: Row) -> Part | None:
    """Mean over answered answerable questions of the best token F1 against `answers` (SQuAD normalisation)."""
    if not row["answerable"] or not answered(row) or not row["answers"]:
        return None
    return Part(text_metrics.token_f1(answer_text(row), row["answers"]))


def citation_validity(row: Row) -> Part | None:
    """Markers that name a passage given to the model / all markers; must be 1."""
    if not answered(row) or not row["answer"]["markers"]["total"]:
        return None
    return Part(row["answer"]["markers"]["valid"], row["answer"]["markers"]["total"])


def citation_precision(row: Row) -> Part | None:
    """Sum over sentences of citations that overlap gold / sum over sentences of citations.

    Answerable questions only (the others have no gold and count in abstention). A citation that names nothing counts
    below the line (attribution precision as in Gao et al. 2023, ALCE, with gold spans in place of a judge).
    """
    if not row["answerable"] or not row["evidence"] or not answered(row):
        return None
    counts = _citations_by_sentence(row)
    total = sum(every for every, _ in counts)
    return Part(sum(good for _, good in counts), total) if total else None


def citation_recall(row: Row) -> Part | None:
    """Sentences with a gold citation / sentences, over answered answerable questions (ALCE's recall, as above)."""
    if not row["answerable"] or not row["evidence"] or not answered(row):
        return None
    counts = _citations_by_sentence(row)
    return Part(sum(good > 0 for _, good in counts), len(counts))


def uncited(row: Row) -> Part | None:
    """Sentences without a citation / sentences; must be 0. Limitations ("the passages do not say ...") are not counted."""
    if not answered(row):
        return None
    counts = _citations_by_sentence(row)
    return Part(sum(every == 0 for every, _ in counts), len(counts))


def checked(row: Row) -> Part | None:
    """Sentences shown with the mark "check" / sentences: their sources could not be shown to say them."""
    if not answered(row):
        return None
    sentences = row["answer"]["sentences"]
    return Part(sum(sentence["verdict"] == "check" for sentence in sentences), len(sentences))


def quotation_exactness(row: Row) -> Part | None:
    """Quotations found character by character in the cited version / quotations; must be 1.

    A citation's quotation must be at its offsets; words in quotation marks must occur somewhere in the text.
    """
    if not answered(row) or not row["answer"]["quotations"]["total"]:
        return None
    return Part(row["answer"]["quotations"]["exact"], row["answer"]["quotations"]["total"])


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
    return Part(kept, every) if every else None


def citation_words(citation: Mapping[str, Any]) -> str:
    """The words of a citation: its quotation, title, outlet, author and date."""
    parts = (citation["quote"], citation["title"], citation["outlet"] or "", citation["byline"] or "")
    return "\n".join((*parts, text_metrics.date_words(citation["published_at"])))


def abstention_precision(row: Row) -> Part | None:
    """Abstentions on unanswerable questions / abstentions: |A and U| / |A|."""
    return Part(not row["answerable"]) if abstained(row) else None


def abstention_recall(row: Row) -> Part | None:
    """Unanswerable questions that were abstained / unanswerable questions: |A and U| / |U|."""
    return Part(abstained(row)) if not row["answerable"] and _judged(row) else None


def over_refusal(row: Row) -> Part | None:
    """Answerable questions that were abstained / answerable questions: |A without U| / |not U|."""
    return Part(abstained(row)) if row["answerable"] and _judged(row) else None


def _judged(row: Row) -> bool:
    return answered(row) or abstained(row)


def _citations_by_sentence(row: Row) -> list[tuple[int, int]]:
    """For each sentence its citations and those of them that overlap gold evidence."""
    gold = {citation["number"]: bool(citation["gold"]) for citation in row["answer"]["citations"]}
    return [
        (len(sentence["citations"]), sum(gold.get(number, False) for number in sentence["citations"]))
        for sentence in row["answer"]["sentences"]
    ]


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
    Metric("nugget_recall", "Nugget recall", nugget_recall),
    Metric("cites_evidence", "Answers that cite evidence", cites_evidence),
    Metric("checked", "Sentences marked “check”", checked, lower=True),
    Metric("citation_precision", "Citation precision", citation_precision, margin=0.03),
    Metric("citation_recall", "Citation recall", citation_recall, margin=0.03),
    Metric("citation_validity", "Citation validity", citation_validity, exact=1.0),
    Metric("quotation_exactness", "Quotation exactness", quotation_exactness, exact=1.0),
    Metric("uncited", "Sentences without a citation", uncited, lower=True, exact=0.0),
    Metric("fidelity", "Name, number and date fidelity", fidelity, margin=0.02),
    Metric("abstention_precision", "Abstention precision", abstention_precision),
    Metric("abstention_recall", "Abstention recall", abstention_recall, margin=0.05),
    Metric("over_refusal", "Over-refusal", over_refusal, margin=0.03, lower=True),
    Metric("evidence_first", "Evidence passage first", over_evidence(lambda r, g: at(r, 1), at, 1), margin=0.03),
    Metric("evidence_in_5", "Evidence passage within 5", over_evidence(lambda r, g: at(r, 5), at, 5), margin=0.03),
    Metric("recall_10", "Evidence recall@10", over_evidence(lambda r, g: recall(r, g, 10), recall, 10), margin=0.03),
    Metric("all_evidence_10", "All evidence within 10", over_evidence(lambda r, g: every(r, g, 10), every, 10)),
    Metric("mrr_10", "MRR@10", over_evidence(lambda r, g: first(r, 10), first, 10), margin=0.03),
    Metric("ndcg_10", "nDCG@10", over_evidence(lambda r, g: ranking.ndcg(r, g, 10), ranking.ndcg, 10)),
    Metric("map", "MAP", over_evidence(ranking.average_precision, ranking.average_precision)),
    Metric("hop_mrr_10", "MultiHop-RAG MRR@10", over_facts(lambda r, g: first(r, 10), first, 10), margin=0.01),
    Metric("hop_hits_4", "MultiHop-RAG Hits@4", over_facts(lambda r, g: at(r, 4), at, 4), margin=0.01),
    Metric("hop_hits_10", "MultiHop-RAG Hits@10", over_facts(lambda r, g: at(r, 10), at, 10), margin=0.01),
    Metric(
        "hop_recall_10",
        "MultiHop-RAG evidence recall@10",
        over_facts(lambda r, g: recall(r, g, 10), recall, 10),
        margin=0.01,
    ),
)
BY_NAME = {metric.name: metric for metric in METRICS}


def score(row: Row) -> dict[str, list[float]]:
    """Every metric that applies to the row: name -> [numerator, denominator]."""
    parts = {metric.name: metric.part(row) for metric in METRICS}
    return {name: [round(float(part.above), 6), float(part.below)] for name, part in parts.items() if part is not None}


def value(rows: Iterable[Row], name: str) -> tuple[float | None, int]:
    """A metric over rows with their `scores`.

    Returns:
        The quotient of the sums, or None when no row counts; and how many rows count.
    """
    parts = [row["scores"][name] for row in rows if name in row["scores"]]
    below = sum(part[1] for part in parts)
    return (sum(part[0] for part in parts) / below if below else None), len(parts)
