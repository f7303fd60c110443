"""An OpenAI-compatible chat completion, so that existing clients get cited answers."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response, StreamingResponse

from assistant.errors import RunError
from assistant.types import Answer
from assistant.ui.api.client_tasks import task_reply, unwrapped
from assistant.ui.api.errors import error_reply
from assistant.ui.api.rest import CLIENT_LEFT, unless_left
from assistant.ui.api.text_form import Notes, answer_text, sentences_text
from assistant.ui.server.progress import Progress, advance
from assistant.ui.server.request_queue import Ask, QuestionQueue

MODEL = "byline"
MODEL_RECORD = {"id": MODEL, "object": "model", "created": 0, "owned_by": "byline"}


class ChatMessage(BaseModel):
    """One message; content is text or a list of text parts."""

    model_config = ConfigDict(extra="ignore")
    role: str
    content: str | list[dict[str, Any]] | None = None

    @property
    def text(self) -> str:
        """The text of the message."""
        if isinstance(self.content, list):
            return "\n".join(str(part.get("text", "")) for part in self.content if part.get("type") == "text")
        return self.content or ""


class StreamOptions(BaseModel):
    """Options of a streamed completion."""

    model_config = ConfigDict(extra="ignore")
    include_usage: bool | None = None


class Completion(BaseModel):
    """A request for a chat completion. Options that Byline has no use for (temperature, tools, ...) are ignored."""

    model_config = ConfigDict(extra="ignore")
    model: str | None = Field(default=MODEL, description="Any name; answers always come from Byline.")
    messages: list[ChatMessage] = Field(
        min_length=1, max_length=400, description="The last user message is the question, the others its history."
    )
    stream: bool | None = Field(default=False, description="Send sentences as soon as they are verified.")
    stream_options: StreamOptions | None = Field(default=None, description="`include_usage`: usage in a last chunk.")

    @property
    def question(self) -> str:
        """The last user message."""
        return next((message.text for message in reversed(self.messages) if message.role == "user"), "")

    @property
    def ask(self) -> Ask:
        """The question with its history."""
        said = [m for m in self.messages if m.role in ("user", "assistant")]
        last = max((at for at, message in enumerate(said) if message.role == "user"), default=0)
        history = [{"role": message.role, "content": message.text} for message in said[:last]]
        return Ask(unwrapped(self.question), history)


def add_openai_api(app: FastAPI, questions: QuestionQueue) -> None:
    """Add the routes under /v1."""

    @app.post("/v1/chat/completions", summary="OpenAI-compatible chat completion", tags=["OpenAI"])
    async def completions(sent: Completion, request: Request) -> Response:
        """Citations are in the text as `[1]`, listed below it, and given as `url_citation` annotations.

        A sentence whose source could not be shown to say it is followed by `(check)`.
        """
        base = str(request.base_url).rstrip("/")
        with_usage = bool(sent.stream_options and sent.stream_options.include_usage)
        fixed = task_reply(sent.question)
        if sent.stream:
            events = _fixed_chunks(fixed) if fixed is not None else _chunks(questions, sent.ask, base)
            chunks = _sent_chunks(events, with_usage)
            # The first chunk is awaited here, so that "busy" is a status and not a broken stream.
            first = await unless_left(request, _first(chunks))
            return CLIENT_LEFT if first is None else _streamed(first, chunks)
        if fixed is not None:
            return _completion(fixed, [], _usage(None))
        answer = await unless_left(request, questions.answer(sent.ask))
        return CLIENT_LEFT if answer is None else _completion(*answer_text(answer, base), _usage(answer))

    @app.get("/v1/models", summary="List the models", tags=["OpenAI"])
    async def models() -> dict[str, Any]:
        return {"object": "list", "data": [MODEL_RECORD]}

    @app.get("/v1/models/{name}", summary="The model", tags=["OpenAI"])
    async def model(name: str) -> Response:
        if name != MODEL:
            return error_reply("/v1/", f"There is no such model. Use {MODEL!r}.", 404)
        return JSONResponse(MODEL_RECORD)


def _completion(text: str, notes: Notes, usage: dict[str, int]) -> Response:
    message = {"role": "assistant", "content": text, "refusal": None, "annotations": notes}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return JSONResponse({**_head("chat.completion"), "choices": [choice], "usage": usage})


async def _first(chunks: AsyncIterator[str]) -> str:
    return await anext(chunks)


def _streamed(first: str, rest: AsyncIterator[str]) -> Response:
    async def joined() -> AsyncIterator[str]:
        yield first
        async for chunk in rest:
            yield chunk

    return StreamingResponse(joined(), media_type="text/event-stream")


def _head(kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{uuid.uuid4().hex[:24]}", "object": kind, "created": int(time.time()), "model": MODEL}


def _usage(answer: Answer | None) -> dict[str, int]:
    usage = answer.usage if answer else {}
    asked, said = usage.get("input_tokens", 0), usage.get("output_tokens", 0)
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}


async def _sent_chunks(
    deltas: AsyncIterator[tuple[dict[str, Any], Answer | None]], with_usage: bool
) -> AsyncIterator[str]:
    """The deltas as server-sent chunks, the end, usage when it is wanted, and [DONE]."""
    head = _head("chat.completion.chunk")
    usage = _usage(None)
    more: dict[str, Any] = {"usage": None} if with_usage else {}

    def chunk(choices: list[dict[str, Any]], extra: dict[str, Any]) -> str:
        return f"data: {json.dumps({**head, 'choices': choices, **extra}, ensure_ascii=False)}\n\n"

    def choice(delta: dict[str, Any], end: str | None = None) -> list[dict[str, Any]]:
        return [{"index": 0, "delta": delta, "finish_reason": end, "logprobs": None}]

    first = True
    async for delta, answer in deltas:
        yield chunk(choice({"role": "assistant", **delta} if first else delta), more)
        first, usage = False, _usage(answer)
    if first:
        raise RunError("The answer ended early. Ask again.")
    yield chunk(choice({}, "stop"), more)
    if with_usage:
        yield chunk([], {"usage": usage})
    yield "data: [DONE]\n\n"


async def _fixed_chunks(text: str) -> AsyncIterator[tuple[dict[str, Any], Answer | None]]:
    yield {"content": text}, None


async def _chunks(questions: QuestionQueue, ask: Ask, base: str) -> AsyncIterator[tuple[dict[str, Any], Answer | None]]:
    """Sentences as soon as they are verified; at the end the sources, and the annotations in one delta."""
    progress, sent = Progress(), ""
    async for event in questions.run(ask):
        before, progress = progress, advance(progress, event)
        notes: Notes = []
        text = sent
        if progress.withdrawn and not before.withdrawn and sent:
            text = f"{sent}\n\n(The text above is withdrawn: {progress.withdrawn})\n\n"
        elif progress.answer is not None:
            whole, notes = answer_text(progress.answer, base)
            begin = 0 if whole.startswith(sent) else len(sent) + 2
            text = f"{sent}\n\n{whole}" if begin else whole
            notes = [_moved(note, begin) for note in notes]
        elif progress.sentences != before.sentences and not progress.withdrawn:
            kind = progress.query.kind if progress.query else "fact"
            known = {citation.number: citation for citation in progress.citations}
            text, _ = sentences_text(kind, progress.sentences, known, base)
        if text != sent:
            delta: dict[str, Any] = {"content": text[len(sent) :]} | ({"annotations": notes} if notes else {})
            yield delta, progress.answer
            sent = text


def _moved(note: dict[str, Any], by: int) -> dict[str, Any]:
    cited = note["url_citation"]
    moved = {name: cited[name] + by for name in ("start_index", "end_index")}
    return {**note, "url_citation": {**cited, **moved}}
