"""The reader as a torch module: the bundled MiniLM with four heads, and how it is taught."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoModel

from assistant.models import assets
from assistant.reading.model import CLS, COLON, MAX_HEADER, MAX_QUESTION, SEP
from assistant.training.mining import Item

MAX_TOKENS = 256
HAS_HALF = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
HALF = torch.bfloat16 if HAS_HALF else torch.float32
"""What the encoder computes in. Where a processor has no products of bfloat16 they take 26 times as long as float32."""


class Attention(torch.autograd.Function):
    """Attention by plain batched products: forwards and backwards half the time of torch's own on a CPU with AMX.

    Inputs [batch x heads, tokens, width of a head], the queries scaled; the bias [batch x heads, 1, tokens].
    """

    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor, bias: Tensor) -> Tensor:
        """What every token gathers, [batch x heads, tokens, width of a head]."""
        shares = torch.softmax(torch.bmm(query, key.transpose(1, 2)).add_(bias), -1)
        ctx.save_for_backward(query, key, value, shares)
        return torch.bmm(shares, value)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        """Gradients of query, key and value."""
        query, key, value, shares = ctx.saved_tensors
        grad = grads[0].contiguous()
        scores = torch.bmm(grad, value.transpose(1, 2))
        scores = torch._softmax_backward_data(scores, shares, -1, shares.dtype)
        return (
            torch.bmm(scores, key),
            torch.bmm(scores.transpose(1, 2), query),
            torch.bmm(shares.transpose(1, 2), grad),
            None,
        )


def _linear(given: Tensor, layer: nn.Linear) -> Tensor:
    return functional.linear(given, layer.weight.to(HALF), layer.bias.to(HALF))


def _norm(given: Tensor, layer: nn.LayerNorm) -> Tensor:
    weight, bias = layer.weight.to(HALF), layer.bias.to(HALF)
    return functional.layer_norm(given, layer.normalized_shape, weight, bias, layer.eps)


class ReaderNetwork(nn.Module):
    """MiniLM with heads for start, end and evidence of every token, and relevance and answerable of the passage.

    The word table stays as it is: the questions to come use other words than those it is taught with.
    """

    def __init__(self) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(str(assets.minilm_folder()))
        width = self.encoder.config.hidden_size
        self.tokens = nn.Linear(width, 3)
        self.dense = nn.Linear(width, width)
        self.passage = nn.Linear(width, 2)
        for parameter in self.encoder.embeddings.parameters():
            parameter.requires_grad_(False)

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> tuple[Tensor, Tensor]:
        """Token logits [batch, tokens, 3] and passage logits [batch, 2], in float32."""
        hidden = self._hidden(ids, mask, types).float()
        return self.tokens(hidden), self.passage(torch.tanh(self.dense(hidden[:, 0])))

    def _hidden(self, ids: Tensor, mask: Tensor, types: Tensor) -> Tensor:
        """The encoder in `HALF` throughout: a step takes 0.7 of what autocast around the library's own layers takes."""
        with torch.no_grad():
            hidden = self.encoder.embeddings(input_ids=ids, token_type_ids=types).to(HALF)
        batch, tokens, width = hidden.shape
        heads = self.encoder.config.num_attention_heads
        bias = ((1 - mask).to(HALF) * -1e4).repeat_interleave(heads, 0)[:, None, :]

        def split(given: Tensor) -> Tensor:
            return given.view(batch, tokens, heads, -1).transpose(1, 2).reshape(batch * heads, tokens, -1)

        for layer in self.encoder.encoder.layer:
            own, out = layer.attention.self, layer.attention.output
            query = split(_linear(hidden, own.query) * (width // heads) ** -0.5)
            seen = Attention.apply(query, split(_linear(hidden, own.key)), split(_linear(hidden, own.value)), bias)
            seen = seen.view(batch, heads, tokens, -1).transpose(1, 2).reshape(batch, tokens, width)
            hidden = _norm(hidden + _linear(seen, out.dense), out.LayerNorm)
            inner = functional.gelu(_linear(hidden, layer.intermediate.dense))
            hidden = _norm(hidden + _linear(inner, layer.output.dense), layer.output.LayerNorm)
        return hidden


@dataclass(slots=True)
class Row:
    """One passage as token ids, with what is to be found in it by token."""

    ids: list[int]
    question: int
    first: int
    sentence: list[int]
    gold: frozenset[int]
    answer: tuple[int, int] | None
    label: int
    group: int
    ranking: bool = False


@dataclass(slots=True)
class Batch:
    """Rows padded to one length."""

    ids: Tensor
    mask: Tensor
    types: Tensor
    rows: list[Row]


class Encoder:
    """Turns questions and passages into rows, as `assistant.reading.model` does."""

    def __init__(self) -> None:
        self._tokenizer = Tokenizer.from_file(str(Path(assets.tokenizer_file())))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def rows(self, question: str, items: Sequence[Item], group: int) -> list[Row]:
        """One row per passage."""
        asked = self._tokenizer.encode(question, add_special_tokens=False).ids[:MAX_QUESTION]
        return [self._row(asked, item, group) for item in items]

    def _row(self, asked: list[int], item: Item, group: int) -> Row:
        head = self._tokenizer.encode(item.header, add_special_tokens=False).ids[:MAX_HEADER]
        body = self._tokenizer.encode(item.text, add_special_tokens=False)
        ids = [CLS, *asked, SEP, *([*head, COLON] if head else [])]
        first = len(ids)
        kept = MAX_TOKENS - first - 1
        offsets = body.offsets[:kept]
        starts = np.array([a for a, _ in offsets] or [0])
        sentence = np.full(len(offsets), -1)
        for i, (a, b) in enumerate(item.sentences):
            sentence[(starts[: len(offsets)] >= a) & (starts[: len(offsets)] < b)] = i
        answer = None
        if item.answer:
            inside = [i for i, (a, b) in enumerate(offsets) if a < item.answer[1] and b > item.answer[0]]
            answer = (inside[0], inside[-1]) if inside else None
        seen = frozenset(set(item.gold) & set(sentence.tolist()))
        label = item.label if item.label != 1 or seen else -1  # its evidence lies behind the cut
        return Row([*ids, *body.ids[:kept], SEP], len(asked) + 2, first, sentence.tolist(), seen, answer, label, group)


def collate(rows: Sequence[Row]) -> Batch:
    """Pad rows to one length."""
    shape = (len(rows), max(len(row.ids) for row in rows))
    ids, mask, types = (torch.zeros(shape, dtype=torch.long) for _ in range(3))
    for i, row in enumerate(rows):
        ids[i, : len(row.ids)] = torch.tensor(row.ids)
        mask[i, : len(row.ids)] = 1
        types[i, row.question : len(row.ids)] = 1
    return Batch(ids, mask, types, list(rows))


def loss(tokens: Tensor, passages: Tensor, batch: Batch) -> Tensor:
    """The sum of what the reader is taught, each part a mean over its examples.

    Where: the answer's start and end among the tokens of a passage and "nothing here" (a logit fixed at 0). Evidence:
    each sentence by itself, and all sentences of a question's passages against each other and "nothing". Passage:
    holds the answer or not; which of the question's passages bears on it.
    """
    parts: dict[str, list[Tensor]] = {"span": [], "sentence": [], "choice": [], "answerable": [], "relevance": []}
    groups: dict[int, list[tuple[Tensor, bool]]] = {}
    members: dict[int, list[int]] = {}
    nothing = torch.zeros(1)
    for i, row in enumerate(batch.rows):
        members.setdefault(row.group, []).append(i)
        if row.label < 0 or row.ranking:
            continue
        here = tokens[i, row.first : row.first + len(row.sentence)]
        if row.label == 0 or row.answer is not None:
            for side in (0, 1):
                target = 0 if row.answer is None else row.answer[side] + 1
                logits = torch.cat([nothing, here[:, side]])
                parts["span"].append(functional.cross_entropy(logits[None], torch.tensor([target])) / 2)
        places = torch.tensor(row.sentence)
        for number in sorted(set(row.sentence) - {-1}):
            mean = here[places == number, 2].mean()
            gold = number in row.gold
            groups.setdefault(row.group, []).append((mean, gold))
            parts["sentence"].append(functional.binary_cross_entropy_with_logits(mean, torch.tensor(float(gold))))
        parts["answerable"].append(
            functional.binary_cross_entropy_with_logits(passages[i, 1], torch.tensor(float(row.label)))
        )
    for found in groups.values():
        logits = torch.stack([torch.zeros(()), *(mean for mean, _ in found)])
        right = torch.tensor([not any(gold for _, gold in found), *(gold for _, gold in found)])
        parts["choice"].append(torch.logsumexp(logits, 0) - torch.logsumexp(logits[right], 0))
    for rows in members.values():
        known = [i for i in rows if batch.rows[i].label >= 0]
        right = torch.tensor([batch.rows[i].label == 1 for i in known])
        if right.any() and not right.all():
            logits = passages[known, 0]
            parts["relevance"].append(torch.logsumexp(logits, 0) - torch.logsumexp(logits[right], 0))
    weights = {"span": 1.0, "sentence": 1.0, "choice": 0.7, "answerable": 1.0, "relevance": 0.5}
    return sum(
        (weights[name] * torch.stack(values).mean() for name, values in parts.items() if values), torch.zeros(())
    )
