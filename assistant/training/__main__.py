"""`python -m assistant.training --data DIR`: mine passages, train, write the ONNX file, choose the weights.

Every step leaves its result in the work folder and is not done again while it is there.
"""

from __future__ import annotations

import argparse
import json
import pickle
import random
from pathlib import Path

import torch
from torch import nn

from assistant.training.export import read_reader, write_reader
from assistant.training.mining import Group, Miner, read_questions, squad_groups, taught_articles
from assistant.training.model import ReaderNetwork
from assistant.training.train import SEED, train

OURS = Path(__file__).parent / "questions.jsonl"
GENERAL = 4_000
"""Questions in SQuAD's form that are read first."""
PASSES = 3
GO_ON_RATE = 8e-5
"""The highest rate when a reader is trained further: enough to learn what is new, too little to unlearn the rest."""


def mine(data: Path, work: Path) -> dict[str, list[Group]]:
    """All groups: "news" (those given, then ours in their order), "hop" and "squad"."""
    kept = work / "groups.pickle"
    if kept.exists():
        return dict(pickle.loads(kept.read_bytes()))  # noqa: S301  # our own file of an earlier step
    miner = Miner(taught_articles(data), work)
    rows = [*read_questions(data / "news_questions" / "train.jsonl"), *read_questions(OURS)]
    hops = json.loads((data / "multihop_rag" / "questions_dev.json").read_text("utf-8"))
    squads = [group for path in sorted((data / "reading").glob("*.json")) for group in squad_groups(path)]
    groups = {
        "news": [miner.news(row) for row in rows if miner.may_teach(row)],
        "hop": [g for g in map(miner.facts, hops) if any(item.label == 1 for item in g.items)],
        "squad": random.Random(SEED).sample(squads, GENERAL),  # noqa: S311
    }
    kept.write_bytes(pickle.dumps(groups))
    return groups


def further(groups: dict[str, list[Group]], since: int) -> list[tuple[list[Group], int]]:
    """What a reader is trained with that has seen our questions before number `since`.

    The new ones, and in every pass other old ones, half as many, and general ones, a quarter as many, so that they are
    not unlearned: a reader taught the new ones alone was less sure of plain questions.
    """
    names = {row["id"] for row in read_questions(OURS)[since:]}
    new = [group for group in groups["news"] if group.id in names]
    old = [group for group in (*groups["news"], *groups["hop"]) if group.id not in names]
    random.Random(SEED).shuffle(old)  # noqa: S311
    half, quarter = len(new) // 2, len(new) // 4
    return [
        ([*new, *old[turn * half : (turn + 1) * half], *groups["squad"][turn * quarter : (turn + 1) * quarter]], 1)
        for turn in range(PASSES - 1)
    ]


def go_halfway(trained: nn.Module, begun: nn.Module) -> None:
    """Bring the weights back to the middle between both: most of what is new stays, and less of the old is lost.

    Source: Wortsman et al., "Robust fine-tuning of zero-shot models" (WiSE-FT), CVPR 2022.
    """
    with torch.no_grad():
        for new, old in zip(trained.parameters(), begun.parameters(), strict=True):
            new.lerp_(old, 0.5)


def main() -> None:
    """Run the steps."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with multihop_rag, news_questions, reading")
    parser.add_argument("--work", type=Path, required=True, help="folder for what is made on the way")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent / "models" / "reader.onnx")
    parser.add_argument("--minutes", type=float, default=0.0, help="stop training after so long; 0 for all passes")
    parser.add_argument("--limit", type=int, default=0, help="so many questions of each kind only, to try things")
    parser.add_argument("--begin", type=Path, help="go on from this reader, made here, instead of from MiniLM")
    parser.add_argument("--since", type=int, default=0, help="with --begin: our questions that it has seen")
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    groups = mine(given.data, given.work)
    limit = given.limit or None
    if given.begin:
        phases = [(part[:limit], passes) for part, passes in further(groups, given.since)]
        network = train(read_reader(given.begin), phases, given.work, GO_ON_RATE, given.minutes)
        go_halfway(network, read_reader(given.begin))
    else:
        network = ReaderNetwork()
        mixed = [*groups["news"][:limit], *groups["hop"][:limit]]
        train(network, [(groups["squad"][: limit or GENERAL], 1), (mixed, PASSES)], given.work, minutes=given.minutes)
    write_reader(network, given.out)


if __name__ == "__main__":
    main()
