"""Decides how many questions the gate asks: a stratified part while models and retrieval are unchanged, else all.

Unchanged means: as in the blessed baseline, or as in the last whole run that passed on this machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assistant.settings import Settings
from eval import gate
from eval.suites import Suite
from eval.summary import retrieval_digest

PART = 75
"""Questions of a stratified part: a third of the sample suite."""


def cache_folder(settings: Settings) -> Path:
    """Where readings and the mark of the last whole run are kept."""
    return settings.home / "eval" / "cache"


def questions_to_ask(suite: Suite, settings: Settings) -> int:
    """`PART`, or 0 for all."""
    now = retrieval_digest(suite, settings)
    known = {_read(_mark(suite, settings)), _read(gate.BASELINES / f"{suite.name}.json")}
    return PART if now in known else 0


def note_whole(suite: Suite, settings: Settings) -> None:
    """Remember that the whole suite passed with the present models and retrieval."""
    path = _mark(suite, settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"hashes": {"retrieval": retrieval_digest(suite, settings)}}), "utf-8")


def _mark(suite: Suite, settings: Settings) -> Path:
    return cache_folder(settings) / f"whole-{suite.name}.json"


def _read(path: Path) -> str:
    try:
        found: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return ""
    return str(found.get("hashes", {}).get("retrieval", ""))
