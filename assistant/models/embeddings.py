"""Sentence-embedding models behind LangChain's `Embeddings`.

The bundled MiniLM runs on ONNX Runtime, so that nothing waits for torch to be imported; any other
sentence-transformers model is loaded by name. Vectors have length one, so a dot product is a cosine.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

from assistant.errors import ModelError
from assistant.models import assets
from assistant.settings import BUNDLED_EMBEDDING

Vectors = npt.NDArray[np.float32]

MAX_TOKENS = 256
BATCH_TOKENS = 512
"""Tokens in one batch, padding included: what passes from layer to layer then stays in the processor's own memory."""


class OnnxEmbedder(Embeddings):
    """The bundled model on ONNX Runtime; equals sentence-transformers' output to 1e-4.

    Args:
        threads: Threads for one batch; 0 takes the machine's cores.
    """

    name = BUNDLED_EMBEDDING
    width = 384

    def __init__(self, threads: int = 0) -> None:
        self._threads = threads
        self._lock = threading.Lock()
        self._parts: tuple[Any, Any] | None = None

    def _load(self) -> tuple[Any, Any]:
        with self._lock:
            if self._parts is None:
                self._parts = (
                    load_tokenizer(assets.tokenizer_file(), MAX_TOKENS),
                    load_session(assets.embedding_file(), self._threads),
                )
            return self._parts

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed texts.

        Args:
            texts: Any number of texts; more than 256 tokens of one are not read.

        Returns:
            float32 [len(texts), 384], rows of length one, in the order given.
        """
        tokenizer, session = self._load()
        rows = np.zeros((len(texts), self.width), np.float32)
        encodings = tokenizer.encode_batch(list(texts))
        for batch in batches([len(encoding.ids) for encoding in encodings]):
            rows[batch] = session.run(None, pad([encodings[i].ids for i in batch]))[0]
        return rows

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """LangChain's form of `encode`."""
        return [list(map(float, row)) for row in self.encode(texts)]

    def embed_query(self, text: str) -> list[float]:
        """LangChain's form of `encode` for one text."""
        return self.embed_documents([text])[0]


class SentenceTransformerEmbedder(Embeddings):
    """Any sentence-transformers model, by name or folder.

    Raises:
        ModelError: It is not on this machine and cannot be fetched.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        try:
            from sentence_transformers import SentenceTransformer

            self._model = SentenceTransformer(name)
        except (ImportError, OSError, ValueError) as error:
            raise ModelError(
                f"The embedding model {name!r} was expected on this machine or its hub and cannot be loaded "
                f"({str(error).splitlines()[0][:160]}); give a folder, or use {BUNDLED_EMBEDDING!r}."
            ) from error
        self.width = int(self._model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed texts: float32 [len(texts), width], rows of length one."""
        return np.asarray(
            self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False), np.float32
        )

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """LangChain's form of `encode`."""
        return [list(map(float, row)) for row in self.encode(texts)]

    def embed_query(self, text: str) -> list[float]:
        """LangChain's form of `encode` for one text."""
        return self.embed_documents([text])[0]


Embedder = OnnxEmbedder | SentenceTransformerEmbedder


def cosines(embedder: Embedder, text: str, others: Sequence[str]) -> list[float]:
    """The cosine of a text with each of others."""
    first, *rows = embedder.encode([text, *others])
    return [float(row @ first) for row in rows]


def make_embedder(name: str, threads: int = 0) -> Embedder:
    """The embedder for a settings' `embedding_model`."""
    return OnnxEmbedder(threads) if name == BUNDLED_EMBEDDING else SentenceTransformerEmbedder(name)


def load_tokenizer(path: Path, max_tokens: int) -> Any:
    """A `tokenizers.Tokenizer` that cuts at `max_tokens` and does not pad."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer


def load_session(path: Path, threads: int = 0) -> Any:
    """An ONNX Runtime session on the CPU.

    Raises:
        ModelError: The file is missing or no ONNX model.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or (os.cpu_count() or 1)
    options.log_severity_level = 3
    # A plan of memory kept for every shape that ever came is memory that grows, and saves no time here.
    options.enable_mem_pattern = False
    # Weights that are stored in int8 are widened once, when the model is loaded.
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime raises its own classes, which share no base
        raise ModelError(
            f"The model file {path.name} cannot be opened ({str(error)[:160]}); run `make setup` or install Byline again."
        ) from error


def batches(lengths: Sequence[int]) -> list[list[int]]:
    """Indices of texts of so many tokens, shortest first, in groups of at most BATCH_TOKENS when padded.

    A longer text is a group of its own.
    """
    groups: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        if groups and (len(groups[-1]) + 1) * lengths[i] <= BATCH_TOKENS:
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups


def pad(ids: Sequence[Sequence[int]]) -> dict[str, npt.NDArray[np.int64]]:
    """Token ids padded to one length, as the encoders take them (one segment)."""
    longest = max(len(row) for row in ids)
    table = np.zeros((len(ids), longest), np.int64)
    mask = np.zeros_like(table)
    for i, row in enumerate(ids):
        table[i, : len(row)] = row
        mask[i, : len(row)] = 1
    return {"input_ids": table, "attention_mask": mask, "token_type_ids": np.zeros_like(table)}
