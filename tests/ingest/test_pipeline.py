from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from rich.console import Console

from assistant.storage.library import Library
from assistant.testing import HashingEmbedder
from ingest import pipeline
from ingest.parsing.boilerplate import find_corrections
from ingest.pipeline import Options, Report, ingest
from ingest.progress import Bar, describe
from tests.ingest.making import story, write_articles

ROOT = Path(__file__).parents[2]


def take(library: Library, *sources: Path, **options) -> Report:
    return ingest(library, HashingEmbedder(), [str(source) for source in sources], None, Options(**options))


def ids(library: Library) -> set[object]:
    return {head.source_id for head in library.catalogue.headlines()}


def test_a_second_run_writes_nothing_and_embeds_nothing(library: Library, tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "a", range(6))
    (folder / "bad.json").write_text("{")
    first = take(library, folder)
    assert (first.added, first.unchanged, len(first.rejected)) == (6, 0, 1) and first.passages > 0
    state, statuses = library.catalogue.state(), library.catalogue.journal.statuses()
    with library.catalogue.guard() as con:
        changes = con.total_changes
    embedder = HashingEmbedder()
    second = ingest(library, embedder, [str(folder)])
    assert (second.added, second.updated, second.unchanged, second.passages) == (0, 0, 6, 0)
    assert embedder.texts == []
    with library.catalogue.guard() as con:
        assert con.total_changes == changes
    assert (library.catalogue.state(), library.catalogue.journal.statuses()) == (state, statuses)


def test_a_changed_article_becomes_a_version_and_the_correction_is_kept(library: Library, tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "a", [1])
    take(library, folder)
    old = library.catalogue.article("1")
    notice = "Correction: An earlier version of this article gave the wrong number of votes."
    fields = json.loads((folder / "0001.json").read_text())
    (folder / "0001.json").write_text(json.dumps({**fields, "text": f"{fields['text']}\n\n{notice}"}))
    embedder = HashingEmbedder()
    report = ingest(library, embedder, [str(folder)])
    assert (report.added, report.updated) == (0, 1)
    new = library.catalogue.article("1")
    assert old is not None and new is not None and new.id == old.id and new.version != old.version
    assert library.catalogue.article(old.id, old.version) == old
    assert [new.text[s.start : s.end] for s in find_corrections(new.text)] == [notice]
    passages = [p for p, _ in library.catalogue.passages(list(library.catalogue.live())).values()]
    assert any(notice in p.text for p in passages)
    assert all(
        p.text not in old.text for p in passages if p.text in embedder.texts
    )  # unchanged words are not embedded again


def test_sync_removes_what_left_the_folder(library: Library, tmp_path: Path) -> None:
    folder, other = write_articles(tmp_path / "a", range(4)), write_articles(tmp_path / "b", [9])
    take(library, folder, other)
    (folder / "0001.json").unlink()
    (folder / "0002.json").write_text("{ torn")  # not gone, only unreadable now
    assert take(library, folder).removed == 0 and len(ids(library)) == 5
    assert take(library, folder, sync=True).removed == 1
    assert ids(library) == {0, 2, 3, 9}
    assert take(library, folder, sync=True).removed == 0


def test_sync_removes_a_row_that_left_its_file(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = [json.dumps({"id": n, "text": story(n)}) for n in range(3)]
    path.write_text("\n".join(rows))
    take(library, path)
    path.write_text("\n".join([rows[0], rows[2]]))
    assert take(library, path, sync=True).removed == 1 and ids(library) == {0, 2}
    path.write_text("\n".join([rows[0], "{torn"]))
    assert take(library, path, sync=True).removed == 0 and ids(library) == {0, 2}


def test_sync_keeps_what_another_source_still_holds(library: Library, tmp_path: Path) -> None:
    one, two = write_articles(tmp_path / "one", [1, 2]), write_articles(tmp_path / "two", [2])
    take(library, one, two)
    (one / "0002.json").unlink()
    assert take(library, one, sync=True).removed == 0
    (two / "0002.json").unlink()
    (two / "0003.json").write_text(json.dumps({"id": 3, "text": story(3)}))
    assert take(library, two, sync=True).removed == 1 and ids(library) == {1, 3}


def test_sync_of_an_empty_folder_removes_nothing(library: Library, tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "a", range(2))
    take(library, folder)
    for path in folder.iterdir():
        path.unlink()
    report = take(library, folder, sync=True)
    assert report.removed == 0 and len(report.rejected) == 1 and ids(library) == {0, 1}


def test_stopping_keeps_whole_groups_and_the_next_run_goes_on(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "GROUP_PASSAGES", 4)
    folder = write_articles(tmp_path / "a", range(12))
    stop = threading.Event()

    def progress(report: Report) -> None:
        if report.added >= 5:
            stop.set()

    report = ingest(library, HashingEmbedder(), [str(folder)], progress, Options(stop=stop, sync=True))
    assert report.stopped and 5 <= report.added < 12 and library.catalogue.counts()["articles"] == report.added
    assert report.record()["stopped"] is True
    rest = take(library, folder)
    assert (rest.added, rest.unchanged) == (12 - report.added, report.added)


def test_progress_counts_documents_and_says_where_it_stands(library: Library, tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "a", range(5))
    steps: list[tuple[int, int]] = []
    report = ingest(library, HashingEmbedder(), [str(folder)], lambda r: steps.append((r.documents, r.total)))
    assert steps[-1] == (5, 5) and {total for _, total in steps} == {5}
    assert [o.status for o in report.outcomes] == ["added"] * 5
    out = io.StringIO()
    with Bar(Console(file=out, force_terminal=True, width=140)) as bar:
        bar.show(report)
    assert "5/5" in out.getvalue() and "5 articles" in out.getvalue() and "passages/s" in out.getvalue()
    quiet = io.StringIO()
    with Bar(Console(file=quiet, force_terminal=False)) as bar:
        bar.show(report)
    assert quiet.getvalue().strip() == ""
    assert describe(Report(added=1200, passages=2400, seconds=2.0)).startswith(
        "1,200 articles · 2,400 passages · 1,200 passages/s"
    )


def test_hidden_files_readmes_and_other_forms_are_passed_over(library: Library, tmp_path: Path) -> None:
    folder = write_articles(tmp_path / "a", [1])
    (folder / ".hidden").mkdir()
    for name in (".hidden/x.txt", ".x.txt", "README.md", "notes.xyz"):
        (folder / name).write_text(story(2))
    assert take(library, folder).added == 1


def test_an_error_while_reading_ahead_is_raised_here(
    library: Library, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the disk is on fire")

    monkeypatch.setattr(pipeline, "read_articles", broken)
    with pytest.raises(RuntimeError, match="on fire"):
        take(library, write_articles(tmp_path / "a", [1]))
    assert threading.active_count() < 20
    with library:
        pass  # the right to write was given up


def byline(home: Path, *arguments: str, **more) -> subprocess.Popen[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(home.parent)}
    code = "from ingest import pipeline; pipeline.GROUP_PASSAGES = 4; from assistant.cli.main import main; main()"
    command = [sys.executable, "-c", code, "--home", str(home), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, **more)


@pytest.mark.models
def test_ctrl_c_ends_after_the_current_group_and_says_how_to_go_on(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", write_articles(tmp_path / "a", range(50))
    running = byline(home, "ingest", str(folder))
    catalogue = home / "catalogue.sqlite3"
    while not catalogue.exists() or not stored(home):
        assert running.poll() is None, running.communicate()
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    out, said = running.communicate(timeout=120)
    assert running.returncode == 1 and "Run the same command again" in said and "Traceback" not in said
    assert 0 < stored(home) < 50 and f"Added {stored(home)} article" in out
    export = tmp_path / "what.jsonl"
    again = byline(home, "ingest", str(folder), "--json", "--export", str(export))
    out, said = again.communicate(timeout=300)
    assert again.returncode == 0, said
    record = json.loads(out)
    assert record["added"] + record["unchanged"] == 50 and record["added"] > 0
    rows = [json.loads(line) for line in export.read_text().splitlines()]
    assert len(rows) == 50 and {row["status"] for row in rows} == {"added", "unchanged"}
    listed, _ = byline(home, "articles", "status", "--json").communicate(timeout=60)
    assert len(json.loads(listed)) == 50


def stored(home: Path) -> int:
    import sqlite3

    try:
        con = sqlite3.connect(f"file:{home / 'catalogue.sqlite3'}?mode=ro", uri=True)
        try:
            return int(con.execute("SELECT count(*) FROM articles").fetchone()[0])
        finally:
            con.close()
    except sqlite3.Error:
        return 0
