"""Reads question files that are not in Byline's own form: MultiHop-RAG's, and questions with nuggets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr, model_validator

from assistant.errors import UsageError
from eval.cases import Case, Evidence, Message, Nugget, SpanForm, Text, collect, load_cases, read_lines, read_text


class _Nugget(BaseModel):
    model_config = ConfigDict(extra="forbid")

    fact: Text
    vital: bool
    any: Annotated[list[Text], Field(min_length=1)]
    evidence: list[SpanForm] = []


class _Reporter(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: Text
    kind: Text
    question: Text
    history: list[Message] = []
    answerable: bool
    nuggets: list[_Nugget] = []
    must_not: list[Text] = []
    note: str = ""

    @model_validator(mode="after")
    def _fits(self) -> _Reporter:
        if self.answerable and not any(nugget.vital for nugget in self.nuggets):
            raise ValueError("nuggets: expected a vital one for an answerable question, found none")
        return self

    def case(self, where: str) -> Case:
        spans = [Evidence(s.doc_id, s.start, s.end) for nugget in self.nuggets for s in nugget.evidence]
        return Case(
            id=self.id, question=self.question, history=tuple(m.model_dump() for m in self.history),
            answerable=self.answerable, kind=self.kind, evidence=tuple(dict.fromkeys(spans)),
            nuggets=tuple(Nugget(n.fact, tuple(n.any), n.vital) for n in self.nuggets),
            must_not=tuple(self.must_not), where=where,
        )  # fmt: skip


class _Shaped(BaseModel):
    model_config = ConfigDict(extra="forbid")

    question: Text
    kind: Text
    nuggets: list[Annotated[list[Text], Field(min_length=1)]]
    unanswerable: bool

    def case(self, where: str) -> Case:
        return Case(
            id=f"shape-{where.rpartition(':')[2]}", question=self.question, answerable=not self.unanswerable, kind=self.kind,
            nuggets=tuple(Nugget(group[0], tuple(group), True) for group in self.nuggets), where=where,
        )  # fmt: skip


class _FollowUp(BaseModel):
    model_config = ConfigDict(extra="forbid")

    history: Annotated[list[Message], Field(min_length=1)]
    question: Text
    standalone: Text
    expects: Annotated[list[Text], Field(min_length=1)]

    def case(self, where: str) -> Case:
        return Case(
            id=f"follow-up-{where.rpartition(':')[2]}", question=self.question, history=tuple(m.model_dump() for m in self.history),
            kind="follow_up", nuggets=(Nugget(self.standalone, tuple(self.expects), True),), where=where,
        )  # fmt: skip


NO_ANSWER_KIND = "null_query"
"""MultiHop-RAG's name for a question that its articles do not answer."""


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


def load_multihop(path: Path) -> list[Case]:
    """Read questions in MultiHop-RAG's form: a JSON list of query, answer, question_type, evidence_list.

    Raises:
        UsageError: It cannot be read, or entries do not fit; each is named by file, entry and field.
    """
    try:
        entries = json.loads(read_text(path))
    except ValueError as error:
        raise UsageError(f"{path.name} is not a JSON list of questions: {str(error)[:120]}.") from error
    if not isinstance(entries, list):
        raise UsageError(f"{path.name} is not a JSON list of questions but {type(entries).__name__}.")
    numbered = list(enumerate(entries, 1))
    places = [(f"{path.name}: entry {number}", (number, entry)) for number, entry in numbered]
    return collect(path, places, lambda pair, where: _HopQuestion.model_validate(pair[1]).case(pair[0], where))


Form = Literal["byline", "multihop", "reporter", "shapes", "follow-ups"]


def _by_line(model: type[_Reporter] | type[_Shaped] | type[_FollowUp]) -> Callable[[Path], list[Case]]:
    return lambda path: read_lines(path, lambda line, where: model.model_validate(line).case(where))


_LOADERS: dict[Form, Callable[[Path], list[Case]]] = {
    "byline": load_cases,
    "multihop": load_multihop,
    "reporter": _by_line(_Reporter),
    "shapes": _by_line(_Shaped),
    "follow-ups": _by_line(_FollowUp),
}


def load_form(path: Path, form: Form) -> list[Case]:
    """Read a question file.

    Args:
        path: The file.
        form: How it is written.

    Raises:
        UsageError: It cannot be read, or lines do not fit; each bad line is named by file, line and field.
    """
    return _LOADERS[form](path)
