"""Scores every sentence that was read by the reader's logits and by plain features of its words.

The best of them are re-scored with their likeness to the question, which is too expensive for all. The coefficients
are fitted with the reader (see `assistant.training.tune`) and stored beside it; with them the scores are log odds
between the sentences of one question.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.query.parsed import ParsedQuestion
from assistant.reading.addressed import Screen, forged
from assistant.reading.answer_type import holds_answer_type
from assistant.reading.coreference import Mention, mentions
from assistant.reading.model import UNREAD, Reading, sentence_answers, sentence_scores
from assistant.reading.quotable import stands_alone
from assistant.text.lexical import fold, word_rarity, word_roots
from assistant.types import Hit

SENTENCE_FEATURES = (
    "evidence", "span", "behind", "passage", "rare", "around", "stranger", "kind", "quote", "place", "subject", "phrase",
    "stub", "found",
)  # fmt: skip
"""What a sentence's score is made of, in the order of the coefficients.

evidence, span: the reader's logits for the sentence and for the best answer in it. behind: how many sentences of its
passage have more evidence. passage: the passage's score. rare: share of the question's words that the sentence has, each
counted by how few of the sentences read have it. around: the plain share for the sentence before and the one after,
added up. stranger: whether its subject is a pronoun that stands for nobody whom the question names. kind: whether it lacks
the number or the time that is asked for. quote: whether it quotes, where the question asks what was said. place: how far
down its article it is. subject: whether its subject or speaker is named by the question. phrase: whether it holds words
that the question quotes. stub: whether it cannot be quoted alone. found: how far down the retriever's
order its passage is.
"""
LIKENESS = ("alike", "alike_after")
"""Extra features of sentences that are re-scored: the question's cosine with the sentence, and with the one before it and
the sentence together."""
LOOKED_AGAIN = 12
"""Sentences that are re-scored with their likeness; encoding all would cost as much as reading."""
MOST_ALIKE, MOST_BEFORE = 500, 300
"""Characters of a sentence, and of the one before it, that are compared with the question."""
MOST_BEHIND = 5
SCREEN = 500
"""Characters of an article that are taken for its top, in `place`."""
LOOKED_AT = 20
"""Best sentences among which those to quote are found."""

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
        values: Its `SENTENCE_FEATURES`, and its `LIKENESS` once it was re-scored.
        mention: Who it is about.
        withheld: Whether it speaks to the program that answers; it is not quoted.
    """

    score: float
    place: int
    index: int
    span: tuple[int, int]
    logits: tuple[float, float]
    answer: str
    values: tuple[float, ...]
    mention: Mention
    withheld: bool = False

    @property
    def alike(self) -> float:
        """Cosine of the question with the sentence and the one before it; 0 when it was not re-scored."""
        return self.values[-1] if len(self.values) > len(SENTENCE_FEATURES) else 0.0


def coefficients(**named: float) -> tuple[float, ...]:
    """Coefficients in the order of `SENTENCE_FEATURES`; 0 for those not named."""
    if unknown := named.keys() - set(SENTENCE_FEATURES):
        raise ValueError(f"no feature of a sentence is called {', '.join(sorted(unknown))}")
    return tuple(named.get(name, 0.0) for name in SENTENCE_FEATURES)


def weighed(weights: Sequence[float], values: Sequence[float]) -> float:
    """The values, each times its weight, added up."""
    return sum(weight * value for weight, value in zip(weights, values, strict=True))


def score_sentences(
    asked: ParsedQuestion,
    hits: Sequence[Hit],
    readings: Sequence[Reading],
    weights: Sequence[float],
    screen: Screen = forged,
) -> list[Candidate]:
    """Every sentence that was read, best first.

    Args:
        asked: The question as it was read.
        hits: The passages; their `score` is the feature "passage".
        readings: One per hit.
        weights: Of `SENTENCE_FEATURES`.
        screen: Which sentences are withheld; only those that could be quoted are screened, which costs time.
    """
    roots = [[word_roots(hit.passage.sentence(i)) for i in range(len(hit.passage.sentences))] for hit in hits]
    counted = _Counted(asked, roots)
    candidates: list[Candidate] = []
    for place, (hit, reading) in enumerate(zip(hits, readings, strict=True)):
        candidates += _of_passage(asked, counted, place, hit, reading, roots[place], weights)
    candidates.sort(key=lambda item: (-item.score, item.place, item.index))
    first = candidates[:LOOKED_AT]
    flags = screen([sentence_text(hits, item) for item in first])
    return [replace(item, withheld=flag) for item, flag in zip(first, flags, strict=True)] + candidates[LOOKED_AT:]


Likeness = Callable[[str, Sequence[str]], Sequence[float]]
"""Cosines of a question with texts."""


def look_again(
    question: str,
    hits: Sequence[Hit],
    candidates: Sequence[Candidate],
    likeness: Likeness,
    weights: Sequence[float],
    count: int = LOOKED_AGAIN,
) -> list[Candidate]:
    """The first candidates, scored with their likeness to the question too, best first.

    Args:
        question: As it was read.
        hits: The passages.
        candidates: From `score_sentences`.
        likeness: Compares the question with sentences.
        weights: Of `SENTENCE_FEATURES` and `LIKENESS`.
        count: How many are re-scored.
    """
    first = candidates[:count]
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


class _Counted:
    """The question's words, weighted by how few of the sentences have them.

    Args:
        asked: The question.
        roots: Per passage and sentence, its words' roots.
    """

    def __init__(self, asked: ParsedQuestion, roots: Sequence[Sequence[set[str]]]) -> None:
        self.wanted = set(asked.roots)
        self._rarity = word_rarity(self.wanted, [sentence for passage in roots for sentence in passage])
        self._whole = sum(self._rarity.values()) or 1.0

    def share(self, sentence: set[str]) -> float:
        """Share of the question's words that a sentence has."""
        return len(self.wanted & sentence) / max(1, len(self.wanted))

    def rare_share(self, sentence: set[str]) -> float:
        """The same, each word counted by how few sentences have it."""
        return sum(self._rarity[word] for word in self.wanted & sentence) / self._whole


def _of_passage(
    asked: ParsedQuestion,
    counted: _Counted,
    place: int,
    hit: Hit,
    reading: Reading,
    roots: Sequence[set[str]],
    weights: Sequence[float],
) -> list[Candidate]:
    passage = hit.passage
    inside = [(start - passage.start, end - passage.start) for start, end in passage.sentences]
    evidence, answers = sentence_scores(reading, inside), sentence_answers(reading, inside)
    around = [0.0, *map(counted.share, roots), 0.0]
    texts = [passage.sentence(index) for index in range(len(inside))]
    about = mentions(texts, hit.headline.title)
    found = []
    for index, (logit, answer) in enumerate(zip(evidence, answers, strict=True)):
        text, mention = texts[index], about[index]
        if logit == UNREAD or (asked.opens and not roots[index] - asked.roots):
            continue  # beyond the reader's cut, or it only repeats the question, as a headline does
        values = (
            logit,
            answer.score,
            min(MOST_BEHIND, sum(other > logit for other in evidence)),
            hit.score,
            counted.rare_share(roots[index]),
            around[index] + around[index + 2],
            float(is_stranger(asked, mention)),
            float(not holds_answer_type(asked, text)),
            float(asked.asks_words and bool(_QUOTES.search(text))),
            math.log1p(passage.sentences[index][0] / SCREEN),
            float(bool(asked.name_words & (mention.subject | mention.speaker))),
            float(any(phrase in fold(text) for phrase in asked.phrases)),
            float(not stands_alone(text)),
            math.log1p(max(0, hit.why.found_rank - 1)),
        )
        score = weighed(weights, values)
        words = passage.text[answer.start : answer.end]
        logits = (logit, answer.score)
        found.append(Candidate(score, place, index, passage.sentences[index], logits, words, values, mention))
    return found


def is_stranger(asked: ParsedQuestion, mention: Mention) -> bool:
    """Whether a sentence begins with "he", "she" or "it" that stands for none of those whom the question names."""
    return (
        bool(asked.name_words) and mention.by_pronoun and bool(mention.subject) and not asked.name_words & mention.about
    )
