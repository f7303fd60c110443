"""How well the support check tells true sentences from altered ones: `python -m eval.support`.

True: sentences of the sample articles and, where it is present, of the MultiHop-RAG corpus, and our own
paraphrases of the sample articles. False: the same sentences altered by `eval.alterations`, and true ones
that cite another passage. Every article belongs to one half: thresholds are chosen on half A and
reported on half B.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.grounding.verifier import Support, check_support
from assistant.models.embeddings import OnnxEmbedder
from assistant.reading.model import format_header
from assistant.text.lexical import content_words, names, numbers
from assistant.types import Article, Passage
from eval.alterations import ALTERATIONS, Around
from eval.cases import half_of
from eval.suites import DATA, ROOT
from ingest.chunking import cut_passages
from ingest.parsing.registry import Raw, read_articles
from ingest.types import Read

SAMPLE = ROOT / "eval/sample/articles"
PARAPHRASES = ROOT / "eval/sample/paraphrases.jsonl"
PER_ARTICLE = 6
"""True sentences taken from each article as they stand."""
CORPUS_ARTICLES = 100
"""Articles taken from the corpus, spread evenly."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One sentence with what it cites.

    Attributes:
        half: "A" for tuning, "B" for reporting.
        kind: "verbatim" or "paraphrase" for true ones, else how it was altered.
        origin: "sample" or "corpus".
        true: Whether its source says it.
    """

    half: str
    kind: str
    origin: str
    true: bool
    text: str
    sources: tuple[str, ...]
    header: str


@dataclass(frozen=True, slots=True)
class Told:
    """A trial with what the check says of it."""

    trial: Trial
    support: Support

    @property
    def right(self) -> bool:
        """Whether the check said of it what is so."""
        return (self.support.verdict != "unsupported") == self.trial.true


def build_trials(articles: Sequence[tuple[str, Article]], seed: int = 0) -> list[Trial]:
    """True and altered sentences of articles.

    Args:
        articles: (origin, article).
        seed: For what is chosen and how it is altered.

    Returns:
        For every true sentence, what each alteration makes of it.
    """
    rephrased: dict[str, list[str]] = defaultdict(list)
    for line in PARAPHRASES.read_text("utf-8").splitlines():
        row = json.loads(line)
        rephrased[row["article"]].append(row["text"])
    everyone = {a.id: names(a.text) for _, a in articles}
    trials: list[Trial] = []
    for origin, article in articles:
        rng = random.Random(f"{seed}/{article.source_id}")
        passages = cut_passages(article)
        if not passages:
            continue
        other = rng.choice([a for _, a in articles if a.id != article.id])
        around = (everyone[article.id], everyone[other.id])
        true = _verbatim(passages, rng) + [
            ("paraphrase", t, _home(t, passages)) for t in rephrased[str(article.source_id)]
        ]
        for kind, text, passage in true:
            trials += _trials(origin, article, kind, text, passage, around, passages, rng)
    return trials


def _trials(
    origin: str, article: Article, kind: str, text: str, passage: Passage, around: tuple[list[str], list[str]],
    passages: Sequence[Passage], rng: random.Random,
) -> list[Trial]:  # fmt: skip
    day = article.published_on
    head, half = format_header(article.outlet or "", day, article.title), half_of(str(article.source_id))
    inside = _sentences(passage)
    found = [Trial(half, kind, origin, True, text, inside, head)]
    folded = {" ".join(content_words(s)) for s in (text, *inside)}
    for name, alter in ALTERATIONS.items():
        altered = alter(text, Around([s for s in inside if s != text], *around), rng)
        if altered and " ".join(altered.split()) != " ".join(text.split()) and altered not in inside:
            found.append(Trial(half, name, origin, False, altered, inside, head))
    far = [p for p in passages if p.end <= passage.start or p.start >= passage.end]
    if far and kind == "paraphrase" or len(far) > 2:
        there = rng.choice(far)
        if not folded & {" ".join(content_words(s)) for s in _sentences(there)}:
            found.append(Trial(half, "another passage", origin, False, text, _sentences(there), head))
    return found


def _verbatim(passages: Sequence[Passage], rng: random.Random) -> list[tuple[str, str, Passage]]:
    whole = [("verbatim", s, p) for p in passages for s in _sentences(p) if _is_whole(s)]
    return rng.sample(whole, min(PER_ARTICLE, len(whole)))


def _is_whole(sentence: str) -> bool:
    words = sentence.split()
    return (
        7 <= len(words) <= 45
        and "\n" not in sentence
        and sentence[0] in "“\"‘'" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        and (sentence.rstrip("”\"’'")[-1:] in ".!?")
    )


def _home(text: str, passages: Sequence[Passage]) -> Passage:
    """The passage that a paraphrase is of: the one it shares most words with."""
    wanted = _held(text)
    return max(passages, key=lambda p: len(wanted & _held(p.text)))


def _held(text: str) -> set[str | float]:
    return {*content_words(text), *numbers(text)}


def _sentences(passage: Passage) -> tuple[str, ...]:
    return tuple(passage.text[a - passage.start : b - passage.start] for a, b in passage.sentences)


def load_articles(data: Path | None = None, *, samples_only: bool = False) -> list[tuple[str, Article]]:
    """The sample articles, and some of the corpus where it is present and not left out."""
    found = [("sample", article) for article in _read(SAMPLE)]
    corpus = (data or DATA) / "multihop_rag" / "corpus.json"
    if corpus.exists() and not samples_only:
        rows = _read(corpus)
        step = max(1, len(rows) // CORPUS_ARTICLES)
        found += [("corpus", article) for article in rows[::step]]
    return found


def _read(path: Path) -> list[Article]:
    files = sorted(path.glob("*.md")) if path.is_dir() else [path]
    raws = [Raw(file.name, str(file), file.read_bytes()) for file in files]
    return [item.article for raw in raws for item in read_articles(raw) if isinstance(item, Read)]


def judge(trials: Sequence[Trial]) -> list[Told]:
    """Ask the support check about every trial."""
    encoder = _Remembering(text for trial in trials for text in (trial.text, *trial.sources))
    return [Told(t, check_support(t.text, t.sources, t.header, encoder)) for t in trials]


class _Remembering:
    """The bundled embedder, each text embedded once."""

    def __init__(self, texts: Iterable[str]) -> None:
        unique = list(dict.fromkeys(texts))
        self._known = dict(zip(unique, OnnxEmbedder().encode(unique), strict=True)) if unique else {}

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return np.stack([self._known[text] for text in texts])


def rates(told: Sequence[Told]) -> dict[str, tuple[int, int]]:
    """Kind -> (judged rightly, judged in all), with "true" and "altered" for the sums."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for item in told:
        for key in (item.trial.kind, "true" if item.trial.true else "altered"):
            counts[key][0] += item.right
            counts[key][1] += 1
    return {key: (right, total) for key, (right, total) in counts.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m eval.support", description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder with multihop_rag/")
    parser.add_argument("--half", choices=("A", "B"), default="B", help="A was tuned on, B is reported")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--wrong", type=int, default=0, help="show so many wrong ones of each kind")
    chosen = parser.parse_args(arguments)
    told = judge([t for t in build_trials(load_articles(chosen.data), chosen.seed) if t.half == chosen.half])
    for origin in ("sample", "corpus"):
        some = [item for item in told if item.trial.origin == origin]
        if not some:
            print(f"{origin}: absent, not measured")
            continue
        print(f"\n{origin}, half {chosen.half}\n| kind | judged rightly | of | share |\n|---|---|---|---|")
        for kind, (right, total) in sorted(rates(some).items()):
            print(f"| {kind} | {right} | {total} | {right / total:.3f} |")
    _show_wrong(told, chosen.wrong)
    return 0


def _show_wrong(told: Sequence[Told], limit: int) -> None:
    shown: dict[str, int] = defaultdict(int)
    for item in told:
        if not item.right and shown[item.trial.kind] < limit:
            shown[item.trial.kind] += 1
            print(f"{item.trial.kind}: {item.trial.text}\n    {item.support}", file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
