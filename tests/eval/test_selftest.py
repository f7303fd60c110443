"""The gate detects every planted fault with its questions, and passes a rerun without a fault."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from eval import gate, selftest
from eval.faults import FAULTS, Remembering
from eval.gate import FAILED, PASSED
from eval.report import junit, summary_markdown
from eval.runner import Row
from eval.selftest import drops_table, judge_fault, simulate_drops
from eval.session import Session, asked
from eval.summary import make_manifest, summarise
from tests.eval.made import row

NAMES = {
    "citations dropped": "Sentences without a citation",
    "ids swapped": "Quotation exactness",
    "offsets shifted by one": "Quotation exactness",
    "always abstain": "End-to-end score",
    "always answer": "Abstention recall",
    "first passage always quoted": "Abstention recall",
    "reranking reversed": "MRR@10",
    "answers truncated": "Answer inside the sentences given",
}
"""Fault -> a metric that must detect it."""


def test_every_fault_is_tried() -> None:
    assert NAMES.keys() == FAULTS.keys()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_fails_the_gate(fault: str, session: Session, memory: Remembering, sound: list[Row]) -> None:
    found = judge_fault(session, memory, fault, sound)
    assert found.code == FAILED
    assert any(reason.startswith(NAMES[fault]) for reason in found.reasons), found.reasons
    rule = [item.broken_by for item in found.invariants if item.label == NAMES[fault]]
    fallen = [item.questions for item in found.compared if item.label == NAMES[fault]]
    listed = next(questions for questions in rule + fallen if questions)
    assert set(listed) <= {case.id for case in session.cases}
    rows = asked(session, memory)
    manifest = make_manifest(session.config.suite, session.settings, [case.id for case in session.cases])
    summary = summarise(rows, manifest, "2026-03-09T08:00:00")
    text = summary_markdown(rows, summary, found)
    assert "**The gate failed.**" in text
    assert NAMES[fault] in text
    assert listed[0] in text
    tree = ElementTree.fromstring(junit(rows, summary, found))
    assert int(tree.attrib["failures"]) > 0
    assert int(tree.attrib["tests"]) >= len(rows)


def test_a_sound_rerun_passes(session: Session, memory: Remembering, sound: list[Row]) -> None:
    found = gate.judge(asked(session, memory), sound, "the first time")
    assert (found.code, found.reasons, found.mcnemar_p) == (PASSED, (), 1.0)
    assert all(item.change in (0.0, None) and item.p == 1.0 for item in found.compared)


def test_the_table_of_faults_names_what_was_missed(
    session: Session, memory: Remembering, sound: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selftest, "Remembering", lambda _: memory)
    monkeypatch.setitem(FAULTS, "no fault at heart", lambda answer: answer)
    table, missed, _ = selftest.faults_table(session)
    assert missed == ["no fault at heart"]
    assert table.count("| fails |") == len(NAMES)
    assert "| no fault at heart | NOT NOTICED |" in table
    assert "| none | passes |" in table


def test_a_larger_drop_is_noticed_more_often_and_none_seldom() -> None:
    rows = [
        row(f"q{i}", None if i % 4 == 0 else row()["answer"], status="error" if i % 4 == 0 else "ok")
        for i in range(200)
    ]
    none, two, five, ten = simulate_drops(rows, trials=40)
    assert (none.drop, two.drop, five.drop, ten.drop) == (0.0, 0.02, 0.05, 0.10)
    assert none.either <= 0.05
    assert none.either <= two.either <= five.either <= ten.either
    assert five.either > 0.9
    assert ten.statistics > 0.9
    table = drops_table(rows, trials=5)
    assert "200 questions, 5 simulated runs each" in table
    assert "| 10 points |" in table


def test_the_drop_is_as_large_as_it_says() -> None:
    import numpy as np

    rows = [selftest._bare(row(f"q{i}")) for i in range(200)]
    changed = selftest._dropped(rows, 0.05, np.random.default_rng(0))
    right = sum(item["scores"]["end_to_end"][0] for item in changed)
    # 10 dropped, and 2 lost by chance; no wrong question could be won
    assert right == 200 - 10 - 2


def test_package_data_holds_what_the_harness_reads() -> None:
    import tomllib

    kept = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["package-data"]["eval"]
    assert {"templates/*", "sample/**/*", "baseline/*"} <= set(kept)
