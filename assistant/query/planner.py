"""From a question to a plan: by rules, or by a chat model where rules are not enough.

The model is asked once, for JSON; whatever is wrong with its reply, the plan of the rules is used. A complete question
for a single fact is never sent to it: planning would cost more time than it saves.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Protocol, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from assistant.errors import ModelError
from assistant.query.follow_up import History
from assistant.query.kinds import chat_kind
from assistant.query.understanding import Coverage, Talk, understand
from assistant.types import ABSTAINED, CHAT, SHAPED, Filters, Query, QuestionKind
from prompts import load_prompt

PROMPT = "plan"
MOST_QUERIES = 6
LONGEST_QUERY = 300
"""Characters of a sub-query or standalone question that a model may write."""
REMEMBERED = 6
"""Messages of the conversation that the model is shown."""
LONGEST_MESSAGE = 600
"""Characters of each of them."""


@dataclass(frozen=True, slots=True)
class Request:
    """A question as it arrives.

    Attributes:
        question: As typed, not empty.
        history: Earlier messages, oldest first.
        filters: Which articles may be used.
        as_of: Nothing published later may be used.
        ignore: What the question names and the user took back: "period", "as_of", "newest", "outlet:NAME".
    """

    question: str
    history: History = ()
    filters: Filters | None = None
    as_of: date | None = None
    ignore: Collection[str] = ()


class Planner(Protocol):
    """What turns a question into a plan."""

    def plan(self, request: Request, stop: threading.Event | None = None) -> Query:
        """Work out what is asked and what to search for."""
        ...


class Completer(Protocol):
    """What the model planner needs of a chat model."""

    name: str

    def complete(
        self,
        messages: Sequence[tuple[str, str]],
        stop: threading.Event | None = None,
        schema: Mapping[str, Any] | None = None,
    ) -> str:
        """The whole reply to the messages."""
        ...


class RulePlanner:
    """Plans by rules over words.

    Args:
        coverage: Tells what the library holds; called at each question.
        talk: Tells what is no question about the articles.
    """

    def __init__(self, coverage: Callable[[], Coverage], talk: Talk = chat_kind) -> None:
        self._coverage = coverage
        self._talk = talk

    def plan(self, request: Request, stop: threading.Event | None = None) -> Query:
        """The plan; see `understand`."""
        return understand(
            request.question,
            request.history,
            filters=request.filters,
            as_of=request.as_of,
            coverage=self._coverage(),
            ignore=request.ignore,
            talk=self._talk,
        )


def _texts(value: Any) -> list[str]:
    """Strings out of whatever a model put there: a list, one string, nothing."""
    found = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return [text.strip()[:LONGEST_QUERY] for text in found if isinstance(text, str) and text.strip()]


class PlanReply(BaseModel):
    """The JSON that the plan prompt asks for; unknown fields are passed over."""

    model_config = ConfigDict(extra="ignore")

    standalone: str = Field(default="", max_length=LONGEST_QUERY * 2)
    kind: str = ""
    queries: Annotated[list[str], BeforeValidator(_texts)] = []
    sides: Annotated[list[str], BeforeValidator(_texts)] = []


class ModelPlanner:
    """Plans by a chat model, on top of the rules' plan.

    Args:
        rules: Makes the plan that is refined, and that is used when the model fails.
        model: The chat model.
        coverage: Tells what the library holds.
    """

    def __init__(self, rules: Planner, model: Completer, coverage: Callable[[], Coverage]) -> None:
        self._rules = rules
        self._model = model
        self._coverage = coverage

    def plan(self, request: Request, stop: threading.Event | None = None) -> Query:
        """The plan of the rules, refined by the model where that helps."""
        base = self._rules.plan(request, stop)
        if not needs_model(base, request.history):
            return base
        try:
            reply = self._model.complete(self._messages(base, request.history), stop, PlanReply.model_json_schema())
        except ModelError:
            return base  # the answer's own call will say what is wrong with the model
        plan = parse_plan(reply)
        return base if plan is None else _refined(base, plan, self._model.name)

    def _messages(self, base: Query, history: History) -> list[tuple[str, str]]:
        prompt = load_prompt(PROMPT)
        said = [f"{turn.get('role')}: {_short(str(turn.get('content') or ''))}" for turn in list(history)[-REMEMBERED:]]
        filled = prompt.user.format(
            question=base.question, conversation="\n".join(said) or "(none)", coverage=self._coverage().line
        )
        return [("system", prompt.system), ("user", filled)]


def needs_model(query: Query, history: History) -> bool:
    """Whether a model can improve the rules' plan: a conversation, a shaped answer, or another language."""
    if query.kind in CHAT:
        return False
    return bool(history) or query.kind in SHAPED or query.language != "en"


def parse_plan(reply: str) -> PlanReply | None:
    """The plan in a model's reply, whatever is around it; None when there is none.

    Thinking, code fences and words around the object are passed over, trailing commas are removed.
    """
    text = re.sub(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", "", reply, flags=re.S | re.I)
    start, end = text.find("{"), text.rfind("}")
    if not 0 <= start < end:
        return None
    body = re.sub(r",\s*([}\]])", r"\1", text[start : end + 1])
    try:
        return PlanReply.model_validate(json.loads(body, strict=False))
    except (ValueError, ValidationError, RecursionError):
        return None


def _refined(base: Query, plan: PlanReply, name: str) -> Query:
    kind: QuestionKind = plan.kind if plan.kind in get_args(QuestionKind) else base.kind  # type: ignore[assignment]
    standalone = " ".join(plan.standalone.split()) or base.standalone
    queries = [" ".join(text.split()) for text in plan.queries][:MOST_QUERIES]
    return replace(
        base,
        standalone=standalone,
        alternative="",
        parts=tuple(dict.fromkeys([standalone, *queries])) if queries else base.parts,
        kind=kind,
        sides=tuple(plan.sides[:MOST_QUERIES]) or base.sides,
        planner=name,
    )


def _short(text: str) -> str:
    text = " ".join(text.split())
    if text.startswith(ABSTAINED):
        return "(nothing was found)"
    return text if len(text) <= LONGEST_MESSAGE else f"{text[:LONGEST_MESSAGE]}…"
