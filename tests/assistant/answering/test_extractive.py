"""Answers of quotations: every kind has its shape, every quotation its source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from assistant.answering.extractive import ExtractiveDraft, ExtractiveWriter
from assistant.grounding.citations import CitationBook
from assistant.reading.pipeline import Finding, read_part
from assistant.reading.scoring import Weights
from assistant.reading.sentence_ranker import coefficients
from assistant.types import Headline, Hit, Query, QuestionKind
from tests.assistant.reading.test_pipeline import ScoredReader, make_hit

WEIGHTS = Weights(
    retrieval=0, relevance=1, answerable=0, sentence=coefficients(evidence=1.0), second=1.0, shaped=0.3, threshold=0.3
)


def told(article: str, sentences: Sequence[str], day: str = "2023-10-03", outlet: str = "The Post") -> Hit:
    head = Headline(article, f"v-{article}", article, "A title", outlet, None, day, None)
    return replace(make_hit(sentences, article=article, start=0), headline=head)


def find(question: str, kind: QuestionKind, hits: Sequence[Hit], score: float = 3.0) -> Finding:
    reader = ScoredReader({hit.passage.sentence(n): score for hit in hits for n in range(len(hit.passage.sentences))})
    return read_part(reader, question, hits, WEIGHTS, kind=kind)


def write(question: str, kind: QuestionKind, hits: Sequence[Hit], **more: object) -> ExtractiveDraft:
    query = replace(Query(question, question, parts=(question,), kind=kind), **more)  # type: ignore[arg-type]
    return ExtractiveWriter(WEIGHTS).write(query, [find(question, kind, hits)], CitationBook())


def test_a_fact_is_quoted_under_its_outlet_and_day() -> None:
    draft = write("Who opened the farm?", "fact", [told("a", ["Mara Sole opened the farm yesterday."])])
    (sentence,) = draft.sentences
    assert sentence.quoted and sentence.citations == (1,)
    assert sentence.label == "The Post, 3 October 2023 (yesterday = 2 October 2023)"
    assert draft.citations[0].quote == "Mara Sole opened the farm yesterday."


def test_what_is_not_sure_enough_is_not_written() -> None:
    hits = [told("a", ["Mara Sole opened the farm."])]
    finding = replace(find("Who opened the farm?", "fact", hits), confidence=0.1)
    query = Query("Who opened the farm?", "Who opened the farm?", parts=("Who opened the farm?",))
    assert ExtractiveWriter(WEIGHTS).write(query, [finding], CitationBook()).sentences == ()


def test_a_definition_introduces_its_subject_from_several_articles() -> None:
    hits = [
        told("a", ["Mara Sole, co-founder of the farm, spoke at length on Friday."]),
        told("b", ["Nobody ever came to the harbour again after that."]),
        told("c", ["The council elected Mara Sole as chair last autumn."], outlet="The Star"),
    ]
    draft = write("Who is Mara Sole?", "definition", hits)
    assert [sentence.text[:9] for sentence in draft.sentences] == ["Mara Sole", "The counc"]
    assert [sentence.entry for sentence in draft.sentences] == [0, 1], "one entry per source"


def test_only_the_words_of_the_one_who_is_asked_about_are_given() -> None:
    hits = [
        told("a", ["“The toll is far too high for us,” Bo Lund said.", "“The toll is fair for all,” Mara Sole said."])
    ]
    draft = write("What did Mara Sole say about the toll?", "quotation", hits)
    assert [sentence.text for sentence in draft.sentences] == ["“The toll is fair for all,” Mara Sole said."]


def test_a_timeline_is_in_order_of_time_and_says_which_days_are_of_publication() -> None:
    hits = [
        told("a", ["The Sole bridge reopened to all traffic on 5 May 2023."]),
        told("b", ["The Sole bridge was first closed by a storm in December 2022."]),
        told("c", ["Engineers of the Sole bridge have since been praised."], day="2023-09-30"),
    ]
    draft = write("timeline of the Sole bridge", "timeline", hits)
    assert [sentence.label for sentence in draft.sentences] == [
        "December 2022",
        "5 May 2023",
        "published 30 September 2023",
    ]


def test_a_comparison_has_one_entry_per_side_and_says_which_has_nothing() -> None:
    hits = [told("a", ["Adler sold 12 turbines to the council last year."])]
    draft = write("Adler versus Borg on turbines", "comparison", hits, sides=("Adler", "Borg"))
    assert [sentence.label for sentence in draft.sentences] == ["Adler"]
    assert draft.notes == ("Nothing was found on Borg.",)


def test_the_latest_begins_with_the_newest() -> None:
    hits = [
        told("a", ["The toll of the Sole bridge is nine crowns for cars."], day="2023-01-01"),
        told("b", ["Drivers on the Sole bridge must now pay seventeen."], day="2023-11-01"),
    ]
    draft = write("What is the latest on the Sole bridge?", "latest", hits)
    assert draft.sentences[0].label == "The Post, 1 November 2023"


@pytest.mark.parametrize("kind", ["list", "summary", "why", "definition", "latest", "timeline"])
def test_headings_questions_and_repetitions_are_not_quoted(kind: QuestionKind) -> None:
    hits = [
        told(
            "a",
            [
                "The Sole bridge",
                "Will the Sole bridge ever open to all again?",
                "The Sole bridge is a crossing of the Tarn.",
            ],
        ),
        told("b", ["The Sole bridge is the crossing of the Tarn."]),
    ]
    draft = write("What is the Sole bridge?", kind, hits)
    assert len(draft.sentences) == 1
    assert draft.sentences[0].text.startswith("The Sole bridge is")


def test_every_citation_is_exact() -> None:
    hits = [
        told("a", ["The Sole bridge opened in May 2023.", "It closed in June 2023 for all."]),
        told("b", ["The Sole bridge is old."]),
    ]
    draft = write("summary of the Sole bridge", "summary", hits)
    for citation in draft.citations:
        hit = next(hit for hit in hits if hit.headline == citation.headline)
        assert hit.passage.text[citation.start - hit.passage.start : citation.end - hit.passage.start] == citation.quote
