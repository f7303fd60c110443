"""What training rests on: the shipped reader is read back, old questions stand beside new, coefficients find evidence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from onnx import load, numpy_helper

from assistant.models.assets import READER_FILE
from assistant.reading.sentence_ranker import SENTENCE_FEATURES
from assistant.training import __main__ as training
from assistant.training.export import read_reader, write_reader
from assistant.training.fit_sentences import LEAST_AT_FIRST, Table, fit_sentences
from assistant.training.mining import Group


def test_the_shipped_reader_is_read_back_exactly(tmp_path: Path) -> None:
    write_reader(read_reader(READER_FILE), tmp_path / "again.onnx")
    first, again = (
        {part.name: numpy_helper.to_array(part) for part in load(str(path)).graph.initializer}
        for path in (READER_FILE, tmp_path / "again.onnx")
    )
    assert first.keys() == again.keys()
    assert all((first[name] == again[name]).all() for name in first)


def test_old_and_general_questions_are_asked_again_beside_the_new_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "read_questions", lambda _: [{"id": f"t{n}"} for n in range(12)])
    news = [Group(name, "q", "fact", True, ()) for name in ("given", *(f"t{n}" for n in range(12)))]
    groups = {
        "news": news,
        "hop": [Group("hop-1", "q", "relevance", True, ())],
        "squad": [Group(f"s{n}", "q", "squad", True, ()) for n in range(5)],
    }
    passes = [{group.id for group in asked} for asked, _ in training.further(groups, 8)]
    new = {"t8", "t9", "t10", "t11"}
    assert len(passes) == 2
    assert all(new < asked and len(asked) == len(new) + 2 + 1 for asked in passes)
    assert not (passes[0] & passes[1]) - new


def test_halfway_is_the_mean_of_both() -> None:
    begun, trained = torch.nn.Linear(3, 2), torch.nn.Linear(3, 2)
    middle = (begun.weight + trained.weight) / 2
    training.go_halfway(trained, begun)
    assert torch.allclose(trained.weight, middle)


def test_fitted_coefficients_find_the_evidence_and_keep_their_directions() -> None:
    chance = np.random.default_rng(5)
    span, kind, place = (SENTENCE_FEATURES.index(name) for name in ("span", "kind", "place"))
    tables: list[Table] = []
    for _ in range(40):
        values = chance.normal(size=(6, len(SENTENCE_FEATURES)))
        gold = np.arange(6) == int(values[:, span].argmax())
        values[gold, place] += 3.0  # chance would have it that evidence stands far down
        tables.append((values, gold, 1.0))
    found = fit_sentences(tables)
    assert found[span] == max(found) > 0
    assert found[place] == 0.0, "what speaks against a sentence never speaks for it"
    assert found[kind] <= -LEAST_AT_FIRST["kind"]
