"""What the server refuses: bodies too large or too slow, half requests, other sites' requests, too many of anything."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import uvicorn

from assistant.answering.pipeline import Assistant
from assistant.factory import open_library
from assistant.settings import load_settings
from assistant.ui.jobs.queue import Job, Jobs
from assistant.ui.server.body_limits import LimitedBody, limit_of
from assistant.ui.server.options import Options
from assistant.ui.server.protocol import TimedProtocol
from assistant.ui.server.rates import Rate, TooManyError
from tests.attack.house import PAGE, House
from tests.ui.conftest import PASSWORD, apart


@pytest.fixture(scope="module")
def house(sample_assistant: Assistant) -> Iterator[House]:
    house = House(sample_assistant)
    yield house
    house.close()


@pytest.mark.parametrize(
    "path",
    [
        "/api/ask",
        "/v1/chat/completions",
        "/mcp",
        "/byline/feedback",
        "/byline/remove",
        "/byline/export/json",
        "/gradio_api/queue/join",
    ],
)
@pytest.mark.parametrize("announced", [True, False])
def test_a_body_over_the_limit_is_refused_on_every_route(house: House, path: str, announced: bool) -> None:
    size = limit_of(path) + 100_000
    piece = b'{"a": "' + b"x" * 60_000

    def pieces() -> Iterator[bytes]:
        for start in range(0, size, len(piece)):
            yield piece[: size - start]

    headers = PAGE | {"content-type": "application/json"} | ({"content-length": str(size)} if announced else {})
    try:
        reply = httpx.post(house.url + path, content=pieces(), headers=headers, timeout=60)
    except (httpx.WriteError, httpx.ReadError):  # the server closed the connection before it was all sent
        return
    assert reply.status_code == 413
    assert reply.json()["error"].startswith("The request is too large (limit ")


def test_a_body_that_stops_is_given_up_and_one_that_trickles_too() -> None:
    scope = {"type": "http", "path": "/api/ask"}

    async def silent() -> Any:
        await asyncio.sleep(60)

    async def first(body: LimitedBody) -> str:
        return str((await body.receive())["type"])

    stopped = LimitedBody(scope, silent, pause=0.05)
    assert apart(first(stopped)) == "http.disconnect"
    assert stopped.refused == 408

    async def trickle() -> Any:
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def all_of(body: LimitedBody) -> int:
        for count in range(100):
            if (await body.receive())["type"] == "http.disconnect":
                return count
        return 100

    slow = LimitedBody(scope, trickle, pause=0.1)
    assert apart(all_of(slow)) < 50
    assert slow.refused == 408


@pytest.mark.parametrize(
    "sent", [b"", b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n", b"GET /ok HTTP/1.1\r\nhost: a\r\n\r\nGET / HTTP"]
)
def test_half_a_request_is_given_up(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TimedProtocol, "head_seconds", 0.3)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})

    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, http=TimedProtocol, lifespan="off", log_level="error")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        with socket.create_connection(server.servers[0].sockets[0].getsockname(), timeout=10) as connection:
            connection.sendall(sent)
            received = b""
            while piece := connection.recv(1_000):  # ends because the server closes, not by the socket's own time limit
                received += piece
    finally:
        server.should_exit = True
        thread.join(10)
    assert b"408" in received
    assert (b"204" in received) == (b"/ok" in sent)


CROSS = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}
OPENED = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


@pytest.mark.parametrize(
    "path", ["/api/search?q=ferry", "/api/articles", "/byline/library", "/byline/state", "/v1/models", "/config"]
)
def test_another_sites_page_cannot_make_the_server_work(house: House, path: str) -> None:
    assert httpx.get(house.url + path, timeout=60).status_code == 200
    for headers in (CROSS, CROSS | {"sec-fetch-site": "same-site"}, OPENED):
        assert httpx.get(house.url + path, headers=headers).status_code == 403
    assert httpx.get(house.url + path, headers=CROSS | {"sec-fetch-site": "same-origin"}, timeout=60).status_code == 200


@pytest.mark.parametrize("path", ["/", "/api", "/byline/article?id=x"])
def test_a_link_on_another_site_opens_the_page(house: House, path: str) -> None:
    assert httpx.get(house.url + path, headers=OPENED).status_code in (200, 404)
    assert httpx.get(house.url + path, headers=OPENED | {"sec-fetch-dest": "iframe"}).status_code == 403


def test_requests_over_the_rate_wait_for_their_turn() -> None:
    now = [0.0]
    rate = Rate(60, lambda: now[0])
    for _ in range(30):
        rate.take("ada")
    with pytest.raises(TooManyError):
        rate.take("ada")
    rate.take("ben")
    now[0] = 1.0
    rate.take("ada")
    with pytest.raises(TooManyError):
        rate.take("ada")
    unlimited = Rate(0)
    for _ in range(1_000):
        unlimited.take("ada")


def test_a_user_over_the_rate_is_told_when_to_try_again(sample_assistant: Assistant, users: Path) -> None:
    house = House(sample_assistant, Options(auth=users, per_minute=4))
    try:
        with house.client(auth=("ada", PASSWORD)) as client:
            states = [client.get("/api/search?q=ferry&k=1").status_code for _ in range(4)]
            late = client.get("/api/search?q=ferry&k=1")
            free = client.get("/api/articles?limit=1")
    finally:
        house.close()
    assert states == [200, 200, 429, 429]
    assert late.json()["error"].startswith("Too many requests")
    assert int(late.headers["retry-after"]) >= 1
    assert free.status_code == 200


def test_two_uploads_with_one_name_are_two_articles(tmp_path: Path) -> None:
    texts = [b"Pier to close\n\nThe pier of Ostrey will close in March, its master said on Monday.",
             b"Library to open\n\nA library will open at Drammoor next week, the council of the town said."]  # fmt: skip
    settings = load_settings(home=tmp_path / "home")
    library, embedder = open_library(settings)
    assistant = SimpleNamespace(library=library, embedder=embedder)
    loader: Any = SimpleNamespace(settings=settings, assistant=assistant, error=None, wait=lambda: None)
    jobs = Jobs(loader)
    for text in texts:
        wait_for(jobs.add_files([("article.txt", text)]))
    both = wait_for(jobs.add_files([("same.txt", text) for text in reversed(texts)]))
    again = wait_for(jobs.add_files([("article.txt", texts[0])]))
    titles = sorted(head.title for head in library.catalogue.headlines())
    lines = [(line.status, line.place) for line in jobs.lines(both)]
    library.close()
    assert titles == ["Library to open", "Library to open", "Pier to close", "Pier to close"]
    assert [place for _, place in lines] == ["same.txt", "same.txt"]
    assert again.report["unchanged"] == 1


def wait_for(job: Job) -> Job:
    while job.active:
        time.sleep(0.01)
    assert job.error == ""
    return job
