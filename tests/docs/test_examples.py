"""The example scripts of the documentation run as they are."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_strangers_ten_lines_print_an_answer_with_its_citations(tmp_path: Path) -> None:
    script = ROOT / "docs" / "examples" / "cite.py"
    code = [line for line in script.read_text("utf-8").splitlines() if line.strip() and not line.startswith('"""')]
    assert len(code) <= 10
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(script), str(ROOT / "eval" / "sample" / "articles"), "Why did the ferry capsize?"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    sources = [line for line in lines if re.match(r"\[\d+\] ", line)]
    answer = lines[: len(lines) - len(sources)]
    assert answer
    assert sources
    assert {marker for line in answer for marker in re.findall(r"\[\d+\]", line)} == {s.split()[0] for s in sources}
    assert (tmp_path / "my-library" / "catalogue.sqlite3").exists()
