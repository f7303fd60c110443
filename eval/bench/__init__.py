"""The benchmarks: `python -m eval.bench`. Each part prints what it measured; none of them judges."""
