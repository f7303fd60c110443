"""The audit's messages for the service's answers."""

from __future__ import annotations

from eval.audit import judge

CLEAN = {"name": "a", "version": "1", "vulns": []}
WEAK = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3", "2.1"]}]}
UNKNOWN = {"name": "c", "skip_reason": "not found"}


def test_a_weakness_fails_and_names_the_version_that_mends_it() -> None:
    assert judge([CLEAN, WEAK, UNKNOWN], "") == (1, ["b 2: PYSEC-1, mended in 3, 2.1"])


def test_how_many_packages_were_looked_up_is_said() -> None:
    code, lines = judge([CLEAN, UNKNOWN], "")
    assert code == 0
    assert lines[0].startswith("audit: 1 of 2 packages looked up")


def test_a_service_that_cannot_be_reached_is_said_and_does_not_fail() -> None:
    for packages, trouble, why in (([], "no route", "no route"), ([UNKNOWN], "", "knows none")):
        code, lines = judge(packages, trouble)
        assert code == 0
        assert "nothing was looked up" in lines[0]
        assert why in lines[0]
