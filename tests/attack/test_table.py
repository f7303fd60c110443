"""The table in SECURITY.md names existing tests."""

from __future__ import annotations

import ast

from eval.licences import licence_of, needed
from eval.security import THREATS, table
from tests.conftest import ROOT


def test_every_row_of_the_table_has_its_test() -> None:
    for threat in THREATS:
        file, _, beginning = threat.test.partition("::")
        tree = ast.parse((ROOT / "tests" / "attack" / file).read_text("utf-8"))
        names = [
            node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        ]
        assert any(name.startswith(beginning) for name in names), threat.test


def test_security_md_holds_the_table() -> None:
    page = (ROOT / "SECURITY.md").read_text("utf-8")
    for line in table({}).splitlines()[2:]:
        assert line.rsplit("|", 2)[0] in page, line


def test_every_dependency_states_a_licence() -> None:
    found = needed()
    assert len(found) > 50
    listed = (ROOT / "LICENSES.md").read_text("utf-8")
    assert [name for name in found if f"| {name} |" not in listed] == []
    assert [name for name, dist in found.items() if licence_of(dist) == "not stated"] == []
