"""The conversation as HTML, built from plain text and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from assistant.types import CORRECTED, DISAGREE, Headline
from assistant.ui.views.html import counted, day, days, esc
from assistant.ui.views.sources import Look, where
from assistant.ui.views.turns import Chip, Cited, Turn

EXAMPLES = (
    ("What did Kim pledge?", ""),
    ("How many people were aboard the Corrin Star?", ""),
    ("How many homes lost power in Storm Edda?", "two papers differ"),
    ("When did Kim visit Paris?", "not in the articles"),
)
"""Questions to the sample set, each with what it shows."""

_THUMB = (
    '<svg viewBox="0 0 20 20" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.5" '
    'stroke-linejoin="round" aria-hidden="true"><path d="M2.5 9h3v8h-3zM5.5 9l3.4-6.2c1.3 0 2.1.9 2.1 2.1L10.6 8h5.2c1 0 '
    '1.8.9 1.6 1.9l-1 5.6c-.2.9-.9 1.5-1.8 1.5H5.5"/></svg>'
)
_CHIP_WORDS = {
    "outlet": "",
    "since": "from",
    "until": "until",
    "as_of": "as of",
    "newest": "",
    "period": "around",
}
_TAKEN_BACK = {
    "period": "without the date in the question",
    "as_of": "without the as-of day in the question",
    "newest": "not newest first",
}
_MARKER = re.compile(r"\s*\[(\d{1,4})\]")


def render_thread(turns: Sequence[Turn], look: Look) -> str:
    """All turns, oldest first."""
    return "".join(render_turn(turn, look) for turn in turns)


def render_turn(turn: Turn, look: Look) -> str:
    """One question with its answer, its trace, or why there is none."""
    body = {
        "asking": _asking,
        "answered": _answered,
        "abstained": _abstained,
        "stopped": _stopped,
        "failed": _failed,
        "busy": _failed,
    }[turn.state](turn)
    gone = _gone(turn, look) if turn.state != "asking" else ""
    return (
        f'<article class="turn is-{turn.state}" data-turn="{esc(turn.id)}">'
        f'<h2 class="asked">{esc(turn.question)}</h2>{_searched_as(turn)}{_chips(turn.chips)}'
        f'<div class="reply">{body}{gone}{_notes(turn)}</div>{_tools(turn)}</article>'
    )


def _searched_as(turn: Turn) -> str:
    if not turn.standalone or turn.standalone.strip().lower() == turn.question.strip().lower():
        return ""
    return f'<p class="standalone"><span>Searched for</span> {esc(turn.standalone)}</p>'


def _chips(chips: Sequence[Chip]) -> str:
    rows = "".join(f"<li>{_chip(chip)}</li>" for chip in chips)
    return f'<ul class="chips" aria-label="Limits of this search">{rows}</ul>' if rows else ""


def _chip(chip: Chip) -> str:
    """A limit to take away, or one that was taken away, to bring back."""
    words = "" if chip.off else " ".join(part for part in (_CHIP_WORDS[chip.kind], _chip_value(chip)) if part)
    origin = "named in the question" if chip.implied else "chosen by you"
    kind, sign, name = " implied" if chip.implied else "", "×", f"{words}, {origin}. Ask again without it"
    if chip.off:
        words = f"not limited to {chip.value}" if chip.kind == "outlet" else _TAKEN_BACK[chip.kind]
        kind, sign, name = " off", "↺", f"{words}. Ask again with it"
    return (
        f'<button type="button" class="chip{kind}" data-chip="{chip.kind}" data-value="{esc(chip.value)}" '
        f'data-implied="{int(chip.implied)}" data-off="{int(chip.off)}" title="{esc(name)}" aria-label="{esc(name)}">'
        f'{esc(words)}<span aria-hidden="true"> {sign}</span></button>'
    )


def _chip_value(chip: Chip) -> str:
    if chip.kind == "period":
        first, _, last = chip.value.partition("/")
        return days(first, last)
    return day(chip.value) if chip.kind in ("since", "until", "as_of") else chip.value


def _sentences(turn: Turn) -> str:
    known = {citation.number: citation for citation in turn.citations}
    rows = [_with_markers(said.text, [n for n in said.citations if n in known], known) for said in turn.sentences]
    return f'<p class="answer">{" ".join(f"<span class=said>{row}</span>" for row in rows)}</p>' if rows else ""


def _with_markers(text: str, numbers: Sequence[int], known: Mapping[int, Cited]) -> str:
    """Text whose own markers are buttons, missing ones at its end; a "[9]" of an article's words stays text."""
    placed: set[int] = set()

    def marker(match: re.Match[str]) -> str:
        number = int(match[1])
        if number not in numbers:
            return match[0]
        placed.add(number)
        return f"\x00{number}\x00"

    text = _MARKER.sub(marker, text.replace("\x00", ""))
    text += "".join(f"\x00{number}\x00" for number in numbers if number not in placed)
    pieces = text.split("\x00")
    return "".join(_marker(known[int(piece)]) if at % 2 else esc(piece) for at, piece in enumerate(pieces))


def _marker(citation: Cited) -> str:
    name = ", ".join(part for part in (citation.outlet, citation.title) if part)
    return (
        f'<button type="button" class="cite" data-cite="{citation.number}" aria-label="Source {citation.number}: '
        f'{esc(name)}">[{citation.number}]</button>'
    )


def _asking(turn: Turn) -> str:
    trace = esc(turn.trace or "One moment")
    return f'{_sentences(turn)}<p class="trace"><span class="pulse" aria-hidden="true"></span>{trace}</p>'


def _answered(turn: Turn) -> str:
    missing = ""
    if turn.reason:
        missing = f'<p class="partial"><b>Answered in part.</b> {esc(turn.reason)}</p>'
    return f"{_sentences(turn)}{missing}{_dropped(turn)}"


def _dropped(turn: Turn) -> str:
    if not turn.dropped:
        return ""
    rows = "".join(f"<li>{esc(row)}</li>" for row in turn.dropped)
    what = counted(len(turn.dropped), "sentence was", "sentences were")
    return f'<details class="dropped"><summary>{what} left out: the articles do not support it.</summary><ul>{rows}</ul></details>'


def _abstained(turn: Turn) -> str:
    # The reason names the nearest articles in words; here they are a list.
    reason = "" if turn.nearest else f'<p class="why">{esc(turn.reason or "The articles do not say.")}</p>'
    nearest = "".join(
        f'<li><button type="button" class="near" data-open="{esc(head.version)}" data-article="{esc(head.article_id)}">'
        f"<span>{esc(head.title)}</span><small>{where(head)}</small></button></li>"
        for head in turn.nearest[:5]
    )
    listed = f'<p class="label">The nearest articles</p><ul class="nearest">{nearest}</ul>' if nearest else ""
    covered = ""
    if len(turn.days) == 2:
        covered = f'<p class="covered">The library covers {esc(days(*turn.days))}.</p>'
    return f'<p class="verdict">Not found in the articles</p>{reason}{listed}{covered}{_dropped(turn)}'


def _stopped(turn: Turn) -> str:
    word = "Stopped before the end." if turn.sentences else "Stopped."
    return f'{_sentences(turn)}<p class="verdict">{word}</p>'


def _failed(turn: Turn) -> str:
    word = "Busy" if turn.state == "busy" else "No answer"
    return f'<p class="verdict">{word}</p><p class="why">{esc(turn.reason)}</p>'


def _notes(turn: Turn) -> str:
    known = {citation.number: citation for citation in turn.citations}
    rows = []
    for note in turn.notes:
        cited = [known[int(n)] for n in _MARKER.findall(note) if int(n) in known]
        if note.startswith(DISAGREE):
            rows.append(_disagreement(note, cited, turn.text))
        elif note.startswith(CORRECTED):
            rows.append(f'<p class="disagree">{_with_markers(note, [c.number for c in cited], known)}</p>')
        else:
            rows.append(f'<p class="note">{esc(note)}</p>')
    return "".join(rows)


def _disagreement(note: str, sides: Sequence[Cited], said: str) -> str:
    """Each side with outlet and day, and its words where the answer has not given them already."""
    if len(sides) < 2:
        return f'<p class="note">{esc(note)}</p>'
    dates = {(side.published_at or "")[:10] for side in sides}
    newest = max(dates) if len(dates) > 1 else None
    rows = "".join(
        f"<li><b>{esc(side.outlet or side.title)}</b>, {esc(day(side.published_at))}"
        f"{', the newer' if (side.published_at or '')[:10] == newest else ''} {_marker(side)}"
        f"{'' if side.quote in said else f'<br>“{esc(side.quote)}”'}</li>"
        for side in sides
    )
    return f'<div class="disagree"><p class="verdict">{DISAGREE.rstrip(":")}</p><ul>{rows}</ul></div>'


def _gone(turn: Turn, look: Look) -> str:
    versions = {(c.article_id, c.version): c for c in turn.citations}
    gone = [c for key, c in versions.items() if look(*key).state == "removed"]
    if not gone:
        return ""
    titles = "; ".join(esc(c.title) for c in gone)
    return f'<p class="gone">Since this answer was given, its source was removed from the library: {titles}.</p>'


def _tools(turn: Turn) -> str:
    if turn.state == "asking":
        return ""
    buttons = [("again", "Ask again"), ("edit", "Edit")]
    if turn.sentences:
        buttons.insert(0, ("copy", "Copy"))
    if turn.citations or turn.hits:
        buttons.insert(0, ("sources", "Sources"))
    row = "".join(f'<button type="button" data-tool="{key}">{word}</button>' for key, word in buttons)
    if turn.state in ("answered", "abstained"):
        row += f'<span class="rate">{_thumb("good", "Good answer", turn)}{_thumb("bad", "Bad answer", turn)}</span>'
    made = f'<span class="made">{esc(_made_by(turn.model))}</span>' if turn.model and turn.sentences else ""
    return f'<footer class="tools">{row}{made}</footer>'


def _thumb(kind: str, name: str, turn: Turn) -> str:
    pressed = "true" if turn.rated == kind else "false"
    return (
        f'<button type="button" class="{kind}" data-tool="{kind}" aria-label="{name}" title="{name}" '
        f'aria-pressed="{pressed}">{_THUMB}</button>'
    )


def _made_by(model: str) -> str:
    return (
        "Exact quotations, no model wrote" if model == "quotations" else f"Written by {model}, every sentence checked"
    )


def render_welcome(articles: int | None, loading: str = "", newest: Sequence[Headline] | None = None) -> str:
    """The empty page.

    Args:
        articles: How many there are to search.
        loading: What is going on while the library is not open yet.
        newest: Articles to open when the library is not the sample set, which has questions of its own.
    """
    if loading:
        return (
            '<div class="welcome loading"><h1>Ask the articles.</h1><p class="trace"><span class="pulse" aria-hidden="true"></span>'
            f"{esc(loading)}</p></div>"
        )
    if not articles:
        return (
            '<div class="welcome empty"><h1>The library is empty.</h1><p>Add your own articles in the Library, or start with '
            "the sample set: a few dozen short articles, most of them about an invented region.</p>"
            '<p><button type="button" class="primary" data-do="sample">Add the sample articles</button> '
            '<button type="button" data-do="library">Open the Library</button></p></div>'
        )
    return (
        f'<div class="welcome"><h1>Ask the articles.</h1><p>{counted(articles, "article")} to search. Every sentence of an '
        f"answer carries the exact quotation it rests on; what the articles do not say, Byline does not say.</p>"
        f"{_examples() if newest is None else _newest(newest)}</div>"
    )


def render_broken(error: str) -> str:
    """The page when the library could not be opened: why, and what to do."""
    return (
        '<div class="welcome broken"><h1>The library could not be opened.</h1>'
        f'<p class="wrong" role="alert">{esc(error)}</p><p>Then start Byline again.</p></div>'
    )


def _examples() -> str:
    rows = "".join(
        f'<li><button type="button" data-example="{esc(question)}">{esc(question)}'
        f"{f' <small>{esc(shows)}</small>' if shows else ''}</button></li>"
        for question, shows in EXAMPLES
    )
    return f'<p class="label">For example</p><ul class="examples">{rows}</ul>'


def _newest(heads: Sequence[Headline]) -> str:
    rows = "".join(
        f'<li><button type="button" class="near" data-open="{esc(head.version)}" data-article="{esc(head.article_id)}">'
        f"<span>{esc(head.title)}</span><small>{where(head)}</small></button></li>"
        for head in heads
    )
    return f'<p class="label">From the library</p><ul class="nearest">{rows}</ul>' if rows else ""
