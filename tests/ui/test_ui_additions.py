"""What an addition says of itself: how far it is, and what became of each article."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from assistant.errors import RunError
from assistant.factory import open_library
from assistant.settings import load_settings
from assistant.ui.jobs.outcomes import Line, make_lines, to_csv
from assistant.ui.jobs.queue import Job, Jobs
from assistant.ui.views.additions import duration, render_outcomes, seconds_left, so_far
from ingest.pipeline import Outcome

TITLES = {"a": "Pier to close", "b": "Pier will close"}


def test_an_addition_under_way_tells_its_speed_and_the_time_left() -> None:
    report = {"added": 30, "duplicates": 1, "passages": 90, "documents": 10, "total": 40, "rejected_count": 2}
    words = so_far(Job("1", "a folder", "running", report, seconds=30))
    expected = "30 articles added, 1 duplicate, 2 rejected, 90 passages, 3 passages per second, about 2 min left"
    assert words == f": {expected}"
    assert seconds_left({"documents": 1, "total": 1}, 9) is None
    assert seconds_left({"documents": 0, "total": 0}, 9) is None
    assert so_far(Job("1", "a folder", "done", report, seconds=4000)).endswith("90 passages in 67 min")
    assert [duration(s) for s in (8, 89, 90, 7500)] == ["8 s", "89 s", "2 min", "2 h 5 min"]


def test_lines_name_the_article_that_a_copy_is_of_and_are_no_formulas_in_a_spreadsheet() -> None:
    outcomes = [
        Outcome("upload:=cmd.txt", "added", "a"),
        Outcome("two.txt", "duplicate", "b", "a"),
        Outcome("bad.bin", "rejected", None, "no text in it"),
    ]
    lines = make_lines(outcomes, lambda article: TITLES.get(article, ""))
    assert lines[1] == Line("duplicate", "Pier will close", "two.txt", "b", "Pier to close")
    rows = list(csv.reader(io.StringIO(to_csv(lines))))
    assert rows[1] == ["added", "Pier to close", "'=cmd.txt", "", "a"]
    shown = render_outcomes(Job("1", "3 files", "done"), lines, "duplicate", 1)
    assert "duplicate of “Pier to close”" in shown
    assert "bad.bin" not in shown
    assert "rejected 1" in shown


def test_what_was_read_but_never_stored_says_so(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home")
    library, _ = open_library(settings)

    def fail(texts: object) -> object:
        raise RunError("The embedding model went away.")

    assistant = SimpleNamespace(library=library, embedder=SimpleNamespace(encode=fail))
    loader: Any = SimpleNamespace(settings=settings, assistant=assistant, error=None, wait=lambda: None)
    jobs = Jobs(loader)
    job = jobs.add_files([("pier.txt", b"Pier to close\n\nThe pier of Ostrey will close in March, its master said.")])
    while job.active:
        time.sleep(0.01)
    assert (job.state, job.error) == ("failed", "The embedding model went away.")
    assert [(line.status, line.place) for line in jobs.lines(job)] == [("lost", "pier.txt")]
    library.close()
