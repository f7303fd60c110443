"""The parts of a mail message: which of them are its text, which are attached; headers and text as written."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

from ingest.parsing.charsets import by_name
from ingest.parsing.encoding import decode
from ingest.parsing.hard_wrap import unwrap
from ingest.parsing.html import read_page
from ingest.parsing.html_text import text_of
from ingest.parsing.source import Fields

_WORD = re.compile(r"=\?([\w.:*-]+)\?([bq])\?([^?\s]*(?: [^?\s]*)*)\?=", re.I)
_SILENT = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature", "message/delivery-status",
           "application/pgp-keys", "text/rfc822-headers", "text/x-amp-html"}  # fmt: skip
LEAST_SHARE = 0.6
"""A web page that gives less than this share of the plain text beside it was not read whole."""


@dataclass
class Parts:
    """The parts of a message.

    Attributes:
        texts: The parts that are shown as the message, in order: (kind, part).
        attached: The others, in order.
    """

    texts: list[tuple[str, Message]] = field(default_factory=list)
    attached: list[Message] = field(default_factory=list)
    plain: list[tuple[str, Message]] = field(default_factory=list)
    """The plain version of what is shown as a page."""

    @staticmethod
    def file_name(part: Message) -> str:
        """The file name of a part on one line, "" without one."""
        try:
            name = part.get_filename() or ""
        except (LookupError, ValueError, TypeError):
            name = ""
        return " ".join(_words(name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")).split())[:200]


def parts_of(message: Message) -> Parts:
    """Sort the parts of a message."""
    parts = Parts()
    _sort(message, parts, 0)
    return parts


def _sort(part: Message, parts: Parts, depth: int) -> None:
    kind = part.get_content_type()
    if depth > 30 or kind in _SILENT:
        return
    if part.is_multipart() and kind == "message/rfc822":
        parts.attached.append(part)
    elif kind == "multipart/alternative":
        _sort_versions(part, parts, depth)
    elif kind.startswith("multipart/"):  # one that names parts and has none holds nothing
        for inner in _children(part):
            _sort(inner, parts, depth + 1)
    elif kind in ("text/plain", "text/html") and not _is_attached(part):
        parts.texts.append((kind, part))
    elif not (part.get("content-id") and kind.startswith("image/") and part.get_content_disposition() != "attachment"):
        parts.attached.append(part)


def _sort_versions(part: Message, parts: Parts, depth: int) -> None:
    """Of versions of the same text, the page is taken and the plain one kept beside it."""
    versions = []
    for inner in _children(part):
        version = Parts()
        _sort(inner, version, depth + 1)
        parts.attached += [one for one in version.attached if one.get_content_type() != "text/calendar"]
        if version.texts:
            versions.append(version.texts)
    pages = [texts for texts in versions if any(kind == "text/html" for kind, _ in texts)]
    plain = [texts for texts in versions if texts not in pages]
    parts.texts += (pages or plain or [[]])[-1]
    if pages and plain:
        parts.plain += plain[0]


def _children(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    yield from (inner for inner in payload if isinstance(inner, Message)) if isinstance(payload, list) else ()


def _is_attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(Parts.file_name(part))


def body_fields(parts: Parts) -> Fields | None:
    """The text of a message with what a page says of itself, or None when it has none."""
    fields: Fields = {"text": "", "read_from": {"text": "mail"}}
    plain = _joined(_plain(part) for kind, part in parts.plain if kind == "text/plain")
    texts = []
    for kind, part in parts.texts:
        if kind == "text/plain":
            texts.append(_plain(part))
            continue
        markup = _text(part)
        page, whole = read_page(markup), text_of(markup)
        if page and len(page.get("text") or "") >= LEAST_SHARE * max(len(plain), len(whole) // 2):
            fields |= {name: value for name, value in page.items() if name != "text"}
            texts.append(page["text"])
        else:
            texts.append(plain or whole)
    fields["text"] = _joined(texts)
    return fields if re.search(r"\w", fields["text"]) else None


def _joined(texts: object) -> str:
    return "\n\n".join(text.strip("\r\n") for text in texts if text.strip())  # type: ignore[attr-defined]


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    charset = part.get_content_charset()
    return decode(payload, charset, html=part.get_content_type() == "text/html") if isinstance(payload, bytes) else ""


def _plain(part: Message) -> str:
    text = _text(part).replace("\r\n", "\n").replace("\r", "\n")
    named = {str(key).lower(): str(value).lower() for key, value in part.get_params(failobj=[], header="content-type")}
    return unflow(text, delete_space=named.get("delsp") == "yes") if named.get("format") == "flowed" else unwrap(text)


def unflow(text: str, *, delete_space: bool = False) -> str:
    """Join the lines of `format=flowed` text (RFC 3676): a line that ends with a space goes on in the next."""
    out: list[str] = []
    goes_on, depth = False, 0
    for line in text.split("\n"):
        quotes = len(line) - len(line.lstrip(">"))
        body = line[quotes:]
        body = body[1:] if body.startswith(" ") else body
        if goes_on and quotes == depth and body != "-- ":
            out[-1] += body
        else:
            out.append(f"{'>' * quotes} {body}" if quotes else body)
        depth = quotes
        goes_on = body.endswith(" ") and body != "-- "
        if goes_on and delete_space:
            out[-1] = out[-1][:-1]
    return "\n".join(line.rstrip() for line in out)


def header(message: Message, name: str) -> str:
    """A header on one line, its encoded words decoded; "" without one."""
    raw = next((value for key, value in message.raw_items() if key.lower() == name), "")
    content = str(raw).encode("utf-8", "surrogateescape")
    text = str(raw) if content.isascii() else decode(content)
    return " ".join(_words(text).split())[:1000]


def _words(text: str) -> str:
    """Encoded words (RFC 2047); neighbours in one encoding are joined first, as senders cut characters in two."""
    out, position = "", 0
    waiting: tuple[str, bytes] = ("", b"")
    for match in _WORD.finditer(text):
        between = text[position : match.start()]
        charset = match[1].partition("*")[0].lower()
        content = _unpacked(match[2].lower(), match[3]) or match[0].encode("utf-8")
        if between.strip() or charset != waiting[0]:
            out += _named(waiting) + (between if between.strip() or not waiting[0] else "")
            waiting = (charset, content)
        else:
            waiting = (charset, waiting[1] + content)
        position = match.end()
    return out + _named(waiting) + text[position:]


def _unpacked(kind: str, word: str) -> bytes:
    if kind == "q":
        return quopri.decodestring(word.replace("_", " ").encode("utf-8"), header=False)
    try:
        return base64.b64decode(word + "=" * (-len(word) % 4))
    except (binascii.Error, ValueError):
        return word.encode("utf-8")


def _named(word: tuple[str, bytes]) -> str:
    charset, content = word
    if not content:
        return ""
    text = by_name(content, charset)
    return text if text is not None else decode(content, charset)
