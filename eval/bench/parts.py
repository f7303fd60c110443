"""The parts of the benchmark: each runs its measurements and returns a report."""

from __future__ import annotations

import json
import socket
import statistics
import subprocess  # noqa: S404 - see machine
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from assistant.errors import RunError
from eval.bench import machine
from eval.bench.machine import BYLINE, MEASURED, child, markdown, mega, seconds_of
from eval.suites import ROOT

SAMPLE = ROOT / "eval" / "sample" / "articles"
STEPS = (1_000, 10_000, 100_000)
QUESTION = "What did Kim pledge?"


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure.

    Attributes:
        data: Folder with multihop_rag/.
        folder: For everything that is written; empty at the start.
        articles: Articles that are ingested, spread over the corpus; 0 for all.
        scale: Most passages of the scaling table.
        rounds: How often short things are repeated; medians are printed.
    """

    data: Path
    folder: Path
    articles: int = 100
    scale: int = STEPS[-1]
    rounds: int = 3


def start(plan: Plan) -> Iterator[str]:
    """Time a cold question, and the import of sentence-transformers, each in a new process."""
    home = _sample_home(plan)
    commands = {
        "byline ask": [*BYLINE, "--home", str(home), "ask", QUESTION],
        "import sentence_transformers": [sys.executable, "-c", "import sentence_transformers"],
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(plan.rounds):  # alternating, so that load on the machine affects both
        for name, command in commands.items():
            taken[name].append(seconds_of(command))
    rows = [(name, f"{statistics.median(some):.2f} s", f"{min(some):.2f} s") for name, some in taken.items()]
    yield markdown(("in a fresh process", "median", "best"), rows)
    ask, bare = (statistics.median(some) for some in taken.values())
    yield f"A cold question takes {ask / bare:.2f} of the import alone (wanted: less than 0.33).\n"


def ingestion(plan: Plan) -> Iterator[str]:
    """The same articles with Byline and with the stock LangChain pipeline; a second ingestion; share of the peak."""
    corpus = _some_articles(plan)
    if isinstance(corpus, str):
        yield corpus
        return
    own = _last(child("ingest_byline", str(corpus), str(plan.folder / "byline")))
    again = _last(child("ingest_byline", str(corpus), str(plan.folder / "byline")))
    stock = _last(child("ingest_stock", str(corpus), str(plan.folder / "stock")))
    figures: tuple[tuple[str, Callable[[dict[str, Any]], float], Callable[[float], str]], ...] = (
        ("seconds", lambda r: r["seconds"], lambda v: f"{v:.1f}"),
        ("articles a second", lambda r: r["articles"] / r["seconds"], lambda v: f"{v:.1f}"),
        ("passages a second", lambda r: r["passages"] / r["seconds"], lambda v: f"{v:.0f}"),
        ("tokens a second", lambda r: r["tokens"] / r["seconds"], lambda v: f"{v:,.0f}"),
        ("passages", lambda r: r["passages"], lambda v: f"{v:,.0f}"),
        ("peak memory", lambda r: r["memory"], mega),
        ("disk", lambda r: r["disk"], mega),
    )
    rows = [(name, write(of(own)), write(of(stock)), f"{of(own) / of(stock):.2f}") for name, of, write in figures]
    head = (f"ingest of {own['articles']} articles", "Byline", "LangChain + torch", "ratio")
    yield markdown(head, rows)
    yield (
        f"The same articles a second time: {again['seconds']:.2f} s, {again['seconds'] / own['seconds']:.1%} of the first "
        f"({again['unchanged']} unchanged).\n"
    )
    peak = max(run["peak"] for run in (own, again))  # measured in the same process, on the same cores
    reached = own["flops"] / own["embedding"]
    yield (
        f"Embedding takes {own['embedding'] / own['seconds']:.0%} of the time and reaches {reached / 1e9:.0f} GFLOP/s, "
        f"{reached / peak:.0%} of the {peak / 1e9:.0f} GFLOP/s of a plain matrix product.\n"
    )


def scaling(plan: Plan) -> Iterator[str]:
    """Grow one library; articles are repeated with changed words."""
    corpus = _some_articles(plan, everything=True)
    if isinstance(corpus, str):
        yield corpus
        return
    questions = plan.folder / "questions.json"
    questions.write_text(json.dumps(_queries(plan)), "utf-8")
    steps = [str(step) for step in STEPS if step < plan.scale] + [str(plan.scale)]
    head = (
        "passages", "ingest, each", "retrieval p50", "p95", "with a filter p50", "p95", "search p50", "p95",
        "memory", "disk",
    )  # fmt: skip
    table = markdown(head, ())
    yield table.rstrip("\n")
    timed = ("each", "find_p50", "find_p95", "filter_p50", "filter_p95", "search_p50", "search_p95")
    rows = []
    for r in child("scale", str(corpus), str(plan.folder / "scale"), str(questions), *steps):
        times = [f"{r[name] * 1000:,.1f} ms" for name in timed]
        yield "| " + " | ".join([f"{r['passages']:,}", *times, mega(r["memory"]), mega(r["disk"])]) + " |"
        rows.append(r)
    last = rows[-1]
    yield (
        f"\nIngestion is timed over about the last {MEASURED:,} passages before each step, all of them embedded. Of the "
        f"{last['passages']:,} passages {last['reused']:,} are copies with changed words whose vectors are their "
        "originals', moved at random, and not embedded: the index and the full text are of that size, the ranking says "
        "nothing of quality.\n"
    )
    grown = {name: last[name] / rows[0][name] for name in timed}
    yield (
        f"From {rows[0]['passages']:,} to {last['passages']:,} passages: ingestion {grown['each']:.2f} times (wanted: at most "
        f"1.3); p95 of retrieval {grown['find_p95']:.2f}, with a filter {grown['filter_p95']:.2f}, of search "
        f"{grown['search_p95']:.2f} times (wanted: at most 3).\n"
    )


def answering(plan: Plan) -> Iterator[str]:
    """A warm question beside the cost of encoding 40 passages of 256 tokens."""
    found = _last(child("ask", str(plan.folder / "ask"), str(plan.rounds)))
    rows = [
        (f"a warm `ask` (median of {found['questions']})", f"{found['ask'] * 1000:,.0f} ms"),
        ("its 95th percentile", f"{found['ask_p95'] * 1000:,.0f} ms"),
        ("encoding 40 passages of 256 tokens", f"{found['encode'] * 1000:,.0f} ms"),
        ("ratio of the medians", f"{found['ask'] / found['encode']:.2f}"),
    ]
    yield markdown(("over the sample articles", "time"), rows)


def page(plan: Plan) -> Iterator[str]:
    """From the start of `byline serve` until its page answers, and until it can be asked."""
    home = _sample_home(plan)
    first, ready = zip(*(_served(home) for _ in range(plan.rounds)), strict=True)
    rows = [
        ("the page answers", f"{statistics.median(first):.2f} s"),
        ("models are loaded", f"{statistics.median(ready):.2f} s"),
    ]
    yield markdown(("after the start of `byline serve`", "median"), rows)


def _sample_home(plan: Plan) -> Path:
    """Build a library of the sample articles."""
    home = plan.folder / "sample"
    if not home.exists():
        seconds_of([*BYLINE, "--home", str(home), "ingest", str(SAMPLE)])
    return home


def _served(home: Path) -> tuple[float, float]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*BYLINE, "--home", str(home), "serve", "--port", str(port)]
    began = time.perf_counter()
    with subprocess.Popen(
        command, env=machine.environment(), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            first = _until(process, lambda: httpx.get(f"http://127.0.0.1:{port}/").is_success) - began
            ready = (
                _until(process, lambda: bool(httpx.get(f"http://127.0.0.1:{port}/health").json().get("ready"))) - began
            )
        finally:
            process.terminate()
    return first, ready


def _until(process: subprocess.Popen[bytes], holds: Callable[[], bool], limit: float = 120) -> float:
    until = time.perf_counter() + limit
    while time.perf_counter() < until and process.poll() is None:
        try:
            if holds():
                return time.perf_counter()
        except httpx.TransportError:
            pass
        time.sleep(0.01)
    raise RunError("`byline serve` was expected to answer and did not; start it by hand to see why.")


def _some_articles(plan: Plan, *, everything: bool = False) -> Path | str:
    """A file with the plan's articles, or a sentence that says what is missing."""
    source = plan.data / "multihop_rag" / "corpus.json"
    if not source.exists():
        return (
            f"Left out: it needs {source.name} in {source.parent}, which is not there; name its folder with --data.\n"
        )
    articles = json.loads(source.read_text("utf-8"))
    if plan.articles and not everything and plan.articles < len(articles):
        articles = [articles[i * len(articles) // plan.articles] for i in range(plan.articles)]
    chosen = plan.folder / f"corpus-{len(articles)}.json"
    chosen.write_text(json.dumps(articles, ensure_ascii=False), "utf-8")
    return chosen


def _queries(plan: Plan, count: int = 40) -> list[str]:
    path = plan.data / "multihop_rag" / "questions_dev.json"
    if not path.exists():
        return [QUESTION, "Who resigned last week?", "How much will it cost?"]
    found = json.loads(path.read_text("utf-8"))
    return [found[i * len(found) // count]["query"] for i in range(min(count, len(found)))]


def _last(lines: Iterator[dict[str, Any]]) -> dict[str, Any]:
    return list(lines)[-1]


PARTS: dict[str, Callable[[Plan], Iterator[str]]] = {
    "start": start, "ingest": ingestion, "scale": scaling, "ask": answering, "page": page,
}  # fmt: skip


def run(plan: Plan, names: Sequence[str]) -> Iterator[str]:
    """Run the parts one after another."""
    for name in names:
        yield f"\n## {name}: {PARTS[name].__doc__}\n"
        yield from PARTS[name](plan)
