"""Does a question need the conversation, and what does it carry over from it? By rules, without a model.

Only a question that points back carries anything: a pronoun without a name before it, an ellipsis ("and in May?"), or
nothing to search for ("why?"). A question that is complete in itself is searched alone, whatever was asked before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.text.lexical import content_words, names
from assistant.types import ABSTAINED

History = Sequence[Mapping[str, str]]

MAX_CARRIED = 4
"""Names of the last answer that a follow-up is searched with."""
LONGEST_CHAIN = 3
"""Earlier questions that are followed back when each of them points back itself."""

_PRONOUN = re.compile(
    r"\b(?:he|she|it|they|him|her|his|hers|its|them|their|theirs|himself|herself|themselves|one|ones|former|latter|same|else|"
    r"another)\b|\b(?:that|this|these|those)\b(?!\s+(?:[\w-]+\s+){1,4}(?:was|were|is|are|that|who)\b)",
    re.I,
)
_DUMMY = re.compile(
    r"\b(?:is|was|does|did|has)\s+it\s+(?:a|an|the|true(?:\s+that)?|possible|legal|that|take|cost|mean|safe|worth|too|still)\b|\bwhat\s+time\s+is\s+it\b|"
    r"\bthat\s+(?:point|time|day|night|year|week|month|list)\b|\bmake\s+it\b|\bthis\s+(?:season|year|week|month|morning|time|summer|winter|spring|"
    r"autumn|article|piece|archive|christmas)\b|\bif\s+it\b|\bno\s+one\b|\bone\s+of\b|\bthe\s+(?:one|ones)\s+(?:who|that|in|on|with|from)\b|"
    r"\b(?:said|says|say|know|knew|think|thinks|claimed?|show(?:s|ed)?|announced|found|told|believe|so|after|now)\s+that\b",
    re.I,
)
_ELLIPSIS = re.compile(
    r"^\W*(?:and|but|or|so|also|what\s+about|how\s+about|what\s+else|who\s+else|where\s+else|why|how\s+come|since\s+when|until\s+when|"
    r"then\s+what|are\s+you\s+sure|really|(?:no,?\s+)?i\s+mean[ts]?)\b",
    re.I,
)
_NEW_SUBJECT = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|right|thanks?|thank\s+you|great|now|anyway)[,.!]?\s+)*(?:(?:on\s+to\s+)?something\s+(?:else|different|new)|"
    r"(?:a\s+)?(?:new|different|another|separate|unrelated)\s+(?:question|topic|subject|thing)|change\s+of\s+(?:topic|subject)|"
    r"(?:on\s+)?another\s+(?:note|matter)|moving\s+on|next\s+(?:question|topic)|forget\s+(?:that|it))\b[^:.,;?!–—-]{0,40}[:.,;!?–—-]+\s*|"
    r"^\W*now\s+(?:[\w'’-]+\s+){0,3}[\w'’-]+\s*:\s*",
    re.I,
)
_TRAILING = re.compile(r"\b(?:then|though|too|instead|as\s+well)\W*$", re.I)
_LEAST, _FEW = 2, 3
"""Content words that make a question searchable by itself; up to `_FEW` without a name it may be a follow-up as well."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A question made complete.

    Attributes:
        standalone: What is searched for.
        alternative: The other reading, searched too when it is in doubt whether the question needs the conversation.
    """

    standalone: str
    alternative: str = ""


def resolve(question: str, history: History) -> Resolved:
    """Make a follow-up complete: put it behind the question it points back to and the names of its answer.

    Args:
        question: As typed, without a greeting.
        history: Earlier messages ({"role", "content"}), oldest first.
    """
    turns = _turns(history)
    if _NEW_SUBJECT.search(question):
        rest = _NEW_SUBJECT.sub("", question, count=1).strip()
        return Resolved(rest or question)
    if not turns or not (doubtful(question) or needs_history(question)):
        return Resolved(question)
    earlier, reply = _chained(turns)
    have = set(content_words(f"{earlier} {question}"))
    new = [name for name in names(reply)[:MAX_CARRIED] if not set(content_words(name)) <= have]
    listed = f" ({', '.join(new)})" if new else ""
    carried = f"{earlier}{listed} {question}".strip()
    if not needs_history(question):
        return Resolved(question, carried)
    return Resolved(carried, question if doubtful(question) else "")


def needs_history(question: str) -> bool:
    """Whether a question points back: it cannot be understood alone."""
    if _ELLIPSIS.search(question):
        return not _asks_by_itself(question)
    if len(content_words(question)) < _LEAST and not names(question):
        return True
    return _points_back(question)


def doubtful(question: str) -> bool:
    """Whether a question may be read both ways: alone, and as a follow-up."""
    if _ELLIPSIS.search(question):
        return _asks_by_itself(question) and not names(question)
    words = content_words(question)
    if _TRAILING.search(question) or (_points_back(question) and len(words) > _LEAST):
        return True
    return not names(question) and _LEAST <= len(words) <= _FEW


def _asks_by_itself(question: str) -> bool:
    """Whether "and who won the cup final?" is a question of its own: it has something to search for and no pronoun."""
    rest = re.sub(r"^\W*(?:and|but|or|so|also)\b\W*", "", question, flags=re.I)
    asks = re.match(
        r"\W*(?:who|whose|what|which|when|where|why|how|is|are|was|were|did|does|do|has|have)\b", rest, re.I
    )
    about = re.match(r"\W*(?:what|how)\s+about\b|\W*(?:what|who|where)\s+else\b", rest, re.I)
    return bool(asks) and not about and not _points_back(rest) and len(content_words(rest)) >= _LEAST


def _points_back(question: str) -> bool:
    return bool(_PRONOUN.search(_DUMMY.sub(" ", question))) and not _antecedent(question)


def _antecedent(question: str) -> bool:
    """Whether the pronoun refers to a name that stands before it in the question: "Did Voss say why she left?"."""
    match = _PRONOUN.search(_DUMMY.sub(lambda found: " " * len(found[0]), question))
    before = question[: match.start()] if match else ""
    return bool(names(before)) or len(content_words(before)) >= 3


def _turns(history: History) -> list[tuple[str, str]]:
    """Pairs of question and reply, oldest first; the reply of an abstention is empty."""
    pairs: list[tuple[str, str]] = []
    for turn in history:
        text = str(turn.get("content") or "").strip()
        if turn.get("role") == "user":
            pairs.append((text, ""))
        elif turn.get("role") == "assistant" and pairs:
            pairs[-1] = (pairs[-1][0], "" if text.startswith(ABSTAINED) else text)
    return [pair for pair in pairs if pair[0]]


def _chained(turns: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """The last question with those that it points back to itself, and its reply."""
    chain = [turns[-1][0]]
    for at in range(len(turns) - 1, max(0, len(turns) - LONGEST_CHAIN), -1):
        if not needs_history(turns[at][0]):
            break
        chain.insert(0, turns[at - 1][0])
    return " ".join(chain), turns[-1][1]
