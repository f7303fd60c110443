"""The sentences that an answer of quotations is chosen from, and the choice of several that say different things."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from assistant.reading.evidence import LONGEST, Evidence, completed_span
from assistant.reading.pipeline import Finding
from assistant.reading.quotable import stands_alone
from assistant.reading.sentence_ranker import Candidate, sentence_text
from assistant.text.lexical import fold, word_roots
from assistant.types import Hit

REPEATS = 0.6
"""Share of a sentence's words that another one may have before it says the same."""
_CHAT = re.compile(r"^\W*(?:hi|hello|welcome|thanks|sorry|oh)\b|^\W*(?:I[’']m|I[’']ll|let[’']s)\b", re.I)


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence that may be quoted.

    Attributes:
        hit: Its passage.
        item: The scored sentence.
        text: Its words.
        score: Higher is better; a shape may add to the reader's score.
        evidence: The stretch to quote, with what it needs around it.
        roots: Roots of its content words.
    """

    hit: Hit
    item: Candidate
    text: str
    score: float
    evidence: Evidence
    roots: frozenset[str]

    @property
    def article(self) -> str:
        """The article that it is from."""
        return self.hit.headline.article_id


def quote_pool(findings: Iterable[Finding], bonus: Callable[[Finding, Candidate, str], float | None]) -> list[Quote]:
    """Sentences that can be quoted, each once, best first.

    Args:
        findings: What was read.
        bonus: What a shape adds to a sentence's score; None leaves the sentence out.
    """
    best: dict[str, Quote] = {}
    for number, finding in enumerate(findings):
        for item in finding.candidates:
            text = sentence_text(finding.hits, item)
            added = bonus(finding, item, text)
            key = fold(text)
            if added is None or len(text) > LONGEST or not stands_alone(text) or _tells_nothing(text):
                continue
            score = item.score + added
            if key in best and best[key].score >= score:
                continue
            start, end = completed_span(finding.hits, item)
            hit = finding.hits[item.place]
            evidence = Evidence(hit, start, end, score, number)
            best[key] = Quote(hit, item, text, score, evidence, frozenset(word_roots(text)))
    return sorted(best.values(), key=lambda quote: (-quote.score, quote.hit.rank, quote.item.index))


def _tells_nothing(text: str) -> bool:
    """Whether a sentence is a question, or the writer's talk to the reader."""
    return text.rstrip("”\"’'").endswith("?") or bool(_CHAT.search(text))


def distinct(pool: Sequence[Quote], most: int, margin: float, per_article: int, new: float = 0.0) -> list[Quote]:
    """The best quotes that do not repeat one another.

    Args:
        pool: Best first.
        most: How many at most.
        margin: How far below the best one they may score.
        per_article: How many of one article.
        new: What a sentence gains in the order by having only words that no chosen one has.
    """
    chosen: list[Quote] = []
    said: set[str] = set()
    left = [quote for quote in pool if pool[0].score - quote.score <= margin]
    while left and len(chosen) < most:
        taken = said
        best = max(left, key=lambda quote: quote.score + new * len(quote.roots - taken) / max(1, len(quote.roots)))
        left.remove(best)
        same = sum(quote.article == best.article for quote in chosen)
        if same >= per_article or any(_repeats(best, quote) for quote in chosen):
            continue
        chosen.append(best)
        said = said | best.roots
    return chosen


def _repeats(one: Quote, two: Quote) -> bool:
    inside = one.evidence.start < two.evidence.end and two.evidence.start < one.evidence.end
    if inside and one.hit.passage.version == two.hit.passage.version:
        return True
    return len(one.roots & two.roots) > REPEATS * max(1, min(len(one.roots), len(two.roots)))
