"""The words of the project: frozen records and what must always hold for them.

Standard library only. Every offset in Byline is a character offset into `Article.text`,
which is the source's text unchanged.
"""

from __future__ import annotations

from assistant.types.answers import ABSTAINED, CORRECTED, DISAGREE, Answer, Citation, Entry, Sentence, Status, Verdict
from assistant.types.articles import Article, Headline, Pages, Passage, Span, article_version, page_at, scanned_pages
from assistant.types.hits import Hit, ScoreBreakdown
from assistant.types.queries import CHAT, SHAPED, Filters, Query, QuestionKind, Share

__all__ = [
    "ABSTAINED",
    "Answer",
    "Article",
    "CHAT",
    "CORRECTED",
    "Citation",
    "DISAGREE",
    "Entry",
    "Filters",
    "Headline",
    "Hit",
    "Pages",
    "Passage",
    "Query",
    "QuestionKind",
    "SHAPED",
    "ScoreBreakdown",
    "Sentence",
    "Share",
    "Span",
    "Status",
    "Verdict",
    "article_version",
    "page_at",
    "scanned_pages",
]
