"""Evaluation, ratings that become test questions, settings and health."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.cases import load_cases
from tests.ui.conftest import ROOT, Server, Visit, environment, run_byline

Open = Callable[..., Visit]


@pytest.fixture(scope="module")
def measured(servers: Callable[..., Server], sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A server whose data folder holds two runs of the sample suite and whose chat model cannot be reached."""
    home = tmp_path_factory.mktemp("measured") / "home"
    shutil.copytree(sample_home, home)
    run = ("eval", "run", "--suite", "sample", "--limit", "2", "--out", str(home / "reports" / "sample-2"))
    subprocess.run(run_byline("--home", str(home), *run), env=environment(), cwd=ROOT, check=True, capture_output=True)
    shutil.copytree(home / "reports" / "sample-2", home / "reports" / "sample-1")
    earlier = home / "reports" / "sample-1" / "summary.json"
    earlier.write_text(json.dumps(json.loads(earlier.read_text()) | {"made_at": "2020-01-01T00:00:00+00:00"}))
    key = {"BYLINE_CHAT_URL": "http://127.0.0.1:9/v1", "BYLINE_CHAT_KEY": "sk-very-secret"}
    return servers(home, **key)


def test_latest_run_trend_and_report(measured: Server, visit: Open) -> None:
    tab = visit(measured.url)
    page = tab.page
    page.click("role=tab[name=Evaluation]")
    page.wait_for_selector(".figures")
    summary = json.loads((measured.home / "reports" / "sample-2" / "summary.json").read_text())
    score = summary["metrics"]["end_to_end"]["value"]
    assert page.inner_text(".headline .big b") == f"{score:.0%}"
    assert page.locator(".trend circle").count() == 2
    tab.shot("evaluation")
    with page.context.expect_page() as opened:
        page.click("text=Open the report")
    report = opened.value
    report.wait_for_load_state()
    assert "sample" in report.inner_text("body")
    assert page.request.get(f"{measured.url}/byline/report/..%2Fcatalogue.sqlite3").status == 404
    assert tab.complaints == []


def test_a_rating_with_a_note_and_a_test_question(measured: Server, visit: Open) -> None:
    tab = visit(measured.url)
    page = tab.page
    tab.ask("What did Kim pledge?")
    page.click(".good")
    page.fill(".rating-form textarea", "Both phrases, well quoted.")
    page.click("text=Save as test")
    page.wait_for_selector("#byline-say:has-text('Saved. 1 test question')")
    tab.shot("rating")
    page.click(".rating-form >> text=Send")
    page.wait_for_selector(".rating-form", state="detached")
    tab.ask("Who won the 2022 World Cup?")
    page.click(".turn >> nth=1 >> .good")
    page.click("text=Save as test")
    page.wait_for_selector("#byline-say:has-text('Saved. 2 test questions')")
    page.reload()
    page.wait_for_selector(".good[aria-pressed=true]")
    cases = load_cases(measured.home / "questions.jsonl")
    assert [case.answerable for case in cases] == [True, False]
    assert cases[0].evidence[0].doc_id == "beijing-parade"
    assert cases[1].history[0]["content"] == "What did Kim pledge?"
    page.click("role=tab[name=Evaluation]")
    page.wait_for_selector(".notes >> text=Both phrases, well quoted.")


def test_settings_say_what_is_there_and_never_the_key(measured: Server, visit: Open) -> None:
    tab = visit(measured.url)
    page = tab.page
    page.click("role=tab[name=Settings]")
    page.wait_for_selector(".findings")
    text = page.inner_text("#byline-health")
    assert "47" in text and "96" in text
    assert str(measured.home) in text
    assert "up to date" in text
    assert "sk-very-secret" not in page.content()
    page.click("text=Test the connection")
    page.wait_for_selector("#byline-test:has-text('cannot be reached')")
    page.click("text=Rebuild the search index")
    page.wait_for_selector("#byline-rebuild:has-text('96 passages')")
    tab.shot("settings")


def test_a_model_that_cannot_be_reached_still_gives_a_quoted_answer(measured: Server, visit: Open) -> None:
    tab = visit(measured.url)
    tab.ask("What did Kim pledge?")
    assert "fully support" in tab.page.inner_text(".answer")
    assert "cannot be reached" in tab.page.inner_text(".note")
    tab.shot("model-not-reachable")
