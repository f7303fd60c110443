"""Fixtures: a real server in its own process, a real browser, the sample articles."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page

from assistant.ui.server.auth import add_user

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "artifacts" / "screenshots"
PASSWORD = "correct horse 1"


def apart(work: Coroutine[Any, Any, Any]) -> Any:
    """Run it in a thread: the browser of other tests keeps a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def free_port() -> int:
    """Find a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run_byline(*arguments: str) -> list[str]:
    """The command line that runs `byline` with these arguments."""
    return [sys.executable, "-c", "from assistant.cli.main import main; main()", *arguments]


def environment(**more: str) -> dict[str, str]:
    """The tests' environment without a user's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BYLINE_")}
    return {**kept, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", **more}


@dataclass
class Server:
    """A running `byline serve`."""

    home: Path
    port: int
    log: Path
    options: tuple[str, ...] = ()
    program: str = "from assistant.cli.main import main; main()"
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, wait: bool = True, **variables: str) -> None:
        """Start it; wait until the models are loaded unless told otherwise."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", self.program, "--home", str(self.home), "serve", "--port", str(self.port), *self.options],
                stdout=log, stderr=log, env=environment(**variables), cwd=ROOT,
            )  # fmt: skip
        if wait:
            self.wait()

    def wait(self, key: str = "ready") -> None:
        """Wait until `/health` says so."""
        for _ in range(600):
            try:
                if httpx.get(f"{self.url}/health", timeout=5).json().get(key):
                    return
            except httpx.TransportError:
                pass
            if self.process is not None and self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(f"the server did not come up:\n{self.log.read_text()}")

    def stop(self) -> None:
        """Stop it and wait."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
            self.process = None


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Starts servers that end with the session."""
    made: list[Server] = []

    def start(
        source: Path | None, *options: str, wait: bool = True, program: str | None = None, **variables: str
    ) -> Server:
        folder = tmp_path_factory.mktemp("server")
        home = folder / "home"
        if source is not None:
            shutil.copytree(source, home)
        server = Server(home, free_port(), folder / "log.txt", options)
        server.program = program or server.program
        made.append(server)
        server.start(wait, **variables)
        return server

    yield start
    for server in made:
        server.stop()


@pytest.fixture(scope="session")
def server(servers: Callable[..., Server], sample_home: Path) -> Server:
    """The application over the sample articles, shared by tests that do not change the library."""
    return servers(sample_home)


@dataclass
class Visit:
    """A tab with its requests and console errors."""

    page: Page
    requests: list[str]
    complaints: list[str]

    def ask(self, question: str) -> None:
        """Type a question, send it, wait for what comes of it."""
        before = self.page.locator(".turn").count()
        box = self.page.locator("#byline-question textarea")
        box.fill(question)
        box.press("Enter")
        self.page.wait_for_function("n => document.querySelectorAll('.turn').length > n", arg=before)
        self.done()

    def done(self) -> None:
        """Wait until nothing is being answered."""
        self.page.wait_for_selector(".turn:not(.is-asking)")
        self.page.wait_for_function(
            "() => !document.body.classList.contains('busy') && !document.querySelector('.is-asking')"
        )

    def shot(self, name: str) -> None:
        """Keep what the page looks like, in light and dark, for people to look at."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        for scheme in ("light", "dark"):
            self.page.evaluate("dark => document.body.classList.toggle('dark', dark)", scheme == "dark")
            self.page.screenshot(path=SHOTS / f"{name}-{scheme}.png", animations="disabled")
        self.page.evaluate("() => document.body.classList.remove('dark')")


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Return a function that opens the page as a new user, with separate storage and cookies."""
    contexts: list[Any] = []

    def open_page(url: str, width: int = 1440, height: int = 900, ready: bool = True, **options: Any) -> Visit:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        requests: list[str] = []
        complaints: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.goto(url)
        if ready:
            page.wait_for_selector(".welcome:not(.loading), .turn")
        return Visit(page, requests, complaints)

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("users") / "users.txt"
    add_user(file, "ada", PASSWORD)
    return file
