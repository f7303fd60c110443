"""Secrets and what a stranger gets: nothing planted comes out, and every address answers as reviewed."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from assistant.errors import ModelError
from assistant.settings import load_settings
from tests.attack.fault_server import FaultServer, Reply
from tests.ui.conftest import ROOT, Server, environment, run_byline, servers

__all__ = ["servers"]

SECRET = "sk-planted-9c41d7ffb02e"
PLANTED = {
    "BYLINE_CHAT_KEY": SECRET,
    "OPENAI_API_KEY": f"{SECRET}-openai",
    "BYLINE_CHAT_MODEL": "openai:m",
    "BYLINE_CHAT_URL": "http://127.0.0.1:9/v1",
}


@pytest.fixture(scope="module")
def planted(servers: Callable[..., Server], sample_home: Path) -> Server:
    """A server that has keys, whose chat model cannot be reached."""
    return servers(sample_home, **PLANTED)


def test_a_key_is_in_nothing_that_is_written_or_printed(planted: Server, sample_home: Path) -> None:
    said = [
        httpx.get(f"{planted.url}{path}").text
        for path in ("/", "/health", "/config", "/byline/article?id=a", "/nothing")
    ]
    for command in (["ask", "what did Kim pledge?", "--json"], ["ask", "what did Kim pledge?"], ["doctor"]):
        done = subprocess.run(
            run_byline("--home", str(planted.home), *command),
            env=environment(**PLANTED),
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        said += [done.stdout, done.stderr]
    assert any("fraternal duty" in text for text in said), "the quoted answer still comes"
    assert [text[:200] for text in said if SECRET in text] == []
    written = [path for path in [*planted.home.rglob("*"), planted.log] if path.is_file()]
    assert len(written) > 3
    assert [str(path) for path in written if SECRET.encode() in path.read_bytes()] == []


def test_a_server_that_repeats_the_key_does_not_get_it_into_the_error() -> None:
    def echo(reply: Reply, rng: object) -> None:
        body = f'{{"error": {{"message": "bad key {SECRET}", "type": "x", "code": "x"}}}}'.encode()
        reply.handler.send_response(400)
        reply.handler.send_header("content-type", "application/json")
        reply.handler.send_header("content-length", str(len(body)))
        reply.handler.end_headers()
        reply.handler.wfile.write(body)

    from assistant.models.chat import RemoteChatModel

    with FaultServer(echo, 0) as server:
        model = RemoteChatModel(load_settings(chat_model="openai:m", chat_url=server.url, chat_key=SECRET))
        with pytest.raises(ModelError) as caught:
            list(model.stream([("user", "hello")]))
        assert server.keys == [f"Bearer {SECRET}"]
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(model._settings)


ANSWERED = {
    "GET /": 200, "GET /health": 200, "GET /config": 200, "GET /byline/article": 422, "GET /theme.css": 200, "GET /robots.txt": 200,
    "GET /docs": 404, "GET /openapi.json": 404, "GET /redoc": 404, "GET /monitoring": 404, "GET /gradio_api/monitoring": 404,
    "GET /gradio_api/file=/etc/passwd": 404, "GET /gradio_api/file=https://example.test/": 404, "GET /gradio_api/proxy=https://example.test/": 404,
    "GET /gradio_api/deep_link": 404, "GET /login": 404, "GET /token": 404, "GET /gradio_api/openapi.json": 404, "GET /mcp": 200, "GET /v1/models": 200, "GET /api/articles": 200,
    "GET /gradio_api/mcp/sse": 404, "GET /__init__.py": 404, "GET /.env": 404, "GET /.git/config": 404, "GET /vibe-edit": 404,
}  # fmt: skip
"""Reviewed by hand: what a stranger gets where. A route that is new or answers otherwise fails the test."""


def status_of(url: str) -> int:
    """The status alone: a stream of events would never end."""
    with httpx.stream("GET", url, timeout=20) as reply:
        return reply.status_code


def test_routes_answer_as_reviewed(planted: Server) -> None:
    found = {route: status_of(planted.url + route.removeprefix("GET ")) for route in ANSWERED}
    different = {route: code for route, code in found.items() if code != ANSWERED[route]}
    assert different == {}


def test_every_reply_has_its_headers(planted: Server) -> None:
    for path in ("/", "/health", "/nothing", "/config"):
        headers = httpx.get(planted.url + path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
