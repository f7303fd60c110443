"""All routes of the real application: each needs the login, none leads out of its folder, uploads stay inside."""

from __future__ import annotations

import gc
import os
import re
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from assistant.answering.pipeline import Assistant
from assistant.ui.server.auth import user_line
from assistant.ui.server.options import Options
from tests.attack.conftest import make_assistant
from tests.attack.house import PAGE, House, RawClient, all_routes, files_below
from tests.attack.names import climbing_archive, multipart, traversals, upload_names
from tests.conftest import ROOT
from tests.counts import count

FORMS = count(60, 240)
UPLOADS = count(150, 600)
FOLDERS = count(150, 210)
AT_ONCE = 30
TEXT = "The council of Grenvik met on {day} March and agreed on plan {day} for the old harbour, its speaker said."


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a data folder in it, and beside it what must stay as it is."""
    place = tmp_path_factory.mktemp("place")
    for name in ("outside", "temporary", "working"):
        (place / name).mkdir()
    (place / "secret.txt").write_text("heliotrope")
    (place / "plan.md").write_text(TEXT.format(day=1))
    (place / "users.txt").write_text(user_line("ada", "correct horse 1") + "\n")
    return place


@pytest.fixture(scope="module")
def assistant(place: Path) -> Iterator[Assistant]:
    assistant = make_assistant(place / "home", [str(place / "plan.md")], None)
    (place / "home" / "session.key").write_text("heliotrope" * 7)  # one of the data folder's own is no page either
    yield assistant
    assistant.close()


@pytest.fixture(scope="module")
def house(assistant: Assistant) -> Iterator[House]:
    house = House(assistant)
    yield house
    house.close()


@pytest.fixture(scope="module")
def guarded(assistant: Assistant, place: Path) -> Iterator[House]:
    house = House(assistant, Options(auth=place / "users.txt"))
    yield house
    house.close()


OPEN = {
    ("GET", "/byline/login"): 200, ("POST", "/byline/login"): 401, ("GET", "/health"): 200, ("GET", "/"): 303, ("HEAD", "/"): 303,
}  # fmt: skip
"""Reviewed: what answers a stranger where there is a login. The page itself only says where to log in."""

BEHIND = {
    "GET": "/api /api/articles /api/articles/{article_id} /api/openapi.json /api/search /v1/models /mcp /assets/{path:path} "
    "/v1/models/{name} /byline/article /byline/filters /byline/jobs /byline/jobs/{job_id}/articles "
    "/byline/jobs/{job_id}/articles.csv /byline/library /byline/report/{name} /byline/runs /byline/sessions /byline/state "
    "/byline/static/{path:path} /config /config/ /favicon.ico /gradio_api/app_id /gradio_api/app_id/ "
    "/gradio_api/heartbeat/{session_hash} /gradio_api/info /gradio_api/info/ /gradio_api/queue/data /gradio_api/startup-events "
    "/gradio_api/theme.css /manifest.json /pwa_icon /robots.txt /static/{path:path} /theme.css",
    "HEAD": "/api/openapi.json",
    "DELETE": "/mcp",
    "POST": "/api/ask /v1/chat/completions /mcp /byline/add /byline/case /byline/export/{form} /byline/feedback "
    "/byline/jobs/{job_id}/stop /byline/logout /byline/rebuild /byline/remove /byline/sessions/revoke /byline/test-model /byline/upload "
    "/gradio_api/cancel /gradio_api/component_server /gradio_api/component_server/ /gradio_api/queue/join /gradio_api/reset "
    "/gradio_api/reset/",
}  # fmt: skip
"""Reviewed: what is served to those who are logged in. Every other route that Gradio brings is shut for everybody."""


def filled(path: str, value: str = "x") -> str:
    return re.sub(r"\{[^}]*\}", lambda _: value, path)


def test_every_route_is_reviewed_and_needs_the_login(guarded: House) -> None:
    routes = sorted(set(all_routes(guarded.app)))
    with guarded.client() as client:
        found = {route: client.request(route[0], filled(route[1])).status_code for route in routes}
    assert {route: code for route, code in found.items() if code not in (401, 404) or route in OPEN} == OPEN
    wanted = {(method, path) for method, paths in BEHIND.items() for path in paths.split()}
    assert {route for route, code in found.items() if code == 401} - set(OPEN) == wanted
    assert len(found) > 100


def test_no_method_or_spelling_gets_round_the_login(guarded: House) -> None:
    paths = sorted({filled(path) for _, path in all_routes(guarded.app)})
    methods = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", "PROPFIND")
    spellings = ("{}/", "{}//", "/{}", "{}?a=/byline/login", "{};/byline/login", "{}/../byline/login", "/byline/login/..{}", "/health/..{}", "{}%20", "{}%2f")  # fmt: skip
    encoded = (
        "/%61pi/articles",
        "/byline%2flibrary",
        "/API/articles",
        "/byline/%6cibrary",
        "/byline/static%2f..%2f..%2fapi",
    )
    shown = []
    with closing(guarded.raw()) as client:
        for number, path in enumerate(paths):
            for method in methods:
                shown += _served(client, method, path)
            for at in range(count(2, len(spellings))):
                form = spellings[(number + at) % len(spellings)].format(path)
                shown += _served(client, "GET", form) + _served(client, "GET", form, {"x-original-url": "/health"})
        for form in encoded:
            shown += _served(client, "GET", form)
    assert shown == []


def _served(
    client: RawClient, method: str, path: str, headers: dict[str, str] | None = None
) -> list[tuple[str, str, int]]:
    """What was answered with more than a refusal; the few open ones show nothing of the library."""
    status, content = client.ask(method, path, headers=headers)
    refused = status in (303, 400, 401, 403, 404, 405) or path.split("?")[0] in ("/health", "/byline/login")
    assert b"Grenvik" not in content, (method, path)
    return [] if refused else [(method, path, status)]


def test_no_form_of_traversal_reads_a_file(house: House, place: Path) -> None:
    """Against every route that takes something in its path, and every parameter that names something."""
    forms = traversals()
    forms = forms if FORMS >= len(forms) else forms[:: len(forms) // FORMS][:FORMS]
    routes = sorted({route for route in all_routes(house.app) if "{" in route[1]})
    named = [("GET", path) for path in ("/byline/article?id={a}", "/byline/article?id=a&version={a}", "/byline/article?id=a&quotes={a}",
             "/byline/library?q={a}", "/api/search?k=1&q={a}", "/api/articles?outlet={a}", "/theme.css?a={a}", "/{a}", "/static/{a}",
             "/gradio_api/file={a}")]  # fmt: skip
    marks = (b"heliotrope", b"root:", b"SQLite format", b"class Settings", (ROOT / "pyproject.toml").read_bytes()[:30])
    before = files_below(place)
    assert len(forms) == FORMS
    assert len(routes) > 15
    with closing(house.raw()) as client:
        for method, path in [*routes, *named]:
            if "heartbeat" in path:
                continue  # an endless stream that takes word characters only
            for form in forms:
                body = b"{}" if method == "POST" else None
                status, content = client.ask(method, filled(path, form), body, {"content-type": "application/json"})
                assert not any(mark in content for mark in marks), (path, form)
                assert status < 500, (path, form)
    assert _changed(before, place) == []


def test_a_path_cannot_be_added_by_name_where_there_is_a_login(guarded: House, place: Path) -> None:
    forms = [*traversals()[:FORMS], "file:///etc/passwd", str(place / "secret.txt"), "HTTP:/etc", "ftp://a/b", "//a/b"]
    with guarded.client(auth=("ada", "correct horse 1")) as client:
        for form in forms:
            reply = client.post("/byline/add", json={"source": form})
            assert reply.status_code == 400, form
            assert reply.json()["error"].startswith("Enter a web address")
        assert client.get("/byline/jobs").json()["active"] == []


def _changed(before: set[str], place: Path) -> list[str]:
    """What came or went, the data folder's own files aside."""
    own = re.compile(
        r"/home/(catalogue\.sqlite3(-wal|-shm)?|write\.lock|additions\.(json|new)|additions(/\d+\.jsonl)?|session\.key|sessions\.(json|new)|chroma(/.*)?)$"
    )
    return [path for path in before ^ files_below(place) if not own.search(path)]


def test_uploads_are_written_nowhere_but_into_the_catalogue(
    house: House, assistant: Assistant, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place / "working")
    monkeypatch.setattr("tempfile.tempdir", str(place / "temporary"))
    names = upload_names(UPLOADS, str(place / "outside"), 11)
    assert len({name for name, _ in names}) == UPLOADS
    before, count_before = files_below(place), assistant.library.catalogue.counts()["articles"]
    files = [(name, TEXT.format(day=n + 2).encode()) for n, (name, _) in enumerate(names)]
    large = TEXT.format(day="3") + "\n" + "More of it is told tomorrow.\n" * 80_000  # is spooled to a temporary file
    files += [("large.md", large.encode())]
    files += [
        (f"climbing{end}", climbing_archive(str(place / "outside"), f"evilzip{end[1:]}"))
        for end in (".epub", ".docx", ".zip")
    ]
    pages = [_upload(house, files[at : at + AT_ONCE]) for at in range(0, len(files), AT_ONCE)]
    assert _changed(before, place) == []
    assert _strewn() == []
    assert assistant.library.catalogue.counts()["articles"] - count_before > UPLOADS // 4, "too few of them arrived"
    for page in pages:
        assert re.search(r"<(img|script)|\x00|\x1b", page) is None
        assert str(place) not in page.replace(str(place / "outside"), "")
    for head in assistant.library.catalogue.headlines():
        article = assistant.library.catalogue.article(head.article_id)
        assert article is not None and "climbed" not in article.text and "root:" not in article.text


def _upload(house: House, files: list[tuple[str, bytes]]) -> str:
    """Send files as the page does, wait until they are taken in, and give the page's list of additions."""
    with house.client() as client:
        reply = client.post("/byline/upload", content=multipart(files),
                            headers={"content-type": "multipart/form-data; boundary=byline-boundary"})  # fmt: skip
        assert reply.status_code == 200, reply.text
        until = time.monotonic() + 60
        while (found := client.get("/byline/jobs").json())["active"]:
            assert time.monotonic() < until, "the files were not taken in"
            time.sleep(0.05)
    return str(found["html"])


def _strewn() -> list[str]:
    """Files of the uploads' names where a name may lead: the roots of this machine and of the project."""
    folders = [Path(name) for name in ("/", "/etc", "/dev", "/var", "/root", "/home", "/tmp")] + [
        ROOT,
        ROOT.parent,
        Path.home(),
    ]
    return [str(found) for folder in folders if folder.is_dir() and os.access(folder, os.R_OK)
            for found in folder.iterdir() if re.search(r"evil(zip|\d{4})", found.name)]  # fmt: skip


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_upload_that_is_none_is_refused_with_one_sentence(house: House) -> None:
    wrong = {
        "no files": (multipart([]), "multipart/form-data; boundary=byline-boundary"),
        "no form": (b"a" * 100, "text/plain"),
        "no boundary": (multipart([("a.md", b"a")]), "multipart/form-data"),
        "a torn form": (multipart([("a.md", b"a")])[:-20], "multipart/form-data; boundary=byline-boundary"),
        "too many files": (multipart([(f"{n}.md", b"a") for n in range(1_001)]), "multipart/form-data; boundary=byline-boundary"),
    }  # fmt: skip
    with house.client() as client:
        for name, (body, kind) in wrong.items():
            reply = client.post("/byline/upload", content=body, headers={"content-type": kind})
            assert 400 <= reply.status_code < 500, (name, reply.status_code)
            assert "Traceback" not in reply.text
        stranger = httpx.post(f"{house.url}/byline/upload", content=multipart([("a.md", b"a")]),
                              headers={"content-type": "multipart/form-data; boundary=byline-boundary"})  # fmt: skip
    assert stranger.status_code == 403, f"another site's page cannot set {PAGE}"
    gc.collect()  # of a torn form the parser leaves the last file's buffer to the collector, which complains here


NAMES = [
    f"{prefix}{stem}{suffix}"
    for prefix in ("", "../", "..\\", "/etc/", "C:\\", "\u202e", "~", "-", ". ", "%2e%2e%2f")
    for stem in ("CON", "a" * 220, "news", "nul.txt", "$(id)", "a;b", "ü" * 60)
    for suffix in (".md", ".txt ", ".html.")
][:FOLDERS]


def test_odd_file_names_are_taken_in_or_told_and_nothing_else_is_touched(tmp_path: Path) -> None:
    """Through the command line's own path: what a folder can hold of these names is read, the rest is refused."""
    folder = tmp_path / "in"
    folder.mkdir()
    for at, name in enumerate(NAMES):
        safe = re.sub(r"[/\x00]", "_", name)
        try:
            (folder / f"{at}{safe}").write_text(TEXT.format(day=at), "utf-8")
        except OSError:
            continue
    os.symlink("/etc/passwd", folder / "passwd.txt")
    before = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if "home" not in path.parts)
    assistant = make_assistant(tmp_path / "home", [str(folder)], None)
    texts = [
        a.text
        for h in assistant.library.catalogue.headlines()
        if (a := assistant.library.catalogue.article(h.article_id))
    ]
    assistant.close()
    after = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if "home" not in path.parts)
    assert before == after
    assert len(texts) == len(list(folder.glob("*.md"))) > 40
    assert not any("root:" in text for text in texts), "a link in an ingested folder was followed out of it"
