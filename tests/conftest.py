"""Every test starts from a clean environment: no settings from outside, a data folder of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from assistant.answering.pipeline import Assistant
from assistant.factory import build_assistant, open_library
from assistant.settings import load_settings
from ingest.pipeline import ingest

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
SAMPLE = ROOT / "eval" / "sample" / "articles"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("BYLINE_", "OPENAI_", "ANTHROPIC_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("BYLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that holds the sample articles; not to be written to."""
    home = tmp_path_factory.mktemp("sample-home")
    library, embedder = open_library(load_settings(home=home))
    ingest(library, embedder, [str(SAMPLE)])
    library.close()
    return home


@pytest.fixture(scope="session")
def sample_assistant(sample_home: Path) -> Iterator[Assistant]:
    """The assistant over the sample articles, with the real models and answers made of quotations."""
    assistant = build_assistant(load_settings(home=sample_home))
    yield assistant
    assistant.close()


@pytest.fixture
def seed_files() -> list[str]:
    """The article that the project began with; skipped plainly where it is absent."""
    found = sorted(str(path) for path in (SHARED / "seed").glob("*.txt"))
    if not found:
        pytest.skip("../shared/seed is absent: the seed article's test needs it")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, one for all tests: Playwright can be started only once in a process."""
    if not Path(CHROMIUM).exists():
        if os.environ.get("CI"):
            pytest.fail(f"{CHROMIUM} is not there: CI needs `apt-get install chromium`")
        pytest.skip(f"needs {CHROMIUM}: `apt-get install chromium`")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()
