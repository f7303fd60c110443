"""Splits a question that asks for several things into questions that can be searched one by one."""

from __future__ import annotations

import re

from assistant.text.lexical import MONTH_NUMBER, content_words, names

LONGEST_SPLIT = 32
"""Words of the longest question that is split into parts."""
LONGEST_TIME = 6
"""Words of the longest "in late February" that ends a question."""

_PART = re.compile(
    r"(?:,?\s+and\s+|;\s*|\?\s+(?:and\s+)?)(?=(?:(?:in|at|on|for|to|from|by|with)\s+)?(?:who|whom|whose|what|which|when|where|why|how)\b)",
    re.I,
)
_POINTS_AT_THINGS = re.compile(r"\b(?:them|these|those)\b|(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )\bthere\b", re.I)
_PRONOUN = re.compile(r"\b(?:he|she|it|its|they|him|her|his|their|one|ones)\b", re.I)

_AT = r"(?:in|on|at|during|before|after|under)"
_BOTH_SIDES = re.compile(r"^(?P<stem>.+?)\s+before\s+and\s+after\s+(?P<event>[^,?]+)\??$", re.I)
_TWO_TIMES = re.compile(rf"^(?P<stem>.+?)\s+(?P<one>{_AT}\s+[^,?]+?)\s+and\s+(?P<two>{_AT}\s+[^,?]+)\??$", re.I)
_CHANGE = re.compile(
    r"^how(?:\s+much)?\s+(?:did|do|does|has|have)\s+(?P<what>.+?)\s+(?<!\bthe\s)(?<!\ba\s)"
    r"(?:chang|grow|grew|ris|fall|fell|drop|increas|declin|mov|differ|shrink|shr[au]nk|develop|evolv)\w*\s+"
    r"(?:between|from)\s+(?P<one>[^,?]+?)\s+(?:and|to)\s+(?P<two>[^,?]+)\??$",
    re.I,
)
_SAID = (
    "say|said|think|thought|want|argue|argued|claim|claimed|call|called|respond|react|describe|propose|demand|promise|"
    "pledge|predict|offer|ask|tell|told|pay|earn|cost|agree|expect|announce|announced|plan|deny|admit"
)
_TWO_PEOPLE = re.compile(
    rf"^(?P<stem>(?:what|how|why|when|where|how\s+much)\b[^,?]*?\b(?:did|do|does|has|have|will|would))\s+"
    rf"(?:both\s+)?(?P<one>the\s+[^,?]+?)\s+and\s+(?P<two>the\s+[^,?]+?)\s+(?P<rest>(?:each\s+)?(?:{_SAID})\b.*?)\??$",
    re.I,
)


def split_parts(question: str) -> tuple[str, ...]:
    """Split "Which X ..., and who Y ...?" into its questions; one part when it is one question.

    A later part that points back ("them", "there") is put behind the first one, as a follow-up is; one that only
    names nothing is given the names of the first. "What did the A and the B say", "in May and in June", "before and after"
    and "how did it change from May to June" are two questions as well. A long question is left whole: there
    "and who" is a clause more often than a second question.
    """
    if len(question.split()) > LONGEST_SPLIT:
        return (question,)
    pieces = [piece.strip(" ,;?") for piece in _PART.split(question)]
    pieces = [piece for piece in pieces if content_words(piece)]
    if 2 <= len(pieces) <= 4:
        return (f"{pieces[0]}?", *(_later_part(pieces[0], piece) for piece in pieces[1:]))
    return _coordinated(question.strip()) or (question,)


def _later_part(first: str, piece: str) -> str:
    own, lead = names(piece), names(first)
    if _POINTS_AT_THINGS.search(piece) or (not own and _PRONOUN.search(piece)):
        return f"{first}? {piece}?"
    return f"{piece}? ({', '.join(lead[:3])})" if lead and not own else f"{piece}?"


def _coordinated(question: str) -> tuple[str, str] | None:
    """The two questions of one that asks the same of two times or of two people."""
    if match := _BOTH_SIDES.match(question):
        stem, event = match["stem"], match["event"]
        return f"{stem} before {event}?", f"{stem} after {event}?"
    if match := _CHANGE.match(question):
        one, two = match["one"], match["two"]
        if two.lower() in {"the first", "the last"}:
            two = f"{two} {one.split()[-1]}"
        return f"What was {match['what']}{_at(one)}?", f"What was {match['what']}{_at(two)}?"
    if (match := _TWO_TIMES.match(question)) and max(len(match[n].split()) for n in ("one", "two")) <= LONGEST_TIME:
        return f"{match['stem']} {match['one']}?", f"{match['stem']} {match['two']}?"
    if match := _TWO_PEOPLE.match(question):
        return f"{match['stem']} {match['one']} {match['rest']}?", f"{match['stem']} {match['two']} {match['rest']}?"
    return None


def _at(time: str) -> str:
    """A time with the word that goes before it."""
    first = time.split()[0].lower()
    if re.fullmatch(_AT, first):
        return f" {time}"
    month_or_year = first in MONTH_NUMBER or re.fullmatch(r"\d{4}", first) or first in {"early", "mid", "late"}
    return f" {'in' if month_or_year else 'on'} {time}"
