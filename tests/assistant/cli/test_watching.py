"""`byline watch --once`: its lines, its log, its exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.assistant.cli.conftest import Run

pytestmark = pytest.mark.models


def test_a_check_is_one_line_on_the_screen_and_in_the_log(byline: Run, small: Path, tmp_path: Path) -> None:
    log = tmp_path / "watch.log"
    first, again = (byline("watch", small, "--once", "--log", log) for _ in range(2))
    assert (first[0], again[0]) == (0, 0)
    assert f"{small}: 2 new\n" in first[1] and f"{small}: 2 unchanged\n" in again[1]
    assert log.read_text("utf-8") == first[1] + again[1]


def test_a_source_that_cannot_be_read_costs_itself_alone(byline: Run, small: Path, tmp_path: Path) -> None:
    code, out, _ = byline("watch", tmp_path / "none", small, "--once")
    assert code == 1
    assert "none: could not be read: No such file or folder" in out and "Next try in 30 min." in out
    assert f"{small}: 2 new\n" in out


def test_an_interval_or_a_log_that_cannot_be_used_is_one_sentence(byline: Run, small: Path, tmp_path: Path) -> None:
    code, _, err = byline("watch", small, "--every", "5 minutes")
    assert code == 2 and "Write it like 15m, 2h or 1d." in err
    code, _, err = byline("watch", small, "--once", "--log", tmp_path / "no" / "such.log")
    assert code == 2 and "--log: cannot write" in err
