"""Writes a BERT encoder as an ONNX graph of fused operators, and stores its weights in int8.

Needs no torch and no exporter. The graph runs faster than an exported one, because attention, embedding
and layer norms are single operators of ONNX Runtime. Does not read model files or tokenizers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

Weights = Mapping[str, npt.NDArray[np.float32]]

_FUSED = "com.microsoft"
_EPSILON = 1e-12
COMPRESSED_FROM = 10_000
"""Smallest matrix, in elements, that is stored in int8."""


class GraphWriter:
    """Collects the nodes and weights of one encoder.

    Args:
        weights: Arrays under the names of a Hugging Face `BertModel`.
        heads: Attention heads.
    """

    def __init__(self, weights: Weights, heads: int) -> None:
        self.weights = weights
        self.heads = heads
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def constant(self, name: str, value: npt.NDArray[np.generic]) -> str:
        """Add a constant and return its name."""
        self.constants.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def weight(self, name: str) -> str:
        """Add a weight unchanged."""
        return self.constant(name, self.weights[name])

    def node(self, kind: str, inputs: list[str], output: str, domain: str = "", **attributes: Any) -> str:
        """Add an operator and return its output's name."""
        self.nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output

    def linear(self, source: str, name: str) -> str:
        """`source @ weight.T`, without the bias."""
        kernel = self.constant(f"{name}.kernel", self.weights[f"{name}.weight"].T)
        return self.node("MatMul", [source, kernel], f"{name}.product")

    def encoder(self) -> str:
        """The whole encoder; returns the name of the last hidden state, [batch, tokens, width]."""
        self.node("Cast", ["input_ids"], "ids32", to=TensorProto.INT32)
        self.node("Cast", ["token_type_ids"], "types32", to=TensorProto.INT32)
        self.node("Cast", ["attention_mask"], "mask32", to=TensorProto.INT32)
        tables = [self.weight(f"embeddings.{part}_embeddings.weight") for part in ("word", "position", "token_type")]
        norm = [self.weight(f"embeddings.LayerNorm.{part}") for part in ("weight", "bias")]
        self.nodes.append(
            helper.make_node(
                "EmbedLayerNormalization", ["ids32", "types32", *tables, *norm], ["hidden", "embed_mask"],
                domain=_FUSED, epsilon=_EPSILON,
            )
        )  # fmt: skip
        hidden, layer = "hidden", 0
        while f"encoder.layer.{layer}.attention.self.query.weight" in self.weights:
            hidden = self._layer(hidden, f"encoder.layer.{layer}")
            layer += 1
        return hidden

    def _layer(self, hidden: str, name: str) -> str:
        parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
        kernel = np.concatenate([self.weights[f"{part}.weight"].T for part in parts], axis=1)
        bias = np.concatenate([self.weights[f"{part}.bias"] for part in parts])
        inputs = [hidden, self.constant(f"{name}.qkv", kernel), self.constant(f"{name}.qkv_bias", bias), "mask32"]
        attended = self.node("Attention", inputs, f"{name}.attended", _FUSED, num_heads=self.heads)
        dense = self.linear(attended, f"{name}.attention.output.dense")
        hidden = self._skip_norm(dense, hidden, f"{name}.attention.output")
        wide = self.linear(hidden, f"{name}.intermediate.dense")
        wide = self.node("BiasGelu", [wide, self.weight(f"{name}.intermediate.dense.bias")], f"{name}.gelu", _FUSED)
        return self._skip_norm(self.linear(wide, f"{name}.output.dense"), hidden, f"{name}.output")

    def _skip_norm(self, source: str, skip: str, name: str) -> str:
        norm = [self.weight(f"{name}.LayerNorm.{part}") for part in ("weight", "bias")]
        inputs = [source, skip, *norm, self.weight(f"{name}.dense.bias")]
        return self.node("SkipLayerNormalization", inputs, f"{name}.normed", _FUSED, epsilon=_EPSILON)

    def model(self, outputs: Mapping[str, list[int | str]], name: str) -> ModelProto:
        """Build the model from the collected nodes.

        Args:
            outputs: Name and shape of each float output.
            name: The graph's name.
        """
        tokens: list[int | str] = ["batch", "tokens"]
        given = ("input_ids", "attention_mask", "token_type_ids")
        graph = helper.make_graph(
            self.nodes,
            name,
            [helper.make_tensor_value_info(part, TensorProto.INT64, tokens) for part in given],
            [helper.make_tensor_value_info(part, TensorProto.FLOAT, shape) for part, shape in outputs.items()],
            self.constants,
        )
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid(_FUSED, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def sentence_encoder(weights: Weights, heads: int) -> ModelProto:
    """Build a sentence embedding model: encoder, mean over real tokens, unit length.

    Args:
        weights: Arrays under the names of a Hugging Face `BertModel`.
        heads: Attention heads.

    Returns:
        A model with inputs `input_ids`, `attention_mask`, `token_type_ids` (int64, [batch, tokens])
        and output `sentence_embedding` (float32, [batch, width]).
    """
    graph = GraphWriter(weights, heads)
    hidden = graph.encoder()
    width = int(weights["embeddings.LayerNorm.bias"].shape[0])
    graph.node("Cast", ["attention_mask"], "mask_float", to=TensorProto.FLOAT)
    graph.node("Unsqueeze", ["mask_float", graph.constant("last_axis", np.array([2]))], "mask_wide")
    graph.node("Mul", [hidden, "mask_wide"], "kept")
    axis = graph.constant("token_axis", np.array([1]))
    graph.node("ReduceSum", ["kept", axis], "summed", keepdims=0)
    # Normalization to unit length cancels the divisor of the mean.
    graph.node("LpNormalization", ["summed"], "sentence_embedding", axis=1, p=2)
    return graph.model({"sentence_embedding": ["batch", width]}, "sentence_encoder")


def scaled_axis(name: str) -> int:
    """Return the axis of a matrix that carries the int8 scales: rows of embedding tables, columns of kernels."""
    return 0 if "embeddings" in name else 1


def compress(model: ModelProto) -> None:
    """Store every large matrix in int8, with one float32 scale per row or column. Changes the model in place.

    ONNX Runtime converts the weights to float32 when it loads the file; all products are computed in float32.
    """
    kept, widening = [], []
    for constant in model.graph.initializer:
        value = numpy_helper.to_array(constant)
        if value.ndim != 2 or value.size < COMPRESSED_FROM:
            kept.append(constant)
            continue
        axis = scaled_axis(constant.name)
        scale = (np.abs(value).max(axis=1 - axis) / 127).astype(np.float32) + np.float32(1e-12)
        small = np.rint(value / np.expand_dims(scale, 1 - axis)).astype(np.int8)
        names = [f"{constant.name}.int8", f"{constant.name}.scale"]
        kept += [numpy_helper.from_array(part, name) for part, name in zip((small, scale), names, strict=True)]
        widening.append(helper.make_node("DequantizeLinear", names, [constant.name], axis=axis))
    nodes = [*widening, *model.graph.node]
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(nodes)
