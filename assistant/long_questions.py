"""Orders what was found for a long question, which asks for several articles at once.

There the passages' own scores say little: one that answers a single clause shares few words with the whole. What tells
is how often and how early the searches of the clauses have a passage, whether it is of an outlet and a day that the
question names, and how much of one clause stands in one of its sentences.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.domain import Headline, Passage, Query, Share
from assistant.fusion import Found, reciprocal_ranks
from assistant.words import word_rarity, word_roots

ORDER_FEATURES = ("ranks", "best_share", "named", "dated", "clause")
"""What the order is made of.

ranks: sum over the searches of 11 / (10 + rank). best_share: 1 / rank in the share that has it first. named: its outlet
is named. dated: it is of the outlet and the days of one share. clause: the words of one clause that stand in one
sentence, each counted by how few of the sentences looked at have it.
"""
ORDER = (0.75, 1.71, 2.61, 2.57, 0.35)
"""Coefficients of `ORDER_FEATURES`, chosen by `python -m assistant.training.fit_order`."""
LOOKED_AT = 60
"""Passages whose sentences are looked at; those behind keep their order."""
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


def order_long(query: Query, found: Sequence[Found], lists: Sequence[Sequence[Found]], stored: Stored) -> list[Found]:
    """The passages of a long question, best first, scored by `ORDER`; see `order_features`."""
    first = [item for item in found if item.number in stored][:LOOKED_AT]
    scores = [
        sum(weight * value for weight, value in zip(ORDER, values, strict=True))
        for values in order_features(query, first, lists, stored)
    ]
    scored = [replace(item, score=score) for item, score in zip(first, scores, strict=True)]
    known, least = {item.number for item in first}, min(scores, default=0.0)
    rest = [replace(item, score=least) for item in found if item.number not in known]
    return [*sorted(scored, key=lambda item: -item.score), *rest]


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
