"""The reports: the page opens offline, sends no request, and its filters work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page

from eval import metrics, report_html
from eval.faults import Remembering
from eval.gate import judge
from eval.report import junit, results_table, write_reports
from eval.report_html import percent, render, segments
from eval.runner import Row
from eval.selftest import judge_fault
from eval.session import Session
from eval.summary import make_manifest, summarise
from tests.eval.conftest import SHOTS
from tests.eval.made import failed, row


@dataclass
class Opened:
    """The report in a browser, with its requests and console errors."""

    page: Page
    requests: list[str]
    complaints: list[str]
    path: Path


@pytest.fixture(scope="module")
def folder(session: Session, memory: Remembering, sound: list[Row], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports of the sample's answers, judged against a run that was better."""
    out = tmp_path_factory.mktemp("report")
    manifest = make_manifest(session.config.suite, session.settings, [case.id for case in session.cases])
    found = judge_fault(session, memory, "always abstain", sound)
    write_reports(out, sound, summarise(sound, manifest, "2026-03-09T08:00:00"), found)
    return out


@pytest.fixture
def opened(folder: Path, browser: Browser) -> Iterator[Opened]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    page = context.new_page()
    seen = Opened(page, [], [], folder / "report.html")
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("console", lambda said: seen.complaints.append(said.text) if said.type == "error" else None)
    page.goto(seen.path.as_uri())
    yield seen
    context.close()


def test_every_file_is_written(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {"report.html", "summary.md", "junit.xml", "summary.json"}


def test_the_page_opens_offline_and_asks_for_nothing(opened: Opened) -> None:
    for detail in opened.page.locator("details").all()[:12]:
        detail.evaluate("one => one.open = true")
    opened.page.locator("#theme").click()
    opened.page.wait_for_timeout(300)
    beyond = [url for url in opened.requests if url != opened.path.as_uri() and not url.startswith("data:")]
    assert (beyond, opened.complaints) == ([], [])
    assert "Gate failed" in opened.page.locator(".verdict").inner_text()
    SHOTS.mkdir(parents=True, exist_ok=True)
    opened.page.screenshot(path=SHOTS / "eval-report-dark.png", full_page=True)


def test_the_page_is_shown_to_people(opened: Opened) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    opened.page.screenshot(path=SHOTS / "eval-report.png")
    opened.page.locator("details.q[data-stage=right]:has(sup)").first.evaluate("one => one.open = true")
    opened.page.screenshot(path=SHOTS / "eval-report-whole.png", full_page=True)
    opened.page.set_viewport_size({"width": 390, "height": 844})
    opened.page.screenshot(path=SHOTS / "eval-report-phone.png", full_page=True)
    wide = opened.page.evaluate("() => document.documentElement.scrollWidth")
    assert wide <= 390  # the page does not scroll sideways on a phone


def test_questions_are_filtered_by_outcome_kind_and_words(opened: Opened, sound: list[Row]) -> None:
    page = opened.page

    def shown() -> set[str]:
        return {(one.get_attribute("id") or "")[2:] for one in page.locator("details.q:visible").all()}

    assert shown() == {row["id"] for row in sound}
    page.locator('.chips button[data-value="*wrong"]').click()
    wrong = {row["id"] for row in sound if row["stage"] != "right"}
    assert shown() == wrong
    assert page.locator("#shown").inner_text() == str(len(wrong))
    page.locator('.chips[data-filter=stage] button[data-value=""]').click()
    page.locator('.chips[data-filter=kind] button[data-value="fact"]').click()
    assert shown() == {row["id"] for row in sound if row["kind"] == "fact"}
    page.locator("#find").fill("no question has these words")
    assert shown() == set()
    assert page.locator("#none").is_visible()


def test_a_question_opens_to_its_passages_with_gold_and_quotation_marked(opened: Opened, sound: list[Row]) -> None:
    best = next(r for r in sound if r["stage"] == "right" and r["answerable"] and r["hits"][0]["gold"])
    page = opened.page
    question = page.locator(f"[id='q-{best['id']}']")
    question.locator("summary").click()
    both = question.locator(".passages mark.gold.quote").all_inner_texts()
    gold = best["evidence"][best["hits"][0]["gold"][0]]["text"]
    assert any(piece.strip() and piece.strip() in gold for piece in both)
    quotes = question.locator(".citations q").all_inner_texts()
    assert [re.sub(r"\s+", " ", q.strip('“”"')) for q in quotes] == [
        " ".join(c["quote"].split()) for c in best["answer"]["citations"]
    ]


def test_a_stage_in_a_chart_leads_to_its_questions(opened: Opened, sound: list[Row]) -> None:
    stage = next(r["stage"] for r in sound if r["stage"] != "right")
    opened.page.locator(f'.key[data-stage="{stage}"]').click()
    assert opened.page.locator("details.q:visible").count() == sum(r["stage"] == stage for r in sound)


def test_a_picked_question_opens_whatever_is_filtered(opened: Opened, sound: list[Row]) -> None:
    page = opened.page
    page.locator("#find").fill("no question has these words")
    picks = page.locator(".pick")
    assert picks.count() == 3
    surest = max(
        (r for r in sound if r["stage"] == "right" and metrics.answered(r)), key=lambda r: r["answer"]["confidence"]
    )
    assert picks.first.get_attribute("href") == f"#q-{surest['id']}"
    picks.first.click()
    question = page.locator(f"[id='q-{surest['id']}']")
    page.wait_for_selector(f"[id='q-{surest['id']}'][open]")  # it opens when the address has changed, after the click
    assert question.get_attribute("open") is not None
    assert question.locator(".answer").is_visible()


def test_what_articles_say_is_text_and_never_markup(session: Session) -> None:
    nasty = '<script>document.title="taken"</script><img src="https://example.org/x.png">'
    made = row(question=nasty, kind=nasty)
    made["answer"] = {**made["answer"], "sentences": [{"text": nasty, "citations": [1], "verdict": "supported"}]}
    made["hits"][0]["text"] = nasty
    manifest = make_manifest(session.config.suite, session.settings, [made["id"]])
    html = render([made], summarise([made], manifest, "2026-03-09T08:00:00"), None)
    assert "<script>document" not in html
    assert "<img" not in html


def test_an_error_row_is_told_everywhere(session: Session, tmp_path: Path) -> None:
    rows = [row(), failed("broken\x08")]
    summary = summarise(
        rows, make_manifest(session.config.suite, session.settings, ["q1", "e1"]), "2026-03-09T08:00:00"
    )
    write_reports(tmp_path, rows, summary, judge(rows, rows))
    assert "1 ended in an error" in (tmp_path / "report.html").read_text("utf-8")
    assert "Error rows" in (tmp_path / "summary.md").read_text("utf-8")
    tree = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert (tree.attrib["errors"], tree.attrib["tests"]) == ("1", str(len(tree)))


def test_junit_skips_what_was_wrong_before(sound: list[Row], session: Session) -> None:
    summary = summarise(sound, make_manifest(session.config.suite, session.settings, []), "2026-03-09T08:00:00")
    tree = ElementTree.fromstring(junit(sound, summary, judge(sound, sound)))
    assert tree.attrib["failures"] == tree.attrib["errors"] == "0"
    assert int(tree.attrib["skipped"]) == sum(r["stage"] != "right" for r in sound)


def test_a_passage_is_cut_where_marks_begin_and_end() -> None:
    pieces = segments("abcdefgh", 100, [(98, 103, "gold"), (102, 105, "quote"), (107, 120, "gold")])
    assert pieces == [("ab", "gold"), ("c", "gold quote"), ("de", "quote"), ("fg", ""), ("h", "gold")]
    assert segments("abc", 0, []) == [("abc", "")]
    assert segments("", 5, [(0, 9, "gold")]) == []


@pytest.mark.parametrize(
    ("value", "name", "shown"),
    [
        (None, "", "n/a"),
        (0.5, "", "50%"),
        (0.987, "", "98.7%"),
        (1.0, "", "100%"),
        (0.614, "mrr_10", "0.61"),
        (0.99996, "", "over 99.9%"),
    ],
)
def test_values_are_written_as_readers_want_them(value: float | None, name: str, shown: str) -> None:
    assert percent(value, name) == shown


def test_the_table_sets_runs_side_by_side_and_multihop_beside_published_figures(session: Session) -> None:
    hop: dict[str, Any] = {
        "facts": ["one"],
        "evidence": [],
        "answer": None,
        "hits": [{**row()["hits"][0], "facts": [0]}],
    }
    rows = {"sample": [row()], "multihop": [row("h", **hop)]}
    summaries = [
        {
            **summarise(some, make_manifest(session.config.suite, session.settings, ["q"]), "2026-03-09T08:00:00"),
            "suite": name,
        }
        for name, some in rows.items()
    ]
    table = results_table(summaries)
    assert "| | sample (1) | multihop (1) |" in table
    assert "| End-to-end score | 1.000 (1.00–1.00) | n/a |" in table
    assert "| **Byline** | 1.000 | 1.000 | 1.000 | 1.000 |" in table
    assert "0.586 | 0.6625 | 0.7467" in table
    assert report_html.PUBLISHED[0][1:] == (0.586, 0.6625, 0.7467)
