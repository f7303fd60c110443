"""Sentence-embedding models behind LangChain's `Embeddings`.

The bundled MiniLM runs on ONNX Runtime and needs no torch. Any other sentence-transformers model is loaded
by name and needs the extra [sentence-transformers]. Vectors have length one, so a dot product is a cosine.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

from assistant.errors import ModelError
from assistant.extras import require
from assistant.models import assets
from assistant.models.embedding_profile import embedding_profile
from assistant.settings import BUNDLED_EMBEDDING

Vectors = npt.NDArray[np.float32]

MAX_TOKENS = 256
BATCH_TOKENS = 512
"""Tokens in one batch, padding included; the activations of a layer then fit into the processor's cache."""


class OnnxEmbedder(Embeddings):
    """The bundled model on ONNX Runtime: all-MiniLM-L6-v2 with int8 weights (`ENCODER.md`).

    Args:
        threads: Threads for one batch; 0 uses all cores.
        file: Another ONNX file with the same inputs and output.
    """

    name = BUNDLED_EMBEDDING
    width = 384

    def __init__(self, threads: int = 0, file: Path = assets.ENCODER_FILE) -> None:
        self._threads = threads
        self._file = file
        self._lock = threading.Lock()
        self._parts: tuple[Any, Any] | None = None

    def _load(self) -> tuple[Any, Any]:
        with self._lock:
            if self._parts is None:
                self._parts = (
                    load_tokenizer(assets.tokenizer_file(), MAX_TOKENS),
                    load_session(self._file, self._threads),
                )
            return self._parts

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed texts.

        Args:
            texts: Any number of texts; each is cut after 256 tokens.

        Returns:
            float32 [len(texts), 384], rows of length one, in the order of `texts`.

        Raises:
            ModelError: A model file is missing or damaged.
        """
        tokenizer, session = self._load()
        rows = np.zeros((len(texts), self.width), np.float32)
        encodings = tokenizer.encode_batch(list(texts))
        for batch in batches([len(encoding.ids) for encoding in encodings]):
            rows[batch] = session.run(None, pad([encodings[i].ids for i in batch]))[0]
        return rows

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Embed queries; this model makes no difference between queries and passages."""
        return self.encode(texts)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed documents, as LangChain calls it."""
        return [list(map(float, row)) for row in self.encode(texts)]

    def embed_query(self, text: str) -> list[float]:
        """Embed one query, as LangChain calls it."""
        return self.embed_documents([text])[0]


class SentenceTransformerEmbedder(Embeddings):
    """Any sentence-transformers model, by name or folder.

    Raises:
        MissingExtraError: sentence-transformers is not installed.
        ModelError: The model is not on this machine and cannot be downloaded.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.profile = embedding_profile(name)
        require("sentence_transformers", "sentence-transformers", f"The embedding model {name!r}")
        try:
            from sentence_transformers import SentenceTransformer

            self._model = SentenceTransformer(name)
        except (ImportError, OSError, ValueError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0][:160]
            raise ModelError(
                f"The embedding model {name!r} cannot be loaded ({reason}); set BYLINE_EMBEDDING_MODEL to the folder of a "
                f"model on this machine, or to {BUNDLED_EMBEDDING!r}."
            ) from error
        self.width = int(self._model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed passages: float32 [len(texts), width], rows of length one."""
        return self._encoded(self.profile.passage, texts)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Embed queries, in the same form."""
        return self._encoded(self.profile.query, texts)

    def _encoded(self, prefix: str, texts: Sequence[str]) -> Vectors:
        given = [prefix + text for text in texts]
        return np.asarray(self._model.encode(given, normalize_embeddings=True, show_progress_bar=False), np.float32)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed documents, as LangChain calls it."""
        return [list(map(float, row)) for row in self.encode(texts)]

    def embed_query(self, text: str) -> list[float]:
        """Embed one query, as LangChain calls it."""
        return list(map(float, self.encode_queries([text])[0]))


Embedder = OnnxEmbedder | SentenceTransformerEmbedder


@lru_cache
def shared_encoder(threads: int = 0) -> OnnxEmbedder:
    """The bundled encoder, one for all assistants of a process that were given none."""
    return OnnxEmbedder(threads)


def cosines(embedder: Embedder, text: str, others: Sequence[str]) -> list[float]:
    """Return the cosine of one text with each of the others."""
    first, *rows = embedder.encode([text, *others])
    return [float(row @ first) for row in rows]


def make_embedder(name: str, threads: int = 0) -> Embedder:
    """Return the embedder for the setting `embedding_model`."""
    return OnnxEmbedder(threads) if name == BUNDLED_EMBEDDING else SentenceTransformerEmbedder(name)


def load_tokenizer(path: Path, max_tokens: int) -> Any:
    """Load a `tokenizers.Tokenizer` that cuts after `max_tokens` and does not pad.

    Raises:
        ModelError: The file is missing or damaged.
    """
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises plain Exception
        raise ModelError(
            f"The tokenizer {str(path)!r} cannot be opened ({str(error)[:160]}); {assets.REINSTALL}"
        ) from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer


def load_session(path: Path, threads: int = 0) -> Any:
    """Open an ONNX model on the CPU.

    Args:
        path: The ONNX file.
        threads: Threads for one batch; 0 uses all cores.

    Raises:
        ModelError: The file is missing or damaged.
    """
    # Official builds from 1.29 on send usage data unless this is set before the import.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or (os.cpu_count() or 1)
    options.log_severity_level = 3
    # The memory plan of every input shape would be kept: memory grows and no time is saved.
    options.enable_mem_pattern = False
    # Convert int8 weights to float32 once, at load time.
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime raises its own classes, which share no base
        raise ModelError(
            f"The model file {str(path)!r} cannot be opened ({str(error)[:160]}); {assets.REINSTALL}"
        ) from error


def batches(lengths: Sequence[int]) -> list[list[int]]:
    """Group texts of similar length into batches.

    Args:
        lengths: Tokens in each text.

    Returns:
        Indices of the texts, shortest first, at most BATCH_TOKENS in a batch when padded. A longer text is a
        batch of its own.
    """
    groups: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        if groups and (len(groups[-1]) + 1) * lengths[i] <= BATCH_TOKENS:
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups


def pad(ids: Sequence[Sequence[int]]) -> dict[str, npt.NDArray[np.int64]]:
    """Pad token ids to one length; return the inputs of an encoder, int64 [texts, tokens] each."""
    longest = max(len(row) for row in ids)
    table = np.zeros((len(ids), longest), np.int64)
    mask = np.zeros_like(table)
    for i, row in enumerate(ids):
        table[i, : len(row)] = row
        mask[i, : len(row)] = 1
    return {"input_ids": table, "attention_mask": mask, "token_type_ids": np.zeros_like(table)}
