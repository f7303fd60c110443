"""The house keeps its order: imports point one way, and some libraries have one door."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parent.parent
ONE_DOOR = {
    "gradio": ("assistant/ui/", "app.py"),
    "chromadb": ("assistant/storage/chroma.py",),
    "sqlite3": ("assistant/storage/sqlite/connection.py",),
}
# Who may not import whom; everything not named here may.
FORBIDDEN = {
    "assistant/types.py": ("assistant.", "ingest", "eval", "prompts"),
    "assistant/errors.py": ("assistant.", "ingest", "eval", "prompts"),
    "prompts/": ("assistant", "ingest", "eval"),
    "ingest/": (
        "eval",
        "assistant.answering.pipeline",
        "assistant.retrieval.hybrid",
        "assistant.factory",
        "assistant.cli.main",
        "assistant.ui",
    ),
    "eval/": ("assistant.cli.main", "assistant.ui"),
    "assistant/ui/": ("assistant.cli.main",),
    "assistant/": ("eval",),
}
DEVELOPERS = ("assistant/training/", "eval/bench/")
"""Run by those who build Byline: what these import may come with the `dev` extra."""
OURS = {"assistant", "ingest", "eval", "prompts", "app"}
OUTSIDE = ("assistant/cli/main.py", "assistant/ui/", "assistant/training/")


def modules() -> list[tuple[str, set[str]]]:
    found = []
    for path in [
        *ROOT.glob("*.py"),
        *(p for d in ("assistant", "ingest", "eval", "prompts") for p in (ROOT / d).rglob("*.py")),
    ]:
        names: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module)
        found.append((path.relative_to(ROOT).as_posix(), names))
    return found


def test_some_libraries_have_one_door() -> None:
    wrong = [
        f"{path} imports {library}"
        for path, names in modules()
        for library, doors in ONE_DOOR.items()
        if any(name.split(".")[0] == library for name in names) and not path.startswith(doors)
    ]
    assert not wrong, wrong


def test_imports_point_one_way() -> None:
    wrong = []
    for path, names in modules():
        for place, forbidden in FORBIDDEN.items():
            if not path.startswith(place) or (place == "assistant/" and path.startswith(OUTSIDE)):
                continue
            wrong += [f"{path} imports {name}" for name in names if name.startswith(forbidden)]
    assert not wrong, wrong


def test_no_module_is_imported_by_the_inside_that_is_the_outside() -> None:
    wrong = [
        f"{path} imports {name}"
        for path, names in modules()
        for name in names
        if name.startswith(("assistant.cli.main", "assistant.ui")) and not path.startswith((*OUTSIDE, "app.py"))
    ]
    assert not wrong, wrong


def _name(requirement: str) -> str:
    """The distribution that a requirement or a pin names, as package indexes compare names."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement, maxsplit=1)[0]).lower()


def test_what_is_imported_is_declared_and_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = {_name(each) for each in project["dependencies"]}
    with_dev = declared | {_name(each) for each in project["optional-dependencies"]["dev"]}
    pinned = {_name(line) for line in (ROOT / "constraints.txt").read_text("utf-8").split() if "==" in line}
    distributions = packages_distributions()
    wrong = []
    for path, names in modules():
        allowed = pinned & (with_dev if path.startswith(DEVELOPERS) else declared)
        for top in {name.partition(".")[0] for name in names} - OURS - sys.stdlib_module_names:
            if not allowed & {_name(each) for each in distributions.get(top, ())}:
                wrong.append(f"{path} imports {top}, which pyproject.toml or constraints.txt does not name")
    assert not wrong, wrong
