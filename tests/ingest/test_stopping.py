"""Ctrl-C in a real terminal: what was taken in is kept, the way on is said, and the next run goes on from there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.ingest.making import story

ARTICLES = 300
TERMINAL = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
"""Gives the command a terminal of its own, and it what comes on standard input as if typed."""
ROOT = Path(__file__).parent.parent.parent


def in_terminal(*arguments: str, interrupt_at: str = "") -> tuple[int, str]:
    """Run `byline` in a terminal of its own; type Ctrl-C once it has drawn `interrupt_at`. Exit code and screen."""
    command = [sys.executable, "-c", TERMINAL, sys.executable, "-m", "assistant.cli.main", *arguments]
    settings = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "120"}
    drawn, typed = b"", not interrupt_at
    with subprocess.Popen(command, env=settings, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        while piece := os.read(process.stdout.fileno(), 65536):
            drawn += piece
            if not typed and re.search(interrupt_at.encode(), drawn):
                process.stdin.write(b"\x03")
                process.stdin.flush()
                typed = True
    return process.returncode, re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", drawn.decode("utf-8", "replace"))


def statuses(path: Path) -> Counter[str]:
    return Counter(json.loads(line)["status"] for line in path.read_text("utf-8").splitlines())


def test_interrupted_it_says_how_to_go_on_and_goes_on_where_it_ended(tmp_path: Path) -> None:
    folder, export = tmp_path / "articles", tmp_path / "export.jsonl"
    folder.mkdir()
    for n in range(ARTICLES):
        (folder / f"{n:04}.json").write_text(
            json.dumps({"id": n, "title": f"Report {n}", "text": story(n, 2)}), "utf-8"
        )
    command = ("--home", str(tmp_path / "home"), "ingest", str(folder), "--export", str(export))
    code, screen = in_terminal(*command, interrupt_at=r"[1-9]\d* articles")
    assert code == 1, screen
    assert "Stopping after the current articles" in screen
    assert "stopped. Run the same command again to continue" in screen
    assert "Traceback" not in screen
    first = statuses(export)
    assert first.keys() == {"added"} and 0 < first["added"] < ARTICLES
    code, screen = in_terminal(*command)
    assert code == 0, screen
    assert statuses(export) == {"unchanged": first["added"], "added": ARTICLES - first["added"]}
    assert f"Added {ARTICLES - first['added']} articles, {first['added']} unchanged." in screen
