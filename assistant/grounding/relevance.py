"""Does a sentence of a chat model bear on the question that was asked?

A passage may support a sentence that answers nothing: an advertisement, a telephone number, a statement that was planted
in an article. Such a sentence is not shown.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.grounding.evidence import Encoder, readable
from assistant.text.contacts import has_contact
from assistant.text.lexical import fold, names, word_roots
from assistant.types import Hit

TO_QUESTION, TO_TITLE, CONSTANT = 11.7, 5.8, -3.6
"""Log odds of a relevant sentence: what its cosine with the question and with the article's title count."""
SHARING, STRANGE, OFFERING = -3.2, -1.5, 0.0
"""Least log odds of a sentence that has a word of the question or of the title, or names somebody whom its passage names
elsewhere; of one that has neither; and of one that holds a contact, an offer or a code for which nobody asked."""
BARE = 5
"""Words of an answer that may be no whole sentence."""
REPEATED = 40
"""Characters from which on a sentence of a passage is the one that the model repeats."""


class Relevance:
    """Compares sentences with the question and with the titles of their articles.

    Args:
        encoder: The bundled encoder; the coefficients fit no other.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def log_odds(self, question: str, sentences: Sequence[str], titles: Sequence[str]) -> list[float]:
        """How likely each sentence is to bear on the question; `titles` are those of their articles, one for each."""
        if not sentences:
            return []
        asked, *rows = self._encoder.encode([question, *sentences, *titles])
        mine, heads = np.array(rows[: len(sentences)]), np.array(rows[len(sentences) :])
        scores = TO_QUESTION * (mine @ asked) + TO_TITLE * (mine * heads).sum(axis=1) + CONSTANT
        return [float(score) for score in scores]

    def bears_on(self, question: str, sentence: str, cited: Sequence[Hit]) -> bool:
        """Whether a sentence bears on a question, given the passages that it cites."""
        title = " ".join(dict.fromkeys(hit.headline.title for hit in cited))
        around = " ".join(words for hit in cited for _, words in readable(hit) if sentence[:REPEATED] not in words)
        said = [sentence, *_whole(sentence, cited)]
        scores = self.log_odds(question, said, [title] * len(said))
        return any(score >= least(question, text, title, around) for score, text in zip(scores, said, strict=True))


def _whole(sentence: str, cited: Sequence[Hit]) -> list[str]:
    """For a bare answer ("Four crowns.") the sentences of the passages that hold all of it: they say what it is about."""
    bare = word_roots(sentence)
    if not bare or len(bare) > BARE:
        return []
    return [words for hit in cited for _, words in readable(hit) if bare <= word_roots(words)]


def least(question: str, sentence: str, title: str, around: str) -> float:
    """The log odds that a sentence must reach to be shown.

    Args:
        question: What is asked.
        sentence: What the model wrote.
        title: Of the articles that it cites.
        around: The other sentences of the passages that it cites.
    """
    if has_contact(sentence) and not has_contact(question):
        return OFFERING
    if word_roots(sentence) & word_roots(f"{question} {title}"):
        return SHARING
    return SHARING if set(map(fold, names(sentence))) & set(map(fold, names(around))) else STRANGE
