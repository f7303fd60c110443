"""What a comparison compares: its two or more sides, and the question as it is asked of each side alone."""

from __future__ import annotations

import re

_SIDE = r"[^,?;:]{2,60}?"
_FORMS = (
    re.compile(
        rf"\b(?:difference|differences|gap|contrast|comparison)s?\s+between\s+(?P<one>{_SIDE})\s+and\s+(?P<two>{_SIDE})(?=\s+(?:on|in|about|over|when|for|at|"
        r"with|regarding)\b|[,?;:.]|$)",
        re.I,
    ),
    re.compile(
        rf"\bcompare\s+(?:how\s+|what\s+)?(?P<one>{_SIDE})\s+(?:and|with|to|against|versus|vs\.?)\s+(?P<two>{_SIDE})(?=\s+(?:on|in|about|over|say|said|"
        r"report|reported|cover|covered|wrote|describe|described|for|at|regarding)\b|[,?;:.]|$)",
        re.I,
    ),
    re.compile(
        rf"^\W*(?P<one>{_SIDE})\s+(?:v\.?|vs\.?|versus)\s+(?P<two>{_SIDE})(?=\s+(?:on|in|about|over|for|at|regarding)\b|[,?;:.]|\s+[-–—]|$)",
        re.I,
    ),
    re.compile(
        rf"^\W*(?P<one>{_SIDE})\s+(?:or|and)\s+(?P<two>{_SIDE})(?=\s+(?:both|on|in|about|over|each|all|gave|wrote|said|reported|differ|say|report)\b|[,?;:])[^?]*"
        r"(?:differ|compar|contrast)",
        re.I,
    ),
    re.compile(
        rf"\bhow\s+(?:do|does|did|are|is|was|were)\s+(?P<one>{_SIDE})\s+(?:and|differ\s+from|different\s+from|compare\s+(?:to|with))\s+(?P<two>{_SIDE})"
        r"(?=\s+(?:differ|compare|on|in|about|over)\b|[,?;:]|$)",
        re.I,
    ),
    re.compile(r"\b(?P<one>before\s+[^,?;]{3,60}?),?\s+and\s+(?:what\s+)?(?P<two>after\s+[^,?;]{2,60})", re.I),
)


def compared_sides(question: str) -> tuple[str, ...]:
    """The sides that a comparison names; empty when its form shows none."""
    for form in _FORMS:
        if match := form.search(question):
            return match["one"].strip(), match["two"].strip(" ?.")
    return ()


def side_queries(question: str, sides: tuple[str, ...]) -> tuple[str, ...]:
    """The question asked of each side alone: the words of the other sides are left out."""
    queries = []
    for side in sides:
        text = question
        for other in sides:
            if other != side:
                text = _without(text, other)
        text = re.sub(
            r"\bthe\s+(?:difference|differences|gap|comparison)s?\s+between\b|\bcompare\b|\bboth\b",
            " ",
            text,
            flags=re.I,
        )
        text = re.sub(r"\s+(?=[?.,])", "", text)
        queries.append(" ".join(text.split()).strip(" -–—"))
    return tuple(queries)


_CONNECTIVE = r"(?:and|or|versus|vs\.?|v\.?|with|against|to|from)"


def _without(text: str, side: str) -> str:
    """The text without a side and without the word that joined it to another: "A v B on costs" without B is "A on costs"."""
    named = re.escape(side)
    for joined in (rf"\s{_CONNECTIVE}\s+{named}", rf"{named}\s+{_CONNECTIVE}(?=\s)", named):
        if re.search(joined, text, re.I):
            return re.sub(joined, " ", text, count=1, flags=re.I)
    return text
