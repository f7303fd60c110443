"""An answer, hits and a report as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.types import CHAT, SHAPED, Answer, Citation, Headline, Hit, Sentence

CLOSEST = 3
"""Passages shown under an answer that was not found."""
EXCERPT = 300
"""Characters of a passage that are shown."""
CHECK = "(check)"
"""Marks a sentence that nothing contradicts, but that could not be confirmed from the cited passages."""


def plain_answer(answer: Answer) -> str:
    """An answer with its quotations, what limits it, and for an abstention what comes closest."""
    if answer.kind in CHAT:
        return answer.text
    blocks = _answered(answer) if answer.status == "answered" else _abstained(answer)
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _answered(answer: Answer) -> Iterator[list[str]]:
    bullet = "- " if len(answer.entries) > 1 and answer.kind in SHAPED else ""
    yield [
        f"{bullet}{f'{entry.label}: ' if entry.label else ''}{' '.join(map(_sentence, entry.sentences))}"
        for entry in answer.entries
    ]
    yield [*answer.limitations, *([answer.reason] if answer.reason else []), *answer.notes]
    yield _remarks(answer)
    yield [_source(citation) for citation in answer.citations]


def _abstained(answer: Answer) -> Iterator[list[str]]:
    yield [answer.reason or answer.text]
    if answer.related:
        yield ["On this subject the articles say:", *(f"- {_sentence(sentence)}" for sentence in answer.related)]
    yield [*answer.limitations, *answer.notes]
    yield _remarks(answer)
    yield [_source(citation) for citation in answer.citations]
    if answer.hits:
        yield ["Closest passages:", *(f"- {excerpt(hit, '  ')}" for hit in answer.hits[:CLOSEST])]


def _sentence(sentence: Sentence) -> str:
    text = sentence.text
    if sentence.quoted and not text.startswith(("“", '"')):
        text = f"“{text}”"
    marks = "".join(f"[{number}]" for number in sentence.citations)
    return f"{text} {marks}{f' {CHECK}' if sentence.verdict == 'check' else ''}"


def _remarks(answer: Answer) -> list[str]:
    sentences = (*answer.sentences, *answer.related)
    marked = [sentence for sentence in sentences if sentence.verdict == "check"]
    lines = [f"{CHECK} Read the source: Byline could not confirm this sentence."] if marked else []
    lines += [f"  {reason}" for reason in dict.fromkeys(sentence.reason for sentence in marked) if reason]
    if count := len(answer.dropped):
        lines.append(f"{counted(count, 'unsupported sentence')} {'was' if count == 1 else 'were'} removed.")
    return lines


def _source(citation: Citation) -> str:
    head = citation.headline
    page = f", p. {citation.page}" if citation.page else ""
    page += ", read from a scan" if citation.ocr else ""
    where = f"{place(head)}{page}, characters {citation.start}-{citation.end}"
    link = f"\n    {head.url}" if head.url else ""
    return f"[{citation.number}] “{citation.quote}”\n    {head.title} ({where}){link}"


def place(head: Headline) -> str:
    """Outlet and day of an article."""
    return f"{head.outlet or 'Unknown outlet'}, {(head.published_at or '')[:10] or 'No date'}"


def excerpt(hit: Hit, indent: str) -> str:
    """A hit's headline and the beginning of its passage on the next line."""
    words = " ".join(hit.passage.text.split())
    return f"{hit.headline.line}\n{indent}{words if len(words) <= EXCERPT else words[:EXCERPT].rstrip() + ' ...'}"


def plain_hits(hits: Sequence[Hit]) -> str:
    """Search hits, numbered."""
    if not hits:
        return "No matching passages."
    return "\n\n".join(f"{hit.rank}. {excerpt(hit, '   ')}" for hit in hits)


def counted(count: int, noun: str) -> str:
    """A number with its noun: "1 passage", "2 passages"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
