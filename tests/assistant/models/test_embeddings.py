"""The bundled encoder against its float32 original, and what is said where a model cannot be opened."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from onnx import load, numpy_helper, save

from assistant.errors import ModelError
from assistant.extras import MissingExtraError
from assistant.models import assets
from assistant.models.embeddings import (
    MAX_TOKENS,
    OnnxEmbedder,
    SentenceTransformerEmbedder,
    load_tokenizer,
    make_embedder,
)
from assistant.training.encoder import float_encoder, sample_texts, write_encoder

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def sentences() -> list[str]:
    """The sentences of the sample articles."""
    found, _, _ = sample_texts()
    assert len(found) >= 500
    return found


@pytest.fixture(scope="module")
def float_embedder(tmp_path_factory: pytest.TempPathFactory) -> OnnxEmbedder:
    """The encoder before its weights were rounded."""
    file = tmp_path_factory.mktemp("float") / "encoder.onnx"
    save(float_encoder(), str(file))
    return OnnxEmbedder(file=file)


def test_the_shipped_encoder_is_the_one_that_its_weights_give(tmp_path: Path) -> None:
    write_encoder(tmp_path / "again.onnx")
    shipped, again = (
        {part.name: numpy_helper.to_array(part) for part in load(str(path)).graph.initializer}
        for path in (assets.ENCODER_FILE, tmp_path / "again.onnx")
    )
    assert shipped.keys() == again.keys()
    assert all(np.array_equal(shipped[name], again[name]) for name in shipped)
    assert not assets.check_files()


def test_the_float_graph_equals_sentence_transformers(sentences: list[str], float_embedder: OnnxEmbedder) -> None:
    reference = SentenceTransformerEmbedder(str(assets.minilm_folder()))
    some = [*sentences[::6], " ".join(sentences[:60])]  # the last is longer than the model reads
    assert np.abs(reference.encode(some) - float_embedder.encode(some)).max() < 1e-4
    assert reference.width == float_embedder.width


def test_int8_weights_keep_the_direction_of_every_sentence(sentences: list[str], float_embedder: OnnxEmbedder) -> None:
    cosines = (OnnxEmbedder().encode(sentences) * float_embedder.encode(sentences)).sum(axis=1)
    assert cosines.min() > 0.998
    assert cosines.mean() > 0.999


def test_a_missing_extra_is_one_sentence_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.extras.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'byline\[sentence-transformers\]'$"):
        make_embedder("all-mpnet-base-v2")


def test_onnx_runtime_collects_no_usage_data(tmp_path: Path) -> None:
    """It keeps a device id and the events that it is about to send in the user's folder; not under CI, which is unset."""
    code = "from assistant.models.embeddings import OnnxEmbedder; OnnxEmbedder().encode(['one'])"
    environment = {"HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [None, b"", b"not a model"], ids=["missing", "empty", "damaged"])
def test_a_model_file_that_cannot_be_opened_is_one_sentence(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "model"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ModelError, match="install Byline again"):
        OnnxEmbedder(file=file).encode(["one"])
    with pytest.raises(ModelError, match="install Byline again"):
        load_tokenizer(file, MAX_TOKENS)
    with pytest.raises(ModelError, match="install Byline again"):
        assets.verify_file(file, assets.SHA256["encoder.onnx"])
