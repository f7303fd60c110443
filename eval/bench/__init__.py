"""The benchmarks: `python -m eval.bench`. Each part prints figures; nothing passes or fails."""
