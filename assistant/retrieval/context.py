"""Widens what a search found by the sentences around it: a passage is cut for reading by a model, not by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.storage.ports import ArticleReader
from assistant.types import Hit, Passage

WIDEST = 1_200
"""Characters of the longest hit."""
BESIDE = 900
"""Characters of the longest stretch beside a hit."""
SAME = 0.8
"""Share of a passage from which on it counts as shown when it lies in a widened one before it."""


def widen(hits: Sequence[Hit], articles: ArticleReader, limit: int) -> list[Hit]:
    """The first hits, each with the sentences around it; what an earlier one has come to hold is left out.

    Args:
        hits: Best first.
        articles: Where their articles are stored.
        limit: How many hits at most.

    Returns:
        Hits whose passages keep the ids of what was found.
    """
    wide: list[Hit] = []
    for hit in hits:
        if len(wide) == limit:
            break
        if not any(_holds(other.passage, hit.passage) for other in wide):
            wide.append(replace(hit, passage=_grown(hit.passage, articles)))
    return [replace(hit, rank=rank) for rank, hit in enumerate(wide, 1)]


def _holds(wide: Passage, passage: Passage) -> bool:
    common = min(wide.end, passage.end) - max(wide.start, passage.start)
    return wide.version == passage.version and common > SAME * len(passage.text)


def _grown(passage: Passage, articles: ArticleReader) -> Passage:
    """The passage with sentences of the story on both sides in turn, while they fit; nothing that was left out between."""
    article = articles.article(passage.version)
    around = articles.sentences(passage.version)
    if article is None or not around:
        return passage
    text = article.text

    def joins(before: int, after: int) -> bool:
        if before < 0 or after == len(around):
            return False
        return not text[around[before][1] : around[after][0]].strip()

    low, high = around.index(passage.sentences[0]), around.index(passage.sentences[-1])
    while True:
        left = joins(low - 1, low) and around[high][1] - around[low - 1][0] <= WIDEST
        right = joins(high, high + 1) and around[high + 1][1] - around[low][0] <= WIDEST
        if not left and not right:
            break
        behind = around[high][1] - passage.end <= passage.start - around[low][0]
        if right and (behind or not left):
            high += 1
        else:
            low -= 1
    return replace(_stretch(passage, around[low : high + 1], text), id=passage.id)


def _stretch(passage: Passage, sentences: Sequence[tuple[int, int]], text: str) -> Passage:
    """Another stretch of a passage's article, with an id of its own.

    Args:
        passage: Whose article it is.
        sentences: Of the stretch, in order; at least one.
        text: Of the article.
    """
    start, end = sentences[0][0], sentences[-1][1]
    return replace(
        passage, id=f"{passage.version}:{start}", start=start, end=end, text=text[start:end], sentences=tuple(sentences)
    )


def beside(hits: Sequence[Hit], articles: ArticleReader) -> list[Hit]:
    """What follows and what precedes hits in their articles, a passage's length each, unless other hits hold it.

    Reasons and items of a list often stand in the paragraph after the one that speaks of them in the question's words.

    Args:
        hits: Best first.
        articles: Where their articles are stored.

    Returns:
        New hits with the score, rank and reasons of the hit that they stand beside.
    """
    found: list[Hit] = []
    for hit in hits:
        around = articles.sentences(hit.passage.version)
        article = articles.article(hit.passage.version)
        if article is None or not around:
            continue
        after = [span for span in around if hit.passage.end <= span[0] and span[1] - hit.passage.end <= BESIDE]
        before = [span for span in around if span[1] <= hit.passage.start and hit.passage.start - span[0] <= BESIDE]
        for spans in (after, before):
            if not spans:
                continue
            passage = _stretch(hit.passage, spans, article.text)
            if not any(_holds(other.passage, passage) for other in (*hits, *found)):
                found.append(replace(hit, passage=passage))
    return found


def whole_article(hit: Hit, articles: ArticleReader) -> list[Hit]:
    """All of a hit's article, cut into stretches of whole sentences of at most `WIDEST` characters.

    Returns:
        Hits in the order of the text; empty when the article is gone.
    """
    article = articles.article(hit.passage.version)
    groups: list[list[tuple[int, int]]] = []
    for start, end in articles.sentences(hit.passage.version) if article else ():
        if not groups or end - groups[-1][0][0] > WIDEST:
            groups.append([])
        groups[-1].append((start, end))
    text = article.text if article else ""
    return [
        replace(hit, passage=_stretch(hit.passage, group, text), rank=number) for number, group in enumerate(groups, 1)
    ]
