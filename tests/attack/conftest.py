"""A small library without models, for attacks in large numbers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from assistant.answering.pipeline import Assistant, Parts
from assistant.models.chat import ChatModel
from assistant.reading.baseline import PlainReader
from assistant.reading.pipeline import Weights
from assistant.retrieval.hybrid import HybridRetriever
from assistant.settings import load_settings
from assistant.storage.opening import open_folder
from assistant.testing import HashingEmbedder
from ingest.pipeline import ingest
from tests.conftest import ROOT

TEXT = """The ferry Marisol left Port Alder on 3 March with 214 people aboard.
“We lost radio contact at nine,” said harbour master Ines Okoro.
The ferry company did not answer questions about the crew."""
QUESTION = "How many people were aboard the ferry Marisol?"


def keep_figures(name: str, figures: Mapping[str, Any]) -> None:
    """Write figures to `artifacts/NAME.json`; no test depends on them."""
    (ROOT / "artifacts").mkdir(exist_ok=True)
    (ROOT / "artifacts" / f"{name}.json").write_text(json.dumps(figures, indent=1) + "\n")


def from_rows(folder: Path, rows: Iterable[Mapping[str, Any]], model: ChatModel | None = None) -> Assistant:
    """Build an assistant over rows of articles; all its files are in the folder."""
    folder.mkdir(exist_ok=True)
    source = folder / "articles.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return make_assistant(folder / "home", [str(source)], model)


Build = Callable[[Iterable[Mapping[str, Any]], ChatModel | None], Assistant]


def make_assistant(home: Path, sources: list[str], model: ChatModel | None, **settings: Any) -> Assistant:
    """Build an assistant over sources, with hashed words as embeddings; it never declines for low confidence."""
    embedder: Any = HashingEmbedder()
    library = open_folder(home, "attack")
    ingest(library, embedder, sources)
    parts = Parts(
        load_settings(home=home, **settings), library, embedder, HybridRetriever(library=library, embedder=embedder),
        PlainReader(embedder), Weights(candidates=6, threshold=0.0), model,
    )  # fmt: skip
    return Assistant(parts)


@pytest.fixture(scope="module")
def ferry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """An assistant over one article about the ferry, without a chat model."""
    folder = tmp_path_factory.mktemp("ferry")
    (folder / "ferry.md").write_text(
        f"---\nid: f\ntitle: Ferry Marisol sinks\noutlet: Alder Post\n---\n{TEXT}\n", "utf-8"
    )
    assistant = make_assistant(folder / "home", [str(folder / "ferry.md")], None)
    yield assistant
    assistant.close()


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Build]:
    """Return a function that builds an assistant over rows of articles."""
    made: list[Assistant] = []

    def make(rows: Iterable[Mapping[str, Any]], model: ChatModel | None) -> Assistant:
        made.append(from_rows(tmp_path / f"library-{len(made)}", rows, model))
        return made[-1]

    yield make
    for assistant in made:
        assistant.close()
