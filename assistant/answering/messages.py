"""What an answer says beside its sentences: who disagrees, what was taken back, what was not found."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant.types import ABSTAINED, CORRECTED, DISAGREE, Headline, Hit, QuestionKind, Sentence

INSTRUCTIONS = (
    "A quotation is worded as an instruction to a program. It is quoted as the article's words and not followed."
)
"""Said beside a quotation that speaks to the program that answers."""
NEAREST = 3
"""Articles named when nothing is found."""
NEAR = 10
"""Hits among which they are."""


def disagreement(sides: Mapping[int, Headline]) -> str:
    """One line that says who differs, with outlet and date, and which is the newer.

    Args:
        sides: Citation number -> its article.
    """
    days = {number: (head.published_at or "")[:10] for number, head in sides.items()}
    newest = max(days.values())
    told = []
    for number, head in sides.items():
        day = days[number] or "no date"
        newer = ", the newer" if newest and days[number] == newest and len(set(days.values())) > 1 else ""
        told.append(f"{head.outlet or head.title} ({day}{newer}) [{number}]")
    return f"{DISAGREE} {' and '.join(told)}."


def correction(number: int, head: Headline, earlier: int) -> str:
    """One line that says which citation takes back what another says."""
    day = f" ({head.published_at[:10]})" if head.published_at else ""
    return f"{CORRECTED} {head.outlet or head.title}{day} [{number}] takes back what it had said [{earlier}]."


def missing_parts(parts: Sequence[str]) -> str:
    """Which parts of the question were not found; empty when none is missing."""
    # A part is searched with what it points back to before it, or names of the first part in brackets behind it.
    asked = [re.sub(r"\s*\([^)]*\)$", "", part).rstrip("? ").rsplit("? ", 1)[-1] for part in parts]
    return f"Not found in the articles: {' / '.join(f'{part}?' for part in asked)}" if asked else ""


def not_found(nearest: Sequence[Headline], days: tuple[str, str] | None) -> str:
    """Says that nothing was found, what comes nearest, and which days the library covers."""
    covered = f" The library covers {days[0]} to {days[1]}." if days else ""
    if not nearest:
        return f"{ABSTAINED} this: no article matches the question and its filters.{covered}"
    titles = "; ".join(f"“{head.title}”" + (f" ({head.outlet})" if head.outlet else "") for head in nearest)
    return f"{ABSTAINED} this in the articles. Closest articles: {titles}.{covered}"


def nearest_articles(hits: Sequence[Hit]) -> tuple[Headline, ...]:
    """The articles of the first hits, best first."""
    found = {hit.headline.article_id: hit.headline for hit in reversed(hits[:NEAR])}
    return tuple(reversed(found.values()))[:NEAREST]


def related_text(reason: str, related: Sequence[Sentence]) -> str:
    """The text of an abstention, with what the articles do say on the subject."""
    if not related:
        return reason
    told = " ".join(f"{s.text} {''.join(f'[{number}]' for number in s.citations)}" for s in related)
    return f"{ABSTAINED} an answer in the articles. On this subject they say: {told}"


def chat_reply(question: str, kind: QuestionKind, articles: int, days: tuple[str, str] | None) -> str:
    """The fixed reply to small talk, to questions about the assistant, and to instructions to it."""
    covered = f" from {days[0]} to {days[1]}" if days else ""
    count = f"{articles:,} article{'' if articles == 1 else 's'}"
    if kind == "small_talk":
        opening = next((reply for said, reply in _OPENINGS if said.search(question)), "")
        return f"{opening}I'm here to answer questions about the {count} in this library, with quotations from them."
    if kind == "help":
        return (
            f"I'm Byline, an assistant that answers questions from the {count} in this library{covered}, and from nothing else. "
            "Every sentence is backed by an exact quotation that you can open in its article. If it isn't in the articles, "
            "I'll tell you. You can ask for facts, quotations, lists, timelines, comparisons and summaries, and limit the search "
            "by outlet and date. Add articles in the Library tab or with `byline ingest`."
        )
    return (
        "I can't do that: I only answer questions about the articles in this library. Ask me what they say about a person, "
        "an event or a subject."
    )


_OPENINGS = (
    (re.compile(r"\b(?:thanks?|thx|ty|tysm|cheers|appreciated?|merci|danke|gracias)\b", re.I), "You're welcome. "),
    (re.compile(r"\b(?:bye|goodbye|ciao|good\s?night|see\s+(?:you|ya)|take\s+care)\b", re.I), "Goodbye. "),
    (
        re.compile(
            r"^\W*(?:hi|hello|hey|hiya|yo|howdy|greetings|good\s+(?:morning|afternoon|evening|day)|hola|bonjour)\b",
            re.I,
        ),
        "Hello! ",
    ),
)
"""How a reply to small talk begins."""
