"""Errors as HTTP replies: one sentence and a fitting status; the OpenAI form under /v1. Nothing of the request is echoed."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import JSONResponse

from assistant.errors import BylineError, UsageError
from assistant.ui.server.request_queue import BusyError

OPENAI = "/v1/"


def add_error_replies(app: FastAPI) -> None:
    """Turn errors into replies, for programs and the page alike."""

    @app.exception_handler(BylineError)
    async def failed(request: Request, error: Exception) -> JSONResponse:
        return error_reply(request.url.path, str(error), status_of(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: Exception) -> JSONResponse:
        path = request.url.path
        words = describe(error.errors()) if isinstance(error, RequestValidationError) else "The request is not valid."
        return error_reply(path, words, 400 if path.startswith(OPENAI) else 422)


def error_reply(path: str, words: str, status: int) -> JSONResponse:
    """The reply in the form that clients of this path expect."""
    headers = {"retry-after": "5"} if status == 503 else {}
    if not path.startswith(OPENAI):
        return JSONResponse({"error": words}, status_code=status, headers=headers)
    kind = "server_error" if status >= 500 else "invalid_request_error"
    body = {"error": {"message": words, "type": kind, "param": None, "code": None}}
    return JSONResponse(body, status_code=status, headers=headers)


def status_of(error: BaseException) -> int:
    """The HTTP status that says the same as the error."""
    if isinstance(error, BusyError):
        return 503
    return 400 if isinstance(error, UsageError) else 500


def describe(errors: Any) -> str:
    """The first problem of a request in one sentence; its values and unknown names are left out."""
    first = errors[0] if errors else {}
    kind, where = (
        str(first.get("type", "")),
        [str(part) for part in first.get("loc", ()) if part not in ("body", "query")],
    )
    name = ".".join(where)[:100]
    message = str(first.get("msg", "not valid")).removeprefix("Value error, ")
    if kind == "json_invalid":
        return "The body is not valid JSON."
    if kind == "missing":
        return f"{name or 'The body'} is missing."
    return f"{name}: {message[:1].lower()}{message[1:]}." if name else f"{message.rstrip('.')}."
