"""What is said beside an answer: which sources disagree and on what, corrections, how the model fared."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.text.lexical import numbers
from assistant.types import CORRECTED, DISAGREE
from assistant.ui.views.answer import MARKER, marker, with_markers
from assistant.ui.views.html import day, esc
from assistant.ui.views.turns import Cited, Turn

_FIGURE = re.compile(
    r"(?:[$€£]\s?)?\d[\d,.]*\d(?:st|nd|rd|th)?|(?:[$€£]\s?)?\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
    r"dozen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred)\b(?:[ -](?:one|two|three|four|five|six|seven|eight|nine)\b)?",
    re.I,
)
_SCALE = re.compile(r"\s*(?:%|percent\b|per cent\b|hundred\b|thousand\b|million\b|billion\b|trillion\b)", re.I)


def render_notes(turn: Turn) -> str:
    """All notes of a turn."""
    known = {citation.number: citation for citation in turn.citations}
    rows = []
    for note in turn.notes:
        cited = [known[int(n)] for n in MARKER.findall(note) if int(n) in known]
        if note.startswith(DISAGREE) and len(cited) > 1:
            rows.append(_disagreement(cited))
        elif note.startswith(CORRECTED):
            rows.append(f'<p class="disagree">{with_markers(note, [c.number for c in cited], known)}</p>')
        else:
            rows.append(f'<p class="note">{esc(note)}</p>')
    return "".join(rows)


def _disagreement(sides: Sequence[Cited]) -> str:
    """What each side says, with outlet and day; the figures in which they differ are marked."""
    dates = {(side.published_at or "")[:10] for side in sides}
    newest = max(dates) if len(dates) > 1 else None
    differing = [figures_apart(side, sides) for side in sides]
    rows = "".join(
        f"<li><b>{esc(side.outlet or side.title)}</b>, {esc(day(side.published_at))}"
        f"{' (newer)' if (side.published_at or '')[:10] == newest else ''} {marker(side)}<br>“{_marked(side.quote, figures)}”</li>"
        for side, figures in zip(sides, differing, strict=True)
    )
    on = [figures[0] for figures in differing if figures]
    what = f": {' or '.join(dict.fromkeys(on))}" if len(on) == len(sides) else ""
    return f'<div class="disagree"><p class="verdict">The sources disagree{esc(what)}</p><ul>{rows}</ul></div>'


def figures_apart(side: Cited, sides: Sequence[Cited]) -> list[str]:
    """The numbers in one quotation, as written, that no other side's quotation has."""
    others = {value for other in sides if other is not side for value in numbers(other.quote)}
    found = []
    for match in _FIGURE.finditer(side.quote):
        scale = _SCALE.match(side.quote, match.end())
        written = side.quote[match.start() : scale.end() if scale else match.end()]
        values = numbers(written)
        if values and not values & others and written not in found:
            found.append(written)
    return found


def _marked(quote: str, figures: Sequence[str]) -> str:
    words = " ".join(quote.split())
    if not figures:
        return esc(words)
    pattern = re.compile("|".join(re.escape(" ".join(figure.split())) for figure in figures))
    pieces, at = [], 0
    for match in pattern.finditer(words):
        pieces += [esc(words[at : match.start()]), f"<strong>{esc(match[0])}</strong>"]
        at = match.end()
    return "".join(pieces) + esc(words[at:])
