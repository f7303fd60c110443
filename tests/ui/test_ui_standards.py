"""What holds on every page: axe-core finds nothing serious, nothing is asked of other hosts, the headers are set."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.ui.conftest import ROOT, Server, Visit

Open = Callable[..., Visit]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
INSTALL = "npm install --no-save --no-package-lock --ignore-scripts axe-core@4.14.1"


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.exists():
        if os.environ.get("CI"):
            pytest.fail(f"axe-core is not there: CI needs `{INSTALL}`")
        pytest.skip(f"needs axe-core: `{INSTALL}`")
    return AXE.read_text("utf-8")


def findings(tab: Visit, axe: str) -> list[str]:
    """What axe-core holds for serious or critical, as "rule: element"."""
    tab.page.evaluate(axe)
    found: list[dict[str, Any]] = tab.page.evaluate(
        "async () => (await axe.run(document, { resultTypes: ['violations'] })).violations"
    )
    return [
        f"{rule['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


FADED = """async () => {
  for (;;) {
    const fading = document.getAnimations().filter(some => some instanceof CSSTransition);
    if (!fading.length) return;
    await Promise.all(fading.map(some => some.finished.catch(() => null)));
  }
}"""
"""Waits until no colour is on its way to another; what ends can begin another inside it."""


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_axe_finds_nothing_serious_in_light_and_dark(
    server: Server, visit: Open, axe: str, width: int, height: int
) -> None:
    tab = visit(server.url, width=width, height=height)
    page, wrong = tab.page, []

    def look(where: str) -> None:
        for dark in (False, True):
            page.evaluate("dark => document.body.classList.toggle('dark', dark)", dark)
            page.evaluate(FADED)
            wrong.extend(f"{where}, {'dark' if dark else 'light'}: {row}" for row in findings(tab, axe))
        page.evaluate("() => document.body.classList.remove('dark')")

    look("welcome")
    tab.ask("How many homes lost power in Storm Edda in January 2026, according to the Vessaly Herald?")
    tab.ask("When did Kim visit Paris?")
    page.click(".turn >> nth=0 >> .cite >> nth=0")
    page.wait_for_selector("#byline-article mark.now")
    look("answers")
    if width < 800:
        page.click("#byline-sheetbar >> text=Close")
    page.click("text=Filters")
    page.wait_for_selector("#byline-filters input")
    look("filters")
    page.keyboard.press("Escape")
    page.click(".turn >> nth=1 >> .good")
    page.wait_for_selector(".rating-form")
    look("rating")
    for name, there in (
        ("Library", "#byline-table tbody tr"),
        ("Evaluation", "#byline-runs > *"),
        ("Settings", ".findings"),
    ):
        page.click(f"role=tab[name={name}]")
        page.wait_for_selector(there)
        look(name)
    assert not wrong, "\n".join(wrong)


def test_axe_finds_nothing_serious_on_the_login_and_the_manual(
    servers: Callable[..., Server], server: Server, visit: Open, axe: str
) -> None:
    tab = visit(f"{server.url}/api", ready=False)
    assert not findings(tab, axe)
    tab.page.set_content((ROOT / "assistant" / "ui" / "static" / "login.html").read_text("utf-8"))
    assert not findings(tab, axe)


def test_nothing_is_asked_of_another_host(server: Server, visit: Open) -> None:
    tab = visit(server.url)
    tab.ask("What did Kim pledge?")
    tab.page.click(".cite >> nth=0")
    tab.page.wait_for_selector("#byline-article mark.now")
    for name, there in (
        ("Library", "#byline-table tbody tr"),
        ("Evaluation", "#byline-runs > *"),
        ("Settings", ".findings"),
    ):
        tab.page.click(f"role=tab[name={name}]")
        tab.page.wait_for_selector(there)
    assert len(tab.requests) > 10
    others = [url for url in tab.requests if not url.startswith((server.url, "data:", "blob:"))]
    assert len(others) == 0, others


@pytest.mark.parametrize(
    "path", ["/", "/health", "/byline/static/byline.js", "/byline/article?id=x", "/api", "/config", "/nowhere"]
)
def test_headers_keep_the_page_to_itself(server: Server, path: str) -> None:
    headers = httpx.get(server.url + path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http:" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    "path", ["/gradio_api/file=/etc/hostname", "/gradio_api/file=https://elsewhere.example/x", "/gradio_api/proxy=x", "/gradio_api/upload", "/monitoring", "/docs"]
)  # fmt: skip
def test_gradios_own_doors_are_shut(server: Server, path: str) -> None:
    assert httpx.get(server.url + path).status_code == 404


def test_the_page_can_be_used_by_keyboard_alone(server: Server, visit: Open) -> None:
    tab = visit(server.url)
    page = tab.page
    page.focus("#byline-question textarea")
    page.keyboard.type("What did Kim pledge?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".is-answered .tools")
    for _ in range(60):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("() => document.activeElement.matches('.cite')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("#byline-article mark.now")
    page.keyboard.press("/")
    assert page.evaluate("() => document.activeElement.matches('#byline-question textarea')")
