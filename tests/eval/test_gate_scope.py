"""The number of questions in a gate run: all after a change of models, retrieval or data, else a stratified sample."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from assistant.settings import Settings, load_settings
from eval import gate, summary
from eval.gate_scope import PART, note_whole, questions_to_ask
from eval.suites import ready_suite, select
from eval.summary import make_manifest


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(gate, "BASELINES", tmp_path / "baselines")
    return load_settings(home=tmp_path / "home")


def test_without_a_mark_everything_is_asked(settings: Settings) -> None:
    assert questions_to_ask(ready_suite("sample"), settings) == 0


def test_after_a_whole_run_a_part_is_asked_until_models_or_retrieval_change(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite = ready_suite("sample")
    note_whole(suite, settings)
    assert questions_to_ask(suite, settings) == PART
    assert questions_to_ask(suite, settings.model_copy(update={"embedding_model": "another"})) == 0
    changed = tmp_path / "assistant"
    changed.mkdir()
    (changed / "retrieval.py").write_text("K = 60\n")
    monkeypatch.setattr(summary, "RETRIEVAL", (*summary.RETRIEVAL, str(changed)))
    assert questions_to_ask(suite, settings) == 0


def test_a_baseline_of_the_same_retrieval_will_do(settings: Settings) -> None:
    suite = ready_suite("sample")
    gate.BASELINES.mkdir()
    (gate.BASELINES / "sample.json").write_text(json.dumps(make_manifest(suite, settings, ["q1"])))
    assert questions_to_ask(suite, settings) == PART


def test_a_part_has_every_kind_in_proportion() -> None:
    cases = ready_suite("sample").cases()
    part = select(cases, limit=PART)
    assert len(part) == PART == len({case.id for case in part})
    assert [case.id for case in part] == [case.id for case in cases if case in part], "in the order of the file"
    whole, chosen = Counter(case.kind for case in cases), Counter(case.kind for case in part)
    assert all(abs(chosen[kind] - count * PART / len(cases)) < 1 for kind, count in whole.items())


def test_odd_and_even_ids_are_two_halves() -> None:
    cases = ready_suite("follow-ups").cases()
    odd, even = select(cases, ids="odd"), select(cases, ids="even")
    assert (len(odd), len(even)) == (30, 30)
    assert {case.id for case in odd}.isdisjoint(case.id for case in even)
    assert odd[0].id == "follow-up-1"
