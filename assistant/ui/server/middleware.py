"""What every request passes first: known paths, hosts, origins, sign-in, rates and body limits; and the security headers."""

from __future__ import annotations

import ipaddress
import re
import secrets
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.errors import BylineError
from assistant.ui.server.auth import Login
from assistant.ui.server.body_limits import LimitedBody
from assistant.ui.server.rates import Rate, TooManyError

# Gradio's routes that the page needs. Its proxy, file, API description, monitoring and editing routes are not served.
GRADIO_PATHS = re.compile(
    r"/(assets/[\w.\-/]+|static/[\w.\-/]+|config/?|theme\.css|manifest\.json|favicon\.ico|robots\.txt|pwa_icon(/\d+)?"
    r"|gradio_api/(queue/(join|data)|cancel|reset/?|startup-events|theme\.css|heartbeat/\w+"
    r"|component_server/?|run/predict|info/?|app_id/?))?"
)

LOGIN = "/byline/login"
OPENED_FROM_LINKS = ("/", LOGIN, "/api", "/byline/article")
"""Pages that a link on another site may open in a tab."""
COSTLY = re.compile(
    r"/(api/(ask|search)|v1/chat/completions|mcp|gradio_api/queue/join|byline/(upload|add|test-model|rebuild|case))"
)
"""Routes that cost work, which are counted."""
_NONCE_HERE = re.compile(rb"<script(?=[\s>])")


class SecurityMiddleware:
    """ASGI middleware: decides which requests reach the application, and sets the security headers of every reply.

    Args:
        app: The application.
        own: Prefixes of our own routes; every other path must be one that the page needs of Gradio.
        hosts: Names that the server may be called by; any when empty.
        login: Who may come in; everybody when None.
        per_minute: Costly requests of a user, or of an address without a login, per minute; 0 means no limit.
    """

    def __init__(
        self,
        app: ASGIApp,
        own: tuple[str, ...],
        hosts: tuple[str, ...] = (),
        login: Login | None = None,
        per_minute: int = 0,
    ) -> None:
        self.app = app
        self.own = own
        self.hosts = hosts
        self.login = login
        self.rate = Rate(per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        reply, headers = _Reply(send), Headers(scope=scope)
        body = LimitedBody(scope, receive)
        refusal = self._foreign(scope, headers) or await self._stranger(scope, headers)
        if refusal is None and not body.declared(headers.get("content-length")):
            refusal = _too_much(body)
        if refusal is not None:
            await refusal(scope, receive, reply.send)
            return
        reply.user = scope.get("byline_user", "") if self.login else ""
        await self._serve(scope, body, reply)

    async def _serve(self, scope: Scope, body: LimitedBody, reply: _Reply) -> None:
        """The application's reply; a refusal in its place when the body turns out too large or too slow."""

        async def send(message: Message) -> None:
            if not body.refused or reply.started:
                await reply.send(message)

        try:
            await self.app(scope, body.receive, send)
        except ClientDisconnect:  # also what a refused body looks like from inside
            pass
        if body.refused and not reply.started:
            await _too_much(body)(scope, body.receive, reply.send)

    def _foreign(self, scope: Scope, headers: Headers) -> Response | None:
        """The refusal of a request that another site caused, that goes to another host, or to no path of ours."""
        host = _host(headers)
        if self.hosts and host not in self.hosts:
            return PlainTextResponse(
                f"Host {(host or '')[:100]!r} is not allowed; use --allowed-host.", status_code=403
            )
        if not _own_page(scope, headers):
            return PlainTextResponse("Requests from other sites are not allowed.", status_code=403)
        if not self._known(scope["path"]):
            return PlainTextResponse("Not found", status_code=404)
        return None

    async def _stranger(self, scope: Scope, headers: Headers) -> Response | None:
        """The refusal of somebody who is not signed in, or who asks too often; None when the request may pass."""
        path, address = scope["path"], (scope.get("client") or ("",))[0]
        try:
            if self.login is not None:
                user = await self.login.user(headers, address)
                if user is None:
                    return _sign_in(path)
                scope["byline_user"] = user
            if COSTLY.match(path) and (self.login is not None or not _is_loopback(address)):
                self.rate.take(scope.get("byline_user") or address)
        except TooManyError as error:
            return JSONResponse({"error": str(error)}, status_code=429, headers={"retry-after": str(error.seconds)})
        except BylineError as error:
            return PlainTextResponse(str(error), status_code=503)
        return None

    def _known(self, path: str) -> bool:
        if any(path == prefix or path.startswith(prefix + "/") for prefix in self.own):
            return True
        return GRADIO_PATHS.fullmatch(path) is not None and ".." not in path


def _sign_in(path: str) -> Response | None:
    """What somebody gets who is not signed in; None for the login page."""
    if path == LOGIN:
        return None
    if path == "/health":
        return JSONResponse({"page": True})
    if path == "/":
        return RedirectResponse(LOGIN, status_code=303)
    ask = {} if path.startswith("/byline") else {"www-authenticate": 'Basic realm="Byline"'}
    return JSONResponse({"error": "Sign in first."}, status_code=401, headers=ask)


def _too_much(body: LimitedBody) -> Response:
    return JSONResponse({"error": body.reason}, status_code=body.refused, headers={"connection": "close"})


def _host(headers: Headers) -> str | None:
    try:
        return urlsplit(f"//{headers.get('host', '')}").hostname
    except ValueError:
        return None


def _is_loopback(address: str) -> bool:
    """Whether a request comes from this machine, where rates would count every user as one."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _own_page(scope: Scope, headers: Headers) -> bool:
    """Whether a browser sent this from our own page; programs send neither origin nor fetch metadata and may pass.

    The page's own posts need a header that another site's page cannot set without asking first.
    """
    origin, path = headers.get("origin"), scope["path"]
    if headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        opened = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
        if scope["method"] != "GET" or not opened or path not in OPENED_FROM_LINKS:
            return False
    if scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return True
    if origin is not None and origin.partition("://")[2].lower() != headers.get("host", "").lower():
        return False
    return not path.startswith("/byline/") or headers.get("x-byline") == "1" or path == LOGIN


class _Reply:
    """Adds the headers; in an HTML page each script of the server's own gets the nonce."""

    def __init__(self, send: Send) -> None:
        self.user = ""
        self.started = False
        self._send = send
        self._nonce = secrets.token_urlsafe(16)
        self._start: dict[str, Any] | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
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
    """Set the security headers. Gradio compiles its templates, hence 'unsafe-eval', and styles inline."""
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
