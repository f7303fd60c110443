"""Sums up a run's rows: every metric with its interval, by kind, by stage, latency, and what the run was made of.

Numbers only; `report` presents them and `gate` judges them.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import UsageError
from assistant.factory import fingerprint
from assistant.models import assets
from assistant.settings import BUNDLED_EMBEDDING, Settings
from eval import metrics, statistics
from eval.judge import PROMPT as JUDGE
from eval.stages import STAGES
from eval.suites import ROOT, Suite, digest_files, digest_path, digest_values

SCHEMA = 1
CODE = (
    "assistant",
    "ingest",
    "eval/rows.py",
    "eval/metrics.py",
    "eval/nuggets.py",
    "eval/parts.py",
    "eval/ranking.py",
    "eval/stages.py",
    "eval/text_metrics.py",
)
RETRIEVAL = (
    "assistant/models", "assistant/query", "assistant/reading", "assistant/retrieval", "assistant/storage",
    "assistant/text", "ingest",
)  # fmt: skip
"""Code that decides which passages are found and how they are read."""
ENOUGH = 5
"""Fewest rows of which an area under a curve is worth printing."""

Row = Mapping[str, Any]


def make_manifest(suite: Suite, settings: Settings, ids: Sequence[str]) -> dict[str, Any]:
    """What a run is made of; two starts with the same manifest are one run.

    Args:
        suite: What is asked.
        settings: The settings in force.
        ids: The chosen questions.
    """
    return {
        "schema": SCHEMA, "suite": suite.name, "mode": suite.mode, "questions": len(ids),
        "chat_model": settings.chat_model, "embedding_model": settings.embedding_model,
        "hashes": {
            "code": digest_values([_code_digest(ROOT / part) for part in CODE]),
            "data": digest_values([digest_path(suite.articles), digest_path(suite.questions)]),
            "prompts": digest_files(_prompts(), ROOT / "prompts"),
            "model": digest_values([settings.chat_model, settings.chat_url or "", *model_values(settings)]),
            "index": digest_values([fingerprint(settings), digest_path(ROOT / "ingest")]),
            "retrieval": retrieval_digest(suite, settings),
            "selection": digest_values(sorted(ids)),
        },
        "python": platform.python_version(), "machine": platform.machine(),
    }  # fmt: skip


def retrieval_digest(suite: Suite, settings: Settings) -> str:
    """A hash of the models, of the code in `RETRIEVAL`, and of the suite's articles and questions."""
    code = [_code_digest(ROOT / folder) for folder in RETRIEVAL]
    return digest_values([*model_values(settings), *code, digest_path(suite.articles), digest_path(suite.questions)])


def _prompts() -> list[Path]:
    """The prompts that shape an answer; the judge's does not."""
    return [path for path in (ROOT / "prompts").iterdir() if path.is_file() and path.stem != JUDGE]


def _code_digest(path: Path) -> str:
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    # The pages and the command line change no answer; a new button must not make two runs unlike.
    kept = [file for file in files if "ui" not in file.parts and file.name != "cli.py"]
    return digest_values([hashlib.sha256(file.read_bytes()).hexdigest() for file in kept])


def model_values(settings: Settings) -> list[str]:
    """The embedding model's name and the hashes of the bundled models that are in use."""
    files = [assets.READER_FILE, assets.READER_FILE.with_suffix(".json")]
    sums = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.exists()]
    return [settings.embedding_model, *sums] + (
        [assets.SHA256["encoder.onnx"]] if settings.embedding_model == BUNDLED_EMBEDDING else []
    )


def summarise(rows: Sequence[Row], manifest: Mapping[str, Any], made_at: str) -> dict[str, Any]:
    """Sum up a run.

    Args:
        rows: All rows, scored.
        manifest: From `make_manifest`.
        made_at: When the run was made, ISO 8601.

    Returns:
        The content of `summary.json`; its form is numbered by `schema`.
    """
    resampler = statistics.Resampler([row["cluster"] for row in rows])
    return {
        **manifest, "made_at": made_at,
        "counts": {state: sum(row["status"] == state for row in rows) for state in ("ok", "error", "skipped")},
        "clusters": len({row["cluster"] for row in rows}),
        "metrics": {metric.name: _metric(rows, metric, resampler) for metric in metrics.METRICS},
        "confidence": _confidence(rows),
        "kinds": _kinds(rows),
        "stages": {name: sum(row["stage"] == name for row in rows) for name in STAGES},
        "latency": _latency(rows),
        "tokens": _tokens(rows),
        "smallest_visible": statistics.smallest_visible(len(rows), gated_count(rows)),
    }  # fmt: skip


def gated_count(rows: Sequence[Row]) -> int:
    """How many gated metrics apply to these rows: as many tests are made at once."""
    return max(
        1, sum(metric.margin is not None and metrics.value(rows, metric.name)[1] > 0 for metric in metrics.METRICS)
    )


def _metric(rows: Sequence[Row], metric: metrics.Metric, resampler: statistics.Resampler) -> dict[str, Any]:
    value, count = metrics.value(rows, metric.name)
    ends = statistics.interval(resampler, statistics.parts_of(rows, metric.name)) if count else None
    return {
        "label": metric.label, "value": value, "low": ends[0] if ends else None, "high": ends[1] if ends else None,
        "n": count, "lower": metric.lower, "margin": metric.margin, "exact": metric.exact,
    }  # fmt: skip


def _confidence(rows: Sequence[Row]) -> dict[str, Any]:
    """How well the confidence tells answerable from not (AUC), and right answers from wrong (risk and coverage)."""
    asked = [row for row in rows if metrics.answered(row) or metrics.abstained(row)]
    given = [row for row in asked if metrics.answered(row)]
    sure = [row["answer"]["confidence"] for row in given]
    curve = statistics.risk_coverage(sure, [row["stage"] == "right" for row in given]) if len(given) >= ENOUGH else []
    ends = _auc_interval(asked)
    return {
        "auc": _auc(asked), "auc_low": ends[0] if ends else None, "auc_high": ends[1] if ends else None, "n": len(asked),
        "aurc": statistics.area_under_risk(curve), "answered": len(given),
        "curve": [[round(coverage * len(given) / len(asked), 4), round(risk, 4)] for coverage, risk in curve],
    }  # fmt: skip


def _auc(rows: Sequence[Row]) -> float | None:
    sides: dict[bool, list[float]] = {True: [], False: []}
    for row in rows:
        sides[row["answerable"]].append(row["answer"]["confidence"])
    return statistics.area_under_roc(sides[True], sides[False])


def _auc_interval(rows: Sequence[Row], resamples: int = 500) -> tuple[float, float] | None:
    """95% percentile interval of the AUC, resampled by articles."""
    if _auc(rows) is None:
        return None
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["cluster"], []).append(row)
    names = list(groups)
    draws = np.random.default_rng(statistics.SEED).integers(0, len(names), (resamples, len(names)))
    found = [_auc([row for i in draw for row in groups[names[i]]]) for draw in draws]
    values = [value for value in found if value is not None]
    return (float(np.quantile(values, 0.025)), float(np.quantile(values, 0.975))) if values else None


def _kinds(rows: Sequence[Row]) -> dict[str, Any]:
    """Every kind of question by itself: its metrics, the share that is right and its interval, its stages."""
    found: dict[str, Any] = {}
    for kind in sorted({row["kind"] for row in rows}):
        some = [row for row in rows if row["kind"] == kind]
        right = sum(row["stage"] == "right" for row in some)
        ends = statistics.share_interval(right, len(some))
        values = {metric.name: metrics.value(some, metric.name) for metric in metrics.METRICS}
        found[kind] = {
            "n": len(some), "right": right, "low": ends[0] if ends else None, "high": ends[1] if ends else None,
            "metrics": {name: {"value": value, "n": count} for name, (value, count) in values.items() if count},
            "stages": dict(Counter(row["stage"] for row in some)),
        }  # fmt: skip
    return found


def _latency(rows: Sequence[Row]) -> dict[str, Any]:
    """Seconds per stage: p50, p95 and how many rows have it."""
    stages = list(dict.fromkeys(stage for row in rows for stage in row["timings"]))
    return {stage: _spread([row["timings"][stage] for row in rows if stage in row["timings"]]) for stage in stages}


def _tokens(rows: Sequence[Row]) -> dict[str, Any]:
    """Tokens per answer by kind of use; empty without a chat model that counts them."""
    uses = list(dict.fromkeys(use for row in rows for use in row["usage"]))
    return {use: _spread([row["usage"][use] for row in rows if use in row["usage"]]) for use in uses}


def _spread(values: Sequence[float]) -> dict[str, Any]:
    p50, p95 = (statistics.quantile(values, share) for share in (0.5, 0.95))
    return {"p50": p50, "p95": p95, "n": len(values)}


def read_summary(folder: Path) -> dict[str, Any]:
    """The summary of a finished run.

    Raises:
        UsageError: There is none, or it has another form.
    """
    try:
        found: dict[str, Any] = json.loads((folder / "summary.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{str(folder)!r} is not the folder of a finished run: it has no summary.json.") from error
    if found.get("schema") != SCHEMA:
        raise UsageError(f"The run in {str(folder)!r} was made by another version of Byline. Run the suite again.")
    return found
