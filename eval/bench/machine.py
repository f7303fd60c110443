"""Shared by the parts: description and peak of the machine, child processes, tables."""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import subprocess  # noqa: S404 - a cold start can only be measured in a process of its own
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import RunError
from eval.suites import ROOT

BYLINE = (sys.executable, "-m", "assistant.cli.main")
LAYERS, WIDTH = 6, 384
"""Of the bundled MiniLM."""
MEASURED = 1000
"""Number of passages before each step of `scale` that are embedded and timed."""


def describe() -> str:
    """The machine and the Python in one line."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        models = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        name = models[0].partition(":")[2].strip() if models else name
    return f"{os.cpu_count()} cores of {name}, Python {platform.python_version()}, {platform.system()}"


def matmul_peak(size: int = 2048, rounds: int = 7) -> float:
    """The best float32 matrix product that NumPy reaches on all cores, in floating-point operations a second."""
    a, b = (np.random.default_rng(seed).random((size, size), np.float32) for seed in (1, 2))
    best = float("inf")
    for _ in range(rounds):
        began = time.perf_counter()
        a @ b
        best = min(best, time.perf_counter() - began)
    return 2.0 * size**3 / best


def embedding_flops(lengths: Sequence[int]) -> float:
    """Floating-point operations that MiniLM needs for texts of so many tokens, padding not counted.

    Per layer and token 12 d^2 multiplications with additions for the projections and the two dense layers (of
    width 4 d), and 2 d L for the attention over L tokens.
    """
    return float(sum(LAYERS * 2 * (12 * WIDTH**2 * n + 2 * WIDTH * n * n) for n in lengths))


def peak_memory() -> int:
    """The most memory that this process has held, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # unlike getrusage it does not count what the parent held before exec
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def environment() -> dict[str, str]:
    """The environment of child processes: this project, no outside settings, no model hub."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BYLINE_")}
    return {**kept, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False"}


def seconds_of(command: Sequence[str]) -> float:
    """Time a command in a new process.

    Raises:
        RunError: It failed.
    """
    began = time.perf_counter()
    done = subprocess.run(command, env=environment(), cwd=ROOT, capture_output=True, text=True, check=False)
    took = time.perf_counter() - began
    if done.returncode:
        raise RunError(f"{' '.join(command[1:4])} ended with {done.returncode}: {done.stderr[-800:]}")
    return took


def child(*arguments: str) -> Iterator[dict[str, Any]]:
    """Run a measurement of `children` in a new process.

    Yields:
        What it printed, a JSON object a line, as it comes.

    Raises:
        RunError: It failed.
    """
    command = [sys.executable, "-m", "eval.bench.children", *arguments]
    with subprocess.Popen(
        command, env=environment(), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        for line in process.stdout:
            if line.startswith("{"):
                yield json.loads(line)
        said = process.stderr.read()
    if process.returncode:
        raise RunError(f"The measurement {arguments[0]!r} ended with {process.returncode}: {said[-800:]}")


def median_seconds(call: Callable[[], object], rounds: int) -> float:
    """The median time of a call."""
    return statistics.median(_timed(call) for _ in range(rounds))


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Format a Markdown table, first column left-aligned, numbers right-aligned."""
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"


def mega(count: float) -> str:
    """Bytes in MB."""
    return f"{count / 1e6:,.0f} MB"
