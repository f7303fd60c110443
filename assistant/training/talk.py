"""`python -m assistant.training.talk`: fit the classifier of `assistant.query.talk` and write its weights.

Talk comes from `utterances.txt`; questions from there and from `questions.jsonl`, some of them in lower case without a
question mark and some with a greeting before them, as people type them. Prints how many of each kind five-fold
cross-validation finds, and how many questions it takes for talk.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from assistant.models.embeddings import OnnxEmbedder
from assistant.query.talk import KINDS, SURE, WEIGHTS, talk_features

HERE = Path(__file__).parent
SEED = 1
QUESTIONS = 4_000
"""Questions of `questions.jsonl` that are taken."""
GREETED, LOWERED = 400, 800
"""How many of them are also taken with a greeting, and in lower case."""
GREETINGS = ("hi! ", "thanks, and ", "ok, ", "please tell me ", "can you tell me ", "hello, ")
STRENGTH = 3.0
"""Inverse of the regularisation; from 1 to 30 the results of cross-validation are the same within a hundredth."""


def utterances() -> Iterator[tuple[str, str]]:
    """(text, kind) of every line of `utterances.txt`."""
    kind = ""
    for line in (HERE / "utterances.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
        elif line.strip() and not line.startswith("#"):
            yield line, "fact" if kind == "question" else kind


def examples() -> list[tuple[str, str]]:
    """All texts with their kinds."""
    chance = random.Random(SEED)  # noqa: S311
    asked = [json.loads(row)["question"] for row in (HERE / "questions.jsonl").read_text("utf-8").splitlines()]
    chosen = chance.sample(asked, QUESTIONS)
    greeted = [chance.choice(GREETINGS) + text[0].lower() + text[1:] for text in chosen[:GREETED]]
    lowered = [text.lower().rstrip("?") for text in chosen[GREETED : GREETED + LOWERED]]
    return [*utterances(), *((text, "fact") for text in (*chosen, *greeted, *lowered))]


def main() -> None:
    """Cross-validate, fit on all, write."""
    rows = examples()
    seen = talk_features([text for text, _ in rows], OnnxEmbedder().encode)
    kinds = np.array([KINDS.index(kind) for _, kind in rows])  # type: ignore[arg-type]
    shares = np.zeros((len(rows), len(KINDS)))
    for train, test in StratifiedKFold(5, shuffle=True, random_state=SEED).split(seen, kinds):
        model = LogisticRegression(C=STRENGTH, max_iter=2000).fit(seen[train], kinds[train])
        shares[test] = model.predict_proba(seen[test])
    talk, guessed = 1 - shares[:, 0] >= SURE, 1 + shares[:, 1:].argmax(1)
    for number, kind in enumerate(KINDS[1:], 1):
        own = kinds == number
        print(f"{kind}: {(talk & (guessed == number))[own].sum()} of {own.sum()}")
    print(f"questions taken for talk: {talk[kinds == 0].sum()} of {(kinds == 0).sum()}")
    model = LogisticRegression(C=STRENGTH, max_iter=2000).fit(seen, kinds)
    kept = {"weights": np.round(model.coef_, 4).tolist(), "constants": np.round(model.intercept_, 4).tolist()}
    WEIGHTS.write_text(json.dumps(kept), "utf-8")


if __name__ == "__main__":
    main()
