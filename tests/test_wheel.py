"""The wheel in an empty environment, in another folder, without torch: everything that the core promises.

Needs the package index, and about a minute; runs in CI and under `make soak`.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parent.parent
PARTS = ("assistant", "ingest", "eval", "prompts", "pyproject.toml", "README.md", "LICENSE")
LEFT_OUT = (
    "torch", "transformers", "sentence_transformers", "sklearn", "scipy", "onnx", "onnxscript", "statsmodels", "openai",
    "langchain_openai", "xllamacpp", "safetensors", "datasketch",
)  # fmt: skip
LARGEST = 1000
"""Megabytes that the environment may take on disk."""
IMPORT_ALL = """
import importlib, pkgutil, sys
for top in ("assistant", "ingest", "eval", "prompts"):
    package = importlib.import_module(top)
    for module in pkgutil.walk_packages(package.__path__, top + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
from importlib.util import find_spec
print([name for name in sys.argv[1:] if find_spec(name)])
"""

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(
        not (os.environ.get("CI") or os.environ.get("BYLINE_SOAK")),
        reason="takes a minute; in CI and under `make soak`",
    ),
]


class Installed:
    """The environment and a folder of its own to work in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "env" / "bin"
        self.work = folder / "work"
        self.work.mkdir()
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        self.environment = {**kept, "HOME": str(self.work), "BYLINE_HOME": str(self.work / "library")}

    def run(self, *command: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the environment in the work folder."""
        return subprocess.run(
            [str(self.bin / command[0]), *command[1:]],
            cwd=self.work, env={**self.environment, **settings}, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip

    def checked(self, *command: str) -> str:
        """Run it; what it wrote to standard output."""
        done = self.run(*command)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def pip(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, source / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / part, source / part)
    pip("wheel", "-q", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(source))
    (wheel,) = folder.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", str(folder / "env")], check=True)
    python = str(folder / "env" / "bin" / "python")
    pip("--python", python, "install", "-q", "--no-compile", "-c", str(ROOT / "constraints.txt"), str(wheel))
    shutil.rmtree(source)
    made = Installed(folder)
    (articles,) = (folder / "env").glob("lib/python*/site-packages/eval/sample/articles")
    made.checked("byline", "ingest", str(articles))
    yield made
    shutil.rmtree(folder)


def megabytes(folder: Path) -> float:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink()) / 1e6


def test_nothing_optional_is_installed_and_every_module_is_importable(
    installed: Installed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert installed.checked("python", "-W", "ignore", "-c", IMPORT_ALL, *LEFT_OUT) == "[]\n"
    (wheel,) = installed.folder.glob("*.whl")
    size = megabytes(installed.folder / "env")
    with capsys.disabled():
        print(f"\nwheel {wheel.stat().st_size / 1e6:.0f} MB, installed environment {size:.0f} MB")
    assert size < LARGEST


def test_other_users_can_read_what_is_installed(installed: Installed) -> None:
    (models,) = (installed.folder / "env").glob("lib/python*/site-packages/assistant/models")
    files = [path for path in models.iterdir() if path.is_file()]
    assert {"encoder.onnx", "tokenizer.json", "reader.onnx", "ENCODER-LICENSE.txt"} <= {path.name for path in files}
    assert all(path.stat().st_mode & 0o004 for path in files)


def test_articles_are_asked_searched_and_checked(installed: Installed) -> None:
    answer = json.loads(installed.checked("python", "-m", "assistant", "ask", "What did Kim pledge?", "--json"))
    assert "fraternal duty" in answer["text"] and answer["citations"]
    assert json.loads(installed.checked("byline", "search", "harbour", "--json"))["hits"]
    doctor = installed.checked("byline", "doctor")
    assert "BAD" not in doctor and "make " not in doctor
    assert installed.checked("byline", "--version") == installed.checked("python", "-m", "assistant", "--version")


def test_the_page_is_served(installed: Installed) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [str(installed.bin / "byline"), "serve", "--port", str(port)],
        cwd=installed.work, env=installed.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        state: dict[str, object] = {}
        until = time.monotonic() + 120
        while not state.get("ready") and time.monotonic() < until and server.poll() is None:
            try:
                with urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as response:
                    state = json.load(response)
            except (URLError, OSError):
                time.sleep(0.3)
        assert state.get("ready"), state
    finally:
        server.terminate()
        server.communicate(timeout=30)


@pytest.mark.parametrize(
    ("command", "settings", "extra"),
    [
        (["search", "harbour"], {"BYLINE_EMBEDDING_MODEL": "all-mpnet-base-v2"}, "sentence-transformers"),
        (["ask", "What did Kim pledge?"], {"BYLINE_CHAT_MODEL": "bundled:smollm2-135m"}, "local-llm"),
        (["ask", "What did Kim pledge?"], {"BYLINE_CHAT_MODEL": "openai:gpt-5"}, "providers"),
        (["eval", "run", "--suite", "sample"], {}, "eval"),
    ],
    ids=["embedding model", "bundled chat model", "provider", "evaluation"],
)
def test_what_an_extra_brings_is_one_sentence_with_its_command(
    installed: Installed, command: list[str], settings: dict[str, str], extra: str
) -> None:
    done = installed.run("byline", *command, **settings)
    said = done.stdout + done.stderr
    assert said.count(f"pip install 'byline[{extra}]'") == 1
    assert "Traceback" not in said
