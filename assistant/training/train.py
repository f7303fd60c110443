"""The schedule: general reading first, then news; checkpoints as it goes, so that a stopped run goes on."""

from __future__ import annotations

import ctypes
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch.nn.utils import clip_grad_norm_

from assistant.training.mining import Group, Item
from assistant.training.model import Encoder, ReaderNetwork, Row, collate, loss

BATCH_TOKENS = 3_600
"""Tokens of one step, padding included."""
PEAK_RATE = 2e-4
WARM_UP = 0.03
NEGATIVES = 2
SEED = 20
SAVE_EVERY = 120
"""Seconds between checkpoints."""


def choose_items(group: Group, chance: random.Random) -> list[Item]:
    """The passages of one question for one pass: what holds the answer, and others that ranked high, chosen anew."""
    if group.kind == "squad":
        return list(group.items)
    right = [item for item in group.items if item.label == 1]
    wrong = [item for item in group.items if item.label == 0]
    wrong.sort(key=lambda item: item.rank or 99)
    weights = [1 / (4 + place) for place in range(len(wrong))]
    picked: list[Item] = []
    while wrong and len(picked) < NEGATIVES + (not right):
        at = chance.choices(range(len(wrong)), weights)[0]
        picked.append(wrong.pop(at))
        weights.pop(at)
    return [*chance.sample(right, min(len(right), 1)), *picked]


def batches(groups: Sequence[Group], encoder: Encoder, seed: int) -> Iterator[list[Row]]:
    """One pass over the questions: groups of like length together, the batches in random order."""
    chance = random.Random(seed)  # noqa: S311
    order = list(groups)
    chance.shuffle(order)
    for start in range(0, len(order), 512):
        block = [encoder.rows(g.question, choose_items(g, chance), n) for n, g in enumerate(order[start : start + 512])]
        if "relevance" in {g.kind for g in order[start : start + 512]}:
            for rows, group in zip(block, order[start : start + 512], strict=True):
                _ranking_only(rows, group)
        block = sorted((rows for rows in block if rows), key=lambda rows: max(len(row.ids) for row in rows))
        packed: list[list[Row]] = [[]]
        for rows in block:
            longest = max(len(row.ids) for row in rows)
            if packed[-1] and longest * (len(packed[-1]) + len(rows)) > BATCH_TOKENS:
                packed.append([])
            packed[-1] += rows
        chance.shuffle(packed)
        yield from packed


def _ranking_only(rows: list[Row], group: Group) -> None:
    """Passages of a ranking question teach neither spans nor "holds the answer"."""
    if group.kind == "relevance":
        for row in rows:
            row.ranking = True


def keep_memory() -> None:
    """Ask the C library to keep what is freed: fresh pages for every large tensor cost about a twentieth of the time."""
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(-4, 0)  # M_MMAP_MAX: no allocation outside the heap
        library.mallopt(-1, 2**31 - 1)  # M_TRIM_THRESHOLD: nothing given back


def train(
    network: ReaderNetwork,
    phases: Sequence[tuple[Sequence[Group], int]],
    folder: Path,
    rate: float = PEAK_RATE,
    minutes: float = 0.0,
) -> ReaderNetwork:
    """Train the reader.

    Args:
        network: Where to begin.
        phases: (groups, passes), in order. The rate falls in one line over all of them.
        folder: For checkpoints.
        rate: The highest.
        minutes: Stop, with the rate brought down by then, after so long; 0 for as long as it takes.
    """
    keep_memory()
    torch.manual_seed(SEED)
    encoder = Encoder()
    taught = [p for p in network.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(taught, rate, weight_decay=0.01, fused=True)
    plan = [(groups, number) for groups, passes in phases for number in range(passes)]
    total = sum(len(groups) for groups, _ in plan)
    done, began, shown, losses = 0, time.monotonic(), 0.0, []
    network.train()
    for turn, (groups, number) in enumerate(plan):
        for rows in batches(groups, encoder, SEED + 100 * turn + number):
            share = done / total
            if minutes:
                share = max(share, (time.monotonic() - began) / (60 * minutes))
            if share >= 1:
                break
            now = rate * min(1.0, (share + 1e-4) / WARM_UP) * max(0.02, 1 - share)
            for part in optimizer.param_groups:
                part["lr"] = now
            batch = collate(rows)
            value = loss(*network(batch.ids, batch.mask, batch.types), batch)
            if not value.requires_grad:  # a batch that teaches nothing: every passage of it is unknown
                continue
            optimizer.zero_grad()
            value.backward()
            clip_grad_norm_(taught, 1.0)
            optimizer.step()
            done += len({row.group for row in rows})
            losses.append(float(value.detach()))
            if time.monotonic() - shown > SAVE_EVERY:
                shown = time.monotonic()
                _say(done, total, losses, now, shown - began)
                torch.save(network.state_dict(), folder / "reader-now.pt")
        torch.save(network.state_dict(), folder / f"reader-{turn}.pt")
    return network


def _say(done: int, total: int, losses: list[float], rate: float, seconds: float) -> None:
    recent: list[Any] = losses[-50:]
    print(f"{done}/{total} loss {sum(recent) / len(recent):.3f} rate {rate:.1e} {seconds / 60:.1f} min", flush=True)
