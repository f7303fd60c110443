"""Reads mail: the text of a message and everything attached to it, and mailboxes of many messages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import Message
from typing import BinaryIO

from ingest.forms import suffix_for, suffix_of
from ingest.parsing.dates import find_date
from ingest.parsing.documents import read_member, reason_of
from ingest.parsing.mail_parts import Parts, body_fields, header, parts_of
from ingest.parsing.source import MAX_DEPTH, MAX_MEMBER, Item, Member, Source, UnreadableError, placed

_FORWARDED = re.compile(r"^(?:(?:fwd?|re|aw|wg|sv|tr|rv|vs|i|antw)\s*(?:\[\d+\])?\s*:\s*)+", re.I)
_DAYS = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_ENVELOPE = re.compile(rb"From \S.*" + _DAYS + rb"\b.*\d\d?:\d\d")
_HEADER = re.compile(rb"[!-9;-~]+:[ \t\r\n]|>From ")
_FIRST_HEADER = re.compile(
    rb"(?:Return-Path|Received|Date|From|To|Subject|Message-ID|MIME-Version|Content-Type|Delivered-To|X-[\w-]+|Status|"
    rb"Reply-To|Sender|List-[\w-]+|DKIM-Signature|ARC-[\w-]+|Authentication-Results)\s*:", re.I
)  # fmt: skip


def read_mail(source: Source) -> Iterator[Item]:
    """The message and each attachment as an article: the message's date is its own, its outlet who sent it."""
    yield from _read(source.read(), source)


def _read(content: bytes, source: Source) -> Iterator[Item]:
    message = message_from_bytes(content, policy=policy.compat32)
    if not any(header(message, name) for name in ("from", "subject", "date")):
        raise UnreadableError("this is not a mail message: it has no sender, subject or date")
    yield from _message(message, source)


def _message(message: Message, source: Source) -> Iterator[Item]:
    parts = parts_of(message)
    body = body_fields(parts)
    key = header(message, "message-id").strip("<> ")
    if body is not None:
        yield _fields(message, body, key)
    elif not parts.attached:
        raise UnreadableError("there is no text in this message")
    for number, part in enumerate(parts.attached, 1):
        yield from _attachment(part, number, source, key)


def _fields(message: Message, body: dict[str, object], key: str) -> dict[str, object]:
    sender = header(message, "from")
    named = re.sub(r"\s*<[^>]*>\s*$", "", sender).strip(" \"'") or sender.strip("<> ")
    address = header(message, "snapshot-content-location")
    read_from = dict(body.get("read_from", {}))  # type: ignore[call-overload]
    if address or "saved by" in sender.lower():  # a page that a browser saved, not a letter
        return {**body, "url": address or body.get("url"), "read_from": read_from}
    date = find_date(header(message, "date"))
    subject = _FORWARDED.sub("", header(message, "subject"))
    read_from |= {"title": "mail subject", "outlet": "mail sender"} | ({"published_at": "mail date"} if date else {})
    return {
        "text": body["text"], "marks": body.get("marks", {}), "title": subject, "outlet": named, "byline": body.get("byline"),
        "language": body.get("language"), "published_at": date, "key": f"mid:{key}" if key else None, "read_from": read_from,
    }  # fmt: skip


def _attachment(part: Message, number: int, source: Source, key: str) -> Iterator[Item]:
    """An attached message or file; one of a form that is not read is named."""
    name = Parts.file_name(part)
    kind = part.get_content_type()
    inner = part.get_payload(0) if kind == "message/rfc822" and part.is_multipart() else None
    if isinstance(inner, Message):
        label = name or header(inner, "subject")[:60] or f"message {number}"
        if source.depth >= MAX_DEPTH:
            yield UnreadableError(f"messages are nested too deeply (limit {MAX_DEPTH})", label)
            return
        try:
            deeper = source.inside(label, b"")
            yield from placed(_message(inner, deeper), label)
        except Exception as error:  # whatever is wrong with it, the other attachments are read
            yield UnreadableError(reason_of(error), label)
        return
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    label = name or f"attachment {number}"
    if len(content) > MAX_MEMBER:
        yield UnreadableError(f"{len(content):,} bytes is too large (limit {MAX_MEMBER:,})", label)
        return
    form = suffix_for(kind) if not name or not suffix_of(name) else ""
    for item in read_member(
        source, name or f"attachment{form}", content, label, form=form, charset=part.get_content_charset()
    ):
        if isinstance(item, dict) and key and item.get("key"):
            item["key"] = f"mid:{key}/{item['key']}"
        yield item


def read_mailbox(source: Source) -> Iterator[Item]:
    """Every message of a mailbox with its attachments; a bad message is one line."""
    number = 0
    with source.open() as file:
        for number, content in enumerate(_messages(file), 1):  # noqa: B007  # counted after the loop
            if number <= source.skip:
                continue
            yield Member(number - 1, number)
            try:
                if content is None:
                    raise UnreadableError(f"a message is too large (limit {MAX_MEMBER:,} bytes)")
                yield from placed(_read(content, source), number)
            except Exception as error:  # parsers of damaged mail raise anything; the others must still be read
                yield UnreadableError(reason_of(error), number, lost=getattr(error, "lost", True))
    if not number:
        raise UnreadableError("there are no messages in this mailbox")


def _messages(file: BinaryIO) -> Iterator[bytes | None]:
    """The messages of a mailbox; None for one that is too large.

    A line that begins with "From " separates messages only where it has the form of an envelope or follows an empty
    line, and a header follows: letters hold such lines too.
    """
    lines: list[bytes] = []
    size, inside, blank = 0, False, True
    line = file.readline(1 << 20)
    while line:
        following = file.readline(1 << 20)
        if line.startswith(b"From ") and _separates(line, following, blank):
            if inside:
                yield b"".join(lines) if size <= MAX_MEMBER else None
            lines, size, inside = [], 0, True
        elif inside:
            size += len(line)
            if size <= MAX_MEMBER:
                lines.append(re.sub(rb"^>(>*From )", rb"\1", line))
        blank = not line.strip()
        line = following
    if inside:
        yield b"".join(lines) if size <= MAX_MEMBER else None


def _separates(line: bytes, following: bytes, after_blank: bool) -> bool:
    if _ENVELOPE.match(line):
        return _HEADER.match(following) is not None
    return after_blank and _FIRST_HEADER.match(following) is not None
