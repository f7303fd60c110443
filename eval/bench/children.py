"""Measurements that need their own process; each prints JSON lines as results arrive.

`python -m eval.bench.children NAME ARGUMENT...` is what `machine.child` runs.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from assistant.factory import build_assistant, open_library
from assistant.models import assets
from assistant.models.embeddings import OnnxEmbedder, Vectors, load_tokenizer
from assistant.settings import load_settings
from assistant.storage.ports import Catalogue
from assistant.types import Filters
from eval.bench.machine import MEASURED, embedding_flops, matmul_peak, median_seconds, peak_memory
from eval.suites import ROOT, ready_suite
from ingest.pipeline import ingest

SPLIT, OVERLAP = 1000, 200
"""The splitter settings of LangChain's tutorials."""
MAX_TOKENS = 256
FIND, READ = 40, 6
"""Number of questions for retrieval and for search."""
MOVED = 0.5
"""Length of the random vector that is added to a reused unit vector."""


class Timed(OnnxEmbedder):
    """The bundled embedder with timing."""

    def __init__(self) -> None:
        """Open it."""
        super().__init__()
        self.seconds = 0.0
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed, and add up time and tokens."""
        began = time.perf_counter()
        rows = super().encode(texts)
        self.seconds += time.perf_counter() - began
        self.texts += texts
        return rows


def token_counts(texts: Sequence[str]) -> list[int]:
    """Tokens of each text as far as the model reads it."""
    tokenizer = load_tokenizer(assets.tokenizer_file(), MAX_TOKENS)
    return [len(encoding.ids) for encoding in tokenizer.encode_batch(list(texts))]


def ingest_byline(corpus: str, home: str) -> Iterator[dict[str, Any]]:
    """Ingest a corpus with Byline."""
    library, _ = open_library(load_settings(home=Path(home)))
    embedder = Timed()
    report = ingest(library, embedder, [corpus])
    library.close()
    lengths = token_counts(embedder.texts)
    yield {
        "seconds": report.seconds, "passages": report.passages, "articles": report.added, "unchanged": report.unchanged,
        "tokens": sum(lengths), "embedding": embedder.seconds, "flops": embedding_flops(lengths),
        "memory": peak_memory(), "disk": _size(home), "peak": matmul_peak(),
    }  # fmt: skip


def ingest_stock(corpus: str, home: str) -> Iterator[dict[str, Any]]:
    """Ingest a corpus as LangChain's tutorials do, with the same weights on torch."""
    from langchain_chroma import Chroma
    from langchain_core.documents import Document
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    articles = json.loads(Path(corpus).read_text("utf-8"))
    began = time.perf_counter()
    documents = [Document(a["body"], metadata={"title": a["title"], "source": a["source"] or ""}) for a in articles]
    splitter = RecursiveCharacterTextSplitter(chunk_size=SPLIT, chunk_overlap=OVERLAP)
    pieces = splitter.split_documents(documents)
    model = HuggingFaceEmbeddings(model_name=str(assets.minilm_folder()), model_kwargs={"device": "cpu"})
    Chroma.from_documents(pieces, model, persist_directory=home)
    seconds = time.perf_counter() - began
    lengths = token_counts([piece.page_content for piece in pieces])
    yield {
        "seconds": seconds, "passages": len(pieces), "articles": len(articles), "tokens": sum(lengths),
        "memory": peak_memory(), "disk": _size(home),
    }  # fmt: skip


class Reusing(Timed):
    """Reuses the vector of a text with the same letters while `reuse` is on.

    A passage of a copy made by `varied` has the letters of its original. It gets the original's vector, moved at random to a
    cosine of about 0.9: another vector of the same kind for the index, which is not what the model would give.
    """

    def __init__(self) -> None:
        """Start with an empty cache."""
        super().__init__()
        self.reuse, self.reused = True, 0
        self._known: dict[bytes, Vectors] = {}

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed, or return a known vector with a random step."""
        keys = [
            hashlib.blake2b("".join(sorted(text)).encode("utf-8", "replace"), digest_size=16).digest() for text in texts
        ]
        new = [i for i, key in enumerate(keys) if not (self.reuse and key in self._known)]
        rows = np.zeros((len(texts), self.width), np.float32)
        rows[new] = super().encode([texts[i] for i in new])
        for i in set(range(len(texts))) - set(new):
            moved = self._known[keys[i]] + np.random.default_rng(len(self.texts) + self.reused).normal(
                scale=MOVED / self.width**0.5, size=self.width
            )
            rows[i] = moved / np.linalg.norm(moved)
            self.reused += 1
        for i in new:
            self._known.setdefault(keys[i], rows[i].copy())
        return rows


def scale(corpus: str, home: str, questions: str, *steps: str) -> Iterator[dict[str, Any]]:
    """Grow one library; at each step, print the time per passage and the latency of a search."""
    articles = json.loads(Path(corpus).read_text("utf-8"))
    queries = json.loads(Path(questions).read_text("utf-8"))
    assistant, embedder = build_assistant(load_settings(home=Path(home))), Reusing()
    batch, number, have = Path(home) / "batch.json", 0, 0

    def grow(goal: int) -> tuple[float, int]:
        """Ingest until there are so many passages: seconds and passages."""
        nonlocal number, have
        seconds, before = 0.0, have
        while have < goal:
            each = have / number if number else 14  # passages per article so far; at first that of a news article
            count = min(400, max(1, round((goal - have) / each)))
            some = [varied(articles[i % len(articles)], i // len(articles)) for i in range(number, number + count)]
            number += len(some)
            batch.write_text(json.dumps(some), "utf-8")
            report = ingest(assistant.library, embedder, [str(batch)])
            seconds, have = seconds + report.seconds, have + report.passages
        return seconds, have - before

    for step in map(int, steps):
        embedder.reuse = True
        grow(step - MEASURED)
        embedder.reuse = False  # these are embedded without reuse, as in a real ingestion of this size
        seconds, passages = grow(max(step, have + 1))
        filters = _filters(assistant.library.catalogue)
        found = _times(partial(_found, assistant, (None, None)), queries[:FIND])
        chosen: list[float] = []
        for kind in filters:
            chosen += _times(partial(_found, assistant, kind), queries[: FIND // 2])
        read = _times(lambda q: assistant.search(q, 10), queries[:READ])
        yield {
            "passages": have, "reused": embedder.reused, "each": seconds / max(passages, 1),
            "find_p50": _at(found, 0.5), "find_p95": _at(found, 0.95),
            "filter_p50": _at(chosen, 0.5), "filter_p95": _at(chosen, 0.95),
            "search_p50": _at(read, 0.5), "search_p95": _at(read, 0.95), "memory": peak_memory(), "disk": _size(home),
        }  # fmt: skip
    assistant.close()


def _filters(catalogue: Catalogue) -> list[tuple[Filters | None, date | None]]:
    """An outlet, a quarter of the period, and an as-of day in its middle, of what the library has."""
    outlets, days = list(catalogue.outlets()), catalogue.days()
    kinds: list[tuple[Filters | None, date | None]] = [(Filters(outlets=(outlets[0],)), None)] if outlets else []
    if days:
        first, last = map(date.fromisoformat, days)
        middle, quarter = first + (last - first) / 2, (last - first) / 4
        kinds += [(Filters(since=middle, until=middle + quarter), None), (None, middle)]
    return kinds or [(None, None)]


def varied(article: dict[str, Any], copy: int) -> dict[str, Any]:
    """Copy an article with changed words: the longer words of each sentence are exchanged.

    No word is made up, so that a copy has as many tokens as its original and costs as much to embed.
    """
    if not copy:
        return article
    chance = random.Random(f"{article['id']}:{copy}")  # noqa: S311 - an order of words, no secret
    words = article["body"].split(" ")
    places: list[list[int]] = [[]]
    for i, word in enumerate(words):
        if len(word) > 3 and word.isalpha() and word.islower():
            places[-1].append(i)
        elif not word.isalnum():  # a sentence may end here
            places.append([])
    for these in places:
        for i, word in zip(these, chance.sample([words[i] for i in these], len(these)), strict=True):
            words[i] = word
    name = f"{article['id']}-{copy}"
    return {**article, "id": name, "url": None, "title": f"{article['title']} ({copy})", "body": " ".join(words)}


def ask(home: str, rounds: str) -> Iterator[dict[str, Any]]:
    """A warm answer over the sample articles, and the encoding of 40 passages of 256 tokens."""
    assistant = build_assistant(load_settings(home=Path(home)))
    ingest(assistant.library, assistant.embedder, [str(ROOT / "eval/sample/articles")])
    questions = [case.question for case in ready_suite("sample").cases() if case.kind == "fact"]
    assistant.answer(questions[0])
    asked = _times(assistant.answer, questions[1 : 1 + 4 * int(rounds)])
    words = " ".join(path.read_text("utf-8") for path in sorted((ROOT / "eval/sample/articles").glob("*.md"))).split()
    texts = [" ".join(words[i * 220 : i * 220 + 400]) for i in range(40)]
    assert set(token_counts(texts)) == {MAX_TOKENS}
    assistant.embedder.encode(texts[:4])
    encoded = median_seconds(lambda: assistant.embedder.encode(texts), int(rounds))
    assistant.close()
    yield {"ask": _at(asked, 0.5), "ask_p95": _at(asked, 0.95), "questions": len(asked), "encode": encoded}


def _found(assistant: Any, kind: tuple[Filters | None, date | None], question: str) -> object:
    query = assistant.plan(question, (), *kind)
    return assistant.retriever.find(query, query.standalone, 24)


def _times(call: Callable[[str], object], items: Sequence[str]) -> list[float]:
    call(items[0])  # the first call opens models and fills caches
    return [median_seconds(partial(call, item), 1) for item in items]


def _at(values: Sequence[float], share: float) -> float:
    return float(np.quantile(values, share))


def _size(folder: str) -> int:
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())


NAMES: dict[str, Callable[..., Iterator[dict[str, Any]]]] = {
    "ingest_byline": ingest_byline,
    "ingest_stock": ingest_stock,
    "scale": scale,
    "ask": ask,
}

if __name__ == "__main__":
    for found in NAMES[sys.argv[1]](*sys.argv[2:]):
        print(json.dumps(found), flush=True)
