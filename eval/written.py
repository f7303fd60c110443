"""Sentences that a chat model wrote, with the prompts it answered: read for `python -m eval.support`.

A line of the sentences holds `id` (of a prompt), `sentence` with its markers, `true`, `kind` ("claim" or
"limitation"), and lists `altered` and `invented` of {kind, text}. A line of the prompts holds `id`, `question`
and `messages`, the last of which numbers its passages as Byline writes them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.grounding.citations import markers, without_markers
from assistant.grounding.evidence import Evidence
from assistant.types import Headline, Hit, Passage
from ingest.chunking import split_sentences

_PASSAGE = re.compile(r"^\[(\d+)\] ([^\n]*)\n<passage>\n(.*?)\n</passage>", re.M | re.S)


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence with what it may rest on.

    Attributes:
        sort: "true", "limitation", "altered" or "invented".
        kind: What was altered or invented; empty for true ones.
        text: Without its markers.
        evidence: The passages that it cites, and all of its prompt.
    """

    sort: str
    kind: str
    text: str
    evidence: Evidence


def read_written(sentences: Path, prompts: Path) -> Iterator[Written]:
    """Read the sentences of a file, altered and invented ones after each; false ones as written are left out."""
    asked = {row["id"]: row for row in _rows(prompts)}
    for row in _rows(sentences):
        prompt = asked[row["id"]]
        given = tuple(read_passages(prompt["messages"][-1]["content"]))
        if row["kind"] == "limitation":
            yield _written("limitation", "", row["sentence"], given, prompt)
            continue
        if row["true"]:
            yield _written("true", "", row["sentence"], given, prompt)
        for sort in ("altered", "invented"):
            for item in row[sort]:
                yield _written(sort, item["kind"], item["text"], given, prompt)


def _written(sort: str, kind: str, raw: str, given: tuple[Hit, ...], prompt: Mapping[str, Any]) -> Written:
    cited = tuple(given[number - 1] for number in markers(raw) if 1 <= number <= len(given))
    return Written(sort, kind, without_markers(raw), Evidence(cited, given, prompt["question"]))


def read_passages(prompt: str) -> Iterator[Hit]:
    """The numbered passages of a prompt; those with the same header belong to one article."""
    ends: dict[str, int] = {}
    for number, head, text in _PASSAGE.findall(prompt):
        version = hashlib.sha256(head.encode()).hexdigest()[:20]
        start = ends.get(version, 0)
        ends[version] = start + len(text) + 1
        sentences = tuple((start + a, start + b) for a, b in split_sentences(text))
        passage = Passage(f"{version}-{number}", version, version, start, start + len(text), text, sentences)
        yield Hit(passage, _headline(version, head), 1.0, int(number))


def _headline(version: str, head: str) -> Headline:
    """The outlet, day and title of a header such as "Outlet · November 19, 2023 · Title"."""
    *before, title = head.split(" · ")
    days = [day for part in before if (day := _day(part))]
    names = [part for part in before if not _day(part)]
    outlet, byline = (*names, None, None)[:2]
    return Headline(version, version, version, title, outlet, byline, days[0] if days else None, None)


def _day(text: str) -> str | None:
    try:
        return datetime.strptime(text, "%B %d, %Y").date().isoformat()
    except ValueError:
        return None


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text("utf-8").splitlines():
        if line.strip():
            yield json.loads(line)
