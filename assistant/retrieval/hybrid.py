"""Hybrid retrieval: full text and dense search, fused, with a share for what the question names.

Copies of one story count once. Nothing is read here; `reader` scores what this finds.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache, partial
from itertools import chain
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from assistant.models.embeddings import cosines
from assistant.query.parsed import is_long
from assistant.retrieval.fusion import DENSE_WEIGHT, Found, fuse, with_shares
from assistant.retrieval.multihop_rerank import Stored, order_long
from assistant.storage.filters import Numbers
from assistant.storage.library import Library
from assistant.text.lexical import STOPWORDS, content_words
from assistant.types import Filters, Headline, Hit, Passage, Query, ScoreBreakdown

POOL = 100
"""How many passages each of the two searches gives to the fusion."""
SHARE = 8
"""How many passages of each outlet or period that the question names are added to the pool."""
LONG_SHARE = 24
"""The same for a long question, which is put in order anew."""
MAX_TERMS = 40
"""Most words of a full-text query; the rarest are kept. The cost of a search grows with the length of its posting lists."""
MAX_POSTINGS = 40_000
"""Most postings of all words of a query together: bounds the cost in a large library."""
OUTLET_SHARE = 0.5
"""Most of the hits that one outlet gets while others have something, unless the question names it."""
SAME_STORY = 0.8
"""Share of common word runs from which two passages count as one."""
SAME_IN_CLUSTER = 0.5
"""The same within copies of one story, of the shorter passage's runs."""


def search_terms(library: Library, text: str) -> list[str]:
    """The words to search for: no stop words, the rarest `MAX_TERMS`, in the order typed."""
    typed = [
        word for word in re.findall(r"\w+", text.lower()) if word not in STOPWORDS and (len(word) > 1 or word.isdigit())
    ]
    unique = list(dict.fromkeys(typed)) or list(dict.fromkeys(re.findall(r"\w+", text.lower())))
    if len(unique) <= MAX_TERMS and len(unique) * library.catalogue.counts()["passages"] <= MAX_POSTINGS:
        return unique
    stems = library.catalogue.stems(" ".join(unique))
    counts = library.catalogue.document_counts(list(stems.values()))
    if len(unique) <= MAX_TERMS and sum(counts.get(stems[word], 0) for word in unique) <= MAX_POSTINGS:
        return unique
    rare = sorted((word for word in unique if counts.get(stems[word])), key=lambda word: counts[stems[word]])[
        :MAX_TERMS
    ]
    while len(rare) > 1 and sum(counts[stems[word]] for word in rare) > MAX_POSTINGS:
        rare.pop()
    kept = set(rare)
    return [word for word in unique if word in kept]


class HybridRetriever(BaseRetriever):
    """Finds passages for a question; LangChain's `invoke` gives them as documents.

    Attributes:
        library: Where to search.
        embedder: The embedder that the library was made with.
        encoder: The encoder whose cosines the order of long questions was fitted to; the embedder when None.
        k: How many documents `invoke` gives.
        outlet_share: Most of the hits that one outlet gets while others have something.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    library: Library
    embedder: Any
    encoder: Any = None
    k: int = 10
    outlet_share: float = OUTLET_SHARE

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        hits = self.find(Query(question=query, standalone=query, parts=(query,)), query, self.k)
        return [
            Document(
                id=hit.passage.id,
                page_content=hit.passage.text,
                metadata={"score": hit.score, "title": hit.headline.title},
            )
            for hit in hits
        ]

    def find(self, query: Query, text: str, limit: int, *, dense_weight: float = DENSE_WEIGHT) -> list[Hit]:
        """Find passages for one part of a query.

        Args:
            query: Its filters, named outlets and period, as-of day.
            text: The part to search for.
            limit: How many hits at most.
            dense_weight: Weight of the dense side.

        Returns:
            Hits, best first; near-duplicate passages stand in the `also_in` of the first of them.
        """
        lists = self.search_all(query, text, dense_weight)
        found = with_shares(lists[-1], lists[:-1])
        stored = self.library.catalogue.passages([item.number for item in found])
        if is_long(text):
            found = order_long(query, found, lists, stored, partial(cosines, self.encoder or self.embedder))
        asked = {*query.outlets, *query.filters.outlets}
        return self._with_clusters(self._hits(found, stored, limit, asked), query.as_of)

    def search_all(self, query: Query, text: str, dense_weight: float = DENSE_WEIGHT) -> list[list[Found]]:
        """What each share of a query finds, and last what the whole text finds."""
        named = [(share.text or text, self._inside(query, share.filters)) for share in query.shares]
        texts = list(dict.fromkeys([text, *(own for own, _ in named)]))
        vectors = dict(zip(texts, self.embedder.encode_queries(texts), strict=True))
        among = self.library.catalogue.eligible(query.filters, query.as_of)
        pool = LONG_SHARE if is_long(text) else SHARE
        shares = [self._both(own, vectors[own], inside, pool, dense_weight) for own, inside in named]
        return [*shares, self._both(text, vectors[text], among, POOL, dense_weight)]

    def _both(self, text: str, vector: Any, among: Numbers | None, pool: int, dense_weight: float) -> list[Found]:
        if among is not None and not among:
            return []
        full_text = self.library.catalogue.full_text(search_terms(self.library, text), pool, among)
        return fuse(full_text, self.library.dense(vector, pool, among), dense_weight)

    def _inside(self, query: Query, scope: Filters) -> Numbers | None:
        """The eligible passages of a scope that also fit what the user chose; of the outlet alone when a day has none."""
        allowed = self.library.catalogue.eligible(query.filters, query.as_of)
        inside = self.library.catalogue.eligible(scope, query.as_of)
        kept = allowed if inside is None else inside if allowed is None else inside & allowed
        if scope.outlets and scope.since and not kept:
            return self._inside(query, Filters(outlets=scope.outlets))
        return kept

    def _hits(self, found: Sequence[Found], stored: Stored, limit: int, asked: set[str]) -> list[Hit]:
        """The best, copies once; what one outlet has beyond its share stands behind all others."""
        leads = self.library.catalogue.leads({passage.article_id for passage, _ in stored.values()})
        hits: list[Hit] = []
        seen: list[tuple[frozenset[str], str]] = []
        shares: Counter[str] = Counter()
        most = max(1, round(limit * self.outlet_share))
        later: list[Found] = []
        for item in chain(found, later):  # `later` grows while the first is read
            if item.number not in stored:
                continue
            passage, headline = stored[item.number]
            runs = word_runs(passage.text)
            cluster = leads.get(passage.article_id, passage.article_id)
            copy = next((at for at, (known, of) in enumerate(seen) if _same(runs, known, cluster == of)), None)
            if copy is not None:
                hits[copy] = _with_copy(hits[copy], passage, headline, leads)
                continue
            if len(hits) == limit:
                break
            outlet = headline.outlet or ""
            if outlet and shares[outlet] >= most and outlet not in asked and item not in later:
                later.append(item)
                continue
            shares[outlet] += 1
            seen.append((runs, cluster))
            why = ScoreBreakdown(item.text_rank, item.dense_rank, len(hits) + 1, item.score)
            hits.append(Hit(passage, headline, item.score, len(hits) + 1, why))
        return hits

    def _with_clusters(self, hits: list[Hit], as_of: date | None) -> list[Hit]:
        """Name every other article that tells the same story, also where its passage was not found."""
        clusters = self.library.catalogue.clusters({hit.passage.article_id for hit in hits})
        return [replace(hit, also_in=_others(hit, clusters.get(hit.passage.article_id, []), as_of)) for hit in hits]


@lru_cache(maxsize=4096)
def word_runs(text: str, length: int = 4) -> frozenset[str]:
    """Runs of `length` content words, for telling copies from one another."""
    words = content_words(text)
    return frozenset(" ".join(words[i : i + length]) for i in range(max(1, len(words) - length + 1)))


def _same(first: frozenset[str], second: frozenset[str], one_story: bool) -> bool:
    """Whether two passages count as one; copies of a story may be cut at other places."""
    common = len(first & second)
    if one_story and common >= SAME_IN_CLUSTER * max(1, min(len(first), len(second))):
        return True
    return common >= SAME_STORY * max(len(first), len(second), 1)


def _with_copy(hit: Hit, passage: Passage, headline: Headline, leads: Mapping[str, str]) -> Hit:
    """The hit with one more article that it stands for; the one that leads the cluster is shown."""
    if passage.article_id == hit.passage.article_id or headline in hit.also_in:
        return hit
    if leads.get(hit.passage.article_id) == passage.article_id:
        return replace(hit, passage=passage, headline=headline, also_in=(*hit.also_in, hit.headline))
    return replace(hit, also_in=(*hit.also_in, headline))


def _others(hit: Hit, cluster: Sequence[Headline], as_of: date | None) -> tuple[Headline, ...]:
    known = {hit.headline.article_id, *(head.article_id for head in hit.also_in)}
    there = [head for head in cluster if as_of is None or (head.published_at or "9999")[:10] <= as_of.isoformat()]
    return (*hit.also_in, *(head for head in there if head.article_id not in known))
