"""Reads question files: Byline's own JSONL form and MultiHop-RAG's form. A bad line is named by file, line and field.

It does not look at articles; `check_evidence` compares offsets with texts that the caller brings.
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

NO_ANSWER_KIND = "null_query"
"""MultiHop-RAG's name for a question that its articles do not answer."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A gold span: characters `start..end` of the text of the article whose source id is `doc_id`."""

    doc_id: int | str
    start: int
    end: int


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
    where: str = ""

    @property
    def cluster(self) -> str:
        """What the question is resampled with: its first evidence's article, or itself when it has none."""
        article = self.evidence[0].doc_id if self.evidence else self.article
        return f"question:{self.id}" if article == "" else f"article:{article}"


Text = Annotated[StrictStr, Field(min_length=1)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Message(_Form):
    role: Literal["user", "assistant"]
    content: Text


class _Span(_Form):
    doc_id: StrictInt | Text
    start: Annotated[StrictInt, Field(ge=0)]
    end: Annotated[StrictInt, Field(ge=1)]

    @model_validator(mode="after")
    def _ordered(self) -> _Span:
        if self.start >= self.end:
            raise ValueError(f"expected start < end, found {self.start}..{self.end}")
        return self


class _Line(_Form):
    id: Text
    question: Text
    history: list[_Message] = []
    as_of: date | None = None
    answerable: bool
    kind: Text
    answers: list[Text] = []
    must_include: list[Annotated[list[Text], Field(min_length=1)]] = []
    evidence: list[_Span] = []
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


class _Fact(BaseModel):
    fact: Text
    doc_id: StrictInt | StrictStr | None = None
    title: StrictStr | None = None

    @property
    def article(self) -> int | str:
        """Where it stands: the id that our data adds, or the title that MultiHop-RAG gives."""
        return self.doc_id if self.doc_id is not None else self.title or ""


class _HopQuestion(BaseModel):
    id: StrictInt | Text | None = None
    query: Text
    answer: StrictStr
    question_type: Text
    evidence_list: list[_Fact]

    def case(self, number: int, where: str) -> Case:
        null = self.question_type == NO_ANSWER_KIND
        return Case(
            id=f"mhr-{self.id if self.id is not None else number}", question=self.query, answerable=not null,
            kind=self.question_type.removesuffix("_query"), answers=() if null else (self.answer,),
            must_include=() if null else ((self.answer,),), facts=tuple(item.fact for item in self.evidence_list),
            article=self.evidence_list[0].article if self.evidence_list else "", where=where, split=self._split(),
        )  # fmt: skip

    def _split(self) -> Literal["tune", "report", ""]:
        """Return "report" when all evidence stands in odd-numbered articles: the bundled reader was taught with none of them."""
        numbers = [item.doc_id for item in self.evidence_list if isinstance(item.doc_id, int)]
        if not numbers or len(numbers) < len(self.evidence_list):
            return ""
        return "report" if all(number % 2 for number in numbers) else "tune"


def load_cases(path: Path) -> list[Case]:
    """Read a question file, one JSON object a line.

    Raises:
        UsageError: It cannot be read, or lines do not fit; each bad line is named by file, line and field.
    """
    problems: list[str] = []
    cases: list[Case] = []
    for number, line in enumerate(_read(path).split("\n"), 1):
        if not line.strip():
            continue
        where = f"{path.name}:{number}"
        try:
            cases.append(_Line.model_validate(json.loads(line)).case(where))
        except ValueError as error:
            problems += _problems(where, error)
    return _checked(path, cases, problems)


def load_multihop(path: Path) -> list[Case]:
    """Read questions in MultiHop-RAG's form: a JSON list of query, answer, question_type, evidence_list.

    Raises:
        UsageError: It cannot be read, or entries do not fit; each is named by file, entry and field.
    """
    try:
        entries = json.loads(_read(path))
    except ValueError as error:
        raise UsageError(f"{path.name}: expected a JSON list of questions, found {str(error)[:120]}.") from error
    if not isinstance(entries, list):
        raise UsageError(f"{path.name}: expected a JSON list of questions, found {type(entries).__name__}.")
    problems: list[str] = []
    cases: list[Case] = []
    for number, entry in enumerate(entries, 1):
        where = f"{path.name}: entry {number}"
        try:
            cases.append(_HopQuestion.model_validate(entry).case(number, where))
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


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"Expected a question file at {str(path)!r}, which cannot be read: {reason}.") from error


def _checked(path: Path, cases: list[Case], problems: list[str]) -> list[Case]:
    seen: dict[str, str] = {}
    for case in cases:
        if case.id in seen:
            problems.append(f"{case.where}: id: expected a new one, found {case.id!r} as in {seen[case.id]}")
        seen.setdefault(case.id, case.where)
    _raise(problems)
    if not cases:
        raise UsageError(f"{path.name}: expected questions, found none.")
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
    return [f"{where}: expected a JSON object, found {str(error)[:120]}"]


def _field(item: Any) -> str:
    # Pydantic puts the branch of a union ("int", "constrained-str") at the end of the path; a reader looks for the field.
    names = [str(part) for part in item["loc"] if not str(part).startswith(("int", "constrained-"))]
    message = item["msg"].removeprefix("Value error, ")
    found = "" if item["type"] in ("missing", "value_error") else f", found {item['input']!r:.80}"
    return f"{'.'.join(names)}: {message}{found}" if names else message + found
