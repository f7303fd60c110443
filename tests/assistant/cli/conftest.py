"""The command in this process, and two small articles to use it on."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Protocol

import pytest

from assistant.cli.main import main


class Run(Protocol):
    """Runs `byline`; gives exit code, standard output and standard error."""

    def __call__(self, *arguments: str | Path, piped: str = "") -> tuple[int, str, str]: ...


@pytest.fixture
def byline(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str | Path, piped: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["byline", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(piped.encode())))
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        found = capsys.readouterr()
        return code, found.out, found.err

    return run


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Two articles as JSON."""
    rows = [
        {"id": 7, "title": "Bridge reopens", "source": "Harbour Post", "author": "Ada Brück",
         "published_at": "2026-03-02T08:00:00+01:00",
         "body": "The Larkin bridge reopened on Monday after nine weeks.\nIt was closed because of a cracked bearing."},
        {"id": "b", "title": "Mayor resigns", "outlet": "Tarn Gazette", "url": "https://tarn.example/mayor",
         "text": "Mayor Ilse Ott resigned on Friday. “I have lost the council’s trust,” she said."},
    ]  # fmt: skip
    path = tmp_path / "small.json"
    path.write_text(json.dumps(rows), "utf-8")
    return path
