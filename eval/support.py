"""How well the verifier tells true sentences from altered ones: `python -m eval.support`.

True: sentences of the sample articles and, where it is present, of the MultiHop-RAG corpus, and our own
paraphrases of the sample articles. False: the same sentences altered by `eval.alterations`, and true ones
that cite another passage. Every article belongs to one half: A was tuned on, B is reported.

`--sentences FILE --prompts FILE` measures sentences that a chat model wrote instead, in the form that
`eval.written` describes; versions of answers in its second form go with `--prompts` naming the true answers.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.grounding.evidence import Evidence, Verification
from assistant.grounding.limitations import is_limitation
from assistant.grounding.verifier import ClauseVerifier
from assistant.models.embeddings import OnnxEmbedder
from assistant.text.lexical import content_words, names, numbers
from assistant.types import Article, Headline, Hit, Passage
from eval.alterations import ALTERATIONS, Around
from eval.cases import half_of
from eval.suites import DATA, ROOT
from eval.written import Written, is_versions, read_versions, read_written
from ingest.chunking import cut_passages
from ingest.parsing.registry import Raw, read_articles
from ingest.types import Read

SAMPLE = ROOT / "eval/sample/articles"
PARAPHRASES = ROOT / "eval/sample/paraphrases.jsonl"
PER_ARTICLE = 6
"""True sentences taken from each article as they stand."""
CORPUS_ARTICLES = 100
"""Articles taken from the corpus, spread evenly."""
VERDICTS = ("supported", "check", "unsupported")


@dataclass(frozen=True, slots=True)
class Trial:
    """One sentence with what it cites.

    Attributes:
        half: "A" for tuning, "B" for reporting.
        kind: "verbatim" or "paraphrase" for true ones, else how it was altered.
        origin: "sample" or "corpus".
        true: Whether its source says it.
        text: The sentence.
        evidence: The passage that it cites, and others beside it.
    """

    half: str
    kind: str
    origin: str
    true: bool
    text: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Told:
    """A trial with what the verifier says of it."""

    trial: Trial
    found: Verification


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
        strangers = [_hit(passage, other) for passage in cut_passages(other)[:2]]
        hits = [_hit(passage, article) for passage in passages]
        for kind, text, passage in true:
            home = passages.index(passage)
            beside = [*hits[max(0, home - 1) : home], *hits[home + 1 : home + 2], *strangers]
            trials += _trials(origin, article, kind, text, hits[home], beside, around, hits, rng)
    return trials


def _hit(passage: Passage, article: Article) -> Hit:
    headline = Headline(
        article.id, article.version, article.source_id, article.title, article.outlet, article.byline,
        article.published_at, article.url,
    )  # fmt: skip
    return Hit(passage, headline, 1.0, 1)


def _trials(
    origin: str, article: Article, kind: str, text: str, home: Hit, beside: Sequence[Hit],
    around: tuple[list[str], list[str]], hits: Sequence[Hit], rng: random.Random,
) -> list[Trial]:  # fmt: skip
    half, passage = half_of(str(article.source_id)), home.passage
    inside, evidence = _sentences(passage), Evidence((home,), (home, *beside), "")
    found = [Trial(half, kind, origin, True, text, evidence)]
    folded = {" ".join(content_words(s)) for s in (text, *inside)}
    for name, alter in ALTERATIONS.items():
        altered = alter(text, Around([s for s in inside if s != text], *around), rng)
        if altered and " ".join(altered.split()) != " ".join(text.split()) and altered not in inside:
            found.append(Trial(half, name, origin, False, altered, evidence))
    far = [hit for hit in hits if hit.passage.end <= passage.start or hit.passage.start >= passage.end]
    if far and kind == "paraphrase" or len(far) > 2:
        there = rng.choice(far)
        if not folded & {" ".join(content_words(s)) for s in _sentences(there.passage)}:
            found.append(Trial(half, "another passage", origin, False, text, Evidence((there,), (there,), "")))
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
    """Ask the verifier about every trial."""
    verifier = ClauseVerifier(OnnxEmbedder())
    return [Told(trial, verifier.verify(trial.text, trial.evidence)) for trial in trials]


def shares(told: Sequence[Told]) -> dict[str, dict[str, float]]:
    """Kind -> share of each verdict, and "of", with "true" and "altered" for the sums."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for item in told:
        for key in (item.trial.kind, "true" if item.trial.true else "altered"):
            counts[key][item.found.verdict] += 1
    return {key: _share(count) for key, count in counts.items()}


def _share(count: Counter[str]) -> dict[str, float]:
    total = count.total()
    return {verdict: count[verdict] / total for verdict in VERDICTS} | {"of": total}


def judge_written(written: Sequence[Written]) -> list[tuple[Written, Verification]]:
    """Ask the verifier about sentences that a chat model wrote; limitations are told apart first."""
    verifier = ClauseVerifier(OnnxEmbedder())
    found = []
    for item in written:
        if item.sort == "limitation":
            verdict = Verification("supported" if is_limitation(item.text) else "unsupported", "", ())
        else:
            verdict = verifier.verify(item.text, item.evidence)
        found.append((item, verdict))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m eval.support", description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder with multihop_rag/")
    parser.add_argument("--half", choices=("A", "B"), default="B", help="A was tuned on, B is reported")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sentences", type=Path, help="sentences of a chat model, instead of the articles")
    parser.add_argument(
        "--prompts", type=Path, help="the prompts that they answer, or the true answers that they are versions of"
    )
    parser.add_argument("--wrong", type=int, default=0, help="show so many wrong ones of each kind")
    chosen = parser.parse_args(arguments)
    if (chosen.sentences is None) != (chosen.prompts is None):
        parser.error("--sentences and --prompts go together; give both or neither")
    if chosen.sentences:
        read = read_versions if is_versions(chosen.sentences) else read_written
        _report_written(judge_written(list(read(chosen.sentences, chosen.prompts))), chosen.wrong)
        return 0
    told = judge([t for t in build_trials(load_articles(chosen.data), chosen.seed) if t.half == chosen.half])
    for origin in ("sample", "corpus"):
        some = [item for item in told if item.trial.origin == origin]
        if not some:
            print(f"{origin}: absent, not measured")
            continue
        _print_table(f"{origin}, half {chosen.half}", shares(some))
    for item in told:
        wrong = "unsupported" if item.trial.true else "supported"
        _show_wrong(item.trial.kind, item.trial.text, item.found, wrong, chosen.wrong)
    return 0


def _report_written(told: Sequence[tuple[Written, Verification]], limit: int) -> None:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for item, found in told:
        counts[item.sort][found.verdict] += 1
        if item.sort == "altered":
            counts[f"altered: {item.kind}"][found.verdict] += 1
    _print_table("written by a chat model", {sort: _share(count) for sort, count in counts.items()})
    for item, found in told:
        wrong = "unsupported" if item.sort in ("true", "reworded", "limitation") else "supported"
        _show_wrong(item.sort, item.text, found, wrong, limit)


def _print_table(title: str, rows: dict[str, dict[str, float]]) -> None:
    print(f"\n{title}\n| kind | supported | check | not shown | of |\n|---|---|---|---|---|")
    for kind, row in sorted(rows.items()):
        print(f"| {kind} | " + " | ".join(f"{row[verdict]:.3f}" for verdict in VERDICTS) + f" | {row['of']:.0f} |")


_SHOWN: Counter[str] = Counter()


def _show_wrong(kind: str, text: str, found: Verification, wrong: str, limit: int) -> None:
    if found.verdict == wrong and _SHOWN[kind] < limit:
        _SHOWN[kind] += 1
        print(f"{kind}: {text}\n    {found.reason}", file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
