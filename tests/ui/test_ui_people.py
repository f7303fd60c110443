"""Several people: logins, conversations that never mix, a clear word when it is full."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import openai
import pytest

from assistant.ui.server.auth import add_user
from tests.ui.conftest import ROOT, Server, Visit, environment, run_byline

Open = Callable[..., Visit]
PASSWORDS = {"ada": "correct horse 1", "ben": "battery staple 2"}


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("users") / "users.txt"
    for name, password in PASSWORDS.items():
        add_user(file, name, password)
    return file


@pytest.fixture(scope="module")
def guarded(servers: Callable[..., Server], sample_home: Path, users: Path) -> Server:
    """A server with a login, without the interface for programs, and with one place to wait."""
    server = servers(sample_home, "--auth", str(users), "--at-once", "1", "--waiting", "1", wait=False)
    server.wait("page")
    return server


def enter(tab: Visit, name: str, password: str) -> None:
    tab.page.fill("#name", name)
    tab.page.fill("#password", password)
    tab.page.click("text=Sign in >> nth=-1")


ROUTES = [
    ("GET", "/config"), ("GET", "/byline/static/byline.js"), ("GET", "/byline/article?id=x"), ("GET", "/byline/library"),
    ("POST", "/byline/upload"), ("GET", "/byline/report/x"), ("GET", "/api/articles"), ("POST", "/api/ask"), ("GET", "/api"),
    ("POST", "/v1/chat/completions"), ("POST", "/mcp"), ("POST", "/gradio_api/queue/join"),
    ("GET", "/gradio_api/queue/data?session_hash=x"), ("GET", "/api/openapi.json"),
]  # fmt: skip


def test_every_route_needs_the_login(guarded: Server) -> None:
    for method, path in ROUTES:
        reply = httpx.request(method, guarded.url + path, headers={"x-byline": "1"})
        assert reply.status_code == 401, (method, path)
    assert httpx.get(guarded.url).headers["location"] == "/byline/login"
    assert httpx.get(f"{guarded.url}/health").json() == {"page": True}
    wrong = httpx.get(f"{guarded.url}/api/articles", auth=("ada", "wrong"))
    assert wrong.status_code == 401
    right = httpx.get(f"{guarded.url}/api/articles", auth=("ada", PASSWORDS["ada"]))
    assert right.json()["total"] == 47
    forged = httpx.get(f"{guarded.url}/api/articles", headers={"cookie": "byline_session=YWRhfDk5OTk5OTk5OTl8YWJj"})
    assert forged.status_code == 401


def test_two_people_in_one_browser_see_their_own(guarded: Server, visit: Open) -> None:
    tab = visit(guarded.url, ready=False)
    page = tab.page
    enter(tab, "ada", "not the password")
    page.wait_for_selector("text=Incorrect user name or password")
    tab.shot("login")
    enter(tab, "ada", PASSWORDS["ada"])
    page.wait_for_selector(".welcome:not(.loading)")
    tab.ask("What did Kim pledge?")
    page.click("role=tab[name=Settings]")
    page.wait_for_selector("text=Signed in as ada")
    page.click("#byline-health >> text=Sign out >> nth=0")
    page.wait_for_selector("#name")
    enter(tab, "ben", PASSWORDS["ben"])
    page.wait_for_selector(".welcome:not(.loading)")
    assert page.locator("#byline-conversations li").count() == 0
    assert page.evaluate("() => window.byline.list().length") == 0


def test_a_program_logs_in_by_its_key(guarded: Server) -> None:
    client = openai.OpenAI(base_url=f"{guarded.url}/v1", api_key=f"ada:{PASSWORDS['ada']}", max_retries=0)
    asked = client.chat.completions.create(
        model="byline", messages=[{"role": "user", "content": "What did Kim pledge?"}]
    )
    assert "fully support" in (asked.choices[0].message.content or "")
    client.close()


def test_when_it_is_full_it_says_busy(guarded: Server, visit: Open) -> None:
    def ask(number: int) -> httpx.Response:
        body = {"question": f"What is said about the ferry, the strike, the storm and the census, number {number}?"}
        return httpx.post(f"{guarded.url}/api/ask", json=body, auth=("ada", PASSWORDS["ada"]), timeout=120)

    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(ask, range(8)))
    states = [reply.status_code for reply in replies]
    assert set(states) == {200, 503}
    refused = next(reply for reply in replies if reply.status_code == 503)
    assert refused.json()["error"].startswith("Byline is busy")
    assert refused.headers["retry-after"]
    for number, reply in enumerate(replies):
        if reply.status_code == 200:
            assert reply.json()["question"].endswith(f"number {number}?")


def test_a_changed_password_ends_sessions(guarded: Server, visit: Open, users: Path) -> None:
    tab = visit(guarded.url, ready=False)
    enter(tab, "ben", PASSWORDS["ben"])
    tab.page.wait_for_selector(".welcome:not(.loading)")
    add_user(users, "ben", "another password")
    tab.page.reload()
    tab.page.wait_for_selector("#name")


@pytest.mark.parametrize(("text", "words"), [(None, "No such file"), ("ada:secret\n", "line 1"), ("", "no users")])
def test_a_users_file_that_cannot_be_used_is_said_at_once(tmp_path: Path, text: str | None, words: str) -> None:
    file = tmp_path / "users.txt"
    if text is not None:
        file.write_text(text)
    command = run_byline("--home", str(tmp_path / "home"), "serve", "--port", "0", "--auth", str(file))
    done = subprocess.run(command, env=environment(), cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert words in done.stderr
