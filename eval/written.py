"""Sentences that a chat model wrote, with the prompts it answered: read for `python -m eval.support`.

A line of the sentences holds `id` (of a prompt), `sentence` with its markers, `true`, `kind` ("claim" or
"limitation"), and lists `altered` and `invented` of {kind, text}. A line of the prompts holds `id`, `question`
and `messages`, the last of which numbers its passages as Byline writes them.

Another form needs no prompts but a file of answers (`id`, `question`, `evidence` of {outlet, date, text}, `answer`)
and one of versions (`id`, `true_is_true`, `altered`, `invented` {text, place}, `reworded`): `read_versions`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.grounding.citations import markers, without_markers
from assistant.grounding.evidence import Evidence
from assistant.types import Headline, Hit, Passage
from eval.recorded import PASSAGE
from ingest.chunking import split_sentences


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


def read_versions(versions: Path, answers: Path) -> Iterator[Written]:
    """Read answers with their versions: each true one, its rewording, the altered and the invented one."""
    known = {row["id"]: row for row in _rows(answers)}
    for row in _rows(versions):
        answer = known[row["id"]]
        given = tuple(_evidence(answer["evidence"]))
        if row["true_is_true"]:
            yield _written("true", "", answer["answer"], given, answer)
        yield _written("reworded", "", row["reworded"], given, answer)
        for item in row["altered"]:
            yield _written("altered", item["kind"], item["text"], given, answer)
        yield _written("invented", row["invented"]["place"], row["invented"]["text"], given, answer)


def is_versions(sentences: Path) -> bool:
    """Whether a file holds versions of answers instead of sentences with prompts."""
    return "reworded" in next(_rows(sentences), {})


def _evidence(rows: Sequence[Mapping[str, Any]]) -> Iterator[Hit]:
    """Each piece of evidence as the only passage of an article without a title."""
    for number, row in enumerate(rows, 1):
        version = hashlib.sha256(f"{number} {row['text']}".encode()).hexdigest()[:20]
        sentences = tuple(split_sentences(row["text"]))
        passage = Passage(version, version, version, 0, len(row["text"]), row["text"], sentences)
        day = row["date"][:10] if row.get("date") else None
        headline = Headline(version, version, version, "", row["outlet"], None, day, None)
        yield Hit(passage, headline, 1.0, number)


def _written(sort: str, kind: str, raw: str, given: tuple[Hit, ...], prompt: Mapping[str, Any]) -> Written:
    cited = tuple(given[number - 1] for number in markers(raw) if 1 <= number <= len(given))
    return Written(sort, kind, without_markers(raw), Evidence(cited, given, prompt["question"]))


def read_passages(prompt: str) -> Iterator[Hit]:
    """The numbered passages of a prompt; those with the same header belong to one article."""
    ends: dict[str, int] = {}
    for number, head, text in PASSAGE.findall(prompt):
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
