"""`byline doctor`: every check passes on a good library, and every fault is one line with advice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant.diagnostics import Health, examine
from assistant.factory import open_library
from assistant.models import assets
from assistant.settings import BUNDLED_CHAT, load_settings


def found(home: Path, **settings: str) -> dict[str, Health]:
    return {health.what: health for health in examine(load_settings(home=home, **settings))}


@pytest.fixture
def home(sample_home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sample_home, tmp_path / "library"))


def test_a_good_library_passes_every_check(home: Path) -> None:
    health = found(home, chat_model=BUNDLED_CHAT)
    assert not [each for each in health.values() if each.advice]
    assert health["embedding model"].state == "bundled:all-MiniLM-L6-v2, 384 dimensions"
    assert health["chat model"].state.endswith("answers")
    assert health["catalogue"].state == "intact"
    assert health["vector index"].state == "up to date"


def test_no_library_is_no_fault_and_creates_nothing(tmp_path: Path) -> None:
    health = found(tmp_path / "absent" / "home")
    assert not [each for each in health.values() if each.advice]
    assert "byline ingest" in health["library"].state
    assert not (tmp_path / "absent").exists()


def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert "is a file, not a folder" in found(tmp_path / "file")["disk"].advice


@pytest.mark.parametrize("start", [0, 100, 20_000])
def test_a_damaged_catalogue_is_advice(home: Path, start: int) -> None:
    file = home / "catalogue.sqlite3"
    data = bytearray(file.read_bytes())
    data[start : start + 30_000] = b"\xa5" * 30_000
    file.write_bytes(data)
    assert found(home)["catalogue"].advice


def test_a_model_that_cannot_be_opened_is_advice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = tmp_path / "reader.onnx"
    damaged.write_bytes(assets.READER_FILE.read_bytes()[:10_000])
    monkeypatch.setattr(assets, "READER_FILE", damaged)
    monkeypatch.setattr(assets, "ENCODER_FILE", tmp_path / "absent.onnx")
    health = found(tmp_path)
    assert "install Byline again" in health["reader"].advice
    assert "install Byline again" in health["model files"].advice


def test_an_error_of_a_library_is_one_line(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no memory\nand more")

    monkeypatch.setattr("assistant.storage.library.Library.sync", fail)
    monkeypatch.setattr("assistant.diagnostics.make_embedder", fail)
    health = found(home)
    assert health["vector index"].advice.startswith("RuntimeError: no memory and more")
    assert health["embedding model"].advice.startswith("RuntimeError: no memory and more")
    assert health["catalogue"].state == "intact"


def test_an_index_that_is_open_elsewhere_is_no_fault(home: Path) -> None:
    library, _ = open_library(load_settings(home=home))
    try:
        assert library.sync()
        assert "another process" in found(home)["vector index"].state
    finally:
        library.close()
