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

from assistant.errors import BylineError, RunError
from assistant.events import Checked, Finished, Restarted
from assistant.types import Answer, Citation, Sentence
from assistant.ui.api.rest import NOBODY, status_of, unless_left
from assistant.ui.server.request_queue import Ask, QuestionQueue
from assistant.ui.views.html import day, web_address

MODEL = "byline"


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


class Completion(BaseModel):
    """A request for a chat completion; what Byline has no use for (temperature, tools, ...) is passed over."""

    model_config = ConfigDict(extra="ignore")
    model: str = Field(default=MODEL, description="Any name; answers always come from Byline.")
    messages: list[ChatMessage] = Field(
        min_length=1, max_length=400, description="The last user message is the question, the others its history."
    )
    stream: bool = Field(default=False, description="Send sentences as they pass the check.")

    @property
    def ask(self) -> Ask:
        """The question with its history."""
        said = [m for m in self.messages if m.role in ("user", "assistant")]
        last = max((at for at, message in enumerate(said) if message.role == "user"), default=None)
        if last is None:
            return Ask("")
        history = [{"role": message.role, "content": message.text} for message in said[:last]]
        return Ask(said[last].text, history)


def add_openai_api(app: FastAPI, questions: QuestionQueue) -> None:
    """Add the routes under /v1."""

    @app.post("/v1/chat/completions", summary="OpenAI-compatible chat completion", tags=["OpenAI"])
    async def completions(sent: Completion, request: Request) -> Response:
        """Citations stand in the text as `[1]`, below it as a list, and as `url_citation` annotations."""
        base = str(request.base_url).rstrip("/")
        try:
            if sent.stream:
                # The first item is awaited here, so that "busy" is a status and not a broken stream.
                chunks = _chunks(questions, sent.ask, base)
                first = await unless_left(request, _first(chunks))
                if first is None:
                    return NOBODY
                return StreamingResponse(_joined(first, chunks), media_type="text/event-stream")
            answer = await unless_left(request, questions.answer(sent.ask))
            if answer is None:
                return NOBODY
        except BylineError as error:
            return _error(error)
        text, notes = written(answer, base)
        message = {"role": "assistant", "content": text, "refusal": None, "annotations": notes}
        choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
        return JSONResponse({**_head("chat.completion"), "choices": [choice], "usage": _usage(answer)})

    @app.get("/v1/models", summary="The one model there is", tags=["OpenAI"])
    async def models() -> dict[str, Any]:
        return {"object": "list", "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": "byline"}]}


def written(answer: Answer, base: str) -> tuple[str, list[dict[str, Any]]]:
    """The answer as one text with its sources below, and an annotation per marker.

    Args:
        answer: The answer.
        base: The server's own address, for articles that have none.

    Returns:
        (text, annotations); `start_index` and `end_index` enclose a marker in the text.
    """
    if answer.status != "answered":
        return answer.text, []
    known = {citation.number: citation for citation in answer.citations}
    text, notes = "", []
    for sentence in answer.sentences:
        text += f"{' ' if text else ''}{sentence.text} "
        for number in sentence.citations:
            notes.append(_annotation(known[number], base, len(text), len(text) + len(f"[{number}]")))
            text += f"[{number}]"
    tail = [answer.reason] if answer.reason else []
    return text + "".join(f"\n\n{line}" for line in [*tail, *answer.notes]) + _sources(answer), notes


def _sources(answer: Answer) -> str:
    rows = []
    for citation in answer.citations:
        head = citation.headline
        where = ", ".join(part for part in (head.outlet, day(head.published_at), head.title) if part)
        rows.append(f"[{citation.number}] “{' '.join(citation.quote.split())}” {where}")
    return "\n\n" + "\n".join(rows)


def _annotation(citation: Citation, base: str, start: int, end: int) -> dict[str, Any]:
    head = citation.headline
    place = f"{base}/byline/article?id={head.article_id}&version={head.version}&quotes={citation.number}:{citation.start}-{citation.end}"
    cited = {"url": web_address(head.url) or place, "title": head.title, "start_index": start, "end_index": end}
    return {"type": "url_citation", "url_citation": cited}


def _head(kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{uuid.uuid4().hex[:24]}", "object": kind, "created": int(time.time()), "model": MODEL}


def _usage(answer: Answer) -> dict[str, int]:
    asked, said = answer.usage.get("input_tokens", 0), answer.usage.get("output_tokens", 0)
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}


def _error(error: BylineError) -> JSONResponse:
    status = status_of(error)
    kind = "invalid_request_error" if status == 400 else "server_error"
    return JSONResponse(
        {"error": {"message": str(error), "type": kind, "param": None, "code": None}}, status_code=status
    )


async def _first(chunks: AsyncIterator[str]) -> str:
    return await anext(chunks)


async def _joined(first: str, rest: AsyncIterator[str]) -> AsyncIterator[str]:
    yield first
    async for chunk in rest:
        yield chunk


async def _chunks(questions: QuestionQueue, ask: Ask, base: str) -> AsyncIterator[str]:
    """Sentences as they pass the check; at the end the sources, and the annotations in one delta."""
    head, sent = _head("chat.completion.chunk"), ""

    def chunk(delta: dict[str, Any], end: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": end, "logprobs": None}
        return f"data: {json.dumps({**head, 'choices': [choice]}, ensure_ascii=False)}\n\n"

    async for item in questions.run(ask):
        piece = ""
        notes: list[dict[str, Any]] = []
        match item:
            case Checked(sentence, _):
                piece = f"{' ' if sent else ''}{_marked(sentence)}"
            case Restarted(reason) if sent:
                piece = f"\n\n(The text above is withdrawn: {reason})\n\n"
            case Finished(answer):
                whole, notes = written(answer, base)
                piece = whole.removeprefix(sent) if whole.startswith(sent) else f"\n\n{whole}"
                if not whole.startswith(sent):
                    notes = [_moved(note, len(sent) + 2) for note in notes]
        if isinstance(item, Checked | Restarted | Finished) and piece:
            delta: dict[str, Any] = {"content": piece} | ({"annotations": notes} if notes else {})
            yield chunk(delta if sent else {"role": "assistant", **delta})
            sent += piece
    if not sent:
        raise RunError("The answer ended before it was finished: ask again.")
    yield chunk({}, "stop")
    yield "data: [DONE]\n\n"


def _marked(sentence: Sentence) -> str:
    return f"{sentence.text} {''.join(f'[{number}]' for number in sentence.citations)}"


def _moved(note: dict[str, Any], by: int) -> dict[str, Any]:
    cited = note["url_citation"]
    moved = {name: cited[name] + by for name in ("start_index", "end_index")}
    return {**note, "url_citation": {**cited, **moved}}
