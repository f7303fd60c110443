"""Scores every sentence that was read: what the reader says of it, and plain facts about its words, added up.

The best of them are looked at again beside their likeness to the question, which is too dear to work out for all. The
coefficients are fitted with the reader (see `assistant.training.tune`) and stored beside it; with them the scores
are log odds between the sentences of one question.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.reading.answer_type import kind_check
from assistant.reading.model import UNREAD, Reading, sentence_answers, sentence_scores
from assistant.text.injection import is_order, sets_a_task
from assistant.text.lexical import content_words, names, word_rarity, word_roots
from assistant.types import Hit

SENTENCE_FEATURES = (
    "evidence", "span", "behind", "passage", "rare", "around", "stranger", "kind", "quote", "place",
)  # fmt: skip
"""What a sentence's score is made of, in the order of the coefficients.

evidence, span: the reader's logits for the sentence and for the best answer in it. behind: how many sentences of its
passage have more evidence. passage: the passage's score. rare: share of the question's words that stand in it, each
counted by how few of the sentences read have it. around: the plain share for the sentence before and the one after,
added up. stranger: whether it names others, and nobody whom the question names. kind: whether it lacks the number or the
time that is asked for. quote: whether it quotes, where the question asks what was said. place: how far down its article
it stands.
"""
LIKENESS = ("alike", "alike_after")
"""What is known besides of the sentences that are looked at again: the question's cosine with the sentence, and with the
one before it and the sentence together."""
LOOKED_AGAIN = 12
"""So many of the best sentences are looked at again."""
MOST_ALIKE, MOST_BEFORE = 500, 300
"""Characters of a sentence, and of the one before it, that are compared with the question."""
MOST_BEHIND = 5
SCREEN = 500
"""Characters of an article that are taken for its top, in `place`."""
LOOKED_AT = 20
"""Best sentences among which those to quote are found."""

_ASKS_FOR = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.I)
_ASKS_WORDS = re.compile(r"\b(?:say|said|call|tell|told|describe|quote|argue|claim|warn)", re.I)
_QUOTES = re.compile(r"[“\"]")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that was read.

    Attributes:
        score: Higher is better; comparable within one question.
        place: Of its passage in the order read, from 0.
        index: Of the sentence in its passage.
        span: Its offsets in the article's text.
        logits: Evidence and best answer, as the reader gave them.
        answer: The words that the reader points at.
        values: Its `SENTENCE_FEATURES`, and its `LIKENESS` once it was looked at again.
    """

    score: float
    place: int
    index: int
    span: tuple[int, int]
    logits: tuple[float, float]
    answer: str
    values: tuple[float, ...]


def coefficients(**named: float) -> tuple[float, ...]:
    """Coefficients in the order of `SENTENCE_FEATURES`; 0 for those not named."""
    if unknown := named.keys() - set(SENTENCE_FEATURES):
        raise ValueError(f"no feature of a sentence is called {', '.join(sorted(unknown))}")
    return tuple(named.get(name, 0.0) for name in SENTENCE_FEATURES)


def weighed(weights: Sequence[float], values: Sequence[float]) -> float:
    """The values, each times its weight, added up."""
    return sum(weight * value for weight, value in zip(weights, values, strict=True))


def score_sentences(
    question: str, hits: Sequence[Hit], readings: Sequence[Reading], weights: Sequence[float]
) -> list[Candidate]:
    """Every sentence that was read, best first.

    Args:
        question: As it was read.
        hits: The passages; their `score` is the feature "passage".
        readings: One a hit.
        weights: Of `SENTENCE_FEATURES`.
    """
    roots = [[word_roots(hit.passage.sentence(i)) for i in range(len(hit.passage.sentences))] for hit in hits]
    asked = _Asked(question, roots)
    candidates: list[Candidate] = []
    for place, (hit, reading) in enumerate(zip(hits, readings, strict=True)):
        candidates += _of_passage(asked, place, hit, reading, roots[place], weights)
    candidates.sort(key=lambda item: (-item.score, item.place, item.index))
    # A sentence that gives orders to a machine answers nobody. Only those that could be quoted are looked at.
    first = [item for item in candidates[:LOOKED_AT] if not _gives_orders(sentence_text(hits, item))]
    return first + candidates[LOOKED_AT:]


Likeness = Callable[[str, Sequence[str]], Sequence[float]]
"""Cosines of a question with texts."""


def look_again(
    question: str, hits: Sequence[Hit], candidates: Sequence[Candidate], likeness: Likeness, weights: Sequence[float]
) -> list[Candidate]:
    """The first `LOOKED_AGAIN` candidates, scored with their likeness to the question too, best first.

    Args:
        question: As it was read.
        hits: The passages.
        candidates: From `score_sentences`.
        likeness: Compares the question with sentences.
        weights: Of `SENTENCE_FEATURES` and `LIKENESS`.
    """
    first = candidates[:LOOKED_AGAIN]
    cosines = likeness(question, [text for item in first for text in _compared(hits, item)])
    found = []
    for item, alike, after in zip(first, cosines[::2], cosines[1::2], strict=True):
        values = (*item.values, alike, after)
        score = weighed(weights, values)
        found.append(replace(item, score=score, values=values))
    return sorted(found, key=lambda item: (-item.score, item.place, item.index))


def _compared(hits: Sequence[Hit], item: Candidate) -> tuple[str, str]:
    text = sentence_text(hits, item)[:MOST_ALIKE]
    before = hits[item.place].passage.sentence(item.index - 1)[-MOST_BEFORE:] if item.index else ""
    return text, f"{before} {text}"


def sentence_text(hits: Sequence[Hit], item: Candidate) -> str:
    """The sentence itself."""
    return hits[item.place].passage.sentence(item.index)


class _Asked:
    """What the plain features need to know of a question.

    Args:
        question: As it was read.
        roots: Per passage and sentence, its words' roots.
    """

    def __init__(self, question: str, roots: Sequence[Sequence[set[str]]]) -> None:
        self.opens, self.words_said = bool(_ASKS_FOR.search(question)), bool(_ASKS_WORDS.search(question))
        self.wanted = word_roots(question)
        self.named = {word for name in names(question) for word in content_words(name)}
        self.holds_kind = kind_check(question)
        sentences = [sentence for passage in roots for sentence in passage]
        self._rarity = word_rarity(self.wanted, sentences)
        self._whole = sum(self._rarity.values()) or 1.0

    def share(self, sentence: set[str]) -> float:
        """Share of the question's words that a sentence has."""
        return len(self.wanted & sentence) / max(1, len(self.wanted))

    def rare_share(self, sentence: set[str]) -> float:
        """The same, each word counted by how few sentences have it."""
        return sum(self._rarity[word] for word in self.wanted & sentence) / self._whole

    def is_stranger(self, sentence: str) -> bool:
        """Whether a sentence names people or things, and none of those that the question names."""
        return bool(self.named) and not self.named & set(content_words(sentence)) and bool(names(sentence))


def _of_passage(
    asked: _Asked, place: int, hit: Hit, reading: Reading, roots: Sequence[set[str]], weights: Sequence[float]
) -> list[Candidate]:
    passage = hit.passage
    inside = [(start - passage.start, end - passage.start) for start, end in passage.sentences]
    evidence, answers = sentence_scores(reading, inside), sentence_answers(reading, inside)
    around = [0.0, *map(asked.share, roots), 0.0]
    found = []
    for index, (logit, answer) in enumerate(zip(evidence, answers, strict=True)):
        text = passage.sentence(index)
        if logit == UNREAD or (asked.opens and not roots[index] - asked.wanted):
            continue  # behind the cut, or it only says the question again, as a headline does
        values = (
            logit,
            answer.score,
            min(MOST_BEHIND, sum(other > logit for other in evidence)),
            hit.score,
            asked.rare_share(roots[index]),
            around[index] + around[index + 2],
            float(asked.is_stranger(text)),
            float(not asked.holds_kind(text)),
            float(asked.words_said and bool(_QUOTES.search(text))),
            math.log1p(passage.sentences[index][0] / SCREEN),
        )
        score = weighed(weights, values)
        words = passage.text[answer.start : answer.end]
        found.append(Candidate(score, place, index, passage.sentences[index], (logit, answer.score), words, values))
    return found


def _gives_orders(text: str) -> bool:
    return is_order(text) or sets_a_task(text)
