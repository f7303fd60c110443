"""Marks the stretches of an article that are not the story. Never changes the text.

Works line by line, since news pages keep such things on lines of their own, plus a few bracketed
forms inside a line. What it cannot know from the words alone (navigation, comments) is left to
`extract`, which sees the page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from assistant.types import Span

_BRACKETED = re.compile(
    r"[(\[](?:image|photo|picture|video|file|featured image)?\s*"
    r"(?:credits?|courtesy|source|photograph|photo by|image by|illustration by)\b\s*(?:of|by)?\s*[:/][^()\[\]\n]{1,120}[)\]]",
    re.I,
)
_CREDIT_LINE = re.compile(
    r"^\W*(?:(?:image|photo|picture|video|featured image|file photo|cover|lead image|screenshot)s?\s*"
    r"(?:credits?|courtesy|source|by)?|photograph|credits?|illustration)\s*(?:of|by)?\s*[:|©][^\n]{1,160}$",
    re.I,
)
_AGENCY_CREDIT = re.compile(
    r"^[^\n]{0,140}?\b(?:Getty Images|Shutterstock|iStock|Unsplash|AP Photo|Reuters|AFP|EPA|Alamy)\W*$", re.I
)
_ALSO_READ = re.compile(
    r"^\W*(?:also\s+(?:read|see|watch|on\b[^\n]{0,30})|read\s+(?:more|also|next|the\s+full\s+(?:story|article))|"
    r"see\s+(?:also|more)|related(?:\s+(?:stories|articles?|links?|content|reading|topics?))?|more\s+(?:from|on|stories|news)|"
    r"more|must[- ]reads?|recommended(?:\s+(?:stories|reading|for you))?|don['’]t\s+miss|watch(?:\s+(?:now|more|below))?|"
    r"in\s+case\s+you\s+missed\s+it|you\s+(?:may|might)\s+(?:also\s+)?like|trending(?:\s+now)?|editors?['’]?s?\s+picks?|up\s+next|"
    r"keep\s+reading|continue\s+reading|explore\s+more|further\s+reading|most\s+(?:read|popular))\s*(?:[:|»>→–—-]\s*[^\n]*|)$",
    re.I,
)
_PROMO = re.compile(
    r"^\W*(?:(?:sign|signing)\s+up\s+(?:for|to|here|now|today)|subscribe\b|follow\s+(?:us|@|[A-Z][\w.]*\s+on)|join\s+(?:our|the)\s+"
    r"(?:\w+\s+){0,3}(?:newsletter|channel|conversation|community|mailing)|share\s+(?:this|on|via|the)\b|like\s+us\s+on|"
    r"click\s+here|tap\s+here|download\s+(?:the|our)\s+(?:\w+\s+)?app|get\s+(?:our|the|more)\s+[^\n]{0,60}"
    r"(?:newsletter|inbox|app|alerts?)|(?:our|the|this|your)\s+(?:\w+\s+){0,3}newsletter|"
    r"(?:this\s+(?:article|story|post|page)\s+(?:may\s+)?contains?\s+affiliate)|"
    r"(?:when|if)\s+you\s+(?:buy|purchase|click)\b[^\n]{0,120}(?:commission|affiliate)|"
    r"we\s+(?:may\s+)?(?:earn|receive|get)\s+(?:a\s+|an\s+)?(?:affiliate\s+)?commission|"
    r"support\s+(?:our|independent)\s+journalism|advertisement|sponsored(?:\s+content)?|story\s+continues(?:\s+below)?|"
    r"article\s+continues\s+(?:below|after)|scroll\s+(?:down\s+)?to\s+continue|table\s+of\s+contents?)\b[^\n]{0,220}$",
    re.I,
)
_NOTICE = re.compile(
    r"^\W*(?:all\s+rights\s+reserved|copyright\b|©|this\s+(?:site|website|page)\s+uses\s+cookies|we\s+use\s+cookies|"
    r"(?:accept|manage)\s+(?:all\s+)?cookies|cookie\s+(?:policy|settings|notice)|privacy\s+policy|terms\s+of\s+(?:use|service)|"
    r"(?:\d+\s+)?comments?\s*(?:\(\d+\))?|leave\s+a\s+comment|log\s+in\s+to\s+comment)\b[^\n]{0,160}$",
    re.I,
)
_CORRECTION = re.compile(
    r"^\W*(?:correction|clarification|editor['’]?s\s+note|update)\b\s*(?:\([^)\n]*\))?\s*[:—–-]|"
    r"\b(?:an\s+earlier|a\s+previous)\s+version\s+of\s+this\s+(?:article|story|report|post|page)\b|"
    r"\bthis\s+(?:article|story|report|post)\s+(?:has\s+been|was)\s+(?:corrected|amended)\b",
    re.I,
)

LONGEST_MARKED_LINE = 260
"""A longer line is prose even when it begins like a prompt ("Subscribe to the theory that ...")."""

_LINE_KINDS = (
    ("credit", _CREDIT_LINE),
    ("also-read", _ALSO_READ),
    ("promo", _PROMO),
    ("notice", _NOTICE),
    ("credit", _AGENCY_CREDIT),
)


def mark_boilerplate(text: str) -> tuple[Span, ...]:
    """Find what is not the story.

    Args:
        text: The article's text.

    Returns:
        Spans in order, not overlapping, each with its kind. Correction notices are not among them:
        they belong to the story (`find_corrections`).
    """
    spans: list[Span] = []
    for start, line in _lines(text):
        kind = _line_kind(line)
        if kind:
            lead = len(line) - len(line.lstrip())
            spans.append(Span(start + lead, start + len(line.rstrip()), kind))
        else:
            spans += [Span(start + m.start(), start + m.end(), "credit") for m in _BRACKETED.finditer(line)]
    return tuple(spans)


_DAY = (
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?(?:\d{1,2}(?:st|nd|rd|th)?\.?\s+[a-zä]{3,9}\.?,?\s+\d{4}|"
    r"[a-z]{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}|\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4})"
)
_PAGE_LINES = (
    ("dateline", re.compile(rf"^{_DAY}(?:[,|·•–—\s]+(?:at\s+)?\d{{1,2}}[:.]\d\d(?:\s*[ap]\.?m\.?)?(?:\s+[A-Z]{{2,4}})?)?$", re.I)),
    ("byline", re.compile(r"^(?:(?:BY\s+)?(?:OUR\s+)?STAFF(?:\s+(?:REPORTER|WRITER|CORRESPONDENT))?|(?i:our|from\s+our)\s+[\w\s]{0,30}(?i:correspondent|reporter))$")),
    ("caption", re.compile(r"^\W{0,3}(?:pic|pics|image|photo|picture|video|watch|graphic|map)\s*:\s*[^\n]{3,200}$", re.I)),
    ("also-read", re.compile(r"^[»›→▶►]\s*[^\n]{3,160}$|^(?:from\s+)?around\s+the\s+web$", re.I)),
    ("promo", re.compile(
        r"^(?:share|comment|like|print|e-?mail|reply|save|bookmark|leave\s+a\s+comment|restack|read\s+in\s+app|show\s+more|load\s+more)$|"
        r"^to\s+play\s+this\s+(?:video|audio)\b|^(?:please\s+)?enable\s+javascript\b|\benable\s+javascript\b[^\n]{0,60}$|"
        r"^(?:got|have)\s+(?:a|an|any)\s+[^\n]{2,60}\?\s*(?:text|write|call|e-?mail|contact|get\s+in\s+touch|tell\s+us)\b[^\n]{0,120}$|"
        r"^thanks\s+for\s+reading\b[^\n]{0,200}$", re.I)),
    ("notice", re.compile(r"^[^\n]{0,160}\b(?:not|no)\s+(?:be\s+held\s+)?responsib(?:le|ility)\s+for\s+(?:the\s+)?(?:content|accuracy)\b[^\n]{0,80}$", re.I)),
    ("byline", re.compile(
        r"^(?i:by|(?:words|reporting|written|photographs?|pictures|text)\s+by)\s+[A-Z][\w.’'-]+"
        r"(?:\s+(?:[A-Z][\w.’'-]*|and|&|for|in|de|van|von))*(?:[,|·•–—]\s*[^.!?\n]{0,60})?$|"
        r"^\((?i:reporting|writing|editing|additional\s+reporting)\s+by\s+[^()\n]{2,160}\)$")),
    ("caption", re.compile(r"^[^\n]{5,160}[^.!?”\s]\s*\((?:image|photo|picture)s?\s*:[^()\n]{2,80}\)$", re.I)),
    ("dateline", re.compile(
        r"^(?:(?:first\s+)?published|posted|(?:last\s+)?updated|modified)\b[^.!?\n]{0,80}\d{4}[^.!?\n]{0,30}$|"
        r"^\d+\s*(?:-|\s)?min(?:ute)?s?\s+read$", re.I)),
    ("also-read", re.compile(r"^(?:more\s+(?:from|in|on)|top\s+stories\s+in|latest\s+(?:from|in))\s+[^.!?\n]{2,60}$", re.I)),
    ("promo", re.compile(
        r"^(?:listen\s+to\s+this\s+(?:article|story)|copy\s+link|print\s+this|save\s+(?:this\s+)?(?:article|story)?|gift\s+this|"
        r"e-?mail\s+(?:this|the\s+\w+\s+desk)|get\s+the\s+day|our\s+app|do\s+you\s+have\s+a\s+(?:story|tip)|have\s+a\s+tip|"
        r"send\s+(?:us\s+)?your\s+(?:tips|pictures|photos)|become\s+a\s+member|already\s+a\s+subscriber|log\s+in|sign\s+in|"
        r"facebook|twitter|whatsapp|x\s*\|)\b[^\n]{0,160}$", re.I)),
    ("notice", re.compile(
        r"^(?:©|\(c\)\s*\d{4}|copyright\b|tags?\s*:|topics?\s*:|filed\s+(?:under|in)\b|by\s+continuing\s+to\s+use\b|"
        r"comments\s+are\s+(?:closed|open)|be\s+the\s+first\s+to\s+comment|skip\s+to\s+(?:main\s+)?content)[^\n]{0,200}$", re.I)),
)  # fmt: skip


def mark_page(text: str, marks: Mapping[str, str]) -> tuple[Span, ...]:
    """`mark_boilerplate` for the text of a web page, of which more is known.

    Args:
        text: The article's text, as it was taken from the page.
        marks: Lines that the page shows as captions, bylines, links and the like: words -> kind.

    Returns:
        Spans in order, not overlapping.
    """
    spans = list(mark_boilerplate(text))
    whole = {span.start for span in spans if "\n" in text[max(0, span.start - 1) : span.start] or span.start == 0}
    for start, line in _lines(text):
        stripped = line.strip()
        lead = start + len(line) - len(line.lstrip())
        if not stripped or lead in whole or _CORRECTION.search(stripped):
            continue
        plain = re.sub(r"^[-*•|\s]+|[|\s]+$", "", stripped)
        kind = marks.get(" ".join(plain.split()), "")
        if kind == "story":  # the page's structure outweighs what the words look like
            spans = [span for span in spans if not (lead <= span.start < lead + len(stripped))]
            continue
        kind = kind or next(
            (name for name, pattern in _PAGE_LINES if len(plain) <= LONGEST_MARKED_LINE and pattern.match(plain)), ""
        )
        if kind:
            end = lead + len(stripped)
            spans = [span for span in spans if not (lead <= span.start < end)]
            spans.append(Span(lead, end, kind))
    return tuple(sorted(spans, key=lambda span: span.start))


def is_correction(line: str) -> bool:
    """Whether a line says that the article was corrected."""
    return len(line) <= 1200 and _CORRECTION.search(line) is not None


def find_corrections(text: str) -> tuple[Span, ...]:
    """Find the lines in which an article says that it was corrected."""
    return tuple(
        Span(start, start + len(line), "correction")
        for start, line in _lines(text)
        if line.strip() and len(line) <= 1200 and _CORRECTION.search(line)
    )


def _line_kind(line: str) -> str:
    stripped = line.strip()
    if not stripped or len(stripped) > LONGEST_MARKED_LINE or _CORRECTION.search(stripped):
        return ""
    for kind, pattern in _LINE_KINDS:
        if pattern.match(stripped):
            # A credit that ends in an agency's name is a caption only when it is no full sentence.
            if pattern is _AGENCY_CREDIT and re.search(r"[.!?][”\"')]?\s", stripped):
                continue
            return kind
    return ""


def _lines(text: str) -> list[tuple[int, str]]:
    lines, position = [], 0
    for line in text.split("\n"):
        lines.append((position, line))
        position += len(line) + 1
    return lines
