"""The measurements that need a process of their own; each prints JSON, a line as soon as it is known.

`python -m eval.bench.children NAME ARGUMENT...` is what `machine.child` runs.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from assistant import bundled
from assistant.assembly import build_assistant, open_library
from assistant.embedder import OnnxEmbedder, Vectors, load_tokenizer
from assistant.settings import load_settings
from eval.bench.machine import embedding_flops, matmul_peak, median_seconds, peak_memory
from eval.suites import ROOT, ready_suite
from ingest.pipeline import ingest

SPLIT, OVERLAP = 1000, 200
"""What LangChain's own tutorials cut with."""
MAX_TOKENS = 256
FIND, READ = 40, 6
"""Questions for the search alone and with reading."""


class Timed(OnnxEmbedder):
    """The bundled embedder with a clock."""

    def __init__(self) -> None:
        """Open it."""
        super().__init__()
        self.seconds = 0.0
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed and count."""
        began = time.perf_counter()
        rows = super().encode(texts)
        self.seconds += time.perf_counter() - began
        self.texts += texts
        return rows


def token_counts(texts: Sequence[str]) -> list[int]:
    """Tokens of each text as far as the model reads it."""
    tokenizer = load_tokenizer(bundled.tokenizer_file(), MAX_TOKENS)
    return [len(encoding.ids) for encoding in tokenizer.encode_batch(list(texts))]


def ingest_byline(corpus: str, home: str) -> Iterator[dict[str, Any]]:
    """Take a corpus in with Byline."""
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
    """Take a corpus in as LangChain's tutorials do it, with the same weights on torch."""
    from langchain_chroma import Chroma
    from langchain_core.documents import Document
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    articles = json.loads(Path(corpus).read_text("utf-8"))
    began = time.perf_counter()
    documents = [Document(a["body"], metadata={"title": a["title"], "source": a["source"] or ""}) for a in articles]
    splitter = RecursiveCharacterTextSplitter(chunk_size=SPLIT, chunk_overlap=OVERLAP)
    pieces = splitter.split_documents(documents)
    model = HuggingFaceEmbeddings(model_name=str(bundled.minilm_folder()), model_kwargs={"device": "cpu"})
    Chroma.from_documents(pieces, model, persist_directory=home)
    seconds = time.perf_counter() - began
    lengths = token_counts([piece.page_content for piece in pieces])
    yield {
        "seconds": seconds, "passages": len(pieces), "articles": len(articles), "tokens": sum(lengths),
        "memory": peak_memory(), "disk": _size(home),
    }  # fmt: skip


def scale(corpus: str, home: str, questions: str, *steps: str) -> Iterator[dict[str, Any]]:
    """Let one library grow; at each step the time a passage took and the time a search takes."""
    articles = json.loads(Path(corpus).read_text("utf-8"))
    queries = json.loads(Path(questions).read_text("utf-8"))
    assistant = build_assistant(load_settings(home=Path(home)))
    batch, number = Path(home) / "batch.json", 0
    for step in map(int, steps):
        seconds = passages = 0.0
        have = assistant.library.catalogue.counts()["passages"]
        while have < step:
            each = have / number if number else 14  # passages that an article gave so far; a news article's at first
            count = min(40, max(1, round(0.7 * (step - have) / each)))  # less than it needs: not to overshoot
            some = [varied(articles[i % len(articles)], i // len(articles)) for i in range(number, number + count)]
            number += len(some)
            batch.write_text(json.dumps(some), "utf-8")
            report = ingest(assistant.library, assistant.embedder, [str(batch)])
            seconds, passages, have = seconds + report.seconds, passages + report.passages, have + report.passages
        found = _times(lambda q: assistant.retriever.find(*_understood(assistant, q), 24), queries[:FIND])
        read = _times(lambda q: assistant.search(q, 10), queries[:READ])
        yield {
            "passages": have, "each": seconds / max(passages, 1), "find_p50": _at(found, 0.5), "find_p95": _at(found, 0.95),
            "search_p50": _at(read, 0.5), "search_p95": _at(read, 0.95), "memory": peak_memory(), "disk": _size(home),
        }  # fmt: skip
    assistant.close()


def varied(article: dict[str, Any], copy: int) -> dict[str, Any]:
    """An article again with other words: in a copy every third longer word has its letters shuffled."""
    if not copy:
        return article
    chance = random.Random(f"{article['id']}:{copy}")  # noqa: S311 - made-up words, no secret
    words = article["body"].split(" ")
    for i in range(copy % 3, len(words), 3):
        if len(words[i]) > 3 and words[i].isalpha():
            words[i] = "".join(chance.sample(words[i], len(words[i])))
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


def _understood(assistant: Any, question: str) -> tuple[Any, str]:
    query = assistant._understand(question, (), None, None)
    return query, query.standalone


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
