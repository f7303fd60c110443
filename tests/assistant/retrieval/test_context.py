"""A search shows what it found with the sentences around it."""

from __future__ import annotations

import pytest

from assistant.answering.pipeline import Assistant
from assistant.retrieval.context import WIDEST, widen
from tests.attack.conftest import from_rows

STORY = [f"On day {n} the harbour office counted {n * 7} ships and wrote a line about each of them." for n in range(40)]
ASIDE = "Also read: Harbour office opens a museum"


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory):
    text = "\n".join([" ".join(STORY[:20]), ASIDE, " ".join(STORY[20:])])
    rows = [{"id": "h", "title": "Harbour", "outlet": "Post", "text": text}]
    assistant = from_rows(tmp_path_factory.mktemp("harbour"), rows)
    yield assistant
    assistant.close()


def test_a_hit_is_an_exact_and_longer_stretch_of_its_article(harbour: Assistant) -> None:
    hits = harbour.retriever.invoke("day 12 ships 84")
    assert hits
    article = harbour.library.catalogue.article("h")
    assert article is not None
    found = harbour.search("On which day did the office count 84 ships?", 3)
    for hit in found:
        passage = hit.passage
        assert article.text[passage.start : passage.end] == passage.text
        assert max(len(each.page_content) for each in hits) < len(passage.text) <= WIDEST
        assert passage.sentences[0][0] == passage.start
        assert passage.sentences[-1][1] == passage.end


def test_nothing_is_shown_twice_and_what_was_left_out_stays_out(harbour: Assistant) -> None:
    found = harbour.search("On which day did the office count ships?", 20)
    spans = sorted((hit.passage.start, hit.passage.end) for hit in found)
    assert len(spans) > 1
    assert [hit.rank for hit in found] == list(range(1, len(found) + 1))
    assert all(ASIDE not in hit.passage.text for hit in found)
    assert len(widen(found, harbour.library.catalogue, 1)) == 1
