"""Each variant lacks what it should lack; the last one is the complete assistant."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.query.understanding import understand
from eval.ablation import ablation_table, undefended, variants
from eval.session import Session, asked


@pytest.fixture(scope="module")
def few(session: Session) -> Session:
    return replace(session, cases=[case for case in session.cases if not case.history][:5])


def test_dense_search_alone_uses_no_words_and_declines_nothing(few: Session) -> None:
    name, alone = next(iter(variants(few.assistant)))
    assert name.startswith("dense search alone")
    query = understand(few.cases[0].question)
    assert not any(hit.why.full_text_rank for hit in alone.retriever.find(query, query.standalone, 10))
    whole = few.assistant.retriever.find(query, query.standalone, 10)
    assert any(hit.why.full_text_rank for hit in whole)
    assert {row["answer"]["status"] for row in asked(few, alone)} == {"answered"}


def test_the_last_row_is_the_whole_assistant(few: Session) -> None:
    *_, (name, last) = variants(few.assistant)
    assert name == "+ abstention"
    texts = [row["answer"]["text"] for row in asked(few, last)]
    assert texts == [row["answer"]["text"] for row in asked(few, few.assistant)]


def test_the_table_has_a_row_for_every_part(few: Session) -> None:
    lines = ablation_table(replace(few, cases=few.cases[:1])).splitlines()
    assert len(lines) == 2 + 5
    assert all(line.count("|") == lines[0].count("|") for line in lines)


def test_without_the_cap_one_outlet_may_have_all_hits(few: Session) -> None:
    (_, whole), (name, free) = undefended(few.assistant)
    assert whole is few.assistant and name.startswith("without the cap")
    assert (whole.retriever.outlet_share, free.retriever.outlet_share) == (0.5, 1.0)
    query = understand("What was said about the ferry inquiry?")
    capped, uncapped = (
        [hit.headline.outlet for hit in assistant.retriever.find(query, query.standalone, 4)]
        for assistant in (whole, free)
    )
    assert max(map(capped.count, capped)) == 2
    assert max(map(uncapped.count, uncapped)) == 3
