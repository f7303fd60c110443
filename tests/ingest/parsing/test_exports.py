"""Exports of other tools: their names of fields, their dates, references; a bad record is one line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ingest.parsing.documents import read_document
from ingest.parsing.export_fields import canonical
from ingest.parsing.source import Source, UnreadableError

TEXT = "The harbour bridge reopened on Monday."


def read(name: str, content: str | bytes) -> tuple[list[dict[str, Any]], list[UnreadableError]]:
    items = list(read_document(Source(name, content.encode() if isinstance(content, str) else content)))
    return [i for i in items if isinstance(i, dict)], [i for i in items if isinstance(i, UnreadableError)]


ROWS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "NewsAPI": (
        {"source": {"id": None, "name": "Times"}, "author": "Ann Lee", "title": "T", "content": TEXT + "… [+1200 chars]", "publishedAt": "2024-05-06T15:03:00Z", "url": "https://t.example/a"},
        {"text": TEXT + "…", "author": "Ann Lee", "outlet": "Times", "published_at": "2024-05-06T15:03:00Z"},
    ),
    "Guardian": (
        {"webTitle": "T", "webPublicationDate": "2024-05-06T15:03:00Z", "webUrl": "https://g.example/a", "fields": {"body": f"<p>{TEXT}</p><p>More.</p>", "byline": "Ann Lee"}},
        {"text": TEXT + "\n\nMore.", "title": "T", "author": "Ann Lee", "outlet": "g.example", "url": "https://g.example/a"},
    ),
    "New York Times": (
        {"headline": {"main": "T"}, "byline": {"original": "By Ann Lee"}, "pub_date": "2024-05-06T15:03:00+00:00", "web_url": "https://n.example/a", "lead_paragraph": TEXT, "source": "The New York Times"},
        {"text": TEXT, "title": "T", "author": "Ann Lee", "outlet": "The New York Times"},
    ),
    "WordPress": (
        {"id": 5, "date": "2024-05-06T15:03:00", "link": "https://w.example/a", "title": {"rendered": "T &amp; U"}, "content": {"rendered": f"<p>{TEXT}</p>"}},
        {"text": TEXT, "url": "https://w.example/a", "published_at": "2024-05-06T15:03:00", "id": 5},
    ),
    "JSON Feed": ({"id": "1", "url": "https://j.example/a", "title": "T", "content_html": f"<p>{TEXT}</p>", "date_published": "2024-05-06T15:03:00Z", "authors": [{"name": "Ann Lee"}]}, {"text": TEXT, "author": "Ann Lee"}),
    "schema.org": ({"@type": "NewsArticle", "headline": "T", "articleBody": TEXT, "author": [{"@type": "Person", "name": "Ann Lee"}, {"name": "Bo Klint"}], "publisher": {"name": "Times"}, "datePublished": "2024-05-06", "inLanguage": "en"}, {"text": TEXT, "author": "Ann Lee, Bo Klint", "outlet": "Times", "language": "en"}),
    "CSL-JSON": ({"type": "article-newspaper", "title": "T", "container-title": "Times", "author": [{"family": "Lee", "given": "Ann"}, {"family": "Berg", "given": "Jan", "non-dropping-particle": "van den"}], "issued": {"date-parts": [["2024", 5, 6]]}, "abstract": TEXT, "URL": "https://t.example/a"}, {"text": TEXT, "author": "Ann Lee, Jan van den Berg", "published_at": "2024-05-06", "outlet": "Times"}),
    "a list in a string": ({"text": TEXT, "authors": "['Ann Lee', 'Bo Klint']"}, {"author": "Ann Lee, Bo Klint"}),
    "seconds": ({"text": TEXT, "timestamp": 1715000580}, {"published_at": "2024-05-06T13:03:00+00:00"}),
    "milliseconds": ({"text": TEXT, "published": "1715000580000"}, {"published_at": "2024-05-06T13:03:00+00:00"}),
    "paragraphs in a list": ({"title": "T", "body": [TEXT, "More."]}, {"text": TEXT + "\n\nMore."}),
    "an address as source": ({"text": TEXT, "source": "https://www.s.example/a/b"}, {"outlet": "s.example", "url": "https://www.s.example/a/b"}),
    "names with capitals and blanks": ({"Full Text": TEXT, "Publication Date": "2024-05-06", "Article Title": "T", "Newspaper": "Times"}, {"text": TEXT, "published_at": "2024-05-06", "title": "T", "outlet": "Times"}),
    "the day of the download is no day": ({"maintext": TEXT, "date_download": "2024-05-07 08:00:00", "date_publish": None}, {"published_at": None}),
    "only a year": ({"text": TEXT, "issued": {"date-parts": [[2024]]}}, {"published_at": None}),
    "nobody": ({"text": TEXT, "author": "None", "outlet": "null"}, {"author": None, "outlet": None}),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_fields_of_other_tools(name: str) -> None:
    row, expected = ROWS[name]
    fields = canonical(row)
    assert {key: fields.get(key) for key in expected} == expected
    assert all("{" not in str(value) and "['" not in str(value) for value in fields.values())


@pytest.mark.parametrize("wrap", [lambda row: [row, row], lambda row: {"articles": [row, row]}, lambda row: {"response": {"results": [row, row]}},
                                  lambda row: {"response": {"docs": [row, row]}}, lambda row: {"data": [row, row]}, lambda row: {"hits": {"hits": [{"_source": row}] * 2}},
                                  lambda row: {"a1": row, "a2": row}])  # fmt: skip
def test_lists_of_articles_wherever_they_are(wrap: Any) -> None:
    articles, rejected = read("a.json", json.dumps(wrap({"title": "T", "text": TEXT})))
    assert [article["text"] for article in articles] == [TEXT, TEXT] and not rejected


def test_a_bad_record_never_ends_the_others() -> None:
    articles, rejected = read(
        "a.json", f'[{{"text": "{TEXT}"}}, {{"text": "x" "y"}}, 7, {{"text": "{TEXT}"}}, {{"text": "cut'
    )
    assert len(articles) == 2 and [error.part for error in rejected] == ["article 2", "article 3", "article 5"]
    articles, rejected = read("a.jsonl", f'{{"text": "{TEXT}"}}\n{{oops\n\n{{"text": "{TEXT}"}}\n')
    assert [article["part"] for article in articles] == [1, 4] and [error.part for error in rejected] == ["line 2"]
    articles, rejected = read("a.csv", f'title,text\nOne,"{TEXT}"\nTwo,a,b,c\nThree,"{TEXT}"\n')
    assert [article["title"] for article in articles] == ["One", "Three"] and [error.part for error in rejected] == [
        "row 2"
    ]


def test_values_one_after_the_other_are_a_list() -> None:
    assert len(read("a.json", f'{{"text": "{TEXT}"}}\n{{"text": "{TEXT}"}}')[0]) == 2


@pytest.mark.parametrize(
    "table",
    [
        "Title;Content\nT;{0}\n",
        "sep=;\nTitle;Content\nT;{0}\n",
        "\ufeffTitle\tContent\nT\t{0}\n",
        "title|body\nT|{0}\n",
        '"Title","Text"\r\n"T","{0}"\r\n',
    ],
)
def test_tables_as_programs_write_them(table: str) -> None:
    articles, rejected = read("a.csv", table.format(TEXT))
    assert [(a["title"], a["text"]) for a in articles] == [("T", TEXT)] and not rejected
    articles, _ = read("a.csv", table.format(TEXT).lstrip("\ufeff").encode("utf-16"))
    assert [(a["title"], a["text"]) for a in articles] == [("T", TEXT)]


RIS = f"TY  - NEWS\nTI  - Bridge\nAU  - Lee, Ann\nAU  - Klint, Bo\nT2  - Times\nDA  - 2024/05/06/\nUR  - https://t.example/a\nAB  - {TEXT}\nER  - \n"


def test_ris() -> None:
    articles, rejected = read(
        "a.ris", RIS + "TY  - NEWS\nTI  - No text\nER  - \n" + RIS.replace("Bridge", "Bridge 2").replace("\n", "\r\n")
    )
    assert [(a["title"], a["author"], a["outlet"], a["published_at"]) for a in articles] == [
        ("Bridge", "Ann Lee, Bo Klint", "Times", "2024-05-06"),
        ("Bridge 2", "Ann Lee, Bo Klint", "Times", "2024-05-06"),
    ]
    assert [(error.part, error.lost) for error in rejected] == [("entry 2", False)]


def test_bibtex() -> None:
    entry = '@article{a1,\n title = {The {Br{\\"u}cke} of Selja},\n author = {Lee, Ann and Klint, Bo},\n journal = {Times},\n date = {2024-05-06},\n abstract = {TEXT},\n url = {https://t.example/a}\n}\n'.replace(
        "TEXT", TEXT
    )
    articles, rejected = read(
        "a.bib",
        entry
        + '@article{broken, title = {x\n\n@article{a2,\n title = "Two", year = 2024, month = may, day = 6, abstract = {TEXT}\n}\n'.replace(
            "TEXT", TEXT
        ),
    )
    assert articles[0]["title"] == "The Brücke of Selja" and articles[0]["author"] == "Ann Lee, Bo Klint"
    assert (articles[0]["published_at"], articles[0]["outlet"], articles[0]["url"]) == (
        "2024-05-06",
        "Times",
        "https://t.example/a",
    )
    assert articles[-1]["title"] == "Two" and articles[-1]["published_at"] == "2024-05-06"
    assert rejected
