"""Only the site that an address belongs to may replace the article there; what others say of it is a claim."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.storage.library import Library
from assistant.testing import HashingEmbedder
from ingest.parsing.article_builder import from_fields, from_page
from ingest.parsing.sites import same_site
from ingest.pipeline import ingest, store_documents
from ingest.types import Hints, Raw, upload_name, upload_origin

URL = "https://courier.example/news/pier"
TEXT = "The council voted to close the pier by the end of next year, after a debate that ran past midnight."


def fetched(url: str, claims: str = URL) -> str:
    raw = Raw(url, url, b"x", form=".html", hints=Hints(url=url, authority=url))
    return from_page({"text": TEXT, "title": "Pier", "url": claims}, raw).article.id


def test_a_page_of_the_site_names_its_article_and_no_other_does() -> None:
    own = fetched(URL)
    assert fetched("https://m.courier.example/news/pier") == own
    assert fetched("https://evil.example/x") != own
    row = from_fields({"text": TEXT, "url": URL}, Raw("a.json", "/data/a.json"))
    assert row.article.id != own and row.article.url == URL
    feed = Raw(URL, URL, b"x", form=".html", hints=Hints(authority="https://evil.example/feed", kind="feed content"))
    claimed = from_page({"text": TEXT, "title": "Pier", "url": URL}, feed)
    assert (
        claimed.article.id != own and claimed.read_from["url"] == "claimed" and claimed.article.outlet == "evil.example"
    )


def test_an_id_of_one_site_is_not_that_of_another() -> None:
    rows = [
        from_fields(
            {"text": TEXT, "id": 7, "outlet": "Courier"}, Raw("a.json", url, hints=Hints(url=url, authority=url))
        ).article.id
        for url in ("https://courier.example/a.json", "https://evil.example/a.json", "https://courier.example/b.json")
    ]
    assert rows[0] == rows[2] != rows[1]


def test_two_uploads_of_one_name_are_two_articles_and_one_again_is_none(library: Library) -> None:
    contents = [TEXT.encode(), TEXT.replace("pier", "bridge").replace("midnight", "noon").encode()]
    documents = [Raw("note.txt", upload_origin("note.txt", content), content) for content in contents]
    assert [upload_name(document.origin) for document in documents] == ["note.txt"] * 2
    assert store_documents(library, HashingEmbedder(), iter(documents)).added == 2
    again = store_documents(library, HashingEmbedder(), iter(documents[:1]))
    assert (again.added, again.updated, again.unchanged) == (0, 0, 1)


def test_a_file_that_is_read_again_updates_its_articles(library: Library, tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    for text, added, updated in ((TEXT, 1, 0), (TEXT + " Nobody spoke against it.", 0, 1)):
        file.write_text(json.dumps({"text": text, "url": URL}))
        report = ingest(library, HashingEmbedder(), [str(file)])
        assert (report.added, report.updated) == (added, updated)


@pytest.mark.parametrize(("one", "other", "same"), [
    ("https://www.a.example/x", "http://a.example/y", True), ("https://feeds.a.example/x", "https://a.example/", True),
    ("https://news.a.example/x", "https://a.example/", True), ("https://a.example/x", "https://b.example/x", False),
    ("https://nota.example/x", "https://a.example/x", False), ("https://example/x", "https://a.example/x", False), ("", "", False),
])  # fmt: skip
def test_which_addresses_are_of_one_site(one: str, other: str, same: bool) -> None:
    assert same_site(one, other) is same
