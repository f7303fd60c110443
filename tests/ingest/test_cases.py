"""Situations from public bug reports of people who do this job: documents (`../shared/data/cases`)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.types import Article
from ingest.parsing.registry import read_articles
from ingest.sandbox import Sandbox
from ingest.types import Raw, Read, Rejected
from tests.conftest import SHARED

CASES = SHARED / "data" / "cases"
COST = "the steel alone cost €4.1 million, “more than anyone had feared”."
NAMES = "Engineer Zoë Fälk said the town’s budget had been cut by £300,000. The mayor, José Añez, declined to comment"
HAS = {
    "01-docx-tracked-changes/quarry.docx": (
        "The county refused on Tuesday to license the Osmund Valley quarry for 8 more years, inspector Petra Halloran said.",
        "Residents had collected 2,340 signatures against the blasting.",
    ),
    "01-docx-tracked-changes/neighbour-content-control.docx": ("The grant inside the block control is 640,000 kroner.", "The mayor is Runa Holt, in office since 2019."),
    "01-docx-tracked-changes/neighbour-footnote.docx": ("Lead was measured at 31 micrograms a litre on 9 April.",),
    "01-docx-tracked-changes/neighbour-moved.docx": ("The panel met. It chose Dagny Moe as chair.",),
    "01-docx-tracked-changes/neighbour-hyperlink-field.docx": ("Field: 4 May 2025 and smart tag Port Ellis",),
    "01-docx-tracked-changes/neighbour-nested-table.docx": ("Nested budget | 77 million",),
    "01-docx-tracked-changes/neighbour-text-box.docx": ("Fact box: the tunnel is 3.4 kilometres long.",),
    "01-docx-tracked-changes/neighbour-table-order.docx": ("Northgate | 1,208\n\nParagraph after the table",),
    "01-docx-tracked-changes/neighbour-merged-cells.docx": ("Turnout by ward\n\nNorth | 61% | +4",),
    "02-eml-nested-attachment/pier.eml": ("37 cracked piles", "2.6 million kroner a month", "28 February"),
    "02-eml-nested-attachment/neighbour-qp-latin1.eml": ("Utvalget møttes i Bærum og valgte Øystein Grøn som leder. Han fikk ni av elleve stemmer.",),
    "02-eml-nested-attachment/neighbour-format-flowed.eml": ("the ferry company Nordvik must repay 18 million kroner in subsidies, because the winter route had been cancelled",),
    "07-legacy-encodings/cp1252-nolabel.html": (COST, NAMES),
    "07-legacy-encodings/utf8-label-cp1252-bytes.html": (COST, NAMES),
    "07-legacy-encodings/latin1-label-utf8-bytes.html": (COST, NAMES),
    "07-legacy-encodings/cp1252.txt": (COST, NAMES),
    "07-legacy-encodings/macroman.txt": (COST, NAMES),
    "07-legacy-encodings/double-encoded.txt": (COST, NAMES),
    "07-legacy-encodings/nfd.txt": (COST, NAMES),
    "07-legacy-encodings/utf16le-nobom.txt": (COST, NAMES),
    "07-legacy-encodings/cp1252-short.txt": ("Café bill – €4",),
    "07-legacy-encodings/csv-excel-cp1252.csv": ("Engineer Zoë Fälk said it cost €4.1 million",),
    "07-legacy-encodings/csv-excel-utf16.csv": ("Engineer Zoë Fälk said €4.1 million",),
    "07-legacy-encodings/gb2312-label-gbk-bytes.html": ("镕基大桥", "李喆"),
    "07-legacy-encodings/shift_jis-label-cp932-bytes.html": ("髙橋市長", "①修理費"),
    "07-legacy-encodings/euc-kr-label-cp949-bytes.html": ("똠방", "햏"),
    "07-legacy-encodings/iso-2022-jp.html": ("港の橋", "夜間検査"),
    "07-legacy-encodings/mail-iso2022jp.eml": ("港の橋は月曜日に再開した。",),
    "07-legacy-encodings/iso-8859-9-label-cp1254.html": ("“Belediye başkanı", "katıldı.”"),
    "13-pdf-two-columns/drawn-row-by-row.pdf": (
        "The regional assembly in Veldheim voted on Thursday to close the last coal pier in the harbour by the end of next year.",
        "Dock workers' union secretary Wil Terpstra said 140 jobs were at stake",
    ),
    "13-pdf-two-columns/running-header.pdf": ("Assembly leader Joost Brandsma said the town had waited two full decades for the dust to settle",),
    "13-pdf-two-columns/hyphens.pdf": ("1,200,000 euros, and the anti-Brandsma faction",),
    "13-pdf-two-columns/drop-cap.pdf": ("The harbour bridge in Tarnby",),
    "13-pdf-two-columns/kerned.pdf": ("Terpstra said the fee was 4.1 million.",),
    "23-hard-wrapped-text/wire.txt": ("He said that passengers had been offered a bus and that only 214 of them had asked for their money back.",),
    "32-utf8-one-bad-byte/utf8-one-bad-byte.txt": (COST, NAMES),
    "32-utf8-one-bad-byte/utf8-cut-at-end.txt": (COST, NAMES),
    "32-utf8-one-bad-byte/utf8-nul.txt": (COST, NAMES),
    "32-utf8-one-bad-byte/page-bad-byte-in-ad.html": (COST, NAMES),
    "32-utf8-one-bad-byte/five.jsonl": tuple(f"of the steel had cost €4.{n} million – more than feared." for n in range(1, 6)),
}  # fmt: skip
EXPORTS = "author-list fundus guardian-like news-please newsapi newspaper4k rfc822-date trafilatura".split()
ODD = "CT-upper br-chunked br-header-plain-body br chunked-header-plain-body gzip-chunked gzip no-ct nul-in-page nul-utf8-page png-as-html status203 xhtml zstd".split()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    if not CASES.is_dir():
        pytest.skip("../shared/data/cases is absent: the cases of public bug reports need it")
    box = Sandbox()
    yield box
    box.close()


def read(name: str, sandbox: Sandbox) -> tuple[list[Article], list[Rejected]]:
    path = CASES / name
    items = list(read_articles(Raw(path.name, str(path), path=path), sandbox))
    return [i.article for i in items if isinstance(i, Read)], [i for i in items if isinstance(i, Rejected)]


@pytest.mark.parametrize("name", HAS)
def test_the_text_is_what_was_written(name: str, sandbox: Sandbox) -> None:
    articles, rejected = read(name, sandbox)
    texts = [article.text for article in articles]
    assert [part for part in HAS[name] if not any(part in text for text in texts)] == [] and rejected == []
    assert sum(text.count("\ufffd") for text in texts) <= 1


def test_the_headline_of_a_page_is_its_title(sandbox: Sandbox) -> None:
    assert read("13-pdf-two-columns/drawn-by-column.pdf", sandbox)[0][0].title == "Veldheim to close its last coal pier"


def test_a_mail_that_only_forwards_another_gives_the_other(sandbox: Sandbox) -> None:
    (article,), _ = read("02-eml-nested-attachment/neighbour-empty-outer.eml", sandbox)
    assert (article.outlet, str(article.published_at)[:10]) == ("Works office", "2025-03-03")


@pytest.mark.parametrize("name", EXPORTS)
def test_exports_of_other_tools(name: str, sandbox: Sandbox) -> None:
    (article,), _ = read(f"22-exports-of-other-tools/{name}.json", sandbox)
    assert article.title == "Harbour bridge reopens" and str(article.published_at)[:10] == "2024-05-06"
    assert article.byline is None if name == "rfc822-date" else "Liv Sandvik" in str(article.byline)
    assert article.outlet and "/" not in article.outlet and not {*"[{"} & {*article.outlet, *str(article.byline)}


def test_a_web_archive_with_every_packing(sandbox: Sandbox) -> None:
    articles, rejected = read("09-warc-brotli/bridge.warc.gz", sandbox)
    assert [article.title for article in articles] == [f"Bridge report {n}" for n in range(1, 10)] and rejected == []


@pytest.mark.parametrize("name", ODD)
def test_an_odd_record_ends_none_of_the_others(name: str, sandbox: Sandbox) -> None:
    articles, rejected = read(f"09-warc-brotli/one-odd/{name}.warc.gz", sandbox)
    titles = [article.title for article in articles]
    assert {"Bridge report 1", "Bridge report 3"} <= {*titles}
    assert len(titles) == 3 or (len(rejected) == 1 and "report-2" in rejected[0].source)
