"""Mail: every part is read or named, mailboxes are split where messages begin and nowhere else."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import pytest

from ingest.parsing.mail import read_mail, read_mailbox
from ingest.parsing.source import Source, UnreadableError
from tests.ingest.files import docx, message, pdf

TEXT = "The county refused on Tuesday to license the quarry for eight more years."


def letter(subject: str = "Quarry", text: str = TEXT, key: str = "<q1@x.example>") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Message-ID"] = "Ane Rud <ane@paper.example>", subject, key
    mail["Date"] = "Tue, 04 Mar 2025 08:00:00 +0100"
    mail.set_content(text)
    return mail


def read(content: bytes) -> tuple[list[dict[str, Any]], list[UnreadableError]]:
    items = list(read_mail(Source("a.eml", content)))
    return [i for i in items if isinstance(i, dict)], [i for i in items if isinstance(i, UnreadableError)]


def box(content: bytes) -> tuple[list[dict[str, Any]], list[UnreadableError]]:
    items = list(read_mailbox(Source("a.mbox", content)))
    return [i for i in items if isinstance(i, dict)], [i for i in items if isinstance(i, UnreadableError)]


def test_everything_attached_is_read_or_named() -> None:
    mail = letter()
    mail.add_attachment(letter("Inner", "A second survey found 37 cracked piles."))
    mail.add_attachment(docx(), maintype="application", subtype="octet-stream", filename="memo.docx")
    mail.add_attachment(pdf(), maintype="application", subtype="pdf")
    mail.add_attachment("A log of the crane.".encode("utf-16"), maintype="text", subtype="plain", filename="log.txt")
    mail.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="pier.png")
    mail.add_attachment(b"\xd0\xcf\x11\xe0", maintype="application", subtype="msword", filename="old.doc")
    articles, rejected = read(mail.as_bytes())
    assert [article.get("part") for article in articles] == [None, "Inner", "memo.docx", "attachment 3", "log.txt"]
    assert articles[1]["title"] == "Inner" and "37 cracked piles" in articles[1]["text"]
    assert articles[4]["text"] == "A log of the crane."
    assert [(error.part, error.lost) for error in rejected] == [("pier.png", False), ("old.doc", False)]


def test_mail_fifty_deep_ends_with_a_line() -> None:
    mail = letter("innermost")
    for depth in range(50):
        outer = letter(f"level {depth}", f"Letter number {depth} of the pile.")
        outer.add_attachment(mail)
        mail = outer
    articles, rejected = read(mail.as_bytes())
    assert 5 <= len(articles) <= 12 and len(rejected) == 1 and "nested too deeply" in str(rejected[0])


@pytest.mark.parametrize(
    ("raw", "read_as"),
    [
        (b"=?ISO-8859-1?Q?F=F8rste_m=F8te?=", "Første møte"), (b"=?utf-8?B?wqMz?= =?utf-8?B?MDA=?=", "£300"),
        (b"=?utf-8?q?Caf=C3?= =?utf-8?q?=A9_closed?=", "Café closed"), (b"=?gb2312?B?w/vIyw==?=", "名人"),
        (b"Re: =?iso-2022-jp?B?GyRCOS0bKEI=?=", "広"), ("Straße in Köln".encode("cp1252"), "Straße in Köln"),
        ("Straße in Köln".encode(), "Straße in Köln"), (b"=?x-nothing?Q?Caf=E9?=", "Café"), (b"=?utf-8?B?!!!?=", "=?utf-8?B?!!!?="),
        (b"Fwd: RE: AW: Quarry\r\n blast", "Quarry blast"), (b"=?utf-8?Q?two?= words =?utf-8?Q?here?=", "two words here"),
    ],
)  # fmt: skip
def test_headers(raw: bytes, read_as: str) -> None:
    content = b"From: a@x.example\r\nSubject: " + raw + b"\r\n\r\n" + TEXT.encode()
    articles, _ = read(content)
    assert articles[0]["title"] == read_as


@pytest.mark.parametrize(
    "line",
    [
        "From the harbour wall the crowd watched.",
        "From now on it will be nailed.",
        "From: nobody",
        "From 9 to 5 the office is open.",
    ],
)
def test_a_line_that_begins_with_from_is_text(line: str) -> None:
    envelope = "From a@x.example Wed Mar  5 12:00:00 2025\n"
    content = "".join(
        f"{envelope}From: a@x.example\nSubject: Mail {n}\n\n{TEXT}\n\n{line}\nIt was late.\n\n" for n in range(3)
    )
    articles, rejected = box(content.encode())
    assert rejected == [] and len(articles) == 3
    assert all(line in article["text"] and "It was late." in article["text"] for article in articles)


@pytest.mark.parametrize(
    "envelope",
    [
        "From a@x.example Wed Mar  5 12:00:00 2025",
        "From - Wed Mar 05 12:00:00 2025",
        "From MAILER-DAEMON Wed Mar  5 12:00:00 +0100 2025",
        "From 177@xxx",
    ],
)
def test_envelopes_of_several_programs(envelope: str) -> None:
    content = "".join(
        f"{envelope}\nDate: Tue, 04 Mar 2025 08:00:00 +0100\nFrom: a@x.example\nSubject: Mail {n}\n\n{TEXT}\n\n"
        for n in range(3)
    )
    articles, _ = box(content.encode())
    assert [article["title"] for article in articles] == ["Mail 0", "Mail 1", "Mail 2"]


def test_a_message_without_text_or_with_damage_is_one_line_and_the_others_are_read() -> None:
    envelope = b"From a@x.example Wed Mar  5 12:00:00 2025\n"
    bad = b"From: a@x.example\nSubject: bad\nContent-Type: multipart/mixed; boundary=nowhere\n\n--other\n\n"
    content = b"\n\n".join(
        envelope + part
        for part in (letter("One").as_bytes(), bad, b"Subject: three\n\n", letter("Four", key="<4@x>").as_bytes())
    )
    articles, rejected = box(content)
    assert [article["title"] for article in articles] == ["One", "Four"]
    assert [error.part for error in rejected] == [2, 3]


def test_the_page_is_taken_unless_the_plain_version_has_more() -> None:
    page = message(page=True)
    articles, _ = read(page.as_bytes())
    assert "<" not in articles[0]["text"] and "lighthouse" in articles[0]["text"].lower()
    stub = letter(text="\n\n".join(f"Paragraph {n}: {TEXT}" for n in range(6)))
    stub.add_alternative("<html><body><p>View this letter in your browser.</p></body></html>", subtype="html")
    articles, _ = read(stub.as_bytes())
    assert "Paragraph 5" in articles[0]["text"]
