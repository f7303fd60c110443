"""Fits what a score is made of: by a softmax over all that a question has to choose from, sentences or passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from assistant.reading.sentence_ranker import LIKENESS, SENTENCE_FEATURES

RIDGE = 2.0
"""Penalty on the squared coefficients, of features scaled to one spread."""
LEAST_AT_FIRST = {"rare": 1.5, "stranger": 0.75, "kind": 0.75}
"""Least sizes of some coefficients: they keep the words of one person from another's question, of which there are few."""
LEAST_AGAIN = {"rare": 1.5, "kind": 0.75, "stranger": 0.75}
"""The same for sentences that are re-scored."""
AGAINST = {"behind", "stranger", "kind", "place", "stub", "found"}
"""Features that speak against a sentence."""

Table = tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_], float]
"""Of one question: features [sentences or passages, features], which of them are evidence, its weight."""


def fit_sentences(tables: Sequence[Table], least: Mapping[str, float] = LEAST_AT_FIRST) -> tuple[float, ...]:
    """Coefficients by which evidence is likeliest among all sentences of its question.

    Each speaks in the direction that its meaning has, and some at least as much as `least` says.

    Args:
        tables: Of `SENTENCE_FEATURES`, or of those and `LIKENESS`.
        least: Least sizes, by name.
    """
    named = (SENTENCE_FEATURES + LIKENESS)[: tables[0][0].shape[1]]
    signs = [-1 if name in AGAINST else 1 for name in named]
    bounds = [sign * least.get(name, 0.0) for sign, name in zip(signs, named, strict=True)]
    return fit_choice(tables, bounds, [sign < 0 for sign in signs])


def fit_choice(tables: Sequence[Table], least: Sequence[float], against: Sequence[bool]) -> tuple[float, ...]:
    """Coefficients by which what is wanted is likeliest among all there is to choose from: a softmax in each question.

    Args:
        tables: One a question, with something wanted in each.
        least: For each feature the coefficient that it has at least, or at most where it speaks against.
        against: Which features speak against.
    """
    every = np.concatenate([values for values, _, _ in tables])
    middle, spread = every.mean(0), every.std(0) + 1e-6
    scaled = [((values - middle) / spread, gold, weight) for values, gold, weight in tables]

    def cost(given: Any) -> tuple[float, Any]:
        total, slope = RIDGE * given @ given, 2 * RIDGE * given
        for values, gold, weight in scaled:
            raised = np.exp(values @ given - (values @ given).max())
            share, wanted = raised / raised.sum(), raised * gold / (raised * gold).sum()
            total -= weight * np.log(share[gold].sum())
            slope = slope - weight * ((wanted - share) @ values)
        return total, slope

    start = [size * by for size, by in zip(least, spread, strict=True)]
    bounds = [(None, low) if no else (low, None) for low, no in zip(start, against, strict=True)]
    found = minimize(cost, np.array(start), jac=True, method="L-BFGS-B", bounds=bounds).x / spread
    return tuple(round(float(value), 4) for value in found)
