"""Export a conversation as Markdown with footnotes, or as JSON. Links come from the catalogue, never from the browser."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from assistant.types import SHAPED
from assistant.ui.views.html import day, plain, web_address
from assistant.ui.views.sources import Lookup
from assistant.ui.views.turns import Cited, Said, Turn

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")
_MARKER = re.compile(r"\s*\[(\d{1,4})\]")


def to_markdown(name: str, turns: Sequence[Turn], look: Lookup) -> str:
    """The conversation with a footnote per quotation.

    Args:
        name: The conversation's name.
        turns: Its turns, oldest first.
        look: Returns what the library holds of a cited article now, for its link.
    """
    blocks = [f"# {_safe(name or 'Conversation')}"]
    for number, turn in enumerate(turns, 1):
        blocks.append(f"## {_safe(turn.question)}")
        if turn.standalone and turn.standalone != turn.question:
            blocks.append(f"*Understood as: “{_safe(turn.standalone)}”*")
        blocks += _answer(number, turn)
        blocks += [_footnote(number, citation, look) for citation in turn.citations]
    return "\n\n".join(blocks) + "\n"


def _answer(number: int, turn: Turn) -> list[str]:
    blocks = _entries(number, turn.sentences, turn.kind in SHAPED)
    if turn.state == "reply":
        return [_safe(turn.reason)]
    if turn.state == "abstained":
        blocks.append("**No answer found in the articles.**")
        if turn.related:
            blocks += ["On this subject the articles say:", *_entries(number, turn.related, False)]
        blocks.append("Closest articles:")
        blocks.append("\n".join(f"- {_safe(head.title)} ({_safe(head.outlet or '')}, {day(head.published_at)})"
                                for head in turn.nearest))  # fmt: skip
    elif turn.reason:
        blocks.append(f"*{_safe(turn.reason)}*")
    if turn.state == "stopped":
        blocks.append("*Stopped early.*")
    blocks += [f"*{_safe(note)}*" for note in (*turn.limitations, *turn.notes)]
    return [block for block in blocks if block]


def _entries(turn: int, sentences: Sequence[Said], shaped: bool) -> list[str]:
    """A paragraph per entry; list items when the answer has a shape."""
    rows = []
    for _, group in groupby(sentences, key=lambda said: said.entry):
        entry = list(group)
        label = f"**{_safe(entry[0].label)}:** " if entry[0].label else ""
        rows.append(label + " ".join(_sentence(turn, said) for said in entry))
    return ["\n".join(f"- {row}" for row in rows)] if shaped and len(rows) > 1 else rows


def _sentence(turn: int, said: Said) -> str:
    bare = _MARKER.sub(lambda match: "" if int(match[1]) in said.citations else match[0], said.text)
    words = f"“{bare}”" if said.quoted and not bare.startswith("“") else bare
    unsure = " (check)" if said.verdict == "check" else ""
    return _safe(words) + "".join(f"[^{turn}-{number}]" for number in said.citations) + unsure


def _footnote(turn: int, citation: Cited, look: Lookup) -> str:
    headline = look(citation.article_id, citation.version).headline
    address = web_address(headline.url) if headline else None
    parts = [citation.outlet or "Unknown outlet", day(citation.published_at), citation.title]
    where = ", ".join(_safe(part) for part in parts)
    scan = "read from a scan, " if citation.ocr else ""
    place = f"{f'p. {citation.page}, ' if citation.page else ''}{scan}characters {citation.start}–{citation.end} of version {citation.version}"
    return (
        f"[^{turn}-{citation.number}]: “{_safe(citation.quote)}” {where}{f', <{address}>' if address else ''}, {place}."
    )


def _safe(text: str) -> str:
    """One line of Markdown that shows the text as it is."""
    return _SPECIAL.sub(r"\\\1", " ".join(plain(text).split()))


def to_json(name: str, turns: Sequence[Turn]) -> str:
    """The conversation with everything the browser keeps of it."""
    rows: list[dict[str, Any]] = [turn.model_dump(mode="json", exclude={"trace", "conversation"}) for turn in turns]
    return json.dumps({"name": plain(name), "turns": rows}, ensure_ascii=False, indent=2) + "\n"
