"""What training further rests on: the shipped reader can be read back, and old questions are asked again beside new."""

from __future__ import annotations

from pathlib import Path

import pytest
from onnx import load, numpy_helper

from assistant.bundled import READER_FILE
from assistant.training import __main__ as training
from assistant.training.examples import Group
from assistant.training.export import read_reader, write_reader


def test_the_shipped_reader_is_read_back_exactly(tmp_path: Path) -> None:
    write_reader(read_reader(READER_FILE), tmp_path / "again.onnx")
    first, again = (
        {part.name: numpy_helper.to_array(part) for part in load(str(path)).graph.initializer}
        for path in (READER_FILE, tmp_path / "again.onnx")
    )
    assert first.keys() == again.keys()
    assert all((first[name] == again[name]).all() for name in first)


def test_old_questions_are_asked_again_beside_the_new_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "read_questions", lambda _: [{"id": f"t{n}"} for n in range(12)])
    news = [Group(name, "q", "fact", True, ()) for name in ("given", *(f"t{n}" for n in range(12)))]
    hops = [Group("hop-1", "q", "relevance", True, ())]
    passes = [{group.id for group in groups} for groups, _ in training.further({"news": news, "hop": hops}, 8)]
    new = {"t8", "t9", "t10", "t11"}
    assert len(passes) == 2
    assert all(new < asked and len(asked) == len(new) + 2 for asked in passes)
    assert not (passes[0] & passes[1]) - new
