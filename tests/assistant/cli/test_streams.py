"""What the command prints reaches any terminal, and says in words how sure it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.answering.pipeline import Assistant
from assistant.cli.rendering import plain_answer
from assistant.types import Answer, Citation, Headline, Hit, Passage, Sentence
from tests.assistant.cli.conftest import Run

HEAD = Headline("a1", "v1", 7, "Bridge reopens", "Harbour Post", "Ada Brück", "2026-03-02", "https://h.example/1")
QUOTE = "The bridge reopened."
PASSAGE = Passage("p1", "a1", "v1", 0, len(QUOTE), QUOTE, ((0, len(QUOTE)),))
ANSWER = Answer(
    question="q", standalone="q", status="answered",
    sentences=(
        Sentence("It reopened", (1,), "supported", entry=0, label="2 March", quoted=True),
        Sentence("It had been closed.", (1, 2), "check", entry=1, label="January", reason="The date is not in the passage."),
    ),
    citations=(Citation(1, HEAD, QUOTE, 0, len(QUOTE)), Citation(2, replace(HEAD, outlet=None, published_at=None), "so", 3, 5)),
    hits=(), model="m", confidence=0.9, text="", kind="timeline", dropped=("x",), notes=("A note.",),
    limitations=("The passages give no cost.",), reason="Not found in the articles: who paid?",
)  # fmt: skip


def test_an_answer_shows_entries_labels_doubts_limits_and_sources() -> None:
    shown = plain_answer(ANSWER)
    assert "- 2 March: “It reopened” [1]\n- January: It had been closed. [1][2] (check)" in shown
    assert "The passages give no cost." in shown
    assert "Not found in the articles: who paid?" in shown
    assert "A note." in shown
    assert "(check) Read the source" in shown
    assert "The date is not in the passage." in shown
    assert "1 unsupported sentence was removed." in shown
    assert (
        f"[1] “{QUOTE}”\n    Bridge reopens (Harbour Post, 2026-03-02, characters 0-20)\n    https://h.example/1"
        in shown
    )
    assert "(Unknown outlet, No date, characters 3-5)" in shown


def test_an_abstention_shows_related_sentences_and_the_closest_passages_in_their_words() -> None:
    related = (Sentence("The bridge was built in 1910.", (1,), "supported"),)
    hits = tuple(Hit(PASSAGE, HEAD, 1.0, rank) for rank in range(1, 6))
    shown = plain_answer(
        replace(ANSWER, status="abstained", sentences=(), related=related, hits=hits, reason="I couldn't find this.",
                dropped=(), kind="fact", limitations=(), notes=())
    )  # fmt: skip
    assert shown.startswith(
        "I couldn't find this.\n\nOn this subject the articles say:\n- The bridge was built in 1910. [1]"
    )
    assert shown.count("- Harbour Post · 2026-03-02 · Bridge reopens\n  The bridge reopened.") == 3


def run(home: Path, *arguments: str, piped: str = "", **environment: str) -> subprocess.CompletedProcess[bytes]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BYLINE_")}
    return subprocess.run(
        [sys.executable, "-m", "assistant", "--home", str(home), *arguments],
        input=piped.encode(), capture_output=True, env={**kept, **environment}, check=False,
    )  # fmt: skip


def test_a_latin_1_terminal_gets_readable_text_and_exact_json(tmp_path: Path) -> None:
    text = "“We’re done” – said Łukasz. The harbour stayed closed on Sunday, and boats waited outside for nine hours."
    assert run(tmp_path, "ingest", "-", "--title", "Ende – “schön”", piped=text).returncode == 0
    for arguments in (["articles", "list"], ["search", "harbour closed"]):
        done = run(tmp_path, *arguments, PYTHONIOENCODING="latin-1")
        assert done.returncode == 0, done.stderr
        assert 'Ende - "schön"' in done.stdout.decode("latin-1")
    done = run(tmp_path, "search", "harbour", "--json", PYTHONIOENCODING="latin-1")
    assert json.loads(done.stdout.decode("latin-1"))["hits"][0]["text"] == text


def test_an_answer_of_the_sample_is_readable(sample_assistant: Assistant) -> None:
    answer = sample_assistant.answer("Why did the ferry capsize?")
    shown = plain_answer(answer)
    assert answer.citations
    for citation in answer.citations:
        assert f"[{citation.number}] “{citation.quote}”" in shown


def test_a_misspelled_variable_is_named_and_ignored(byline: Run, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    byline("ingest", small)
    monkeypatch.setenv("BYLINE_CHAT_MODLE", "openai:gpt-5")
    code, out, err = byline("articles", "list", "--json")
    assert (code, len(json.loads(out))) == (0, 2)
    assert "BYLINE_CHAT_MODLE" in err
    assert "Did you mean BYLINE_CHAT_MODEL?" in err
