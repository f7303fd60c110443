"""Writes the generated parts of the documentation: `python -m assistant.cli.reference docs`.

A page marks its generated part with two comments, `<!-- generated: NAME -->` and `<!-- end -->`; the rest is written by
hand. A test checks that the parts are up to date.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import typer.main
from pydantic import SecretStr
from typer.testing import CliRunner

from assistant.cli.main import app
from assistant.settings import PREFIX, Settings

WIDTH = 88
"""Columns of the help texts."""


def settings_table() -> str:
    """Every setting with its variable, default and description, as a Markdown table."""
    rows = ["| setting | variable | default | what it does |", "|---|---|---|---|"]
    for name, field in Settings.model_fields.items():
        rows.append(f"| `{name}` | `{PREFIX}{name.upper()}` | {_default(field)} | {field.description} |")
    return "\n".join(rows)


def _default(field: Any) -> str:
    if field.default_factory is not None:
        return "the user data folder"
    if field.default is None:
        return "none" if SecretStr not in get_args(field.annotation) else "none (secret)"
    return f"`{field.default}`"


def command_help() -> str:
    """The `--help` text of every command, as Markdown sections."""
    sections = []
    for path in command_paths():
        shown = CliRunner().invoke(app, [*path, "--help"], prog_name="byline", terminal_width=WIDTH)
        text = "\n".join(line.rstrip() for line in shown.stdout.strip().splitlines())
        sections.append(f"{'#' * (2 + len(path[1:]))} {' '.join(['byline', *path])}\n```\n{text}\n```")
    return "\n\n".join(sections)


def command_paths() -> list[tuple[str, ...]]:
    """The words of every command and group, the program itself first."""

    def walk(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        yield path
        for name, child in getattr(command, "commands", {}).items():
            yield from walk(child, (*path, name))

    return list(walk(typer.main.get_command(app), ()))


PARTS = {"settings": settings_table, "commands": command_help}


def refreshed(page: str) -> str:
    """A page with its generated parts made new."""

    def part(match: re.Match[str]) -> str:
        return f"{match[1]}\n{PARTS[match[2]]()}\n<!-- end -->"

    return re.sub(r"(<!-- generated: (\w+) -->)\n.*?<!-- end -->", part, page, flags=re.DOTALL)


def main(folder: Path) -> None:
    """Refresh every page of a folder."""
    for path in sorted(folder.glob("*.md")):
        before = path.read_text("utf-8")
        after = refreshed(before)
        if after != before:
            path.write_text(after, "utf-8")
            print(f"wrote {path}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
