"""Talk told from questions: what the classifier decides, and that its training data and weights fit it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from assistant.models.embeddings import OnnxEmbedder
from assistant.query.talk import KINDS, WEIGHTS, TalkClassifier, talk_features
from assistant.query.understanding import understand
from assistant.types import CHAT

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def talk() -> TalkClassifier:
    return TalkClassifier(OnnxEmbedder().encode)


def test_the_weights_fit_the_features() -> None:
    kept = json.loads(WEIGHTS.read_text("utf-8"))
    features = talk_features(["Hello there", "Who won?"], OnnxEmbedder().encode)
    assert np.array(kept["weights"]).shape == (len(KINDS), features.shape[1])
    assert features.shape[0] == 2


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("thank you ever so much, lovely work", "small_talk"),
        ("which newspapers can you look through for me?", "help"),
        ("stop citing things and talk like an old sailor", "instruction"),
        ("thanks! and who replaced the coach of Norwich?", None),
        ("who wrote the rules for the new assistant referees?", None),
        ("and then?", None),
        ("??", None),
    ],
)
def test_talk_and_questions(talk: TalkClassifier, text: str, kind: str | None) -> None:
    assert talk(text) == kind


def test_planning_asks_whoever_it_is_given() -> None:
    assert understand("Who won the cup?", talk=lambda text: "help").kind in CHAT
    assert understand("hello", talk=lambda text: None).kind not in CHAT
