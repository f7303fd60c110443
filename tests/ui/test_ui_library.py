"""The Library tab: from empty to searched, additions that go on by themselves, what is refused and why, removal."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.ui.conftest import Server, Visit

Open = Callable[..., Visit]
GOOD = {
    "name": "pier.txt",
    "mimeType": "text/plain",
    "buffer": "Ostrey pier to close\n\nThe harbour master of Ostrey, Ines Vold, said on Monday that the pier will close for "
    "repairs in March. “We will open again in May,” she said.".encode(),
}
BAD = {"name": "notes.xyz", "mimeType": "application/octet-stream", "buffer": b"\0\1\2"}


@pytest.fixture(scope="module")
def empty(servers: Callable[..., Server]) -> Server:
    """A server whose library is empty at first; the tests below fill it in their order."""
    return servers(None)


def done(tab: Visit, number: int) -> None:
    tab.page.wait_for_function(
        "n => document.querySelectorAll('.job').length >= n && !document.querySelector('.job.is-running, .job.is-waiting')",
        arg=number,
    )


def test_an_empty_library_is_filled_with_one_click(empty: Server, visit: Open) -> None:
    tab = visit(empty.url)
    assert "Your library is empty" in tab.page.inner_text(".welcome")
    tab.shot("empty")
    tab.page.click("text=Add the sample articles >> nth=0")
    done(tab, 1)
    tab.page.wait_for_selector("#byline-table tbody tr")
    assert tab.page.locator("#byline-table tbody tr").count() == 47
    assert "47 articles added" in tab.page.inner_text(".job")
    tab.shot("library")
    tab.page.click("role=tab[name=Ask]")
    tab.page.click("button:text('What did Kim pledge?')")
    tab.done()
    assert "fully support" in tab.page.inner_text(".answer")
    assert tab.complaints == []


def test_table_can_be_searched_sorted_and_filtered(empty: Server, visit: Open) -> None:
    tab = visit(empty.url)
    tab.page.click("role=tab[name=Library]")
    tab.page.wait_for_selector("#byline-table tbody tr")
    days = tab.page.locator("#byline-table tbody td:nth-child(3)").all_inner_texts()
    assert days[-1] == "No date"
    tab.page.click("th >> text=Article")
    tab.page.wait_for_selector("th[aria-sort=ascending] >> text=Article")
    titles = tab.page.locator("#byline-table .title").all_inner_texts()
    assert titles == sorted(titles, key=str.casefold)
    tab.page.fill("#byline-find", "brannick post")
    tab.page.wait_for_function("() => document.querySelectorAll('#byline-table tbody tr').length === 9")
    assert "9 of 47" in tab.page.inner_text("#byline-table .count")
    tab.page.fill("#byline-find", "")
    tab.page.select_option("#byline-status", "undated")
    tab.page.wait_for_function("() => document.querySelectorAll('#byline-table tbody tr').length === 1")


def test_a_good_and_a_bad_file_then_a_changed_one(empty: Server, visit: Open, tmp_path: Path) -> None:
    tab = visit(empty.url)
    page = tab.page
    page.click("role=tab[name=Library]")
    page.wait_for_selector("#byline-table tbody tr")
    page.set_input_files("#byline-files", [GOOD, BAD])
    done(tab, 2)
    job = page.inner_text(".job >> nth=0")
    assert "1 article added, 1 rejected" in job
    assert "notes.xyz" in job
    assert "files aren't supported" in job
    tab.shot("library-rejected")
    page.set_input_files("#byline-files", [GOOD])
    done(tab, 3)
    assert "1 unchanged" in page.inner_text(".job >> nth=0")
    page.click(".earlier > summary")
    page.click(".earlier .job:has-text('2 files') >> text=Details")
    page.wait_for_selector(".outcomes li")
    assert sorted(page.locator(".outcomes .flag").all_inner_texts()) == ["added", "rejected"]
    tab.shot("library-outcomes")
    with page.expect_download() as caught:
        page.click("text=Export as CSV")
    rows = csv.DictReader(Path(caught.value.path()).read_text("utf-8").splitlines())
    assert {(row["status"], row["title"], row["source"]) for row in rows} == {
        ("added", "Ostrey pier to close", "pier.txt"),
        ("rejected", "", "notes.xyz"),
    }
    page.click("#byline-library-article .chip:has-text('rejected')")
    page.wait_for_function("() => document.querySelectorAll('.outcomes li').length === 1")
    assert "files aren't supported" in page.inner_text(".outcomes")
    page.click("#byline-library-article >> text=Close")
    lock = "Lock at Penholm to close\n\nThe lock keeper of Penholm, Tove Aske, said that the lock will be shut in {}."
    for number, month in enumerate(("March", "April"), 4):
        (tmp_path / "lock.txt").write_text(lock.format(month))
        page.fill("#byline-source", str(tmp_path / "lock.txt"))
        page.press("#byline-source", "Enter")
        done(tab, number)
    page.select_option("#byline-status", "changed")
    page.click("#byline-table .title:has-text('Lock at Penholm')")
    page.wait_for_selector("#byline-library-article .versions")
    assert "April" in page.inner_text("#byline-library-article .text")
    page.click("#byline-library-article .versions button >> nth=0")
    page.wait_for_selector("#byline-library-article >> text=Earlier version")
    assert "March" in page.inner_text("#byline-library-article .text")
    tab.shot("library-article")


def test_a_removed_article_is_gone_and_its_old_answer_says_so(empty: Server, visit: Open) -> None:
    tab = visit(empty.url)
    page = tab.page
    tab.ask("What did the harbour master of Ostrey say will close for repairs?")
    assert "the pier will close" in page.inner_text(".answer")
    page.click("role=tab[name=Library]")
    page.fill("#byline-find", "ostrey pier")
    page.wait_for_function("() => document.querySelectorAll('#byline-table tbody tr').length === 1")
    page.click("#byline-table .remove")
    page.wait_for_selector("dialog >> text=Ostrey pier to close")
    tab.shot("library-remove")
    page.click("dialog >> text=Cancel")
    page.wait_for_selector("dialog", state="detached")
    assert page.locator("#byline-table tbody tr").count() == 1
    page.click("#byline-table .remove")
    page.click("dialog button >> text=Remove")
    page.wait_for_selector("#byline-table >> text=No matching articles")
    page.reload()
    page.wait_for_selector(".turn")
    assert "No longer in the library" in page.inner_text(".gone")
    assert "removed" in page.inner_text(".card .flag")
    tab.shot("removed-source")
    hits = httpx.get(f"{empty.url}/api/search", params={"q": "Ostrey pier repairs", "k": 50}).json()["hits"]
    assert not any("pier will close" in hit["text"] for hit in hits)


def test_an_article_that_says_it_was_corrected_shows_that_on_its_card(empty: Server, visit: Open) -> None:
    text = (
        "Sluice at Drammoor opens\n\nThe sluice at Drammoor was opened by Halla Trewin, who called it “a door for eels”.\n\n"
        "An earlier version of this article said that the sluice is at Penholm."
    )
    tab = visit(empty.url)
    page = tab.page
    page.click("role=tab[name=Library]")
    before = page.locator(".job").count()
    page.set_input_files("#byline-files", [{"name": "sluice.txt", "mimeType": "text/plain", "buffer": text.encode()}])
    done(tab, before + 1)
    page.wait_for_selector("#byline-table .title:has-text('Sluice at Drammoor')")
    page.click("role=tab[name=Ask]")
    tab.ask("What did Halla Trewin call the sluice at Drammoor?")
    assert "a door for eels" in page.inner_text(".answer")
    assert page.inner_text(".card .flag") == "corrected"
    assert "said that the sluice is at Penholm" in page.inner_text(".card .notice")
    page.click(".cite >> nth=0")
    page.wait_for_selector("#byline-article .correction >> text=earlier version")
    tab.shot("corrected")


def test_what_is_not_there_says_so(empty: Server, visit: Open) -> None:
    tab = visit(empty.url)
    tab.page.click("role=tab[name=Library]")
    tab.page.fill("#byline-source", "/no/such/folder")
    tab.page.press("#byline-source", "Enter")
    tab.page.wait_for_selector(".job.is-failed")
    assert "No such file or folder: /no/such/folder" in tab.page.inner_text(".job.is-failed")


def test_adding_goes_on_without_the_page_and_does_not_hold_up_the_chat(
    empty: Server, visit: Open, tmp_path: Path
) -> None:
    body = "The council of Hull Sound met for the {n}th time and voted on road {n}, bridge {n} and school {n} in turn."
    rows = ({"title": f"Minutes {n}", "body": body.format(n=n)} for n in range(2_000))
    lines = [json.dumps(row) for row in rows]
    (tmp_path / "minutes.jsonl").write_text("\n".join(lines))
    tab = visit(empty.url)
    tab.page.click("role=tab[name=Library]")
    tab.page.fill("#byline-source", str(tmp_path / "minutes.jsonl"))
    tab.page.press("#byline-source", "Enter")
    tab.page.wait_for_selector(".job.is-running")
    tab.page.close()
    answer = httpx.post(f"{empty.url}/api/ask", json={"question": "What did Kim pledge?"}, timeout=60).json()
    still = httpx.get(f"{empty.url}/byline/jobs").json()["active"]
    assert "fully support" in answer["text"]
    assert still, "the addition had ended before the answer: make it longer"
    other = visit(empty.url)
    other.page.click("role=tab[name=Library]")
    other.page.wait_for_selector(".job.is-running >> text=added")
    other.page.click(".job.is-running >> text=Stop")
    other.page.wait_for_selector(".job.is-stopped")
    stored = httpx.get(f"{empty.url}/api/articles?limit=1000").json()
    assert 47 < stored["total"] < 2_047


def test_another_site_cannot_add_or_remove(empty: Server) -> None:
    body = {"articles": ["x"]}
    for headers in ({"origin": "https://elsewhere.example", "x-byline": "1"}, {}):
        assert httpx.post(f"{empty.url}/byline/remove", json=body, headers=headers).status_code == 403
    assert httpx.get(f"{empty.url}/health", headers={"host": "elsewhere.example"}).status_code == 403
