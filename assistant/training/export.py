"""Writes the trained reader as one ONNX file of fused operators, its weights stored in int8 and computed with in float32.

Reads such a file back, too, to go on training from it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from onnx import load, numpy_helper, save

from assistant.training.model import ReaderNetwork
from assistant.training.onnx_bert import GraphWriter, compress, scaled_axis

LARGEST = 30_000_000
"""Bytes that the file may have."""


def write_reader(network: ReaderNetwork, target: Path) -> None:
    """Write the network.

    Args:
        network: Trained.
        target: The ONNX file; inputs and outputs as `assistant.reading.model` asks for them.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    model = _graph(network)
    compress(model)
    save(model, str(target))
    if target.stat().st_size > LARGEST:
        raise ValueError(f"{target.name} has {target.stat().st_size:,} bytes, more than {LARGEST:,}")


def write_plain(network: ReaderNetwork, target: Path) -> None:
    """Write it in float32, to see what int8 costs."""
    save(_graph(network), str(target))


def read_reader(source: Path) -> ReaderNetwork:
    """The network of a file that `write_reader` made, its weights as they were rounded.

    Args:
        source: The ONNX file.
    """
    stored = {part.name: numpy_helper.to_array(part) for part in load(str(source)).graph.initializer}
    arrays = {name: value for name, value in stored.items() if not name.endswith((".int8", ".scale"))}
    for name in [name.removesuffix(".int8") for name in stored if name.endswith(".int8")]:
        arrays[name] = stored[f"{name}.int8"] * np.expand_dims(stored[f"{name}.scale"], 1 - scaled_axis(name))
    network = ReaderNetwork()
    unused = "encoder.pooler."  # MiniLM's own last layer, which no head of ours reads
    named = [name for name in network.state_dict() if not name.startswith(unused)]
    network.load_state_dict({name: _stored(name, arrays) for name in named}, strict=False)
    return network


def _stored(name: str, arrays: dict[str, npt.NDArray[np.float32]]) -> torch.Tensor:
    """One of torch's weights among the graph's constants, where query, key and value lie side by side."""
    short = name.removeprefix("encoder.")
    for place, part in enumerate(("query", "key", "value")):
        layer, found, kind = short.partition(f".attention.self.{part}.")
        if found:
            joined = arrays[f"{layer}.qkv" if kind == "weight" else f"{layer}.qkv_bias"]
            return torch.tensor(np.split(joined, 3, axis=-1)[place].T)
    kernel = f"{short.removesuffix('.weight')}.kernel"
    return torch.tensor(arrays[kernel].T if kernel in arrays else arrays[short])


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
