"""One small file of each form, made here."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import mailbox
import tarfile
import tempfile
import zipfile
from email.message import EmailMessage
from pathlib import Path

import zstandard

from tests.ingest.site import LIGHT, SALT, TOLL, TRAM, salt, tram

BASE = "https://courier.example"


def pdf(lines: tuple[str, ...] = TRAM, title: str = "Tarn approves its tram") -> bytes:
    """A PDF of one page, its lines broken as on paper."""
    rows: list[str] = []
    for line in ("Tarn Courier, 4 March 2025", "", *lines):
        words, row = line.replace("“", '"').replace("”", '"').replace("’", "'").split(), ""
        for word in words:
            if len(row) + len(word) > 70:
                rows.append(row)
                row = ""
            row = f"{row} {word}".strip()
        rows += [row, ""]
    drawn = "".join(f"({row.replace(chr(92), '').replace('(', '').replace(')', '')}) Tj T*\n" for row in rows)
    stream = f"BT /F1 11 Tf 14 TL 60 760 Td\n{drawn}ET".encode("latin-1")
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(stream), stream), b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        f"<</Title({title})/CreationDate(D:20200101000000Z)>>".encode(),
    ]  # fmt: skip
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1) + b"".join(b"%010d 00000 n \n" % at for at in places)
    out += b"trailer\n<</Size %d/Root 1 0 R/Info 6 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(parts) + 1, start)
    return bytes(out)


def docx() -> bytes:
    import docx as word

    document = word.Document()
    document.core_properties.title, document.core_properties.author = "Ignored where there is a heading", "Tove Marsh"
    document.add_heading("Salt works to become museum", 1)
    document.add_paragraph("20 March 2025")
    for line in SALT:
        document.add_paragraph(line)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def message(
    subject: str = "Fwd: Crack found in lighthouse",
    lines: tuple[str, ...] = LIGHT,
    page: bool = False,
    key: str = "<l1@ness.example>",
) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = '"Ness Dispatch" <news@ness.example>', "reader@home.example", subject
    mail["Date"], mail["Message-ID"] = "Fri, 02 May 2025 07:15:00 +0100", key
    mail.set_content("\n\n".join(lines))
    if page:
        mail.add_alternative(
            f"<html><body><h1>{subject}</h1>{''.join(f'<p>{line}</p>' for line in lines)}</body></html>", subtype="html"
        )
    return mail


def mbox() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        box = mailbox.mbox(f"{folder}/m")
        box.add(message())
        box.add(message("Bridge toll set", TOLL, True, "<t1@ness.example>"))
        box.flush()
        box.close()
        return Path(f"{folder}/m").read_bytes()


def epub() -> bytes:
    def chapter(title: str, lines: tuple[str, ...]) -> str:
        return f"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><head><title>{title}</title></head><body><h1>{title}</h1>{''.join(f'<p>{line}</p>' for line in lines)}</body></html>"

    chapters = {
        "cover": chapter("Cover", ("The Tarn Reader",)),
        "one": chapter("Bridge toll set", TOLL),
        "two": chapter("Crack found", LIGHT),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("mimetype", "application/epub+zip")
        book.writestr(
            "META-INF/container.xml",
            "<container><rootfiles><rootfile full-path='OPS/book.opf'/></rootfiles></container>",
        )
        manifest = "".join(f"<item id='{name}' href='{name}.xhtml'/>" for name in chapters)
        spine = "".join(f"<itemref idref='{name}'/>" for name in chapters)
        book.writestr(
            "OPS/book.opf",
            f"<package><metadata xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:title>The Tarn Reader</dc:title><dc:date>2025-06-01</dc:date><dc:language>en</dc:language></metadata><manifest>{manifest}</manifest><spine>{spine}</spine></package>",
        )
        for name, text in chapters.items():
            book.writestr(f"OPS/{name}.xhtml", text)
    return file.getvalue()


def warc(packed: bool = False) -> bytes:
    out = b""
    for number, (path, status, kind, body) in enumerate((
        ("/2025/03/tram-line", "200 OK", "text/html; charset=utf-8", tram(BASE)), ("/robots.txt", "200 OK", "text/plain", "x"),
        ("/lost", "404 Not Found", "text/html", "<p>no</p>"), ("/news/salt-works", "200 OK", "text/html", salt(BASE)),
    )):  # fmt: skip
        block = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n\r\n".encode() + body.encode()
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-00000000000{number}>\r\n"
            f"WARC-Date: 2025-06-01T00:00:00Z\r\nWARC-Target-URI: {BASE}{path}\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
        )
        record = head.encode() + block + b"\r\n\r\n"
        out += gzip.compress(record) if packed else record
    return out


def table() -> bytes:
    file = io.StringIO(newline="")
    rows = csv.writer(file, delimiter=";")
    rows.writerows(
        [
            ["id", "Title", "published_at", "outlet", "Text"],
            ["c1", "Bridge toll set", "2025-04-11", "Fell Gazette", "\n".join(TOLL)],
            ["c2", "Crack", "", "", " ".join(LIGHT)],
        ]
    )
    return file.getvalue().encode()


def all_forms() -> dict[str, bytes]:
    """Suffix -> a good file of that form."""
    fields = {"id": "j1", "title": "Tram", "text": "\n\n".join(TRAM), "published_at": "2025-03-04"}
    return {
        ".txt": "\n\n".join(TRAM).encode(), ".md": ("---\nid: m1\ntitle: Tram\n---\n" + "\n\n".join(TRAM)).encode(),
        ".json": json.dumps({"articles": [fields, {**fields, "id": "j2", "text": " ".join(SALT)}]}, ensure_ascii=False).encode(),
        ".jsonl": "\n".join(json.dumps({**fields, "id": n}) for n in range(3)).encode(), ".csv": table(),
        ".html": tram(BASE).encode(), ".pdf": pdf(), ".docx": docx(), ".eml": message(page=True).as_bytes(), ".mbox": mbox(),
        ".epub": epub(), ".warc": warc(), ".warc.gz": warc(True),
    }  # fmt: skip


def more_forms() -> dict[str, bytes]:
    """Suffix -> a good file of a form that `all_forms` has not: archives, packed files, bibliographies, feeds, saved pages."""
    members = {
        f"a{suffix}": content for suffix, content in all_forms().items() if suffix in (".txt", ".html", ".pdf", ".eml")
    }
    zipped, tarred = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with tarfile.open(fileobj=tarred, mode="w") as bundle:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            bundle.addfile(info, io.BytesIO(content))
    text = " ".join(TRAM)
    item = f"<item><title>Tram</title><link>{BASE}/1</link><description>{text}</description></item>"
    return {
        ".zip": zipped.getvalue(), ".tar": tarred.getvalue(), ".tar.gz": gzip.compress(tarred.getvalue()),
        ".tar.bz2": bz2.compress(tarred.getvalue()), ".tar.xz": lzma.compress(tarred.getvalue()),
        ".gz": gzip.compress(text.encode()), ".bz2": bz2.compress(text.encode()), ".xz": lzma.compress(text.encode()),
        ".zst": zstandard.compress(text.encode()), ".tsv": table().replace(b";", b"\t"),
        ".rss": f"<rss version='2.0'><channel><title>Tarn</title>{item * 3}</channel></rss>".encode(),
        ".ris": f"TY  - NEWS\nTI  - Tram\nAB  - {text}\nER  - \n".encode() * 2,
        ".bib": f"@article{{a, title = {{Tram}}, abstract = {{{text}}}, year = 2025}}\n".encode() * 2,
        ".mht": message(page=True).as_bytes(),
    }  # fmt: skip
