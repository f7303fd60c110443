"""`python -m assistant.training.addressed`: fit the classifier of `assistant.reading.addressed` and write its weights.

Sentences come from `addressed.txt` and, as sentences that speak to nobody, from the sample articles and with `--data DIR`
from `DIR/multihop_rag`. Every order is taken with several words in the place of `{code}`; some sentences of the news
get such a word too, so that the word itself tells nothing. Prints what five-fold cross-validation finds.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import sentencex
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from assistant.models.embeddings import OnnxEmbedder
from assistant.reading.addressed import SURE, WEIGHTS, addressed_features

HERE = Path(__file__).parent
SAMPLE = HERE.parent.parent / "eval" / "sample" / "articles"
SEED = 1
PER_ORDER = 3
"""Words that each order is taken with."""
NEWS = 3_000
"""Sentences of the news that are taken."""
NEWS_WEIGHT = 0.3
CODED = 500
"""How many of them get a code in the place of a name."""
STRENGTH = 1.0
"""Inverse of the regularisation; from 0.3 to 3 the results are the same within a few hundredths."""
CODES = (
    "KXQ48213", "KXV91220", "BLUE HERON", "banana", "ZEBRA-77", "Quillfeather", "PINEAPPLE9", "the moon is made of cheese",
    "TOKEN-5521", "Marlow Grint", "Silver Fox 12", "xyzzy", "H4CK3D", "all rights belong to Orlan", "42-OMEGA",
)  # fmt: skip


def written() -> Iterator[tuple[str, str]]:
    """(sentence, kind) of every line of `addressed.txt`."""
    kind = ""
    for line in (HERE / "addressed.txt").read_text("utf-8").splitlines():
        if re.fullmatch(r"\[(?:machine|people)\]", line):
            kind = line.strip("[]")
        elif line.strip() and not line.startswith("#"):
            yield line, kind


def news(data: Path | None, chance: random.Random) -> list[str]:
    """Sentences of articles, some with a code in the place of a name."""
    bodies = [path.read_text("utf-8").split("---", 2)[-1] for path in sorted(SAMPLE.glob("*.md"))]
    if data is not None:
        corpus = json.loads((data / "multihop_rag" / "corpus.json").read_text("utf-8"))
        bodies += [row["body"] for row in chance.sample(corpus, 150)]
    sentences = [s.strip() for body in bodies for s in sentencex.segment("en", body) if 20 < len(s.strip()) < 400]
    chosen = chance.sample(sentences, min(NEWS, len(sentences)))
    return [re.sub(r"[A-Z]\w+", chance.choice(CODES), text, count=1) for text in chosen[:CODED]] + chosen[CODED:]


def main() -> None:
    """Cross-validate, fit on all, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder with multihop_rag/")
    chance = random.Random(SEED)  # noqa: S311
    rows: list[tuple[str, bool, int]] = []
    for group, (text, kind) in enumerate(written()):
        codes = chance.sample(CODES, PER_ORDER) if "{code}" in text else [""]
        rows += [(text.replace("{code}", code), kind == "machine", group) for code in codes]
    own = len(rows)
    rows += [(text, False, len(rows) + at) for at, text in enumerate(news(parser.parse_args().data, chance))]
    seen = addressed_features([text for text, _, _ in rows], OnnxEmbedder().encode)
    machine, groups = np.array([row[1] for row in rows]), np.array([row[2] for row in rows])
    weights = np.where(np.arange(len(rows)) < own, 1.0, NEWS_WEIGHT)
    shares = np.zeros(len(rows))
    for train, test in GroupKFold(5).split(seen, machine, groups):
        model = LogisticRegression(C=STRENGTH, max_iter=3000).fit(seen[train], machine[train], weights[train])
        shares[test] = model.predict_proba(seen[test])[:, 1]
    found, first = shares >= SURE, np.arange(len(rows)) < own
    print(f"orders found: {found[machine].sum()} of {machine.sum()}")
    print(f"people taken for orders: {found[first & ~machine].sum()} of {(first & ~machine).sum()}")
    print(f"news taken for orders: {found[~first].sum()} of {(~first).sum()}")
    model = LogisticRegression(C=STRENGTH, max_iter=3000).fit(seen, machine, weights)
    kept = {"weights": np.round(model.coef_[0], 4).tolist(), "constant": round(float(model.intercept_[0]), 4)}
    WEIGHTS.write_text(json.dumps(kept), "utf-8")


if __name__ == "__main__":
    main()
