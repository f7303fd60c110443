"""`python -m eval.bench [PART ...]`: prints each part's table as soon as it is measured."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from assistant.errors import BylineError
from eval.bench.machine import describe
from eval.bench.parts import PARTS, STEPS, Plan, run
from eval.suites import DATA


def main(arguments: list[str] | None = None) -> int:
    """Run the parts that were named, or all; the exit code says whether they could be measured."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all when none is named")
    parser.add_argument("--data", type=Path, default=DATA, help="folder with multihop_rag/ (default: %(default)s)")
    parser.add_argument("--articles", type=int, default=100, help="articles for `ingest`, 0 for all (default: 100)")
    parser.add_argument("--scale", type=int, default=STEPS[-1], help="most passages for `scale` (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="repetitions of short things (default: 3)")
    given = parser.parse_args(arguments)
    unknown = [name for name in given.parts if name not in PARTS]
    if unknown:
        parser.error(f"expected parts of {', '.join(PARTS)}, found {unknown[0]!r}")
    if min(given.scale, given.rounds) < 1 or given.articles < 0:
        parser.error("expected --scale and --rounds of at least 1, and --articles of at least 0")
    print(describe())
    with tempfile.TemporaryDirectory(prefix="byline-bench-") as folder:
        plan = Plan(given.data, Path(folder), given.articles, given.scale, given.rounds)
        try:
            for line in run(plan, given.parts or list(PARTS)):
                print(line, flush=True)
        except BylineError as error:
            print(f"eval.bench: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
