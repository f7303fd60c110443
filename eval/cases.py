"""Questions with what is known about their answers, and how Byline's own question files are read.

A bad line is named by file, line and field. Other forms are in `case_forms`. Articles are not read here:
`check_evidence` compares offsets with texts that the caller brings.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr, ValidationError, model_validator

from assistant.errors import UsageError

SHOWN_PROBLEMS = 20
"""How many bad lines one error message lists."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A gold span: characters `start..end` of the text of the article whose source id is `doc_id`."""

    doc_id: int | str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Nugget:
    """A fact that a good answer states.

    Attributes:
        fact: What it is, for readers of the report.
        any: Strings, one of which an answer that states it contains.
        vital: Whether the answer is incomplete without it.
    """

    fact: str
    any: tuple[str, ...]
    vital: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    """One question with what is known about its answer.

    Attributes:
        id: Unique in its file.
        question: As a reader would type it.
        history: Earlier messages, oldest first, as {"role", "content"}.
        as_of: Nothing published later may be used.
        answerable: Whether the articles hold the answer.
        kind: What sort of question it is ("fact", "quote", "absent", ...).
        answers: Reference answers, for token F1.
        must_include: Groups of aliases; an answer is correct when each group has one of its strings in it.
        evidence: Gold spans.
        split: "tune", "report" or empty.
        facts: MultiHop-RAG's evidence strings; only for its own scoring.
        article: Of those facts the first one's article.
        nuggets: Facts that a good answer states; an alternative to `must_include`.
        must_not: Strings that make an answer with nuggets wrong.
        where: File and line, for messages.
    """

    id: str
    question: str
    history: tuple[dict[str, str], ...] = ()
    as_of: date | None = None
    answerable: bool = True
    kind: str = "fact"
    answers: tuple[str, ...] = ()
    must_include: tuple[tuple[str, ...], ...] = ()
    evidence: tuple[Evidence, ...] = ()
    split: str = ""
    facts: tuple[str, ...] = ()
    article: int | str = ""
    nuggets: tuple[Nugget, ...] = ()
    must_not: tuple[str, ...] = ()
    where: str = ""

    @property
    def cluster(self) -> str:
        """What the question is resampled with: its first evidence's article, or itself when it has none."""
        article = self.evidence[0].doc_id if self.evidence else self.article
        return f"question:{self.id}" if article == "" else f"article:{article}"


Text = Annotated[StrictStr, Field(min_length=1)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Message(_Form):
    """A message of a conversation, as question files hold it."""

    role: Literal["user", "assistant"]
    content: Text


class SpanForm(_Form):
    """A gold span, as question files hold it."""

    doc_id: StrictInt | Text
    start: Annotated[StrictInt, Field(ge=0)]
    end: Annotated[StrictInt, Field(ge=1)]

    @model_validator(mode="after")
    def _ordered(self) -> SpanForm:
        if self.start >= self.end:
            raise ValueError(f"expected start < end, found {self.start}..{self.end}")
        return self


class _Line(_Form):
    id: Text
    question: Text
    history: list[Message] = []
    as_of: date | None = None
    answerable: bool
    kind: Text
    answers: list[Text] = []
    must_include: list[Annotated[list[Text], Field(min_length=1)]] = []
    evidence: list[SpanForm] = []
    split: Literal["tune", "report", ""] = ""

    @model_validator(mode="after")
    def _fits(self) -> _Line:
        if self.answerable and not self.evidence:
            raise ValueError("evidence: expected at least one span for an answerable question, found none")
        if self.answerable and not (self.must_include or self.answers):
            raise ValueError("must_include: expected it or answers for an answerable question, found neither")
        if not self.answerable and self.evidence:
            raise ValueError("evidence: expected none for an unanswerable question, found some")
        return self

    def case(self, where: str) -> Case:
        groups = self.must_include or [self.answers] * bool(self.answers)
        return Case(
            id=self.id, question=self.question, history=tuple(m.model_dump() for m in self.history), as_of=self.as_of,
            answerable=self.answerable, kind=self.kind, answers=tuple(self.answers),
            must_include=tuple(tuple(group) for group in groups),
            evidence=tuple(Evidence(span.doc_id, span.start, span.end) for span in self.evidence),
            split=self.split, where=where,
        )  # fmt: skip


def load_cases(path: Path) -> list[Case]:
    """Read a question file, one JSON object a line.

    Raises:
        UsageError: It cannot be read, or lines do not fit; each bad line is named by file, line and field.
    """
    return read_lines(path, lambda line, where: _Line.model_validate(line).case(where))


def read_lines(path: Path, parse: Callable[[Any, str], Case]) -> list[Case]:
    """Read a file of one JSON object a line.

    Args:
        path: The file.
        parse: (parsed JSON, file and line) -> question; raises ValueError for a line that does not fit.

    Raises:
        UsageError: It cannot be read, or lines do not fit; each bad line is named by file, line and field.
    """
    lines = enumerate(read_text(path).split("\n"), 1)
    return collect(path, [(f"{path.name}:{n}", line) for n, line in lines if line.strip()], parse)


def collect(path: Path, entries: Sequence[tuple[str, Any]], parse: Callable[[Any, str], Case]) -> list[Case]:
    """Parse the entries of a question file.

    Args:
        path: The file, for messages.
        entries: (place in the file, entry); an entry that is a string is parsed as JSON first.
        parse: See `read_lines`.

    Raises:
        UsageError: Entries do not fit, an id occurs twice, or there are none.
    """
    problems: list[str] = []
    cases: list[Case] = []
    for where, entry in entries:
        try:
            cases.append(parse(json.loads(entry) if isinstance(entry, str) else entry, where))
        except ValueError as error:
            problems += _problems(where, error)
    return _checked(path, cases, problems)


def check_evidence(cases: Iterable[Case], text_of: Callable[[int | str], str | None]) -> None:
    """Compare gold spans with the articles.

    Args:
        cases: The questions.
        text_of: Source id -> text of the article, or None when there is no such article.

    Raises:
        UsageError: A span names no article or reaches past its end; each is named by file, line and field.
    """
    problems = []
    for case in cases:
        for index, span in enumerate(case.evidence):
            text = text_of(span.doc_id)
            if text is None:
                problems.append(
                    f"{case.where}: evidence.{index}.doc_id: expected an article's id, found {span.doc_id!r}"
                )
            elif span.end > len(text):
                problems.append(
                    f"{case.where}: evidence.{index}.end: expected at most {len(text)} (the article's length), found {span.end}"
                )
            elif not text[span.start : span.end].strip():
                problems.append(f"{case.where}: evidence.{index}: expected words, found white space")
    _raise(problems)


def half_of(case_id: str) -> Literal["A", "B"]:
    """The fixed half of a question: A (tuning) when the first hex digit of sha256(id) is even, else B (reporting)."""
    return "A" if int(sha256(case_id.encode()).hexdigest()[0], 16) % 2 == 0 else "B"


def read_text(path: Path) -> str:
    """The text of a question file.

    Raises:
        UsageError: It cannot be read.
    """
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"The question file {str(path)!r} cannot be read: {reason}.") from error


def _checked(path: Path, cases: list[Case], problems: list[str]) -> list[Case]:
    seen: dict[str, str] = {}
    for case in cases:
        if case.id in seen:
            problems.append(f"{case.where}: id: expected a new one, found {case.id!r} as in {seen[case.id]}")
        seen.setdefault(case.id, case.where)
    _raise(problems)
    if not cases:
        raise UsageError(f"There are no questions in {path.name}.")
    return cases


def _raise(problems: Sequence[str]) -> None:
    if not problems:
        return
    shown = list(problems[:SHOWN_PROBLEMS])
    if len(problems) > len(shown):
        shown.append(f"... and {len(problems) - len(shown)} more")
    noun = "problem" if len(problems) == 1 else "problems"
    raise UsageError(f"{len(problems)} {noun} in the questions:\n" + "\n".join(shown))


def _problems(where: str, error: ValueError) -> list[str]:
    if isinstance(error, ValidationError):
        return [f"{where}: {_field(item)}" for item in error.errors()]
    return [f"{where}: this is not a JSON object: {str(error)[:120]}"]


def _field(item: Any) -> str:
    # Pydantic puts the branch of a union ("int", "constrained-str") at the end of the path; a reader looks for the field.
    names = [str(part) for part in item["loc"] if not str(part).startswith(("int", "constrained-"))]
    message = item["msg"].removeprefix("Value error, ")
    found = "" if item["type"] in ("missing", "value_error") else f", found {item['input']!r:.80}"
    return f"{'.'.join(names)}: {message}{found}" if names else message + found
