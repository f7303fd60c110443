"""The conversation as HTML: questions, their limits, answers, and the tools under each."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.ui.views.answer import render_answer, render_closest, render_dropped, render_limitations, render_related
from assistant.ui.views.html import day, days, esc
from assistant.ui.views.notes import render_notes
from assistant.ui.views.sources import Lookup
from assistant.ui.views.turns import Chip, Turn

_THUMB = (
    '<svg viewBox="0 0 20 20" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.5" '
    'stroke-linejoin="round" aria-hidden="true"><path d="M2.5 9h3v8h-3zM5.5 9l3.4-6.2c1.3 0 2.1.9 2.1 2.1L10.6 8h5.2c1 0 '
    '1.8.9 1.6 1.9l-1 5.6c-.2.9-.9 1.5-1.8 1.5H5.5"/></svg>'
)
_CHIP_WORDS = {
    "outlet": "",
    "since": "from",
    "until": "until",
    "as_of": "published by",
    "newest": "",
    "period": "around",
}
_TAKEN_BACK = {
    "period": "any date",
    "as_of": "published at any time",
    "newest": "in any order",
}


def render_thread(turns: Sequence[Turn], look: Lookup) -> str:
    """All turns, oldest first."""
    return "".join(render_turn(turn, look) for turn in turns)


def render_turn(turn: Turn, look: Lookup) -> str:
    """One question with its answer, its progress, or why there is none."""
    body = {
        "asking": _asking,
        "answered": _answered,
        "abstained": _abstained,
        "reply": _reply,
        "stopped": _stopped,
        "failed": _failed,
        "busy": _failed,
    }[turn.state](turn)
    gone = _gone(turn, look) if turn.state != "asking" else ""
    limits = "" if turn.state == "reply" else f"{_searched_as(turn)}{_chips(turn.chips)}"
    return (
        f'<article class="turn is-{turn.state}" data-turn="{esc(turn.id)}">'
        f'<h2 class="asked">{esc(turn.question)}</h2>{limits}'
        f'<div class="reply">{body}{gone}{render_notes(turn)}</div>{_tools(turn)}</article>'
    )


def _searched_as(turn: Turn) -> str:
    if not turn.standalone or turn.standalone.strip().lower() == turn.question.strip().lower():
        return ""
    return f'<p class="standalone"><span>Understood as:</span> “{esc(turn.standalone)}”</p>'


def _chips(chips: Sequence[Chip]) -> str:
    rows = "".join(f"<li>{_chip(chip)}</li>" for chip in chips)
    return f'<ul class="chips" aria-label="Search limits">{rows}</ul>' if rows else ""


def _chip(chip: Chip) -> str:
    """A limit that can be removed, or one that was removed and can come back."""
    words = "" if chip.off else " ".join(part for part in (_CHIP_WORDS[chip.kind], _chip_value(chip)) if part)
    origin = "from the question" if chip.implied else "your filter"
    kind, sign, name = " implied" if chip.implied else "", "×", f"{words} ({origin}). Ask again without this limit"
    if chip.off:
        words = f"any outlet, not only {chip.value}" if chip.kind == "outlet" else _TAKEN_BACK[chip.kind]
        kind, sign, name = " off", "↺", f"{words}. Ask again with the limit"
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


def _asking(turn: Turn) -> str:
    trace = esc(turn.trace or "One moment")
    body = f"{render_answer(turn)}{render_limitations(turn)}"
    return f'{body}<p class="trace"><span class="pulse" aria-hidden="true"></span>{trace} …</p>'


def _answered(turn: Turn) -> str:
    missing = f'<p class="partial"><b>Partly answered.</b> {esc(turn.reason)}</p>' if turn.reason else ""
    return f"{render_answer(turn)}{missing}{render_limitations(turn)}{render_dropped(turn)}"


def _abstained(turn: Turn) -> str:
    found = f"{render_limitations(turn)}{render_related(turn)}{render_closest(turn)}"
    reason = "" if turn.nearest or not turn.reason else f'<p class="why">{esc(turn.reason)}</p>'
    covered = ""
    if len(turn.days) == 2:
        covered = f'<p class="covered">Your library covers {esc(days(*turn.days))}.</p>'
    verdict = '<p class="verdict">No answer found in the articles</p>'
    return f"{verdict}{reason}{found}{covered}{render_dropped(turn)}"


def _reply(turn: Turn) -> str:
    return f'<p class="plain">{esc(turn.reason)}</p>'


def _stopped(turn: Turn) -> str:
    word = "Stopped early. The answer is incomplete." if turn.sentences else "Stopped."
    return f'{render_answer(turn)}<p class="verdict">{word}</p>'


def _failed(turn: Turn) -> str:
    word = "Busy" if turn.state == "busy" else "No answer"
    return f'<p class="verdict">{word}</p><p class="why">{esc(turn.reason)}</p>'


def _gone(turn: Turn, look: Lookup) -> str:
    versions = {(c.article_id, c.version): c for c in turn.citations}
    gone = [c for key, c in versions.items() if look(*key).state == "removed"]
    if not gone:
        return ""
    titles = "; ".join(esc(c.title) for c in gone)
    return f'<p class="gone">No longer in the library: {titles}. This answer quotes it as it was.</p>'


def _tools(turn: Turn) -> str:
    if turn.state in ("asking", "reply"):
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
    if model == "quotations":
        return "Quoted verbatim. No AI-written text."
    return f"Written by {model}. Each sentence checked against its sources."
