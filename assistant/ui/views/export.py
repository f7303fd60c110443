"""A conversation as a file: Markdown with footnotes, or JSON. Links come from the catalogue, never from the browser."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from assistant.ui.views.html import day, plain, web_address
from assistant.ui.views.sources import Look
from assistant.ui.views.turns import Cited, Turn

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")
_MARKER = re.compile(r"\s*\[(\d{1,4})\]")


def to_markdown(name: str, turns: Sequence[Turn], look: Look) -> str:
    """The conversation with a footnote per quotation.

    Args:
        name: The conversation's name.
        turns: Its turns, oldest first.
        look: Tells what the library holds of a cited article now, for its link.
    """
    blocks = [f"# {_safe(name or 'Conversation')}"]
    for number, turn in enumerate(turns, 1):
        blocks.append(f"## {_safe(turn.question)}")
        if turn.standalone and turn.standalone != turn.question:
            blocks.append(f"*Searched for: {_safe(turn.standalone)}*")
        blocks += _answer(number, turn)
        blocks += [_footnote(number, citation, look) for citation in turn.citations]
    return "\n\n".join(blocks) + "\n"


def _answer(number: int, turn: Turn) -> list[str]:
    blocks = []
    if turn.sentences:
        blocks.append(" ".join(_sentence(number, said.text, said.citations) for said in turn.sentences))
    if turn.state == "abstained":
        blocks.append("**Not found in the articles.**")
        blocks.append("\n".join(f"- {_safe(head.title)} ({_safe(head.outlet or '')}, {day(head.published_at)})"
                                for head in turn.nearest))  # fmt: skip
    elif turn.reason:
        blocks.append(f"*{_safe(turn.reason)}*")
    if turn.state == "stopped":
        blocks.append("*Stopped before the end.*")
    blocks += [f"*{_safe(note)}*" for note in turn.notes]
    return [block for block in blocks if block]


def _sentence(turn: int, text: str, citations: Sequence[int]) -> str:
    bare = _MARKER.sub(lambda match: "" if int(match[1]) in citations else match[0], text)
    return _safe(bare) + "".join(f"[^{turn}-{number}]" for number in citations)


def _footnote(turn: int, citation: Cited, look: Look) -> str:
    headline = look(citation.article_id, citation.version).headline
    address = web_address(headline.url) if headline else None
    parts = [citation.outlet or "outlet not given", day(citation.published_at), citation.title]
    where = ", ".join(_safe(part) for part in parts)
    place = f"characters {citation.start}–{citation.end} of version {citation.version}"
    return (
        f"[^{turn}-{citation.number}]: “{_safe(citation.quote)}” {where}{f', <{address}>' if address else ''}, {place}."
    )


def _safe(text: str) -> str:
    """One line of Markdown that shows the text as it is."""
    return _SPECIAL.sub(r"\\\1", " ".join(plain(text).split()))


def to_json(name: str, turns: Sequence[Turn]) -> str:
    """The conversation with all that is known of it."""
    rows: list[dict[str, Any]] = [turn.model_dump(mode="json", exclude={"trace", "conversation"}) for turn in turns]
    return json.dumps({"name": plain(name), "turns": rows}, ensure_ascii=False, indent=2) + "\n"
