"""What the processes of the store tests run. Started from a fork server that has everything imported."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import threading
from pathlib import Path
from typing import Any

from assistant.answering.pipeline import Assistant, Parts
from assistant.reading.baseline import PlainReader
from assistant.reading.pipeline import Weights
from assistant.retrieval.hybrid import HybridRetriever
from assistant.settings import load_settings
from assistant.storage import failpoints
from assistant.storage.library import Library
from assistant.storage.opening import open_folder
from assistant.testing import HashingEmbedder
from ingest import pipeline
from ingest.pipeline import ingest
from tests.ingest.making import FINGERPRINT

pipeline.GROUP_PASSAGES = 8  # several groups, so several moments between two states, even of a tiny library
ARTICLES = 10
PLACES = "Tarn Oxendale Grenvik Ness Fell Hallsund Wexcombe Brindle Corvale Ostmark".split()


def write_round(folder: Path, number: int) -> None:
    """All articles as of a round; every sentence says which."""
    folder.mkdir(parents=True, exist_ok=True)
    for article in range(ARTICLES):
        lines = [
            f"In round {number} the council of {PLACES[article]} heard case {article}-{line} of the harbour."
            for line in range(12)
        ]
        record = {
            "id": article,
            "title": f"Council of {PLACES[article]}",
            "outlet": "Tarn Courier",
            "text": "\n\n".join(lines),
        }
        fresh = folder / f"{article}.new"
        fresh.write_text(json.dumps(record), "utf-8")
        os.replace(fresh, folder / f"{article}.json")


def take(home: str, folder: str, point: str, after: float) -> None:
    """Ingest; die at the point, or after so many seconds."""
    if point:
        failpoints.arm(point)
    if after:
        threading.Timer(after, os.kill, (os.getpid(), signal.SIGKILL)).start()
    library = open_folder(Path(home), FINGERPRINT)
    ingest(library, HashingEmbedder(), [folder])
    library.close()
    os._exit(0)


def read(home: str, stop: str, out: str, number: int) -> None:
    """Ask until the file `stop` is there; keep everything that was wrong."""
    embedder = HashingEmbedder()
    library = open_folder(Path(home), FINGERPRINT)
    retriever = HybridRetriever(library=library, embedder=embedder)
    settings, weights = load_settings(home=Path(home), threads=1), Weights(candidates=8, threshold=0.0)
    assistant = Assistant(Parts(settings, library, embedder, retriever, PlainReader(embedder), weights))
    wrong: list[str] = []
    asked, rounds = 0, set()
    while not Path(stop).exists():
        place = PLACES[(asked + number) % ARTICLES]
        asked += 1
        try:
            answer = assistant.answer(f"What did the council of {place} hear of the harbour?")
        except Exception as error:  # whatever it is, it is what the test looks for
            wrong.append(f"{type(error).__name__}: {error}"[:300])
            continue
        wrong += look(answer, library)
        rounds |= {found for hit in answer.hits for found in said(hit.passage.text)}
        Path(f"{out}.ready").touch()
    library.close()
    Path(out).write_text(json.dumps({"asked": asked, "rounds": sorted(rounds), "wrong": wrong}), "utf-8")
    os._exit(0)


def said(text: str) -> set[int]:
    """The rounds that a text names."""
    return {int(found) for found in re.findall(r"In round (\d+)", text)}


def look(answer: Any, library: Library) -> list[str]:
    """What is wrong with an answer."""
    wrong = [] if answer.hits and answer.status == "answered" else [f"empty: {answer.text[:200]}"]
    versions: dict[str, set[str]] = {}
    for hit in answer.hits:
        passage = hit.passage
        versions.setdefault(passage.article_id, set()).add(passage.version)
        stored = library.catalogue.article(passage.article_id, passage.version)
        if stored is None or stored.text[passage.start : passage.end] != passage.text:
            wrong.append(f"torn: {passage.text[:80]}")
        elif len(said(stored.text)) != 1 or said(passage.text) != said(stored.text):
            wrong.append(f"an article of two rounds: {sorted(said(stored.text))}")
    wrong += [f"mixed: {article} of {len(found)} versions" for article, found in versions.items() if len(found) > 1]
    for citation in answer.citations:
        stored = library.catalogue.article(citation.headline.article_id, citation.headline.version)
        if stored is None or stored.text[citation.start : citation.end] != citation.quote:
            wrong.append(f"forged: {citation.quote[:80]}")
    return wrong


def take_with(home: str, folder: str, out: str, fault: str, value: int) -> None:
    """Ingest while something is wrong with the machine; keep what is said."""
    if fault == "full":
        resource.setrlimit(resource.RLIMIT_FSIZE, (value, resource.RLIM_INFINITY))
    elif fault == "read-only":
        os.setgid(value)
        os.setuid(value)
    said = {"kind": "", "text": ""}
    try:
        library = open_folder(Path(home), FINGERPRINT)
        try:
            ingest(library, HashingEmbedder(), [folder])
        finally:
            library.close()
    except BaseException as error:  # a panic of Chroma's own is none of Exception's
        said = {"kind": type(error).__name__, "text": str(error)}
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    with open(out, "w") as file:
        json.dump(said, file)
    os._exit(0)
