from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.written import is_versions, read_versions

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("judged", "sorts"), [(True, ["true"]), (False, [])])
def test_versions_are_read_with_their_evidence(tmp_path: Path, judged: bool, sorts: list[str]) -> None:
    answers, versions = tmp_path / "true.jsonl", tmp_path / "written.jsonl"
    evidence = [{"outlet": "The Alder Post", "date": "2024-03-06", "text": "It sank. Two people died."}]
    answers.write_text(json.dumps({"id": "a", "question": "Who?", "evidence": evidence, "answer": "Two died. [1]"}))
    version = {
        "id": "a", "true_is_true": judged, "altered": [{"text": "Six died. [1]", "kind": "number"}],
        "invented": {"text": "Two died in fog. [1]", "place": "after"}, "reworded": "It cost two lives. [1]",
    }  # fmt: skip
    versions.write_text(json.dumps(version))
    found = list(read_versions(versions, answers))
    assert is_versions(versions) and not is_versions(answers)
    assert [item.sort for item in found] == [*sorts, "reworded", "altered", "invented"]
    assert found[-1].text == "Two died in fog."
    assert found[-1].evidence.cited[0].passage.sentence(1) == "Two people died."
