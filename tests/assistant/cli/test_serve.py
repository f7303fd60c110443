"""`byline serve` says where it is as soon as it can be opened, and not before."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen


def serve(home: Path, port: int) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BYLINE_")}
    return subprocess.Popen(
        [sys.executable, "-m", "assistant", "serve", "--home", str(home), "--port", str(port)],
        stderr=subprocess.PIPE, text=True, env=kept,
    )  # fmt: skip


def test_the_address_is_told_when_it_can_be_opened(tmp_path: Path) -> None:
    process = serve(tmp_path, 0)
    try:
        assert process.stderr is not None
        line = next(line for line in process.stderr if "Open" in line)
        address = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert address is not None
        assert not address[0].endswith(":0")
        with urlopen(f"{address[0]}/health") as reply:
            assert reply.status == 200
    finally:
        process.terminate()
        process.communicate()


def test_a_taken_port_is_an_error_without_an_address(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = serve(tmp_path, taken.getsockname()[1])
        _, err = process.communicate()
    assert process.returncode == 1
    assert "Open http" not in err
