"""Embedding models other than the bundled one: the words that they want before texts, and a library of their own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.errors import StoreError
from assistant.factory import build_assistant, fingerprint, open_library
from assistant.models import assets
from assistant.models.embedding_profile import EmbeddingProfile, embedding_profile
from assistant.models.embeddings import OnnxEmbedder, SentenceTransformerEmbedder
from assistant.settings import BUNDLED_EMBEDDING, load_settings
from ingest.pipeline import ingest


@pytest.mark.parametrize(
    ("name", "query", "passage"),
    [
        ("intfloat/e5-small-v2", "query: ", "passage: "),
        ("intfloat/multilingual-e5-base", "query: ", "passage: "),
        ("intfloat/multilingual-e5-large-instruct", "", ""),
        ("/models/E5-Large/", "query: ", "passage: "),
        ("nomic-ai/nomic-embed-text-v1.5", "search_query: ", "search_document: "),
        ("sentence-transformers/all-MiniLM-L6-v2", "", ""),
        (BUNDLED_EMBEDDING, "", ""),
    ],
)
def test_a_model_gets_the_words_that_it_wants(name: str, query: str, passage: str) -> None:
    assert embedding_profile(name) == EmbeddingProfile(query, passage)


def test_bge_wants_words_before_queries_alone() -> None:
    profile = embedding_profile("BAAI/bge-small-en-v1.5")
    assert profile.query.startswith("Represent this sentence")
    assert (profile.passage, profile.mark) == ("", "")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled model's float weights under the name of a model that wants prefixes."""
    link = tmp_path_factory.mktemp("models") / "e5-small-v2"
    link.symlink_to(assets.minilm_folder())
    return link


@pytest.mark.models
def test_prefixes_are_put_before_queries_and_passages(folder: Path) -> None:
    plain, prefixed = SentenceTransformerEmbedder(str(assets.minilm_folder())), SentenceTransformerEmbedder(str(folder))
    text = "The council met on Monday."
    assert np.allclose(prefixed.encode([text]), plain.encode([f"passage: {text}"]), atol=1e-6)
    assert np.allclose(prefixed.encode_queries([text]), plain.encode([f"query: {text}"]), atol=1e-6)
    assert np.allclose(prefixed.embed_query(text), prefixed.encode_queries([text])[0], atol=1e-6)


@pytest.mark.models
def test_a_library_of_another_model_is_asked_and_read_with_the_bundled_encoder(folder: Path, tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home", embedding_model=str(folder))
    story = tmp_path / "story.txt"
    story.write_text(
        "Bridge toll approved\n\nMayor Ilse Corvane approved a bridge toll of four crowns on Monday.\n", "utf-8"
    )
    library, embedder = open_library(settings)
    assert ingest(library, embedder, [str(story)]).added == 1
    library.close()
    assistant = build_assistant(settings)
    try:
        assert isinstance(assistant.parts.encoder, OnnxEmbedder)
        answer = assistant.answer("Who approved the bridge toll?")
        assert "Ilse Corvane" in answer.text
    finally:
        assistant.close()
    assert "after 'passage:'" in fingerprint(settings)
    with pytest.raises(StoreError, match="byline repair --reembed"):
        open_library(load_settings(home=tmp_path / "home", embedding_model=str(assets.minilm_folder())))
