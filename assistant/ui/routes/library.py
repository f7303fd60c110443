"""Routes of the Library tab."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import HTMLResponse, JSONResponse, Response

from assistant.errors import UsageError
from assistant.ui.jobs.outcomes import to_csv
from assistant.ui.jobs.queue import Jobs
from assistant.ui.server.loader import Loader
from assistant.ui.views.additions import render_jobs, render_outcomes
from assistant.ui.views.library import Sort, Status, Wanted, find_rows, render_table, render_watched
from ingest.watching import META, read_watched


class Addition(BaseModel):
    """What to add: a path, a web address, or the sample articles."""

    source: str = Field(default="", max_length=2_000)
    sample: bool = False


class Removal(BaseModel):
    """Which articles to remove."""

    articles: list[str] = Field(min_length=1, max_length=1_000)


def add_library_routes(app: FastAPI, loader: Loader, jobs: Jobs, paths: bool) -> None:
    """Add the routes.

    Args:
        app: The application.
        loader: Where the library comes from.
        jobs: Adds articles.
        paths: Whether files and folders on the server may be added by path.
    """

    @app.get("/byline/library", include_in_schema=False)
    async def table(
        q: Annotated[str, Query(max_length=500)] = "",
        sort: Sort = "date",
        down: bool = True,
        status: Status = "",
        page: int = 1,
    ) -> HTMLResponse:
        library = (await loader.ready()).library
        wanted = Wanted(q, sort, down, status, page)
        rows = await run_in_threadpool(find_rows, library, wanted)
        watched = render_watched(read_watched(library.catalogue.meta(META)))
        return HTMLResponse(render_table(rows, wanted, library.catalogue.counts()["articles"]) + watched)

    @app.get("/byline/jobs", include_in_schema=False)
    async def listed() -> JSONResponse:
        found = jobs.all()
        active = [job.id for job in found if job.active]
        return JSONResponse({"html": render_jobs(found), "active": active})

    @app.get("/byline/jobs/{job_id}/articles", include_in_schema=False)
    async def outcomes(job_id: str, status: Annotated[str, Query(max_length=20)] = "", page: int = 1) -> HTMLResponse:
        job = jobs.find(job_id)
        return HTMLResponse(render_outcomes(job, await run_in_threadpool(jobs.lines, job), status, page))

    @app.get("/byline/jobs/{job_id}/articles.csv", include_in_schema=False)
    async def outcomes_file(job_id: str) -> Response:
        job = jobs.find(job_id)
        text = await run_in_threadpool(lambda: to_csv(jobs.lines(job)))
        headers = {"content-disposition": f'attachment; filename="addition-{job.id}.csv"'}
        return Response(text, media_type="text/csv; charset=utf-8", headers=headers)

    @app.post("/byline/add", include_in_schema=False)
    async def add(sent: Addition) -> dict[str, Any]:
        job = jobs.add_sample() if sent.sample else jobs.add_source(_source(sent, paths))
        return {"job": job.id}

    @app.post("/byline/upload", include_in_schema=False)
    async def upload(request: Request) -> dict[str, Any]:
        return {"job": jobs.add_files(await _uploaded(request)).id}

    @app.post("/byline/jobs/{job_id}/stop", include_in_schema=False)
    async def stop(job_id: str) -> dict[str, Any]:
        jobs.stop(job_id)
        return {"stopped": job_id}

    @app.post("/byline/remove", include_in_schema=False)
    async def remove(sent: Removal) -> dict[str, Any]:
        library = (await loader.ready()).library

        def work() -> int:
            with library:
                return int(library.remove(sent.articles))

        return {"removed": await run_in_threadpool(work)}


async def _uploaded(request: Request) -> list[tuple[str, bytes]]:
    async with request.form(max_files=1_000) as form:
        files = [part for part in form.getlist("files") if isinstance(part, UploadFile)]
        taken = [(file.filename or "unnamed", await file.read()) for file in files]
    if not taken:
        raise UsageError("Choose at least one file.")
    return taken


def _source(sent: Addition, paths: bool) -> str:
    source = sent.source.strip()
    if not source:
        raise UsageError("Enter a file, a folder or a web address.")
    if not paths and not source.lower().startswith(("http://", "https://")):
        raise UsageError("Enter a web address that begins with http:// or https://.")
    return source
