"""Routes of the Evaluation and Settings tabs and of ratings."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import FastAPI, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response

from assistant.diagnostics import Health, examine
from assistant.errors import UsageError
from assistant.ui.jobs.feedback import Feedback, Rating
from assistant.ui.server.loader import Loader
from assistant.ui.views.evaluation import find_runs, render_runs, report_file
from assistant.ui.views.settings import render_health, try_model
from assistant.ui.views.turns import MAX_TURNS, history_of, read_turns


class NewCase(BaseModel):
    """An answer to save as a test question."""

    receipt: str = Field(max_length=100)
    expect: Literal["answer", "not found"]
    before: list[dict[str, Any]] = Field(default=[], max_length=MAX_TURNS)


def user_of(request: Request) -> str:
    """The signed-in user; empty without a login."""
    return str(request.scope.get("byline_user", ""))


def add_evaluation_routes(app: FastAPI, loader: Loader, feedback: Feedback) -> None:
    """Add the routes of the Evaluation tab and of the ratings."""
    home = loader.settings.home

    @app.get("/byline/runs", include_in_schema=False)
    async def runs() -> HTMLResponse:
        return HTMLResponse(await run_in_threadpool(lambda: render_runs(find_runs(home), feedback)))

    @app.get("/byline/report/{name}", include_in_schema=False)
    async def report(name: str) -> Response:
        file = report_file(home, name)
        if file is None:
            return PlainTextResponse("No such report.", status_code=404)
        return FileResponse(file, media_type="text/html; charset=utf-8")

    @app.post("/byline/feedback", include_in_schema=False)
    async def rate(sent: Rating, request: Request) -> dict[str, bool]:
        await run_in_threadpool(feedback.rate, sent, user_of(request))
        return {"kept": True}

    @app.post("/byline/case", include_in_schema=False)
    async def case(sent: NewCase) -> dict[str, Any]:
        catalogue = (await loader.ready()).library.catalogue
        record = await run_in_threadpool(catalogue.receipt, sent.receipt)
        if record is None:
            raise UsageError("This answer is no longer stored. Ask again.")
        history = history_of(read_turns(sent.before))
        name, count = await run_in_threadpool(feedback.keep_case, record, sent.expect, history)
        return {"id": name, "count": count, "file": str(feedback.questions)}


def add_settings_routes(app: FastAPI, loader: Loader) -> None:
    """Add the routes of the Settings tab."""

    @app.get("/byline/state", include_in_schema=False)
    async def state(request: Request) -> HTMLResponse:
        findings = await run_in_threadpool(_findings, loader)
        return HTMLResponse(render_health(findings, loader.settings, user_of(request)))

    @app.post("/byline/test-model", include_in_schema=False)
    async def test() -> dict[str, str]:
        return {"said": await run_in_threadpool(try_model, await loader.ready())}

    @app.post("/byline/rebuild", include_in_schema=False)
    async def rebuild() -> dict[str, str]:
        library = (await loader.ready()).library

        def work() -> int:
            with library:
                return int(library.repair())

        return {"said": f"Done: {await run_in_threadpool(work):,} passages indexed."}


def _findings(loader: Loader) -> list[Health]:
    assistant = loader.assistant
    if assistant is None:
        return examine(loader.settings)
    used = assistant.library.disk_bytes()
    model = Health("embedding model", loader.settings.embedding_model)
    return [model, *examine(loader.settings, assistant.library), Health("disk used", f"{used / 10**6:,.1f} MB")]
