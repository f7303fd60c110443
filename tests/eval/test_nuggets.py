"""Nuggets: what counts as stated, question files that have them, and agreement with the reporter questions' own scorer."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from assistant.errors import UsageError
from assistant.json_forms import answer_record
from assistant.settings import load_settings
from assistant.types import Answer, Citation, Headline, Sentence
from eval import metrics, rows
from eval.case_forms import load_form
from eval.cases import Case
from eval.nuggets import nugget_share, plain, states_any
from eval.report_html import render
from eval.runner import scored
from eval.suites import BLIND, ready_suite
from eval.summary import make_manifest, summarise
from tests.conftest import SHARED
from tests.eval.made import answered, cite, declined, row

NUGGETS = [
    {"fact": "when", "any": ["Monday", "9 March"], "vital": True},
    {"fact": "who", "any": ["Ida Rook"], "vital": True},
    {"fact": "why", "any": ["ice"], "vital": True},
    {"fact": "besides", "any": ["a ferry"], "vital": False},
]


@pytest.mark.parametrize(
    ("text", "string", "stated"),
    [
        ("It closed on monday.", "Monday", True),
        ("“We can’t,” she said – twice.", '"we can\'t," she said - twice', True),
        ("The CEO [1] resigned.", "CEO resigned", True),
        ("It fell by 12%.", "12 %", False),
        ("The director spoke.", " CTO", False),
        ("Ann, its CTO, spoke.", " CTO", True),
    ],
)
def test_case_typography_and_markers_do_not_count(text: str, string: str, stated: bool) -> None:
    assert states_any(text, [string]) is stated


def test_only_vital_nuggets_count_and_one_string_is_enough() -> None:
    assert nugget_share("On 9 March, said Ida Rook.", NUGGETS) == pytest.approx(2 / 3)
    assert nugget_share("A ferry.", NUGGETS) == 0.0
    assert nugget_share("Monday, Ida Rook, ice.", NUGGETS) == 1.0


def test_a_forbidden_string_makes_the_answer_wrong() -> None:
    assert nugget_share("Monday, Ida Rook, ice.", NUGGETS, ["Tuesday"]) == 1.0
    assert nugget_share("Monday, not Tuesday: Ida Rook, ice.", NUGGETS, ["tuesday"]) == 0.0


def with_nuggets(text: str, **more: Any) -> dict[str, Any]:
    answer = answered([(text, [1])], [cite(1, gold=False)])
    return row("n1", answer, nuggets=NUGGETS, must_not=[], must_include=[], **more)


def test_a_question_with_nuggets_is_right_from_two_thirds_of_them() -> None:
    right, wrong = with_nuggets("On Monday, said Ida Rook."), with_nuggets("On Monday.")
    assert (right["scores"]["end_to_end"], right["stage"]) == ([1.0, 1.0], "right")
    assert (wrong["scores"]["end_to_end"], wrong["stage"]) == ([0.0, 1.0], "read but answered wrong")
    assert wrong["scores"]["nugget_recall"] == [pytest.approx(1 / 3, abs=1e-6), 1.0]
    assert right["scores"]["cites_evidence"] == [0.0, 1.0]
    silent = row("n2", declined(), nuggets=NUGGETS, must_not=[], must_include=[])
    assert silent["scores"]["nugget_recall"] == [0.0, 1.0]
    assert "answer_inside" not in right["scores"], "there is no must_include to look for"


def test_without_known_evidence_a_wrong_answer_is_not_blamed_on_retrieval() -> None:
    wrong = with_nuggets("On Tuesday.", evidence=[], hits=[])
    assert wrong["stage"] == "read but answered wrong"
    assert "cites_evidence" not in wrong["scores"] and "citation_recall" not in wrong["scores"]


def written(path: Path, **change: Any) -> Path:
    line = {
        "id": "r-1", "kind": "fact", "question": "Who?", "answerable": True, "must_not": ["x"],
        "nuggets": [{"fact": "f", "vital": True, "any": ["a", "b"], "evidence": [{"doc_id": 3, "start": 0, "end": 9}] * 2}],
    }  # fmt: skip
    path.write_text(json.dumps({**line, **change}), "utf-8")
    return path


def test_a_reporter_question_is_read(tmp_path: Path) -> None:
    (case,) = load_form(written(tmp_path / "q.jsonl"), "reporter")
    assert (case.nuggets[0].any, case.must_not, case.cluster) == (("a", "b"), ("x",), "article:3")
    assert len(case.evidence) == 1, "evidence that two nuggets share is one span"


def test_a_reporter_question_that_does_not_fit_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"q\.jsonl:1: nuggets: expected a vital one for an answerable question"):
        load_form(written(tmp_path / "q.jsonl", nuggets=[]), "reporter")
    with pytest.raises(UsageError, match=r"q\.jsonl:1: nuggets\.0\.any: List should have at least 1 item"):
        load_form(written(tmp_path / "q.jsonl", nuggets=[{"fact": "f", "vital": True, "any": []}]), "reporter")


def test_the_blind_questions_are_read() -> None:
    shapes, follow_ups = ready_suite("shapes").cases(), ready_suite("follow-ups").cases()
    assert (len(shapes), len(follow_ups)) == (55, 60)
    assert {"list", "timeline", "comparison", "summary"} <= {case.kind for case in shapes}
    assert all(case.history and case.nuggets for case in follow_ups)
    assert all((BLIND / case.where.partition(":")[0]).exists() for case in (*shapes, *follow_ups))


REPORTER = SHARED / "data" / "reporter_questions"


@pytest.fixture(scope="module")
def corpus() -> dict[int | str, tuple[str, str]]:
    """Id -> (title, text) of the articles behind the reporter questions."""
    if not (REPORTER / "score.py").exists():
        pytest.skip("../shared/data/reporter_questions is absent: the comparison with its scorer needs it")
    articles = json.loads((SHARED / "data/multihop_rag/corpus.json").read_text("utf-8"))
    return {article["id"]: (article["title"], article["body"]) for article in articles}


def invented(case: Case, corpus: dict[int | str, tuple[str, str]], rng: random.Random) -> Answer:
    """An answer that states some nuggets, cites some evidence, or declines: every branch of a scorer is met."""
    if rng.random() < (0.25 if case.answerable else 0.6):
        return Answer(case.question, case.question, "abstained", (), (), (), "quotations", 0.1, "I couldn't find this.")
    said = [rng.choice(nugget.any).upper() for nugget in case.nuggets if rng.random() < 0.7]
    said += [string.replace("'", "’") for string in case.must_not if rng.random() < 0.3]
    text = f"They say [1]: {' – '.join(said)}."
    spans = [(e.doc_id, e.start, e.end) for e in case.evidence] if rng.random() < 0.7 else [(0, 0, 20)]
    doc_id, start, end = rng.choice(spans or [(0, 0, 20)])
    head = Headline(f"a{doc_id}", "v", doc_id, "Title", None, None, None, None)
    citation = Citation(1, head, corpus[doc_id][1][start:end], start, end)
    sentence = Sentence(text, (1,), "supported")
    return Answer(case.question, case.question, "answered", (sentence,), (citation,), (), "quotations", 0.9, text)


def theirs(answers: Sequence[tuple[Case, Answer]], folder: Path) -> dict[str, float]:
    """The figures of the reporter questions' own scorer."""
    lines = [json.dumps({"id": case.id, **answer_record(answer)}) for case, answer in answers]
    (folder / "answers.jsonl").write_text("\n".join(lines), "utf-8")
    arguments = [REPORTER / "dev.jsonl", folder / "answers.jsonl", SHARED / "data/multihop_rag/corpus.json"]
    done = subprocess.run(
        [sys.executable, REPORTER / "score.py", *arguments], capture_output=True, text=True, check=True
    )
    last = done.stdout.strip().splitlines()[-1]
    names = ("right", "nugget recall", "refused", "declined", "cited")
    return {name: float(re.search(rf"\b{name} ([\d.]+)", last)[1]) for name in names}  # type: ignore[index]


@pytest.mark.parametrize("seed", range(3))
def test_the_figures_are_those_of_the_reporter_questions_own_scorer(
    seed: int, corpus: dict[int | str, tuple[str, str]], tmp_path: Path
) -> None:
    cases, rng = ready_suite("reporter").cases(), random.Random(seed)
    answers = [(case, invented(case, corpus, rng)) for case in cases]
    made = [scored(rows.with_answer(rows.blank(case, corpus), answer, lambda _: None)) for case, answer in answers]
    expected = theirs(answers, tmp_path)
    ours = {
        "right": sum(item["stage"] == "right" for item in made) / len(made),
        "nugget recall": metrics.value(made, "nugget_recall")[0],
        "refused": metrics.value(made, "over_refusal")[0],
        "declined": sum(metrics.abstained(item) and not item["answerable"] for item in made),
        "cited": metrics.value(made, "cites_evidence")[0],
    }
    assert ours == pytest.approx(expected, abs=0.00051)
    assert 0.1 < expected["right"] < 0.9, "the invented answers try both outcomes"


def test_plain_keeps_what_carries_meaning() -> None:
    assert plain("“US$4 billion”\n[12] – so") == '"us$4 billion" - so'


def test_the_report_shows_nuggets_shapes_limitations_and_marks() -> None:
    answer = answered(
        [("The bridge closed.", [1]), ("It opened again.", [1])], [cite(1)], limitations=["The cost is not told."]
    )
    answer["sentences"][0] |= {"entry": 0, "label": "9 March 2026"}
    answer["sentences"][1] |= {
        "entry": 1,
        "label": "1 April 2026",
        "verdict": "check",
        "reason": "no passage says again",
    }
    item = row("n1", answer, nuggets=NUGGETS, must_not=[], must_include=[], answers=[])
    summary = summarise([item], make_manifest(ready_suite("shapes"), load_settings(), ["n1"]), "2026-03-09T08:00:00")
    page = render([item], summary, None)
    assert "<b>9 March 2026:</b>" in page and "<br><b>1 April 2026:</b>" in page
    assert "<small>(check)</small>" in page and 'title="no passage says again"' in page
    assert "The cost is not told." in page
    assert page.count("<li>✗ ") == 4 and "<li>✓ " not in page and "not vital" not in page.split("besides")[0]
