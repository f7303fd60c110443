"""How an answer becomes a row: what covers gold, what is exact, which markers name a citation."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

from assistant.types import Answer, Article, Citation, Headline, Hit, Passage, ScoreBreakdown, Sentence
from eval import rows
from eval.cases import Case, Evidence
from eval.runner import scored

TEXT = "The mill burnt down. Nobody was hurt, said Ada Lund. “We were lucky,” she said. It stood empty."
HURT = TEXT.index("Nobody")
END = TEXT.index(" “We")
ARTICLE = Article("a", "mill", None, "Mill burns", "Ida Rook", "The Tarn Echo", "2026-03-09", "given", "en", TEXT, "v1")
HEAD = Headline("a", "v1", "mill", "Mill burns", "The Tarn Echo", "Ida Rook", "2026-03-09", None)
COPY = Headline("b", "v2", "copy", "Mill burns", "The Coast Post", None, "2026-03-09", None)
CASE = Case(
    "q",
    "Was anybody hurt?",
    must_include=(("nobody",),),
    evidence=(Evidence("mill", HURT, END),),
    as_of=date(2026, 3, 10),
)


def passage(start: int, end: int) -> Passage:
    return Passage("p", "a", "v1", start, end, TEXT[start:end], ((start, end),))


def hit(start: int = 0, end: int = len(TEXT), head: Headline = HEAD, also_in: tuple[Headline, ...] = ()) -> Hit:
    return Hit(passage(start, end), head, 1.0, 1, ScoreBreakdown(answerable=0.5), also_in)


def cite(start: int, end: int, number: int = 1) -> Citation:
    return Citation(number, HEAD, TEXT[start:end], start, end)


def find(key: str) -> Article | None:
    return ARTICLE if key in ("a", "v1") else None


def made(answer: Answer, case: Case = CASE) -> dict[str, Any]:
    texts: dict[int | str, tuple[str, str]] = {"mill": ("Mill burns", TEXT), "copy": ("Mill burns", TEXT)}
    return rows.with_answer(rows.blank(case, texts), answer, find)


def answer(
    *sentences: Sentence, citations: tuple[Citation, ...] = (), hits: tuple[Hit, ...] = (), text: str = ""
) -> Answer:
    said = text or " ".join(f"{s.text} {''.join(f'[{n}]' for n in s.citations)}" for s in sentences)
    return Answer(CASE.question, CASE.question, "answered", sentences, citations, hits, "quotations", 0.9, said)


SAID = Sentence("Nobody was hurt, said Ada Lund.", (1,), "supported")


def test_a_row_is_json_and_knows_its_gold() -> None:
    row = made(answer(SAID, citations=(cite(HURT, END),), hits=(hit(),)))
    assert json.loads(json.dumps(row)) == row
    assert row["evidence"][0]["text"] == "Nobody was hurt, said Ada Lund."
    assert (row["as_of"], row["hits"][0]["gold"], row["answer"]["citations"][0]["gold"]) == ("2026-03-10", [0], [0])


def test_a_hit_covers_gold_only_when_it_holds_all_of_it() -> None:
    hits = (hit(HURT, END), hit(HURT + 1, END), hit(HURT, END - 1))
    row = made(answer(SAID, citations=(cite(HURT, END),), hits=hits))
    assert [found["gold"] for found in row["hits"]] == [[0], [], []]


def test_a_citation_that_overlaps_gold_by_one_character_counts() -> None:
    for span, gold in (((0, HURT + 1), [0]), ((0, HURT), []), ((END - 1, len(TEXT)), [0]), ((END, len(TEXT)), [])):
        row = made(answer(SAID, citations=(cite(*span),), hits=(hit(),)))
        assert row["answer"]["citations"][0]["gold"] == gold, span


def test_a_wire_copy_stands_for_the_story_that_it_copies() -> None:
    case = replace(CASE, evidence=(Evidence("copy", HURT, END),))
    row = made(answer(SAID, citations=(cite(HURT, END),), hits=(hit(also_in=(COPY,)),)), case)
    assert (row["hits"][0]["gold"], row["answer"]["citations"][0]["gold"]) == ([0], [0])
    alone = made(answer(SAID, citations=(cite(HURT, END),), hits=(hit(),)), case)
    assert (alone["hits"][0]["gold"], alone["answer"]["citations"][0]["gold"]) == ([], [])


def test_a_quotation_is_exact_only_at_its_own_offsets() -> None:
    shifted = Citation(1, HEAD, TEXT[HURT:END], HURT + 1, END + 1)
    row = made(answer(SAID, citations=(shifted,), hits=(hit(),)))
    assert row["answer"]["citations"][0]["exact"] is False
    assert row["answer"]["quotations"] == {"total": 1, "exact": 0}


def test_words_in_quotation_marks_must_stand_in_what_is_cited() -> None:
    good = Sentence("She said “We were lucky,” of it.", (1,), "supported")
    bad = Sentence("She said “We were clever” of it.", (1,), "supported")
    row = made(answer(good, bad, citations=(cite(HURT, END),), hits=(hit(),)))
    assert row["answer"]["quotations"] == {"total": 3, "exact": 2}


def test_a_citation_of_what_was_never_read_is_not_valid() -> None:
    row = made(answer(SAID, citations=(cite(HURT, END),), hits=(hit(0, HURT - 1),)))
    assert row["answer"]["markers"] == {"total": 1, "valid": 0}


def test_a_marker_in_the_text_that_stands_for_nothing_is_counted() -> None:
    row = made(answer(SAID, citations=(cite(HURT, END),), hits=(hit(),), text="Nobody was hurt. [1] Lucky [3]."))
    assert row["answer"]["markers"] == {"total": 2, "valid": 1}


def test_far_hits_lose_their_text_and_keep_their_gold() -> None:
    row = made(answer(SAID, citations=(cite(HURT, END),), hits=(hit(),) * 50))
    assert len(row["hits"]) == rows.KEPT_HITS
    assert row["hits"][9]["text"] == TEXT
    assert (row["hits"][10]["text"], row["hits"][10]["gold"]) == ("", [0])


def test_limitations_stand_beside_the_sentences_and_are_not_counted_as_uncited() -> None:
    limited = replace(answer(SAID, citations=(cite(HURT, END),), hits=(hit(),)), limitations=("No cause is told.",))
    row = scored(made(replace(limited, text=f"{limited.text}\nNo cause is told.")))
    assert row["answer"]["limitations"] == ["No cause is told."]
    assert row["scores"]["uncited"] == [0.0, 1.0]
    assert row["answer"]["markers"] == {"total": 1, "valid": 1}


def test_shape_verdicts_and_related_sentences_are_kept() -> None:
    listed = replace(SAID, entry=1, label="Monday", verdict="check", reason="not shown")
    kept = replace(answer(SAID, listed, citations=(cite(HURT, END),), hits=(hit(),)), kind="timeline", partial=True)
    row = scored(made(kept))
    assert (row["answer"]["kind"], row["answer"]["partial"]) == ("timeline", True)
    assert row["answer"]["sentences"][1] == {
        "text": SAID.text, "citations": [1], "verdict": "check", "entry": 1, "label": "Monday", "reason": "not shown",
    }  # fmt: skip
    assert row["scores"]["checked"] == [1.0, 2.0]
    related = replace(kept, status="abstained", sentences=(), related=(SAID,))
    row = scored(made(related))
    assert [sentence["text"] for sentence in row["answer"]["related"]] == [SAID.text]
    assert "uncited" not in row["scores"] and "checked" not in row["scores"]
