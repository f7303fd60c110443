"""The benchmark: its arithmetic, and its parts on small input. Figures are not judged."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import RunError
from assistant.models.embeddings import OnnxEmbedder
from eval.bench import machine
from eval.bench.__main__ import main
from eval.bench.children import Reusing, varied
from eval.bench.machine import child, embedding_flops, markdown, seconds_of


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A corpus of three short articles in MultiHop-RAG's form."""
    folder = tmp_path / "data" / "multihop_rag"
    folder.mkdir(parents=True)
    articles = [
        {
            "id": i, "title": f"Storm reaches Tarn {i}", "author": "Ida Rook", "source": "The Tarn Echo", "category": "news",
            "published_at": f"2026-03-0{i + 1}", "url": None,
            "body": f"A storm reached Tarn on day {i}.\nThe harbour lost {i + 3} boats and closed until Monday.",
        }
        for i in range(3)
    ]  # fmt: skip
    (folder / "corpus.json").write_text(json.dumps(articles), "utf-8")
    (folder / "questions_dev.json").write_text(json.dumps([{"query": "How many boats did the harbour lose?"}]), "utf-8")
    return folder.parent


def test_operations_of_the_embedding_model_by_hand() -> None:
    # a layer: 4 d^2 for q, k, v and out, 8 d^2 for the two dense ones; attention 2 d L: times 2 for the addition
    assert embedding_flops([1]) == 6 * 2 * (12 * 384 * 384 + 2 * 384)
    assert embedding_flops([10, 10]) == 2 * 6 * 2 * (12 * 384 * 384 * 10 + 2 * 384 * 100)


def test_the_peak_is_the_operations_of_the_fastest_round(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter([0.0, 4.0, 10.0, 12.0, 20.0, 23.0])  # rounds of 4, 2 and 3 seconds
    monkeypatch.setattr(machine.time, "perf_counter", lambda: next(ticks))
    assert machine.matmul_peak(size=8, rounds=3) == 2 * 8**3 / 2.0


def test_the_most_memory_held_follows_what_is_allocated() -> None:
    before = machine.peak_memory()
    held = np.ones(before // 8 + 8_000_000)  # more than was ever allocated, and every page is written
    assert machine.peak_memory() >= before + 32_000_000
    assert held[-1] == 1


def test_a_table_is_markdown() -> None:
    assert markdown(("a", "b"), [("x", "1")]) == "| a | b |\n|---|---:|\n| x | 1 |\n"


def test_a_copy_of_an_article_has_its_words_in_other_places() -> None:
    body = "Storm reached harbour before morning broke again. It left quickly, with heavy rain behind."
    article = {"id": 1, "title": "Storm", "url": "https://tarn.example/1", "body": body}
    assert varied(article, 0) is article
    first, second = varied(article, 1), varied(article, 2)
    bodies = {article["body"], first["body"], second["body"]}
    assert len(bodies) == 3
    assert len({article["id"], first["id"], second["id"]}) == 3
    for ours, theirs in zip(first["body"].split(". "), body.split(". "), strict=True):
        assert sorted(ours.split()) == sorted(theirs.split())
    assert varied(article, 1) == first


def test_a_copy_gets_its_originals_vector_moved_and_only_while_reusing() -> None:
    embedder, plain = Reusing(), OnnxEmbedder()
    first, copy, other = "The harbour closed.", "The burhaor dlosec.", "A storm reached Tarn."
    rows = embedder.encode([first, other])
    assert np.allclose(rows, plain.encode([first, other]), atol=1e-6) and embedder.reused == 0
    moved = embedder.encode([copy])[0]
    assert embedder.reused == 1 and 0.8 < float(moved @ rows[0]) < 0.97 and abs(np.linalg.norm(moved) - 1) < 1e-5
    embedder.reuse = False
    assert np.allclose(embedder.encode([copy]), plain.encode([copy]), atol=1e-6) and embedder.reused == 1


def test_a_process_that_fails_is_an_error_with_what_it_said() -> None:
    with pytest.raises(RunError, match="No such file"):
        list(child("scale", "nowhere.json", "nowhere", "nowhere.json", "9"))
    with pytest.raises(RunError, match="nowhere"):
        seconds_of([*machine.BYLINE, "ingest", "nowhere"])


def test_without_the_data_it_says_so_and_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ingest", "scale", "--data", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert out.count("Left out: it needs corpus.json in ") == 2
    assert str(tmp_path / "multihop_rag") in out


@pytest.mark.parametrize("arguments", [["none"], ["scale", "--scale", "0"], ["--rounds", "0"]])
def test_wrong_use_is_exit_code_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "expected" in capsys.readouterr().err


def test_the_parts_run_on_tiny_input(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["start", "scale", "page", "--data", str(data), "--scale", "9", "--rounds", "1"]) == 0
    out = capsys.readouterr().out
    assert out.count("\n## ") == 3
    assert re.search(r"A cold question takes \d+\.\d\d of the import alone", out)
    grown = re.search(r"\| (\d+) \|(?: [\d,.]+ ms \|){7} [\d,]+ MB \| \d+ MB \|", out)
    assert grown and int(grown.group(1)) >= 9
    assert re.search(r"Of the \d+ passages 0 are copies with changed words", out)
    assert re.search(r"p95 of retrieval \d+\.\d\d, with a filter \d+\.\d\d", out)
    assert re.search(r"\| the page answers \| \d+\.\d\d s \|", out)


def test_ingestion_is_compared_and_repeated(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ingest", "--data", str(data), "--articles", "2"]) == 0
    out = capsys.readouterr().out
    assert "| ingest of 2 articles | Byline | LangChain + torch | ratio |" in out
    assert re.search(r"% of the first \(2 unchanged\)", out)
    assert re.search(r"\d+% of the \d+ GFLOP/s of a plain matrix product", out)
