"""The house keeps its order: imports point one way, and some libraries have one door."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parent.parent
ONE_DOOR = {
    "gradio": ("assistant/ui/", "app.py"),
    "chromadb": ("assistant/vectors.py",),
    "sqlite3": ("assistant/database.py",),
}
# Who may not import whom; everything not named here may.
FORBIDDEN = {
    "assistant/domain.py": ("assistant.", "ingest", "eval", "prompts"),
    "assistant/errors.py": ("assistant.", "ingest", "eval", "prompts"),
    "prompts/": ("assistant", "ingest", "eval"),
    "ingest/": (
        "eval",
        "assistant.chain",
        "assistant.retriever",
        "assistant.assembly",
        "assistant.cli",
        "assistant.ui",
    ),
    "eval/": ("assistant.cli", "assistant.ui"),
    "assistant/ui/": ("assistant.cli",),
    "assistant/": ("eval",),
}
OUTSIDE = ("assistant/cli.py", "assistant/ui/", "assistant/training/")


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
        if name.startswith(("assistant.cli", "assistant.ui")) and not path.startswith((*OUTSIDE, "app.py"))
    ]
    assert not wrong, wrong
