"""Every test starts from a clean environment (no settings from outside, a data folder of its own) and has one kind."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from assistant.answering.pipeline import Assistant
from assistant.factory import build_assistant
from assistant.models import assets
from assistant.settings import load_settings
from assistant.storage.library import Library
from eval.reading_cache import CachedReader
from tests.ingest.making import open_tiny
from tests.marks import forbid_models_and_processes, kind_of, mark_all
from tests.sample_library import code_of_reading, sample_library

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"
SAMPLE = ROOT / "eval" / "sample" / "articles"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    mark_all(items)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if kind_of(request.node) == "unit":
        forbid_models_and_processes(monkeypatch)
    for name in list(os.environ):
        if name.startswith(("BYLINE_", "OPENAI_", "ANTHROPIC_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("BYLINE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """An empty library whose vectors need no model."""
    library = open_tiny(tmp_path / "home")
    yield library
    library.close()


@pytest.fixture(scope="session")
def prebuilt_library(pytestconfig: pytest.Config) -> Path:
    """The library of the sample articles in pytest's cache folder; copy it, do not write to it."""
    assert pytestconfig.cache is not None
    return sample_library(pytestconfig.cache.mkdir("sample-library"))


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory, prebuilt_library: Path) -> Path:
    """A data folder that holds the sample articles; not to be written to."""
    return Path(shutil.copytree(prebuilt_library, tmp_path_factory.mktemp("sample") / "home"))


@pytest.fixture(scope="session")
def sample_assistant(sample_home: Path, pytestconfig: pytest.Config) -> Iterator[Assistant]:
    """The assistant over the sample articles, with the real models and answers made of quotations.

    What the reader said of a question and a passage is kept in pytest's cache folder: most questions are asked many times.
    """
    assert pytestconfig.cache is not None
    assistant = build_assistant(load_settings(home=sample_home))
    reader = CachedReader(
        assistant.reader, assets.READER_FILE, pytestconfig.cache.mkdir(f"readings-{code_of_reading()}")
    )
    yield Assistant(replace(assistant.parts, reader=reader))
    assistant.close()


@pytest.fixture
def seed_files() -> list[str]:
    """The article that the project began with; the test is skipped where it is absent."""
    found = sorted(str(path) for path in (SHARED / "seed").glob("*.txt"))
    if not found:
        pytest.skip("../shared/seed is absent: the seed article's test needs it")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, shared by all tests: Playwright can be started only once in a process."""
    if not Path(CHROMIUM).exists():
        if os.environ.get("CI"):
            pytest.fail(f"{CHROMIUM} is not there: CI needs `apt-get install chromium`")
        pytest.skip(f"needs {CHROMIUM}: `apt-get install chromium`")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()
