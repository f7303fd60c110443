"""Chooses the weights beside the reader: on questions over articles kept aside from training, and the dev questions' half A.

`python -m assistant.training.tune --data DIR --work DIR`. Figures are to be reported on the dev questions' half B.
"""

from __future__ import annotations

import argparse
import json
import pickle
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from sklearn.metrics import roc_auc_score

from assistant.models import assets
from assistant.reading.confidence import FEATURES
from assistant.reading.evidence import choose
from assistant.reading.pipeline import evidence_features
from assistant.reading.scoring import Weights
from assistant.reading.sentence_ranker import LIKENESS, SENTENCE_FEATURES
from assistant.training.__main__ import OURS
from assistant.training.dataset import Asked, asked_of, findings, gather, is_evidence, is_gold, right, scored
from assistant.training.fit_sentences import LEAST_AGAIN, Table, fit_sentences
from assistant.training.mining import is_held, read_questions
from assistant.training.tune_multihop import read_all, tune_long, untaught
from eval.cases import half_of

REFUSALS = 0.2
"""Share of answerable questions that may be declined, when the threshold is chosen."""
SMOOTH = 0.04
"""Width of the bell curve over thresholds."""
RIDGE = 2.0
"""Penalty on the squared coefficients of the confidence."""
LEAST = {"names": 0.8, "numbers": 0.8, "reported": 2.5, "subject": 2.5}
"""Least coefficients. Nearly every question that is tuned on names what its article has and asks about what happened, so these
features are not learned there; people also ask about what no article names or reports."""
SECONDS = (0.2, 0.25, 0.3, 0.35, 0.4, 1.0)
SEVERAL = (0.1, 0.15, 0.2, 0.25, 0.3)
BESIDE = (1.0, 2.0, 3.0, 4.0)
CONTRARY = 2.0
"""How far below the best, in log odds, a sentence may be that says otherwise. There are too few to choose it by."""
READ_FIRST = 5
"""Hits among which evidence should be, besides being first."""


def tune_passages(asked: Sequence[Asked], weights: Weights) -> Weights:
    """Weights of retrieval, relevance and answerable by how early evidence comes."""
    table = []
    for item in asked:
        if item.row["answerable"] and len(item.parts) == 1:
            _, hits, readings = item.parts[0]
            rows = [
                (h.score, r.relevance, r.answerable, is_gold(h, item.row)) for h, r in zip(hits, readings, strict=True)
            ]
            table.append((np.array(rows, float), item.weight))

    def quality(trial: tuple[float, float, float]) -> float:
        total = count = 0.0
        for rows, weight in table:
            order = np.argsort(-(rows[:, :3] @ np.array(trial)), kind="stable")
            gold = rows[order, 3] > 0
            rank = 1 + int(gold.argmax()) if gold.any() else 99
            total += weight * ((rank == 1) + (rank <= READ_FIRST) + 1 / rank)
            count += weight
        return total / (3 * count)

    trials = list(product((0.5, 1, 2, 3, 5), (0, 0.25, 0.5, 1.0), (0.25, 0.5, 1.0)))
    best = max(trials, key=quality)
    say("passages", quality(best), dict(zip(("retrieval", "relevance", "answerable"), best, strict=True)))
    say("retrieval alone", quality((1, 0, 0)), {})
    return replace(weights, retrieval=best[0], relevance=best[1], answerable=best[2])


def tune_sentences(asked: Sequence[Asked], weights: Weights) -> Weights:
    """Coefficients of a sentence's score, at first and when re-scored, and how near further sentences must be.

    Wanted are quotations that hold the answer, and quotations that are evidence; a missed answer counts twice as much as
    a quotation too many.
    """
    weights = replace(weights, sentence=fit_sentences(sentence_tables(asked, weights)), looked=())
    blind = replace(weights, looked=(0.0,) * (len(SENTENCE_FEATURES) + len(LIKENESS)))
    weights = replace(weights, looked=fit_sentences(sentence_tables(asked, blind), LEAST_AGAIN))
    known = [(item, scored(item, weights)) for item in asked if item.row["answerable"]]
    total = sum(item.weight for item, _ in known)

    def quality(trial: Weights) -> float:
        answered = good = every = 0.0
        for item, parts in known:
            quoted = [
                e
                for n, (f, _, sentences) in enumerate(parts)
                for e in choose(f.hits, sentences, trial.fitting(f.part), n)
            ]
            hit, evidence = right(item, quoted)
            answered += item.weight * hit
            good += item.weight * evidence
            every += item.weight * len(quoted)
        return 2 * answered / total + good / every

    trials = [replace(weights, second=second, beside=beside) for second in SECONDS for beside in BESIDE]
    weights = max(trials, key=quality)
    weights = max((replace(weights, several=several) for several in SEVERAL), key=quality)
    for name, fitted in (("sentence", weights.sentence), ("looked", weights.looked)):
        print(name, dict(zip(SENTENCE_FEATURES + LIKENESS, fitted, strict=False)))
    say("sentences", quality(weights), {"second": weights.second, "several": weights.several, "beside": weights.beside})
    return weights


def sentence_tables(asked: Sequence[Asked], weights: Weights) -> list[Table]:
    """Of each answerable question in one part, where its evidence was found."""
    tables = []
    for item in asked:
        if item.row["answerable"] and len(item.parts) == 1:
            ((finding, _, candidates),) = scored(item, weights)
            gold = [is_evidence(finding.hits[c.place], c.span, item.row) for c in candidates]
            if any(gold):
                tables.append((np.array([c.values for c in candidates]), np.array(gold), float(item.weight)))
    return tables


def tune_confidence(asked: Sequence[Asked], weights: Weights) -> Weights:
    """The logistic function and the threshold."""
    values, known, counts = [], [], []
    for item in asked:
        for finding, ordered, candidates in scored(item, weights):
            values.append(evidence_features(asked_of(finding), finding.hits, ordered, candidates, finding.evidence))
            known.append(item.row["answerable"])
            counts.append(item.weight)
    table, labels, counted = np.array(values), np.array(known), np.array(counts, float)
    slopes, constant = fit_logistic(table, labels, counted)
    weights = replace(weights, confidence=(*(round(float(s), 5) for s in slopes), round(constant, 5)))
    auc = float(roc_auc_score(labels, table @ slopes, sample_weight=counted))
    say("AUC", auc, dict(zip(FEATURES, slopes.round(3).tolist(), strict=True)))
    for place, name in enumerate(FEATURES):
        say(f"  AUC of {name}", float(roc_auc_score(labels, table[:, place], sample_weight=counted)), {})
    return tune_threshold(asked, weights)


def fit_logistic(table: Any, labels: Any, counts: Any) -> tuple[Any, float]:
    """Coefficients that are not negative, and the constant.

    Every feature speaks for an answer by itself. Left free, the shares of the question's words came out negative:
    our absent facts and false premises were written to use an article's own words, which few people do.
    """
    middle, spread = table.mean(0), table.std(0) + 1e-6
    scaled, signs = (table - middle) / spread, np.where(labels, 1.0, -1.0)

    def cost(given: Any) -> float:
        margins = signs * (scaled @ given[:-1] + given[-1])
        return float((counts * np.logaddexp(0, -margins)).sum() + RIDGE * (given[:-1] ** 2).sum())

    least = [LEAST.get(name, 0.0) * by for name, by in zip(FEATURES, spread, strict=True)]
    bounds = [*((low, None) for low in least), (None, None)]
    found = minimize(cost, np.array([*least, 0.0]), method="L-BFGS-B", bounds=bounds).x
    slopes = found[:-1] / spread
    return slopes, float(found[-1] - (slopes * middle).sum())


def tune_threshold(asked: Sequence[Asked], weights: Weights) -> Weights:
    """The threshold with the best end-to-end score among those that decline few answerable questions.

    A wrong answer and a needless refusal cost the same there. The score jumps with every single question, so that each
    threshold is judged together with those near it, by a bell curve of the width `SMOOTH`.
    """
    rows = []
    for item in asked:
        found = findings(item, weights)
        sure = max(f.confidence for f in found)
        rows.append((item.weight, item.row["answerable"], sure, right(item, [e for f in found for e in f.evidence])[0]))

    def judged(threshold: float) -> tuple[float, float, float]:
        total = sum(w for w, *_ in rows)
        good = sum(w * ((hit and sure >= threshold) if can else sure < threshold) for w, can, sure, hit in rows)
        refused = sum(w for w, can, sure, _ in rows if can and sure < threshold) / sum(w for w, can, *_ in rows if can)
        kept = sum(w for w, can, sure, _ in rows if not can and sure < threshold) / sum(
            w for w, can, *_ in rows if not can
        )
        return good / total, refused, kept

    trials = np.arange(0.2, 0.9, 0.01)
    found_at = [judged(float(t)) for t in trials]
    near = np.exp(-(((trials[:, None] - trials) / SMOOTH) ** 2) / 2)
    smoothed = near @ np.array([good for good, _, _ in found_at]) / near.sum(1)
    allowed = [at for at, (_, refused, _) in enumerate(found_at) if refused <= REFUSALS]
    best = max(allowed, key=lambda at: smoothed[at])
    threshold = round(float(trials[best]), 3)
    say(
        "end to end, over-refusal, abstention recall",
        found_at[best][0],
        {"all": found_at[best], "threshold": threshold},
    )
    return replace(weights, threshold=threshold)


def say(what: str, value: float, more: dict[str, Any]) -> None:
    """Print a figure."""
    print(f"{what}: {value:.3f} {more or ''}", flush=True)


def tune(asked: Sequence[Asked], weights: Weights, say_half: Callable[[str], None] = print) -> Weights:
    """All steps in their order."""
    say_half(f"{len(asked)} questions, {sum(item.row['answerable'] for item in asked)} answerable")
    weights = tune_passages(asked, weights)
    weights = tune_sentences(asked, weights)
    return tune_confidence(asked, weights)


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=assets.READER_FILE)
    given = parser.parse_args()
    ours = [*read_questions(given.data / "news_questions" / "train.jsonl"), *read_questions(OURS)]
    rows = [r for r in ours if (r["evidence"] or r.get("near")) and is_held((r["evidence"] or r["near"])[0]["doc_id"])]
    rows += [r for r in read_questions(given.data / "news_questions" / "dev.jsonl") if half_of(r["id"]) == "A"]
    kept = given.work / "asked.pickle"
    weights = Weights(contrary=CONTRARY)
    if not kept.exists() or kept.stat().st_mtime < given.model.stat().st_mtime:
        kept.write_bytes(pickle.dumps(gather(rows, given.data, given.work, given.model, weights.candidates)))
    asked: list[Asked] = pickle.loads(kept.read_bytes())  # noqa: S301  # our own file
    weights = tune(asked, weights)
    read = given.work / "long.pickle"
    if not read.exists() or read.stat().st_mtime < given.model.stat().st_mtime:
        read.write_bytes(pickle.dumps(read_all(untaught(given.data), given.data, given.work, given.model)))
    weights = tune_long(pickle.loads(read.read_bytes()), weights)  # noqa: S301  # our own file
    target = given.model.with_suffix(".json")
    target.write_text(json.dumps(asdict(weights), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
