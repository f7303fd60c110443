"""REST API: ask (JSON or server-sent events), search, articles, and its documentation page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Collection, Coroutine
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, FastAPI, Query, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from assistant.errors import BylineError, UsageError
from assistant.events import Checked, Event, Finished, Limited, Restarted, Retrieved, Understood
from assistant.json_forms import answer_record, citation_record, hit_record, sentence_record
from assistant.types import Filters, Headline
from assistant.ui.api.docs_page import render_docs
from assistant.ui.api.errors import status_of
from assistant.ui.api.limits import known_outlets
from assistant.ui.server.loader import Loader
from assistant.ui.server.progress import Waiting
from assistant.ui.server.request_queue import Ask, QuestionQueue

OPENAPI = "/api/openapi.json"
CLIENT_LEFT = Response(status_code=499)
"""The client has disconnected; nobody reads this."""

T = TypeVar("T")


class Message(BaseModel):
    """One message of the conversation so far."""

    role: Literal["user", "assistant"]
    content: str = Field(max_length=50_000)


class Question(BaseModel):
    """A question with its conversation and limits."""

    model_config = ConfigDict(extra="ignore")
    question: str = Field(description="What is asked.", max_length=20_000, examples=["What did Kim pledge?"])
    history: list[Message] = Field(default=[], max_length=400, description="Earlier messages, oldest first.")
    outlets: list[str] = Field(default=[], max_length=200, description="Only articles of these outlets.")
    since: date | None = Field(default=None, description="First day of publication.")
    until: date | None = Field(default=None, description="Last day of publication.")
    as_of: date | None = Field(default=None, description="Use only articles published by this day.")
    ignore: list[str] = Field(
        default=[], max_length=60,
        description='Limits named in the question that the search shall ignore: "period", "as_of", "newest", "outlet:NAME".',
    )  # fmt: skip
    stream: bool = Field(default=False, description="Answer as server-sent events.")

    @model_validator(mode="before")
    @classmethod
    def _known_fields(cls, data: Any) -> Any:
        """One error for all unknown fields; pydantic would list each of them."""
        if isinstance(data, dict) and not data.keys() <= cls.model_fields.keys():
            raise ValueError(f"the body has an unknown field; known fields: {', '.join(cls.model_fields)}")
        return data

    async def ask(self, loader: Loader) -> Ask:
        """The question for the queue, its outlets as the library spells them.

        Raises:
            UsageError: The library has no such outlet.
        """
        outlets = await _outlets(loader, self.outlets)
        history = [message.model_dump() for message in self.history]
        return Ask(self.question, history, Filters(outlets, self.since, self.until), self.as_of, self.ignore)


def add_api(app: FastAPI, loader: Loader, questions: QuestionQueue) -> None:
    """Add the routes under /api."""
    router = APIRouter(prefix="/api", tags=["Byline"])

    @router.post("/ask", summary="Ask a question")
    async def ask(sent: Question, request: Request) -> Response:
        """The answer with its citations as JSON, or as server-sent events with `stream` or `Accept: text/event-stream`.

        Events: `waiting`, `understood`, `retrieved`, `sentence`, `limited` (what the articles do not say),
        `restarted` (everything so far is withdrawn), then `answer` with the whole record, or `error`.

        Sentences with the same `entry` belong together: a list item, a dated event, a side of a comparison; `label`
        names it. A sentence whose `verdict` is "check" could not be confirmed; `reason` says why.
        """
        asked = await sent.ask(loader)
        if sent.stream or "text/event-stream" in request.headers.get("accept", ""):
            return StreamingResponse(_events(questions, asked), media_type="text/event-stream")
        answer = await unless_left(request, questions.answer(asked))
        return CLIENT_LEFT if answer is None else JSONResponse(answer_record(answer))

    @router.get("/search", summary="Find passages without answering")
    async def search(
        q: Annotated[str, Query(max_length=4_000, description="What to look for.")],
        k: Annotated[int, Query(ge=1, le=100)] = 10,
        outlet: Annotated[list[str] | None, Query(description="Only articles of these outlets.")] = None,
        since: date | None = None,
        until: date | None = None,
        as_of: date | None = None,
    ) -> dict[str, Any]:
        """Passages, best first."""
        filters = Filters(await _outlets(loader, outlet or ()), since, until)
        hits = await questions.search(q, k, filters, as_of)
        return {"hits": [hit_record(hit) for hit in hits]}

    @router.get("/articles", summary="List the articles")
    async def articles(
        outlet: str | None = None,
        offset: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
    ) -> dict[str, Any]:
        """The stored articles, newest first."""
        catalogue = (await loader.ready()).library.catalogue
        heads = await run_in_threadpool(catalogue.headlines)
        fitting = [head for head in heads if outlet in (None, head.outlet)]
        return {"total": len(fitting), "articles": [_head(head) for head in fitting[offset : offset + limit]]}

    @router.get("/articles/{article_id}", summary="One article with its text")
    async def article(article_id: str, version: str | None = None) -> dict[str, Any]:
        """Every offset in a citation counts characters of this `text`."""
        catalogue = (await loader.ready()).library.catalogue
        found = await run_in_threadpool(catalogue.article, article_id, version)
        if found is None:
            raise UsageError("There is no article with this id. See /api/articles.")
        names = ("id", "source_id", "url", "title", "byline", "outlet", "published_at", "date_source", "language",
                 "version", "text")  # fmt: skip
        versions = [head.version for head in catalogue.versions(found.id)]
        return {**{name: getattr(found, name) for name in names}, "versions": versions}

    @router.get("", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(render_docs(app.openapi()))

    app.include_router(router)


async def unless_left(request: Request, work: Coroutine[Any, Any, T]) -> T | None:
    """What `work` comes to; None when the client has disconnected, and the work is cancelled then.

    A stream notices by itself that nobody reads it; what is sent whole has to watch the connection.
    """
    task = asyncio.ensure_future(work)
    left = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait({task, left}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        for each in (task, left):
            each.cancel()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _outlets(loader: Loader, names: Collection[str]) -> tuple[str, ...]:
    if not names:
        return ()
    return known_outlets(names, (await loader.ready()).library.catalogue.outlets())


async def _events(questions: QuestionQueue, ask: Ask) -> AsyncIterator[str]:
    try:
        async for item in questions.run(ask):
            name, record = event_record(item)
            if name:
                yield sent_event(name, record)
    except BylineError as error:
        yield sent_event("error", {"error": str(error), "status": status_of(error)})


def sent_event(name: str, record: Any) -> str:
    """One server-sent event."""
    return f"event: {name}\ndata: {json.dumps(record, ensure_ascii=False)}\n\n"


def event_record(item: Event | Waiting) -> tuple[str, dict[str, Any]]:
    """Name and JSON form of an event. Unverified drafts have none: they must not be taken for the answer."""
    match item:
        case Waiting(why):
            return "waiting", {"why": why}
        case Understood(query):
            return "understood", {"standalone": query.standalone, "kind": query.kind, "parts": list(query.parts),
                                  "outlets": list(query.outlets), "as_of": query.as_of and query.as_of.isoformat()}  # fmt: skip
        case Retrieved(hits, articles):
            return "retrieved", {"hits": [hit_record(hit) for hit in hits], "articles": articles}
        case Checked(sentence, citations):
            return "sentence", sentence_record(sentence) | {"new": [citation_record(one) for one in citations]}
        case Limited(text):
            return "limited", {"text": text}
        case Restarted(reason):
            return "restarted", {"reason": reason}
        case Finished(answer):
            return "answer", answer_record(answer)
    return "", {}


def _head(head: Headline) -> dict[str, Any]:
    names = ("article_id", "version", "source_id", "title", "outlet", "byline", "published_at", "url")
    return {name: getattr(head, name) for name in names}
