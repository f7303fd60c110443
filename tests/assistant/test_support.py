from __future__ import annotations

import pytest

from assistant.embedder import OnnxEmbedder
from assistant.support import check_support

SOURCES = [
    "The ferry Marisol left Port Alder on 3 March with 214 people aboard.",
    "“We lost radio contact at nine,” said harbour master Ines Okoro.",
    "The company did not answer questions about the crew's training.",
    "Okoro praised the fishermen who reached the wreck first.",
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
    ],
)
def test_an_altered_sentence_is_dropped_with_its_reason(sentence: str, reason: str, encoder: OnnxEmbedder) -> None:
    support = check_support(sentence, SOURCES, CONTEXT, encoder)
    assert support.verdict == "unsupported"
    assert reason in support.reason


def test_the_carrying_source_is_named(encoder: OnnxEmbedder) -> None:
    assert check_support("The firm gave no answer on how the crew was trained.", SOURCES, CONTEXT, encoder).best == 2


def test_a_sentence_without_sources_is_unsupported(encoder: OnnxEmbedder) -> None:
    assert check_support("Anything.", [], "", encoder).verdict == "unsupported"
