"""Joins the lines of Markdown paragraphs, as every Markdown reader shows them."""

from __future__ import annotations

import re

from ingest.parsing.hard_wrap import unwrap

_FENCE = re.compile(r"\s{0,3}(```+|~~~+)")
_OWN = re.compile(r"\s{0,3}(?:#{1,6}(?:\s|$)|[-*_=]\s*(?:[-*_=]\s*){2,}$|\||<|\[[^\]]+\]:\s)|\s*\S.*\|.*\|| {4,}\S|\t")
_START = re.compile(r"\s*(?:[-*+]\s|\d{1,3}[.)]\s|>)")
_HARD_BREAKS = ("  ", "\\")


def unwrap_markdown(text: str) -> str:
    """The text with soft line breaks joined; code, tables, headings, list items and hard breaks keep their lines."""
    out: list[str] = []
    paragraph: list[str] = []
    fence = ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if fence or mark:
            out += _flushed(paragraph)
            out.append(line)
            fence = "" if fence and mark and mark[1].startswith(fence) else fence or (mark[1] if mark else "")
        elif not line.strip() or (_OWN.match(line) and not (paragraph and line.startswith("    "))):
            out += _flushed(paragraph)
            out.append(line)
        else:
            if _START.match(line) and not (
                line.lstrip().startswith(">") and paragraph and paragraph[0].lstrip().startswith(">")
            ):
                out += _flushed(paragraph)
            paragraph.append(line)
            if line.endswith(_HARD_BREAKS):
                out += _flushed(paragraph)
    out += _flushed(paragraph)
    return "\n".join(out)


def _flushed(paragraph: list[str]) -> list[str]:
    lines = unwrap("\n".join(paragraph)).split("\n") if paragraph else []
    paragraph.clear()
    return lines
