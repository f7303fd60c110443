"""Gives every test one kind: "unit", "models", "browser", "soak" or "bench".

A mark on the test or its module wins; then its fixtures decide, then its folder. What is left is a unit test, and
`unit_only` makes it fail when it opens a model or starts a process.
"""

from __future__ import annotations

import subprocess
from multiprocessing import process
from typing import Any

import pytest

KINDS = ("unit", "models", "browser", "soak", "bench")

FIXTURES = {
    "browser": "browser", "visit": "browser",
    **dict.fromkeys(("sample_home", "sample_assistant", "servers", "llama", "encoder", "sandbox", "fork", "session"), "models"),
}  # fmt: skip
"""Fixtures that need more than a unit test may use; the first that a test has decides."""

PLACES = {
    "tests/ui/": "browser",
    "tests/eval/test_bench.py::test_the_parts_run": "bench",
    "tests/eval/test_bench.py::test_ingestion_is_compared": "bench",
    "tests/eval/test_bench.py": "models",
    **dict.fromkeys(
        (
            "tests/attack/", "tests/test_diagnostics.py", "tests/test_wheel.py", "tests/assistant/cli/",
            "tests/assistant/grounding/test_verifier.py", "tests/assistant/models/test_chat.py",
            "tests/assistant/models/test_embeddings.py", "tests/eval/test_eval_cli.py",
            "tests/assistant/query/test_outlets.py::test_the_words_of_one_half", "tests/assistant/storage/test_chroma.py",
            "tests/assistant/training/test_training.py::test_the_shipped_reader", "tests/eval/test_boilerplate_quality.py",
            "tests/eval/test_gate.py", "tests/eval/test_nuggets.py::test_the_figures", "tests/eval/test_selftest.py::test_a_larger", "tests/ingest/sources/", "tests/ingest/test_cases",
            "tests/ingest/test_chunking.py", "tests/ingest/test_duplicates.py", "tests/ingest/test_editing.py",
            "tests/ingest/test_identity.py", "tests/ingest/test_pipeline.py", "tests/ingest/test_sandbox.py",
            "tests/ingest/test_stopping.py", "tests/ingest/test_wrong_input.py", "tests/ingest/parsing/test_formats.py",
        ),
        "models",
    ),
}  # fmt: skip
"""Where tests are not unit tests, the first that fits: they start servers or processes (files are read in a child process),
open models or take seconds."""


def kind_of(item: pytest.Item) -> str:
    """The kind of a test."""
    for kind in KINDS:
        if item.get_closest_marker(kind):
            return kind
    used = getattr(item, "fixturenames", ())
    for fixture, kind in FIXTURES.items():
        if fixture in used:
            return kind
    return next((kind for place, kind in PLACES.items() if item.nodeid.startswith(place)), "unit")


def mark_all(items: list[pytest.Item]) -> None:
    """Give every test its kind as a mark, so that `pytest -m KIND` selects it."""
    for item in items:
        kind = kind_of(item)
        if item.get_closest_marker(kind) is None:
            item.add_marker(kind)


def forbid_models_and_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything fail that a unit test may not do."""

    def refuse(*_: Any, **__: Any) -> None:
        pytest.fail("A unit test opened a model or started a process: mark it `models`.")

    monkeypatch.setattr("assistant.models.embeddings.load_session", refuse)
    monkeypatch.setattr("assistant.reading.model.load_session", refuse)
    monkeypatch.setattr("assistant.models.chat._start_llama", refuse)
    monkeypatch.setattr(subprocess.Popen, "__init__", refuse)
    monkeypatch.setattr(process.BaseProcess, "start", refuse)
