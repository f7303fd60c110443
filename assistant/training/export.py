"""Writes the trained reader as one ONNX file of fused operators, weights in int8."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from onnx import TensorProto, save
from onnxruntime.quantization import QuantType, quantize_dynamic

from assistant.onnx_graph import GraphWriter
from assistant.training.network import ReaderNetwork

LARGEST = 30_000_000
"""Bytes that the file may have."""


def write_reader(network: ReaderNetwork, target: Path) -> None:
    """Write the network.

    Args:
        network: Trained.
        target: The ONNX file; inputs and outputs as `assistant.reader` asks for them.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        save(_graph(network), str(plain))
        # The fused operators tell nothing of their outputs' types, which are all float.
        options = {"DefaultTensorType": TensorProto.FLOAT}
        quantize_dynamic(plain, target, weight_type=QuantType.QInt8, per_channel=True, extra_options=options)
    if target.stat().st_size > LARGEST:
        raise ValueError(f"{target.name} has {target.stat().st_size:,} bytes, more than {LARGEST:,}")


def write_plain(network: ReaderNetwork, target: Path) -> None:
    """Write it in float32, to see what int8 costs."""
    save(_graph(network), str(target))


def _graph(network: ReaderNetwork):  # type: ignore[no-untyped-def]
    encoder = {name: value.detach().numpy() for name, value in network.encoder.state_dict().items()}
    graph = GraphWriter(encoder, heads=network.encoder.config.num_attention_heads)
    hidden = graph.encoder()
    heads = {name: value.detach().numpy() for name, value in network.state_dict().items() if "encoder" not in name}
    graph.weights = {**encoder, **heads}
    tokens = graph.node("Add", [graph.linear(hidden, "tokens"), graph.weight("tokens.bias")], "token_logits")
    zero = graph.constant("first_token", np.array(0))
    first = graph.node("Gather", [hidden, zero], "first", axis=1)
    dense = graph.node("Add", [graph.linear(first, "dense"), graph.weight("dense.bias")], "dense_out")
    pooled = graph.node("Tanh", [dense], "pooled")
    passage = graph.node("Add", [graph.linear(pooled, "passage"), graph.weight("passage.bias")], "passage_logits")
    for number, name in enumerate(("start_logits", "end_logits", "evidence_logits")):
        at = graph.constant(f"token_{number}", np.array(number))
        graph.node("Gather", [tokens, at], name, axis=2)
    for number, name in enumerate(("relevance", "answerable")):
        at = graph.constant(f"passage_{number}", np.array(number))
        graph.node("Gather", [passage, at], name, axis=1)
    wide: list[int | str] = ["batch", "tokens"]
    return graph.model(
        {
            "start_logits": wide, "end_logits": wide, "evidence_logits": wide,
            "relevance": ["batch"], "answerable": ["batch"],
        },
        "reader",
    )  # fmt: skip
