"""Fixtures of the contract tests: every implementation in turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.storage.ports import Catalogue
from tests.assistant.storage.implementations import CATALOGUES


@pytest.fixture(params=CATALOGUES)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def catalogue(kind: str, tmp_path: Path) -> Iterator[Catalogue]:
    opened = CATALOGUES[kind](tmp_path)
    yield opened
    opened.close()
