"""The body of an answer as HTML: its entries in their shape, quotations, marks, limitations, what comes closest."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby

from assistant.types import SHAPED
from assistant.ui.views.html import counted, day, esc, quoted
from assistant.ui.views.sources import where
from assistant.ui.views.turns import Cited, Found, Said, Turn

MARKER = re.compile(r"\s*\[(\d{1,4})\]")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
CLOSEST = 3
"""Passages shown under an abstention."""


def render_answer(turn: Turn) -> str:
    """The sentences of an answer, in the shape that the question asks for."""
    entries = [tuple(group) for _, group in groupby(turn.sentences, key=lambda said: said.entry)]
    if not entries:
        return ""
    known = {citation.number: citation for citation in turn.citations}
    shape = turn.kind if turn.kind in SHAPED and (len(entries) > 1 or entries[0][0].label) else "text"
    body = {"list": _list, "timeline": _timeline, "comparison": _comparison}.get(shape, _paragraphs)
    return f'<div class="answer is-{shape}">{body(entries, known)}</div>'


Entries = Sequence[tuple[Said, ...]]
Known = Mapping[int, Cited]


def _paragraphs(entries: Entries, known: Known) -> str:
    """Prose: a paragraph per entry; quotations: a block per source."""
    return "".join(
        _quotation(entry, known) if entry[0].quoted else f"<p>{_labelled(entry)}{_sentences(entry, known)}</p>"
        for entry in entries
    )


def _list(entries: Entries, known: Known) -> str:
    rows = "".join(f"<li>{_labelled(entry)}{_sentences(entry, known)}</li>" for entry in entries)
    return f'<ul class="entries">{rows}</ul>'


def _timeline(entries: Entries, known: Known) -> str:
    rows = "".join(
        f'<li><span class="when">{esc(_when(entry, known))}</span><div>{_sentences(entry, known)}</div></li>'
        for entry in entries
    )
    return f'<ol class="entries">{rows}</ol>'


def _when(entry: tuple[Said, ...], known: Known) -> str:
    """The entry's date; where it has none the day of its article, which is said."""
    if entry[0].label:
        return _label(entry[0].label)
    published = next((known[n].published_at for n in entry[0].citations if n in known), None)
    return f"{day(published)} (published)" if published else "No date"


def _comparison(entries: Entries, known: Known) -> str:
    """One part per side; sentences without a label are about both and follow below."""
    parts: dict[str, list[Said]] = {}
    for entry in entries:
        parts.setdefault(_label(entry[0].label), []).extend(entry)
    sides = "".join(
        f"<section><h3>{esc(label)}</h3><p>{_sentences(said, known)}</p></section>"
        for label, said in parts.items()
        if label
    )
    both = "".join(f"<p>{_sentences(entry, known)}</p>" for entry in entries if not entry[0].label)
    return f'<div class="sides">{sides}</div>{both}'


def _quotation(entry: tuple[Said, ...], known: Known) -> str:
    label = _label(entry[0].label) or next((_source(known[n]) for n in entry[0].citations if n in known), "")
    return (
        f'<figure class="quotation"><figcaption>{esc(label)}</figcaption>'
        f"<blockquote>{_sentences(entry, known)}</blockquote></figure>"
    )


def _source(citation: Cited) -> str:
    return f"{citation.outlet or 'Unknown outlet'}, {day(citation.published_at)}"


def _labelled(entry: tuple[Said, ...]) -> str:
    label = _label(entry[0].label)
    return f"<b>{esc(label)}</b>{'' if label.endswith(':') else ':'} " if label else ""


def _label(label: str) -> str:
    """The label with its ISO dates written out."""
    return _ISO_DAY.sub(lambda match: day(match[0]), label)


def _sentences(entry: Sequence[Said], known: Known) -> str:
    return " ".join(render_sentence(said, known) for said in entry)


def render_sentence(said: Said, known: Known) -> str:
    """A sentence with its markers; its quotation marks when it is quoted, its mark when it could not be confirmed."""
    numbers = [number for number in said.citations if number in known]
    words = _words(said, numbers, known)
    if said.verdict != "check":
        return f'<span class="said">{words}</span>'
    closest = next((known[number].quote for number in numbers), "")
    return f'<span class="said unsure">{words}{_check(said.reason, closest)}</span>'


def _check(reason: str, closest: str) -> str:
    """The mark of a sentence whose sources could not be shown to say it, with why and the closest quotation."""
    why = f"Check this: {reason or 'the source could not be shown to say it'}".rstrip(". ") + "."
    quote = f'<span class="words">{esc(quoted(_short(closest, 300)))}</span>' if closest else ""
    spoken = f"{why} Closest quotation: {_short(closest, 300)}" if closest else why
    shown = f'<span class="tip" aria-hidden="true">{esc(why)}{f"<small>Closest quotation</small>{quote}" if quote else ""}</span>'
    return f' <span class="check"><button type="button" class="check-mark" aria-label="{esc(spoken)}">check</button>{shown}</span>'


def _words(said: Said, numbers: Sequence[int], known: Known) -> str:
    bare = said.text.replace("\x00", "")
    if not said.quoted:
        return with_markers(bare, numbers, known)
    words, answer = quoted(bare), said.answer.strip()
    before, found, after = words.partition(answer) if answer else (words, "", "")
    marked = f"{esc(before)}{f'<strong>{esc(found)}</strong>' if found else ''}{esc(after)}"
    return f"{marked}{''.join(marker(known[number]) for number in numbers)}"


def with_markers(text: str, numbers: Sequence[int], known: Known) -> str:
    """Text whose own markers are buttons, missing ones at its end; a "[9]" of an article's words stays text."""
    placed: set[int] = set()

    def place(match: re.Match[str]) -> str:
        number = int(match[1])
        if number not in numbers:
            return match[0]
        placed.add(number)
        return f"\x00{number}\x00"

    text = MARKER.sub(place, text.replace("\x00", ""))
    text += "".join(f"\x00{number}\x00" for number in numbers if number not in placed)
    pieces = text.split("\x00")
    return "".join(marker(known[int(piece)]) if at % 2 else esc(piece) for at, piece in enumerate(pieces))


def marker(citation: Cited) -> str:
    """The button that opens a citation."""
    name = ", ".join(part for part in (citation.outlet, citation.title) if part)
    return (
        f'<button type="button" class="cite" data-cite="{citation.number}" aria-label="Source {citation.number}: '
        f'{esc(name)}">[{citation.number}]</button>'
    )


def render_limitations(turn: Turn) -> str:
    """What the passages do not tell, in the chat model's words; it has no citation."""
    if not turn.limitations:
        return ""
    rows = "".join(f"<p>{esc(MARKER.sub('', text))}</p>" for text in turn.limitations)
    return f'<div class="limitations"><p class="label">What the articles don’t say</p>{rows}</div>'


def render_related(turn: Turn) -> str:
    """For an abstention: verified sentences on the subject that do not answer the question."""
    if not turn.related:
        return ""
    known = {citation.number: citation for citation in turn.citations}
    rows = "".join(f"<li>{render_sentence(said, known)}</li>" for said in turn.related)
    return f'<p class="label">On this subject the articles say</p><ul class="related">{rows}</ul>'


def render_closest(turn: Turn) -> str:
    """For an abstention: the closest passages with their words; titles alone where the words are not known."""
    best: dict[str, Found] = {}
    for hit in sorted(turn.hits, key=lambda hit: hit.rank):
        best.setdefault(hit.article_id, hit)
    rows = ""
    for head in turn.nearest[:CLOSEST]:
        found = best.get(head.article_id)
        place = f' data-quotes="0:{found.start}-{found.end}"' if found else ""
        words = f'<span class="words">{esc(_short(found.text, 320))}</span>' if found and found.text else ""
        rows += (
            f'<li><button type="button" class="near" data-open="{esc(head.version)}" data-article="{esc(head.article_id)}"{place}>'
            f"<span>{esc(head.title)}</span><small>{where(head)}</small>{words}</button></li>"
        )
    word = "Closest passages" if any(hit.text for hit in best.values()) else "Closest articles"
    return f'<p class="label">{word}</p><ul class="nearest closest">{rows}</ul>' if rows else ""


def render_dropped(turn: Turn) -> str:
    """How many sentences were removed, and which."""
    if not turn.dropped:
        return ""
    rows = "".join(f"<li>{esc(row)}</li>" for row in turn.dropped)
    what = counted(len(turn.dropped), "unsupported sentence was", "unsupported sentences were")
    return f'<details class="dropped"><summary>{what} removed</summary><ul>{rows}</ul></details>'


def _short(text: str, limit: int) -> str:
    words = " ".join(text.split())
    return words if len(words) <= limit else words[:limit].rsplit(" ", 1)[0] + " …"
