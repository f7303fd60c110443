"""Orders what was found for a long question, which asks for several articles at once.

There the passages' own scores say little: one that answers a single clause shares few words with the whole. What tells
is how often and how early the searches of the clauses have a passage, whether it is of an outlet and a day that the
question names, and how much of one clause stands in one of its sentences. The first of them are ordered once more, with
the likeness of their sentences to the question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain

from assistant.reading.sentence_ranker import MOST_ALIKE, Likeness, weighed
from assistant.retrieval.fusion import Found, reciprocal_ranks
from assistant.text.lexical import word_rarity, word_roots
from assistant.types import Headline, Passage, Query, Share

ORDER_FEATURES = ("ranks", "best_share", "named", "dated", "clause")
"""What the order is made of.

ranks: sum over the searches of 11 / (10 + rank). best_share: 1 / rank in the share that has it first. named: its outlet
is named. dated: it is of the outlet and the days of one share. clause: the words of one clause that stand in one
sentence, each counted by how few of the sentences looked at have it.
"""
ORDER = (0.75, 1.71, 2.61, 2.57, 0.35)
"""Coefficients of `ORDER_FEATURES`, chosen by `python -m assistant.training.fit_multihop`."""
LOOKED_AT = 60
"""Passages whose sentences are looked at; those behind keep their order."""
ORDER_AGAIN = (0.2407, 1.7315, 3.0465, 2.821, 0.3215, 8.0323)
"""The same for the first passages, and last for what `likenesses` gives."""
COMPARED = 24
"""So many are ordered again."""
SENTENCES = 2
"""Sentences of each that are compared with the question: those with most of its words."""
SMOOTH = 10

Stored = Mapping[int, tuple[Passage, Headline]]


def order_features(
    query: Query, found: Sequence[Found], lists: Sequence[Sequence[Found]], stored: Stored
) -> list[list[float]]:
    """The `ORDER_FEATURES` of each passage.

    Args:
        query: With the shares that were searched.
        found: The passages to look at.
        lists: What each share found, in the order of `query.shares`, and last what the whole question found.
        stored: The passages' texts and headlines, by number.
    """
    ranks, shares = reciprocal_ranks(lists, SMOOTH), [reciprocal_ranks([each], 0) for each in lists[:-1]]
    clauses = _best_clauses(query, [stored[item.number][0] for item in found])
    table = []
    for item, clause in zip(found, clauses, strict=True):
        head = stored[item.number][1]
        best = max((share.get(item.number, 0.0) for share in shares), default=0.0)
        named, dated = head.outlet in query.outlets, any(_of_the_days(share, head) for share in query.shares)
        table.append([ranks[item.number], best, float(named), float(dated), clause])
    return table


def order_long(
    query: Query, found: Sequence[Found], lists: Sequence[Sequence[Found]], stored: Stored, likeness: Likeness
) -> list[Found]:
    """The passages of a long question, best first, scored by `ORDER`, and the first of them by `ORDER_AGAIN`.

    Args:
        query: See `order_features`, as for `found`, `lists` and `stored`.
        found: All passages.
        lists: What was found by which search.
        stored: The passages by number.
        likeness: Compares the question with sentences.
    """
    first = [item for item in found if item.number in stored][:LOOKED_AT]
    table = order_features(query, first, lists, stored)
    scored = sorted(zip(map(partial(weighed, ORDER), table), table, first, strict=True), key=lambda row: -row[0])
    near, behind = scored[:COMPARED], scored[COMPARED:]
    alike = likenesses(query.standalone, [stored[item.number][0] for _, _, item in near], likeness)
    again = [
        replace(item, score=weighed(ORDER_AGAIN, [*values, cosine]))
        for (_, values, item), cosine in zip(near, alike, strict=True)
    ]
    again.sort(key=lambda item: -item.score)
    # Scores fall all the way: what stands behind goes on from the last that was ordered again.
    down = again[-1].score - near[-1][0] if again else 0.0
    after = [replace(item, score=score + down) for score, _, item in behind]
    known, least = {item.number for item in first}, [*again, *after][-1].score if again else 0.0
    return [*again, *after, *(replace(item, score=least) for item in found if item.number not in known)]


def likenesses(question: str, passages: Sequence[Passage], likeness: Likeness) -> list[float]:
    """For each passage the best cosine of the question with one of its sentences that have most of its words."""
    wanted, sentences = word_roots(question), []
    for passage in passages:
        every = [passage.sentence(i)[:MOST_ALIKE] for i in range(len(passage.sentences))]
        sentences.append(sorted(every, key=lambda text: -len(wanted & word_roots(text)))[:SENTENCES])
    cosines = iter(likeness(question, list(chain.from_iterable(sentences))))
    return [max((next(cosines) for _ in best), default=0.0) for best in sentences]


def _of_the_days(share: Share, head: Headline) -> bool:
    scope, day = share.filters, (head.published_at or "")[:10]
    if not day or not scope.since or not scope.until or (scope.outlets and head.outlet not in scope.outlets):
        return False
    return scope.since.isoformat() <= day <= scope.until.isoformat()


def _best_clauses(query: Query, passages: Sequence[Passage]) -> list[float]:
    """For each passage how much of one clause stands in one of its sentences, in log odds of rare words."""
    sentences = [[word_roots(passage.sentence(i)) for i in range(len(passage.sentences))] for passage in passages]
    wanted = word_roots(query.standalone)
    rarity = word_rarity(wanted, [sentence for each in sentences for sentence in each])
    named = {word for outlet in query.outlets for word in word_roots(outlet)}
    own = [roots for share in query.shares if (roots := (word_roots(share.text) & wanted) - named)]
    clauses = own or [wanted]
    return [
        max((sum(rarity[w] for w in clause & sentence) for clause in clauses for sentence in each), default=0.0)
        for each in sentences
    ]
