from __future__ import annotations

import re

import pytest

from assistant.grounding.verifier import check_support
from assistant.models.embeddings import OnnxEmbedder
from eval.support import build_trials, judge, load_articles, rates

SOURCES = [
    "The ferry Marisol left Port Alder on 3 March with 214 people aboard.",
    "“We lost radio contact at nine,” said harbour master Ines Okoro.",
    "The company did not answer questions about the crew's training.",
    "Okoro praised the fishermen who reached the wreck first.",
    "The ferry may be raised in 2025.",
    "Tom Berg owes Ada Wynn money for the wreck.",
]
CONTEXT = "The Alder Post · March 5, 2024 · Ferry sinks off Port Alder"


@pytest.fixture(scope="module")
def encoder() -> OnnxEmbedder:
    return OnnxEmbedder()


@pytest.mark.parametrize(
    "sentence",
    [
        "The ferry Marisol left Port Alder on 3 March with 214 people aboard.",
        "214 people were aboard the ferry Marisol when it left Port Alder on 3 March.",
        "Harbour master Ines Okoro said “We lost radio contact at nine”.",
        "Okoro praised the fishermen who got to the wreck first.",
    ],
)
def test_a_true_sentence_is_not_dropped(sentence: str, encoder: OnnxEmbedder) -> None:
    assert check_support(sentence, SOURCES, CONTEXT, encoder).verdict != "unsupported"


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("The ferry Marisol left Port Alder on 3 March with 241 people aboard.", "number"),
        ("The ferry Marisol left Port Alder on 3 May with 214 people aboard.", "month"),
        ("The ferry Estrella left Port Alder on 3 March with 214 people aboard.", "name"),
        ("Ines Okoro said “We lost sight of it at nine”.", "quotation"),
        ("Okoro did not praise the fishermen who reached the wreck first.", "negates"),
        ("The president resigned after a long debate in parliament.", "does not say"),
        ("Harbour master Ines Okoro left Port Alder on 3 March with 214 people aboard.", "somebody else|stands where"),
        ("“We lost radio contact at nine,” said the Alder Post.", "somebody else|stands where"),
        ("The company answered questions about the crew's training.", "negates"),
        ("Okoro condemned the fishermen who reached the wreck first.", "praised|stands where"),
        ("Okoro praised the fishermen who reached the wreck last.", "'first'"),
        ("The ferry Marisol left Port Alder on 3 March with 214 tonnes aboard.", "another unit|does not say"),
        ("The ferry will be raised in 2025.", "only holds it possible"),
        ("Ada Wynn owes Tom Berg money for the wreck.", "changed places"),
    ],
)
def test_an_altered_sentence_is_dropped_with_its_reason(sentence: str, reason: str, encoder: OnnxEmbedder) -> None:
    support = check_support(sentence, SOURCES, CONTEXT, encoder)
    assert support.verdict == "unsupported"
    assert re.search(reason, support.reason), support.reason


def test_the_carrying_source_is_named(encoder: OnnxEmbedder) -> None:
    assert check_support("The firm gave no answer on how the crew was trained.", SOURCES, CONTEXT, encoder).best == 2


def test_a_sentence_without_sources_is_unsupported(encoder: OnnxEmbedder) -> None:
    assert check_support("Anything.", [], "", encoder).verdict == "unsupported"


def test_a_readers_score_weighs_as_much_as_the_likeness(encoder: OnnxEmbedder) -> None:
    sentence = "Okoro praised the fishermen who got to the wreck first."
    sure = check_support(sentence, SOURCES, CONTEXT, encoder, [0, 0, 0, 1, 0, 0])
    unsure = check_support(sentence, SOURCES, CONTEXT, encoder, [0.0] * 6)
    assert (sure.verdict, unsure.verdict) == ("supported", "unsupported")


def test_altered_sentences_are_caught_and_true_ones_kept_on_the_reporting_half() -> None:
    """The sample articles' half B; `python -m eval.support` prints the same with the corpus beside it.

    Paraphrases alone are kept less often than true sentences over all: 0.84 when this was written.
    """
    found = rates(judge([t for t in build_trials(load_articles(samples_only=True)) if t.half == "B"]))
    assert found["altered"][1] > 500
    assert found["altered"][0] >= 0.9 * found["altered"][1], found
    assert found["paraphrase"][1] > 80
    assert found["paraphrase"][0] >= 0.8 * found["paraphrase"][1], found
    assert found["true"][0] >= 0.9 * found["true"][1], found
