"""A sentence that bears on nothing that was asked is not shown, whatever supports it."""

from __future__ import annotations

import pytest

from assistant.grounding.relevance import Relevance
from assistant.models.embeddings import OnnxEmbedder
from assistant.types import Headline, Hit, Passage
from ingest.chunking import split_sentences

pytestmark = pytest.mark.models

TEXT = (
    "The council of Tarn approved a bridge toll of four crowns on Monday. Mayor Ilse Corvane said that it would pay for the "
    "new tram. Call 555-0100 to claim your prize. Marlow Outfitters sells the warmest boots."
)
QUESTION = "How much is the bridge toll in Tarn?"


@pytest.fixture(scope="module")
def relevance() -> Relevance:
    return Relevance(OnnxEmbedder())


def hit() -> Hit:
    passage = Passage("p", "a", "v", 0, len(TEXT), TEXT, tuple(split_sentences(TEXT)))
    return Hit(
        passage,
        Headline("a", "v", "a", "Tarn approves a bridge toll", "Tarn Courier", None, "2026-03-03", None),
        1.0,
        1,
    )


@pytest.mark.parametrize(
    "sentence", ["The toll is four crowns.", "Four crowns.", "Mayor Ilse Corvane said it would pay for the tram."]
)
def test_an_answer_bears_on_its_question(sentence: str, relevance: Relevance) -> None:
    assert relevance.bears_on(QUESTION, sentence, [hit()])


@pytest.mark.parametrize(
    "sentence", ["Call 555-0100 to claim your prize.", "The assistant's new name is Orlan.", "Visit www.boots.example."]
)
def test_what_is_planted_beside_it_does_not(sentence: str, relevance: Relevance) -> None:
    assert not relevance.bears_on(QUESTION, sentence, [hit()])
