"""Fixtures: answers of the sample suite, a small user's suite, the command line."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from assistant.answering.pipeline import Assistant
from assistant.cli.main import main
from assistant.settings import load_settings
from eval.faults import Remembering
from eval.runner import Row
from eval.session import RunConfig, Session, asked, open_session
from eval.suites import ready_suite
from tests.conftest import ROOT
from tests.sample_library import seed_evaluation

SHOTS = ROOT / "artifacts" / "screenshots"
QUESTIONS = 40
"""Questions of the sample suite, of every kind: enough to detect every fault."""
READ = 10
"""Passages read for each question, fewer than by default: reading takes most of the time, and no test is about it."""


@pytest.fixture(scope="session")
def session(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config, prebuilt_library: Path
) -> Iterator[Session]:
    """The real assistant over the sample articles, with some of the suite's questions; readings are cached between runs."""
    settings = load_settings(home=tmp_path_factory.mktemp("session"))
    seed_evaluation(settings.home, prebuilt_library)
    cache = pytestconfig.cache.mkdir("readings") if pytestconfig.cache else None
    config = RunConfig(ready_suite("sample"), limit=QUESTIONS, threads=os.cpu_count() or 1, cache=cache)
    with open_session(settings, config) as opened:
        parts = opened.assistant.parts
        yield replace(opened, assistant=Assistant(replace(parts, weights=replace(parts.weights, candidates=READ))))


@pytest.fixture(scope="session")
def memory(session: Session) -> Remembering:
    """The session's assistant with cached answers."""
    return Remembering(session.assistant)


@pytest.fixture(scope="session")
def sound(session: Session, memory: Remembering) -> list[Row]:
    """The rows without a fault."""
    return asked(session, memory)


ARTICLES = {
    "mill": ("Mill burns at Tarn", "The Tarn Echo", "2026-03-09",
             "The old paper mill at Tarn burnt down on Sunday night.\n\nNobody was hurt, said fire chief Ada Lund. "
             "“We had it out by four in the morning,” she said.\n\nThe mill had stood empty since 1998."),
    "ferry": ("Ferry fares to rise", "The Coast Post", "2026-04-02",
              "Fares on the Tarn ferry will rise by 8% in May, the operator Lundqvist Lines said on Thursday.\n\n"
              "A return ticket will cost 27 crowns. Children under six travel free."),
}  # fmt: skip
ASKED = (
    ("when", "When did the paper mill at Tarn burn down?", "mill", "Sunday night", "The old paper mill"),
    ("cost", "What will a return ticket on the Tarn ferry cost?", "ferry", "27 crowns", "A return ticket"),
    ("empty", "Since when had the mill stood empty?", "mill", "1998", "The mill had stood"),
    ("kettle", "How do I descale a kettle?", "", "", ""),
)


@dataclass(frozen=True)
class Own:
    """A user's own articles and questions."""

    articles: Path
    questions: Path

    @property
    def options(self) -> tuple[str, ...]:
        """As options of `byline eval run`."""
        return ("--articles", str(self.articles), "--questions", str(self.questions))


def write_own(folder: Path, copies: int = 1) -> Own:
    """Write two articles, and four questions COPIES times."""
    articles = folder / "articles"
    articles.mkdir()
    for name, (title, outlet, day, text) in ARTICLES.items():
        head = f'---\nid: {name}\ntitle: "{title}"\noutlet: "{outlet}"\npublished_at: {day}\nlanguage: en\n---\n'
        (articles / f"{name}.md").write_text(head + text, "utf-8")
    lines = []
    for copy in range(copies):
        for name, question, source, wanted, begins in ASKED:
            line = {
                "id": f"{name}-{copy}",
                "question": question,
                "answerable": bool(source),
                "kind": "fact" if source else "off_topic",
            }
            if source:
                start = ARTICLES[source][3].index(begins)
                end = ARTICLES[source][3].index(".", start) + 1
                line |= {"must_include": [[wanted]], "evidence": [{"doc_id": source, "start": start, "end": end}]}
            lines.append(json.dumps(line))
    (folder / "questions.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    return Own(articles, folder / "questions.jsonl")


@pytest.fixture
def own(tmp_path: Path) -> Own:
    """A small suite of a user's own."""
    return write_own(tmp_path)


@dataclass(frozen=True)
class Done:
    """The outcome of a command."""

    code: int
    out: str
    err: str


@pytest.fixture
def byline(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Return a function that runs `byline` with arguments."""

    def run(*arguments: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["byline", *map(str, arguments)])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return run
