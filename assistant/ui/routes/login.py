"""The page that asks for name and password, and the way out."""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from assistant.ui.server.auth import Login, logged_out
from assistant.ui.server.options import STATIC

PATH = "/byline/login"


def add_login_routes(app: FastAPI, login: Login) -> None:
    """Add the routes; without a login nobody needs them."""

    def page(problem: str = "", status: int = 200) -> HTMLResponse:
        text = (STATIC / "login.html").read_text(encoding="utf-8").replace("{problem}", problem)
        return HTMLResponse(text, status_code=status)

    @app.get(PATH, include_in_schema=False)
    async def ask() -> HTMLResponse:
        return page()

    @app.post(PATH, include_in_schema=False)
    async def enter(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=4) as form:
            name, password = str(form.get("name", ""))[:64], str(form.get("password", ""))[:1_000]
        if not await login.check(name, password):
            return page("That name and password do not go together.", 401)
        reply = RedirectResponse("/", status_code=303)
        reply.headers["set-cookie"] = login.cookie(name, request.url.scheme == "https")
        return reply

    @app.post("/byline/logout", include_in_schema=False)
    async def leave() -> Response:
        reply = Response(status_code=204)
        reply.headers["set-cookie"] = logged_out()
        return reply
