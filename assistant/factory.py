"""The only place where parts are put together."""

from __future__ import annotations

from assistant.answering.pipeline import Assistant, Parts
from assistant.errors import ModelError
from assistant.models import assets
from assistant.models.chat import make_chat_model
from assistant.models.embedding_profile import embedding_profile
from assistant.models.embeddings import Embedder, OnnxEmbedder, make_embedder
from assistant.reading.model import Reader
from assistant.reading.scoring import load_weights
from assistant.retrieval.hybrid import HybridRetriever
from assistant.settings import PASSAGE_RULES, Settings
from assistant.storage.library import Library
from assistant.storage.opening import open_folder


def open_library(settings: Settings, *, adopt: bool = False) -> tuple[Library, Embedder]:
    """The library in the settings' data folder and the embedder that it is made with.

    Args:
        settings: Which folder and which embedding model.
        adopt: Open a library of another embedding model, to embed it anew.

    Raises:
        StoreError: The data folder cannot be used.
        ModelError: The embedding model cannot be loaded.
    """
    embedder = make_embedder(settings.embedding_model, settings.threads)
    return open_folder(settings.home, fingerprint(settings), adopt=adopt), embedder


def fingerprint(settings: Settings) -> str:
    """What a library was made with; another one cannot be searched with these settings."""
    name = settings.embedding_model
    return f"{name}{embedding_profile(name).mark}, passage rules {PASSAGE_RULES}"


def build_assistant(settings: Settings) -> Assistant:
    """The assistant for the settings. Models are loaded when they are first used.

    Raises:
        StoreError: The data folder cannot be used.
        ModelError: A model is missing.
    """
    library, embedder = open_library(settings)
    if not assets.READER_FILE.exists():
        library.close()
        raise ModelError(f"The bundled reader {assets.READER_FILE.name} is missing; {assets.REINSTALL}")
    weights = load_weights(assets.READER_FILE.with_suffix(".json"))
    encoder = embedder if isinstance(embedder, OnnxEmbedder) else OnnxEmbedder(settings.threads)
    reader = Reader(assets.READER_FILE, assets.tokenizer_file(), threads=settings.threads, embedder=encoder)
    retriever = HybridRetriever(library=library, embedder=embedder, encoder=encoder)
    parts = Parts(settings, library, embedder, retriever, reader, weights, make_chat_model(settings), encoder)
    return Assistant(parts)
