"""What the server refuses: bodies too large or too slow, half requests, other sites' requests, too many of anything."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import uvicorn

from assistant.answering.pipeline import Assistant
from assistant.errors import UsageError
from assistant.factory import open_library
from assistant.settings import load_settings
from assistant.ui.jobs.queue import Job, Jobs
from assistant.ui.server.auth import Login, Users, add_user, list_users, remove_user
from assistant.ui.server.body_limits import LimitedBody, limit_of
from assistant.ui.server.options import Options
from assistant.ui.server.protocol import TimedProtocol
from assistant.ui.server.rates import Lockout, Rate, TooManyError
from assistant.ui.server.request_queue import BusyError
from assistant.ui.server.sessions import COOKIE
from tests.attack.house import PAGE, House

PASSWORD = "correct horse 1"


def apart(work: Coroutine[Any, Any, Any]) -> Any:
    """Run it in a thread: the browser of other tests keeps a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


@pytest.fixture(scope="module")
def house(sample_assistant: Assistant) -> Iterator[House]:
    house = House(sample_assistant)
    yield house
    house.close()


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("users") / "users.txt"
    add_user(file, "ada", PASSWORD)
    return file


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


def test_guessing_gets_slower_and_the_users_own_address_is_not_locked() -> None:
    now = [0.0]
    lockout = Lockout(lambda: now[0])
    lockout.succeeded("ada", "10.0.0.1")
    guesses = 0
    while now[0] < 3_600:
        try:
            lockout.check("ada", "10.6.6.6")
        except TooManyError as error:
            now[0] += error.seconds
            continue
        lockout.failed("ada", "10.6.6.6")
        guesses += 1
        lockout.check("ada", "10.0.0.1")
    assert guesses < 25
    for number in range(200):
        lockout.failed(f"user{number}", "10.6.6.6")
    with pytest.raises(TooManyError):
        lockout.check("somebody else", "10.6.6.6")
    lockout.check("ada", "10.0.0.1")


def test_wrong_passwords_are_refused_without_hashing_and_told_so(sample_assistant: Assistant, users: Path) -> None:
    house = House(sample_assistant, Options(auth=users))
    try:
        with house.client() as client:
            replies = [client.post("/byline/login", data={"name": "ada", "password": "wrong guess"}) for _ in range(8)]
            basic = client.get("/api/articles", auth=("ada", "wrong guess"))
            page = client.get("/byline/login")
    finally:
        house.close()
    assert [reply.status_code for reply in replies[:5]] == [401] * 5
    assert "Incorrect user name or password." in replies[0].text
    assert replies[-1].status_code == 429
    assert "Too many failed attempts. Try again in" in replies[-1].text
    assert int(replies[-1].headers["retry-after"]) >= 1
    assert basic.status_code == 429
    assert page.status_code == 200


def test_the_queue_for_hashing_is_bounded(tmp_path: Path, users: Path) -> None:
    async def many() -> list[Any]:
        login = Login(Users(users), tmp_path)
        attempts = [login.check(f"user{n}", "some password", f"10.0.0.{n}") for n in range(60)]
        return await asyncio.gather(*attempts, return_exceptions=True)

    outcomes = apart(many())
    assert sum(isinstance(outcome, BusyError) for outcome in outcomes) == 60 - 22
    assert all(outcome is False for outcome in outcomes if not isinstance(outcome, BaseException))


@pytest.fixture
def guarded(sample_assistant: Assistant, users: Path) -> Iterator[House]:
    house = House(sample_assistant, Options(auth=users))
    yield house
    house.close()


@contextmanager
def signed_in(house: House) -> Iterator[httpx.Client]:
    """A browser that has signed in."""
    with house.client() as client:
        yield _sign_in(client)


def _sign_in(client: httpx.Client) -> httpx.Client:
    client.headers["user-agent"] = "Mozilla/5.0 Firefox/130.0"
    assert client.post("/byline/login", data={"name": "ada", "password": PASSWORD}).status_code == 303
    return client


def test_signing_out_revokes_the_session_and_not_only_the_cookie(guarded: House) -> None:
    with signed_in(guarded) as client:
        cookie = {"cookie": f"{COOKIE}={client.cookies[COOKIE]}"}
        assert httpx.get(f"{guarded.url}/api/articles?limit=1", headers=cookie).status_code == 200
        client.post("/byline/logout")
        assert httpx.get(f"{guarded.url}/api/articles?limit=1", headers=cookie).status_code == 401


def test_sessions_are_listed_and_can_be_ended_and_survive_a_restart(
    guarded: House, sample_assistant: Assistant, users: Path
) -> None:
    with signed_in(guarded) as one, signed_in(guarded) as two:
        listed = one.get("/byline/sessions").text
        assert "Firefox" in listed
        assert "This browser" in listed
        others = [part.partition('"')[0] for part in listed.split('data-session="')[1:]]
        again = House(sample_assistant, Options(auth=users))
        try:
            assert httpx.get(f"{again.url}/api/articles?limit=1", cookies=dict(two.cookies)).status_code == 200
        finally:
            again.close()
        for session in others:
            one.post("/byline/sessions/revoke", json={"session": session})
        assert two.get("/api/articles?limit=1").status_code == 401
        assert one.get("/api/articles?limit=1").status_code == 200
        assert one.post("/byline/sessions/revoke", json={"session": others[0]}).status_code == 400


@pytest.mark.parametrize(
    "value",
    ["é".encode("latin-1"), "ß.ü.ø".encode(), b"\xff\xfe", b"a.b.c", b"a" * 5_000, b'"; x', b"ImFiYyI.aaaa.bbbb"],
)
def test_odd_cookies_are_refused(guarded: House, value: bytes) -> None:
    with socket.create_connection(("127.0.0.1", guarded.port), timeout=10) as connection:
        connection.sendall(
            b"GET /api/articles HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncookie: "
            + COOKIE.encode()
            + b"="
            + value
            + b"\r\n\r\n"
        )
        assert connection.recv(20).startswith(b"HTTP/1.1 401")


def test_users_are_added_listed_changed_and_removed(tmp_path: Path) -> None:
    file = tmp_path / "users.txt"
    assert add_user(file, "ada", PASSWORD) is True
    assert add_user(file, "ben", PASSWORD) is True
    before = Users(file).find("ada")
    assert add_user(file, "ada", "another password") is False
    assert Users(file).find("ada") != before
    assert list_users(file) == ["ada", "ben"]
    assert file.stat().st_mode & 0o077 == 0
    remove_user(file, "ada")
    assert list_users(file) == ["ben"]
    with pytest.raises(UsageError, match="no user 'ada'"):
        remove_user(file, "ada")
    with pytest.raises(UsageError, match="too short"):
        add_user(file, "cleo", "short")
    with pytest.raises(UsageError, match="letters, digits"):
        add_user(file, "a:b", PASSWORD)


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
