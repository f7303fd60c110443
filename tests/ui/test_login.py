"""Logging in: guesses, sessions, cookies, and the list of users."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.answering.pipeline import Assistant
from assistant.errors import UsageError
from assistant.ui.server.auth import Login, Users, add_user, list_users, remove_user
from assistant.ui.server.options import Options
from assistant.ui.server.rates import Lockout, TooManyError
from assistant.ui.server.request_queue import BusyError
from assistant.ui.server.sessions import COOKIE
from tests.attack.house import House
from tests.ui.conftest import PASSWORD, apart


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
