"""What stands before every route: which paths exist, who may ask, and the headers that keep a page to itself."""

from __future__ import annotations

import re
import secrets
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.errors import BylineError
from assistant.ui.server.auth import Login

# What the page needs of Gradio; its proxy, file, API-description, monitoring and editing routes are not served.
GRADIO_PATHS = re.compile(
    r"/(assets/[\w.\-/]+|static/[\w.\-/]+|config/?|theme\.css|manifest\.json|favicon\.ico|robots\.txt|pwa_icon(/\d+)?"
    r"|gradio_api/(queue/(join|data)|cancel|reset/?|startup-events|theme\.css|heartbeat/\w+"
    r"|component_server/?|run/predict|info/?|app_id/?))?"
)

LOGIN = "/byline/login"
_NONCE_HERE = re.compile(rb"<script(?=[\s>])")


class SecurityMiddleware:
    """ASGI middleware: unknown paths get 404, other sites' posts 403, every answer its security headers.

    Args:
        app: What is guarded.
        own: Prefixes that are ours; every other path must be one that the page needs of Gradio.
        hosts: The names that the server may be called by; any when empty.
        login: Who may come in; everybody when None.
    """

    def __init__(
        self, app: ASGIApp, own: tuple[str, ...], hosts: tuple[str, ...] = (), login: Login | None = None
    ) -> None:
        self.app = app
        self.own = own
        self.hosts = hosts
        self.login = login

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        reply = _Reply(send)
        if not _own_page(scope) or not self._called_rightly(scope):
            await PlainTextResponse("Asked from another site", status_code=403)(scope, receive, reply.send)
            return
        if not self._known(scope["path"]):
            await PlainTextResponse("Not found", status_code=404)(scope, receive, reply.send)
            return
        if self.login is not None:
            refusal = await self._refusal(self.login, scope)
            if refusal is not None:
                await refusal(scope, receive, reply.send)
                return
            reply.user = scope.get("byline_user", "")
        await self.app(scope, receive, reply.send)

    async def _refusal(self, login: Login, scope: Scope) -> Response | None:
        """What somebody gets who is not logged in; None when the request may pass."""
        path = scope["path"]
        try:
            user = await login.user(Headers(scope=scope))
        except BylineError as error:
            return PlainTextResponse(str(error), status_code=503)
        if user is not None:
            scope["byline_user"] = user
            return None
        if path == LOGIN:
            return None
        if path == "/health":
            return JSONResponse({"page": True})
        if path == "/":
            return RedirectResponse(LOGIN, status_code=303)
        ask = {} if path.startswith("/byline") else {"www-authenticate": 'Basic realm="Byline"'}
        return JSONResponse({"error": "Log in first."}, status_code=401, headers=ask)

    def _called_rightly(self, scope: Scope) -> bool:
        try:
            name = urlsplit(f"//{Headers(scope=scope).get('host', '')}").hostname
        except ValueError:
            return False
        return not self.hosts or name in self.hosts

    def _known(self, path: str) -> bool:
        if any(path == prefix or path.startswith(prefix + "/") for prefix in self.own):
            return True
        return GRADIO_PATHS.fullmatch(path) is not None and ".." not in path


def _own_page(scope: Scope) -> bool:
    """Whether a browser sent this from our own page; programs send no origin and may pass.

    The page's own posts need a header that another site's page cannot set without asking first.
    """
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return True
    if origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower():
        return False
    return not scope["path"].startswith("/byline/") or headers.get("x-byline") == "1" or scope["path"] == LOGIN


class _Reply:
    """Adds the headers; in a page of HTML every script of the server's own gets the nonce."""

    def __init__(self, send: Send) -> None:
        self.user = ""
        self._send = send
        self._nonce = secrets.token_urlsafe(16)
        self._start: dict[str, Any] | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            set_headers(headers, self._nonce)
            if headers.get("content-type", "").startswith("text/html"):
                self._start = dict(message)
                return
        elif message["type"] == "http.response.body" and self._start is not None:
            self._body += message.get("body", b"")
            if message.get("more_body"):
                return
            await self._page()
            return
        await self._send(message)

    async def _page(self) -> None:
        start, self._start = self._start, None
        if start is None:
            return
        body = _NONCE_HERE.sub(f'<script nonce="{self._nonce}"'.encode(), self._body)
        if self.user:
            body = body.replace(b"<head>", f'<head><meta name="byline-user" content="{self.user}">'.encode(), 1)
        MutableHeaders(scope=start)["content-length"] = str(len(body))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def set_headers(headers: MutableHeaders, nonce: str) -> None:
    """Set the security headers. Gradio compiles its templates, hence 'unsafe-eval'; it styles inline."""
    headers["content-security-policy"] = (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
        "base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    )
    headers["x-content-type-options"] = "nosniff"
    headers["x-frame-options"] = "DENY"
    headers["referrer-policy"] = "same-origin"
    headers["permissions-policy"] = "camera=(), microphone=(), geolocation=()"
    headers["cross-origin-opener-policy"] = "same-origin"
    headers["cross-origin-resource-policy"] = "same-origin"
    if headers.get("content-type", "").startswith(("application/json", "text/event-stream", "text/html")):
        headers["cache-control"] = "no-store"
