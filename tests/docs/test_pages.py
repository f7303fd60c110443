"""The documentation is true: generated parts are fresh, links lead somewhere, examples run, commands exist."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from assistant.answering.pipeline import Assistant
from assistant.cli.main import app
from assistant.cli.reference import command_paths, refreshed
from assistant.cli.rendering import plain_answer
from assistant.settings import load_settings
from ingest.parsing.registry import FORMS

ROOT = Path(__file__).parents[2]
PAGES = [
    *sorted((ROOT / "docs").glob("*.md")),
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
]
SAMPLES = ("02-ferry-capsizes", "04-ferry-bow-door", "26-storm-herald", "27-storm-gazette")


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_generated_parts_are_up_to_date(page: Path) -> None:
    text = page.read_text("utf-8")
    assert refreshed(text) == text, "run `python -m assistant.cli.reference docs`"


def test_a_stale_part_is_noticed() -> None:
    stale = "before\n<!-- generated: settings -->\n| old |\n<!-- end -->\nafter\n"
    fresh = refreshed(stale)
    assert "BYLINE_CHAT_MODEL" in fresh
    assert (fresh.startswith("before\n"), fresh.endswith("after\n"), "| old |" in fresh) == (True, True, False)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_that_are_there(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if "://" not in target:
            assert (page.parent / target.partition("#")[0]).exists(), target


def test_the_answer_in_the_readme_is_the_real_one(sample_assistant: Assistant) -> None:
    (shown,) = re.findall(
        r"^\$ .* ask (.*?)\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert plain_answer(sample_assistant.answer(shown[0])) == shown[1].strip(), "paste the new answer into README.md"


def test_every_file_type_is_named() -> None:
    named = set(re.findall(r"`(\.[\w.]+)`", (ROOT / "docs" / "your-articles.md").read_text("utf-8")))
    assert set(FORMS) <= named


def test_every_page_can_be_reached_from_the_readme() -> None:
    linked = set(re.findall(r"\]\(docs/([\w-]+\.md)\)", (ROOT / "README.md").read_text("utf-8")))
    assert linked == {page.name for page in (ROOT / "docs").glob("*.md")}


def commands(page: Path) -> Iterator[list[str]]:
    """The words of every `byline` command in a page's plain code blocks and inline code."""
    text = page.read_text("utf-8")
    inline = re.findall(r"`(byline [^`]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    for line in [*"\n".join(blocks(page, "")).split("\n"), *inline]:
        match = re.search(r"(?:^|\| |\bbin/)byline (.*)", line.strip())
        if match and "Usage" not in line and not line.startswith(" "):
            yield shlex.split(re.split(r" [<>|;#] ?", match[1] + " ")[0])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_options_exist(page: Path) -> None:
    known = set(command_paths())
    for words in commands(page):
        command: Any = typer.main.get_command(app)
        path: tuple[str, ...] = ()
        options = {option for parameter in command.params for option in parameter.opts} | {"-h", "--help"}
        for word in words:
            if (*path, word) in known:
                path = (*path, word)
                command = command.commands[word]
                options |= {option for parameter in command.params for option in parameter.opts}
            elif word.startswith("-") and word != "-" and not word[1:].isdigit():
                assert word.partition("=")[0] in options, (word, words)
        assert path or set(words) <= options or "--home" in words, words


def test_the_example_configuration_is_accepted(tmp_path: Path) -> None:
    (example,) = blocks(ROOT / "docs" / "configuration.md", "toml")
    (tmp_path / "byline.toml").write_text(example)
    assert load_settings(home=tmp_path).port == 8080


@pytest.mark.models
def test_the_python_examples_run(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    for name in SAMPLES:
        shutil.copy(ROOT / "eval" / "sample" / "articles" / f"{name}.md", tmp_path / "articles")
    examples = blocks(ROOT / "docs" / "python-api.md", "python")
    assert len(examples) >= 4
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    code = "\n\n".join(examples)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "answered" in done.stdout
    assert "Put your chat model here [1]." in done.stdout
    assert "sentences so far" in done.stdout
