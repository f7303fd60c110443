"""Books and web archives: chapters and records one by one, each with what is wrong with it."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from typing import Any

import brotli
import pytest
import zstandard

from ingest.parsing.documents import read_document
from ingest.parsing.source import Source, UnreadableError

LONG = "The county refused on Tuesday to license the quarry for eight more years, inspector Petra Halloran said. "


def read(name: str, content: bytes) -> tuple[list[dict[str, Any]], list[UnreadableError]]:
    items: list[Any] = []
    try:
        for item in read_document(Source(name, content)):
            items.append(item)
    except UnreadableError as error:
        items.append(error)
    return [i for i in items if isinstance(i, dict)], [i for i in items if isinstance(i, UnreadableError)]


def book(chapters: dict[str, str | None], extra: str = "") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(
            "META-INF/container.xml", "<container><rootfiles><rootfile full-path='OPS/b.opf'/></rootfiles></container>"
        )
        contents = {"nav": "properties='nav'"}
        manifest = "".join(f"<item id='{name}' href='{name}.xhtml' {contents.get(name, '')}/>" for name in chapters)
        spine = "".join(f"<itemref idref='{name}'/>" for name in chapters)
        packed.writestr(
            "OPS/b.opf",
            f"<package><metadata xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:title>Book</dc:title><dc:creator>Ann Lee</dc:creator>{extra}</metadata><manifest>{manifest}</manifest><spine>{spine}</spine></package>",
        )
        for name, text in chapters.items():
            if text is not None:
                packed.writestr(
                    f"OPS/{name}.xhtml", f"<html xmlns:epub='http://www.idpf.org/2007/ops'><body>{text}</body></html>"
                )
    return file.getvalue()


def test_short_chapters_are_read_and_covers_are_not() -> None:
    chapters = {
        "cover": "<h1>The Book</h1>",
        "nav": f"<p>{LONG}</p>",
        "one": "<h2>Short</h2><p>Nobody was hurt.</p>",
        "two": f"<h2>Long</h2><p>{LONG * 4}</p>",
        "gone": None,
    }
    articles, rejected = read("a.epub", book(chapters))
    assert [(a["title"], a["byline"]) for a in articles] == [("Short", "Ann Lee"), ("Long", "Ann Lee")]
    assert ["missing" in str(error) for error in rejected] == [True]


def test_marks_of_notes_in_books_stay_out_and_notes_in() -> None:
    text = f"<p>The yard has 140<a epub:type='noteref' href='#n1'>1</a> jobs and 12<sup>2</sup> cranes. {LONG}</p><aside id='n1'><p>Without apprentices, as before.</p></aside>"
    articles, _ = read("a.epub", book({"one": text}))
    assert "140 jobs and 12 cranes" in articles[0]["text"] and "Without apprentices" in articles[0]["text"]


PAGE = (
    "<html><head><title>Bridge {0}</title></head><body><article><h1>Bridge {0}</h1>"
    + "".join(f"<p>Report {{0}}, part {n}. {LONG * 2}</p>" for n in range(3))
    + "</article></body></html>"
)


def record(
    number: int, body: bytes, headers: str = "", kind: str = "text/html; charset=utf-8", status: str = "200 OK"
) -> bytes:
    block = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{headers}\r\n".encode() + body
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:0000-{number}>\r\nWARC-Date: 2025-06-01T00:00:00Z\r\nWARC-Target-URI: https://b.example/r/{number}\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    return head.encode() + block + b"\r\n\r\n"


def page(number: int) -> bytes:
    return PAGE.format(number).encode()


def chunked(body: bytes) -> bytes:
    parts = [body[at : at + 700] for at in range(0, len(body), 700)]
    return b"".join(b"%x;note=1\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


RAW = zlib.compressobj(wbits=-15)
BODIES = {
    "br": ("Content-Encoding: br\r\n", brotli.compress), "gzip": ("Content-Encoding: gzip\r\n", gzip.compress), "x-gzip": ("Content-Encoding: x-gzip\r\n", gzip.compress),
    "deflate": ("Content-Encoding: deflate\r\n", zlib.compress), "zstd": ("Content-Encoding: zstd\r\n", zstandard.compress),
    "raw deflate": ("Content-Encoding: deflate\r\n", lambda body: zlib.compress(body)[2:-4]),
    "two": ("Content-Encoding: gzip, br\r\n", lambda body: brotli.compress(gzip.compress(body))),
    "chunks": ("Transfer-Encoding: chunked\r\n", chunked), "chunks of br": ("Transfer-Encoding: chunked\r\nContent-Encoding: br\r\n", lambda body: chunked(brotli.compress(body))),
    "named and plain": ("Content-Encoding: br\r\n", lambda body: body), "chunks named and plain": ("Transfer-Encoding: chunked\r\n", lambda body: body),
    "utf-8": ("Content-Encoding: UTF-8\r\n", lambda body: body),
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("packed", ["plain", "record by record", "whole"])
def test_bodies_however_they_are_packed(name: str, packed: str) -> None:
    headers, pack = BODIES[name]
    records = [record(1, page(1)), record(2, pack(page(2)), headers), record(3, page(3))]
    content = (
        b"".join(records)
        if packed == "plain"
        else gzip.compress(b"".join(records))
        if packed == "whole"
        else b"".join(map(gzip.compress, records))
    )
    articles, rejected = read("a.warc" if packed == "plain" else "a.warc.gz", content)
    assert [article["title"] for article in articles] == ["Bridge 1", "Bridge 2", "Bridge 3"] and not rejected


BAD = {
    "unknown packing": ("Content-Encoding: magic\r\n", page(2)),
    "damaged br": ("Content-Encoding: br\r\n", b"\x8b\x00\x80" * 200),
    "cut gzip": ("Content-Encoding: gzip\r\n", gzip.compress(page(2))[:-90]),
    "cut br": ("Content-Encoding: br\r\n", brotli.compress(page(2))[:-90]),
    "cut zstd": ("Content-Encoding: zstd\r\n", zstandard.compress(page(2))[:-90]),
    "picture": ("", b"\x89PNG\r\n\x1a\n" + bytes(600)),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_record_is_one_line_that_names_its_address(name: str) -> None:
    headers, body = BAD[name]
    articles, rejected = read("a.warc", record(1, page(1)) + record(2, body, headers) + record(3, page(3)))
    assert [article["title"] for article in articles] == ["Bridge 1", "Bridge 3"]
    assert [error.part for error in rejected] == ["https://b.example/r/2"]


@pytest.mark.parametrize("packed", [False, True])
def test_damage_between_records_ends_none_of_the_others(packed: bool) -> None:
    records = [gzip.compress(record(n, page(n))) if packed else record(n, page(n)) for n in range(1, 6)]
    records[2] = records[2][: len(records[2]) // 2]
    articles, rejected = read("a.warc.gz" if packed else "a.warc", b"".join(records))
    assert {"Bridge 1", "Bridge 2", "Bridge 5"} <= {article["title"] for article in articles} and rejected
    assert "Bridge 3" not in {article["title"] for article in articles}


def test_a_record_that_is_cut_off_gives_no_half_article() -> None:
    whole = record(1, page(1)) + record(2, page(2))
    articles, rejected = read("a.warc", whole[:-500])
    assert [article["title"] for article in articles] == ["Bridge 1"] and "cut off" in str(rejected[0])
