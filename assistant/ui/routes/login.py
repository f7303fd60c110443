"""Signing in and out, and the list of a user's sessions."""

from __future__ import annotations

from fastapi import FastAPI, Request
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, RedirectResponse, Response

from assistant.errors import UsageError
from assistant.ui.server.auth import LONGEST, Login, signed_out
from assistant.ui.server.options import STATIC
from assistant.ui.server.rates import TooManyError
from assistant.ui.server.request_queue import BusyError
from assistant.ui.views.html import esc
from assistant.ui.views.settings import render_sessions

PATH = "/byline/login"


class Revocation(BaseModel):
    """Which session is to end."""

    session: str = Field(max_length=100)


def add_login_routes(app: FastAPI, login: Login) -> None:
    """Add the routes; they exist only where there are users."""

    def page(problem: str = "", status: int = 200) -> HTMLResponse:
        text = (STATIC / "login.html").read_text(encoding="utf-8").replace("{problem}", esc(problem))
        return HTMLResponse(text, status_code=status)

    @app.get(PATH, include_in_schema=False)
    async def ask() -> HTMLResponse:
        return page()

    @app.post(PATH, include_in_schema=False)
    async def enter(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=4) as form:
            name, password = str(form.get("name", ""))[:64], str(form.get("password", ""))[:LONGEST]
        address = request.client.host if request.client else ""
        try:
            right = await login.check(name, password, address)
        except TooManyError as error:
            reply = page(str(error), 429)
            reply.headers["retry-after"] = str(error.seconds)
            return reply
        except BusyError as error:
            return page(str(error), 503)
        if not right:
            return page("Incorrect user name or password.", 401)
        done = RedirectResponse("/", status_code=303)
        secure = request.url.scheme == "https"
        done.headers["set-cookie"] = login.cookie(name, secure, address, request.headers.get("user-agent", ""))
        return done

    @app.post("/byline/logout", include_in_schema=False)
    async def leave(request: Request) -> Response:
        session = login.session(request.headers)
        if session is not None:
            login.sessions.revoke(session.user, session.id)
        reply = Response(status_code=204)
        reply.headers["set-cookie"] = signed_out()
        return reply

    @app.get("/byline/sessions", include_in_schema=False)
    async def sessions(request: Request) -> HTMLResponse:
        current = login.session(request.headers)
        user = str(request.scope.get("byline_user", ""))
        return HTMLResponse(render_sessions(login.sessions.of(user), current.id if current else ""))

    @app.post("/byline/sessions/revoke", include_in_schema=False)
    async def revoke(sent: Revocation, request: Request) -> dict[str, bool]:
        if not login.sessions.revoke(str(request.scope.get("byline_user", "")), sent.session):
            raise UsageError("This session has already ended.")
        return {"ended": True}
