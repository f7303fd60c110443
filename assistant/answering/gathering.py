"""Gathers the material for an answer: how deep is searched and what is read depends on the kind of question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answering.passages import fused, interleaved, within_budget
from assistant.answering.state import Material
from assistant.models.profile import ChatProfile
from assistant.query.parsed import spelled
from assistant.reading.addressed import Screen, forged, screen_for
from assistant.reading.pipeline import WIDE, Finding, PassageReader, read_part
from assistant.reading.scoring import Weights
from assistant.retrieval.context import beside, whole_article, widen
from assistant.retrieval.hybrid import HybridRetriever
from assistant.storage.library import Library
from assistant.text.lexical import content_words, names
from assistant.types import SHAPED, Hit, Query

DEEPER = 60
"""Passages found for each sub-query of a second search, after the model found no answer in the first ones."""
SHAPED_DEPTH = 24
"""Passages found for each sub-query of a list, a timeline, a comparison or a summary."""
WITH_NEIGHBOURS = 3
"""Best passages of which what stands beside them is read too, for kinds that need many sentences."""
KEPT = 4
"""Passages of the first search that are given again in the second."""
SURER = 0.1
"""Confidence by which the other reading of a follow-up must be ahead."""

_ONE_ARTICLE = re.compile(
    r"\b(?:piece|article|story|column|review|report|interview|editorial|op-ed|obituary|write-?up)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Finds and reads passages.

    Attributes:
        library: Where articles are stored.
        retriever: Finds passages.
        reader: Reads them.
        weights: How the reader's scores are combined.
        screen: Which sentences speak to the program that answers; they are not quoted.
    """

    library: Library
    retriever: HybridRetriever
    reader: PassageReader
    weights: Weights
    screen: Screen = forged

    def read_all(self, query: Query) -> Material:
        """Search and read every sub-query; of a doubtful follow-up both readings, and the better one is kept."""
        findings = [self.read(query, part, number) for number, part in enumerate(query.parts)]
        if query.alternative and len(findings) == 1:
            other = self.read(query, query.alternative, 0)
            if other.confidence > findings[0].confidence + SURER:
                findings = [other]
        hits = interleaved([finding.hits for finding in findings], self.weights.candidates)
        return Material(tuple(findings), tuple(hits))

    def read(self, query: Query, part: str, number: int) -> Finding:
        """Search and read one sub-query."""
        most = self.weights.fitting(part).candidates
        hits = self.retriever.find(query, part, most)
        full = spelled(part, [hit.passage.text for hit in hits])
        if full != part:  # articles about Sam Bankman-Fried need not call him SBF
            hits = fused([hits, self.retriever.find(query, full, most)])[:most]
        if query.newest_first and (newer := self._newer(query, full, hits)):
            hits = fused([hits, newer])[:most]
        if query.kind in WIDE:
            near = beside(hits[:WITH_NEIGHBOURS], self.library.catalogue)
            hits = [*hits[: most - len(near)], *near]
        return read_part(
            self.reader, full, hits, self.weights, number,
            newest=query.newest_first, kind=query.kind, screen=screen_for(full, self.screen),
        )  # fmt: skip

    def _newer(self, query: Query, text: str, hits: Sequence[Hit]) -> list[Hit]:
        """The same search among the articles that are as new as the newest quarter of the hits."""
        days = sorted(day for hit in hits if (day := hit.headline.day))
        if not days:
            return []
        filters = replace(query.filters, since=days[len(days) * 3 // 4])
        return self.retriever.find(replace(query, filters=filters, shares=()), text, len(hits))

    def for_model(self, query: Query, profile: ChatProfile) -> Material:
        """Passages for a capable model: the question itself is read, its sub-queries are searched."""
        shaped = query.kind in SHAPED
        first = self.read(query, query.standalone, 0)
        further = [text for text in (*query.parts, query.alternative) if text and text != query.standalone]
        depth = SHAPED_DEPTH if shaped else self.weights.candidates
        lists = [first.hits, *(self.retriever.find(query, text, depth) for text in further)]
        if shaped and not further:
            lists.append(self.retriever.find(query, query.standalone, DEEPER))
        order = fused(lists)
        most = profile.passages_shaped if shaped else profile.passages
        given = widen(order, self.library.catalogue, most)
        if (article := self._asked_article(query, first)) is not None:
            known = {hit.passage.version for hit in article}
            given = [*article, *(hit for hit in given if hit.passage.version not in known)]
        return Material((first,), tuple(order), tuple(within_budget(given, profile.budget)))

    def deeper(self, query: Query, before: Material, profile: ChatProfile) -> Material:
        """A second search in other words and further down; without new passages `given` is empty."""
        words = " ".join(content_words(query.standalone))
        texts = [query.standalone, words, *names(query.standalone)[:2], *query.parts]
        lists = [self.retriever.find(query, text, DEEPER) for text in dict.fromkeys(texts) if text]
        known = {hit.passage.id for hit in before.given}
        new = [hit for hit in fused(lists) if hit.passage.id not in known]
        given = widen([*before.given[:KEPT], *new], self.library.catalogue, KEPT + 2 * profile.passages)
        if all(hit.passage.id in known for hit in given):
            return replace(before, given=())
        return replace(before, given=tuple(within_budget(given, profile.budget)))

    def _asked_article(self, query: Query, first: Finding) -> list[Hit] | None:
        """The whole article, when the question asks what one article says."""
        if query.kind not in ("summary", "fact", "quotation") or not query.outlets or not first.hits:
            return None
        if not _ONE_ARTICLE.search(query.standalone):
            return None
        own = [hit for hit in first.hits if hit.headline.outlet in query.outlets]
        return whole_article(own[0], self.library.catalogue) if own else None
