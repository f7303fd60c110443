"""Situations from public bug reports of people who do this job: web pages (`../shared/data/cases`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.types import Article
from ingest.chunking import cut_passages
from ingest.parsing.article_builder import from_page
from ingest.parsing.encoding import decode
from ingest.parsing.html import Fields, read_page
from ingest.types import Raw
from tests.conftest import SHARED

CASES = SHARED / "data" / "cases"
PIER = "Veldheim to close its last coal pier"
JSON_LD = (
    "author-list-of-list author-name-list author-nested-name bad-escape cdata entities graph-id-ref hasPart html-comment mainentity-of-webpage "
    "microdata raw-newline related-bigger semicolon trailing-comma two-objects type-url"
).split()
LISTS = "n-div-li n-dl n-li-link n-ol-p n-ul-header pier-conditions".split()
LIVE = "ferry-live n-div-times n-ld-only-body n-no-ld".split()


def fields_of(name: str) -> Fields:
    if not CASES.is_dir():
        pytest.skip("../shared/data/cases is absent: the cases of public bug reports need it")
    found = read_page(decode((CASES / name).read_bytes(), html=True))
    assert found is not None
    return found


def article_of(name: str) -> Article:
    found = fields_of(name)
    assert "reject" not in found
    return from_page(found, Raw(Path(name).name, name)).article


@pytest.mark.parametrize("name", JSON_LD)
def test_json_ld_as_sites_write_it(name: str) -> None:
    article = article_of(f"10-json-ld/{name}.html")
    escaped = name == "entities"
    assert article.title == ("Veldheim's council to close its last coal pier" if escaped else PIER)
    several = name in ("author-list-of-list", "author-name-list")
    assert article.byline == ("Sanne d'Hont" if escaped else "Sanne de Wit, Bram Kok" if several else "Sanne de Wit")
    assert article.outlet == ("Courier & Post" if escaped else "Veldheim Courier")
    assert article.published_at == "2024-02-09T06:30:00+01:00"


@pytest.mark.parametrize("name", LISTS)
def test_items_of_lists_are_text(name: str) -> None:
    text = article_of(f"03-html-list-items/{name}.html").text
    assert all(words in text for words in ("12,000 tonnes", "an independent laboratory.", "140 dock workers"))


@pytest.mark.parametrize(("name", "words"), [
    ("n-table", "Harbour List | 11 | 2\nWorkers | 3 | 9"), ("n-details", "140 dock workers keep their wages until August"),
    ("n-blockquote", "not leave one gram of coal behind"), ("n-br", "past midnight.\nAssembly leader"), ("n-first-in-bold", "21 votes to 11"),
])  # fmt: skip
def test_other_forms_of_lines_are_text(name: str, words: str) -> None:
    assert words in article_of(f"03-html-list-items/{name}.html").text


@pytest.mark.parametrize("name", LIVE)
def test_a_live_blog_keeps_its_order_times_and_headings(name: str) -> None:
    article = article_of(f"17-live-blog/{name}.html")
    assert article.published_at == ("2024-05-03T07:30:00+02:00" if name in ("ferry-live", "n-ld-only-body") else None)
    heads = (
        ("", "", "")
        if name == "n-div-times"
        else ("Ferry talks resume", "Strike spreads to Selja", "First ferry cancelled")
    )
    at = [
        article.text.index(part)
        for pair in zip(("14:20", "11:05", "07:40"), heads, strict=True)
        for part in pair
        if part
    ]
    assert at == sorted(at) and "Home" not in article.text
    shown = "\n".join(passage.text for passage in cut_passages(article))
    assert all(
        words in shown for words in ("14:20", "11:05", "07:40", "420 passengers", "the night crew had walked out")
    )


@pytest.mark.parametrize(("name", "words"), [
    ("bot-check", "bot check"), ("consent-wall", "consent page"), ("stub-no-body", "only the beginning"),
])  # fmt: skip
def test_what_stands_before_an_article_is_told(name: str, words: str) -> None:
    assert words in fields_of(f"19-paywall-stub/{name}.html")["reject"]


@pytest.mark.parametrize("name", ["js-page", "stub-ld-has-body"])
def test_the_text_of_the_structured_data_is_read(name: str) -> None:
    assert "140 jobs were at stake" in article_of(f"19-paywall-stub/{name}.html").text


def test_a_caption_is_a_passage_and_the_byline_is_known() -> None:
    article = article_of("27-person-in-caption-or-byline/bridge.html")
    caption = "Crane driver Odd Munch, 61, lifted the last girder into place on Sunday. Photo: Pia Roth"
    assert caption in [passage.text for passage in cut_passages(article)]
    assert (article.byline, article.title) == ("Liv Sandvik", "Harbour bridge reopens")
