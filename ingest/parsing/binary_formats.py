"""From PDF, Word, mail, EPUB and web archives to the fields of articles. Runs in the child process.

Files say when they were made, which is not when an article was published: such dates are not used.
"""

from __future__ import annotations

import io
import mailbox
import re
import zipfile
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any
from urllib.parse import unquote

from lxml import etree

from ingest.parsing.dates import find_date
from ingest.parsing.encoding import decode
from ingest.parsing.html import Fields, read_page

MAX_PART = 20_000_000
"""Largest unpacked part of a packed file, in bytes."""
MAX_PAGES = 2_000
LEAST_CHAPTER = 200
"""A part of a book with fewer characters is a cover or a list of contents."""


class UnreadableError(Exception):
    """The document, or one part of it, holds no article; the message is the reason."""


def read_pdf(content: bytes) -> Iterator[Fields]:
    """One article a file."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise UnreadableError(f"expected a PDF without a password, found {str(error)[:120]}") from error
    pages = []
    for number in range(min(len(document), MAX_PAGES)):
        try:
            pages.append(document[number].get_textpage().get_text_bounded())
        except pypdfium2.PdfiumError:
            continue
    text = paragraphs("\n".join(pages))
    if not text:
        raise UnreadableError("expected a PDF with text in it, found pictures of pages at most")
    title = str(document.get_metadata_dict().get("Title") or "").strip()
    yield _with_visible_date({"text": text, "title": title, "read_from": {"text": "pdf", "title": "pdf title"}})


def paragraphs(text: str) -> str:
    """Lines as a page broke them, joined to paragraphs; a hyphen at a line's end is closed up."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe", "-\n").replace("\x02", "-\n")
    lines = [line.strip() for line in text.split("\n")]
    full = sorted(len(line) for line in lines if line)
    width = full[len(full) * 3 // 4] if full else 0
    out: list[str] = []
    open_paragraph = False
    for line in lines:
        if not line:
            open_paragraph = False
        elif open_paragraph and out[-1].endswith("-") and line[:1].islower():
            out[-1] = out[-1][:-1] + line
        elif open_paragraph:
            out[-1] += " " + line
        else:
            out.append(line)
        if line:
            ends = re.search(r"[.!?:”\"’)]$", line) is not None
            open_paragraph = not (len(line) < 0.6 * width or (ends and len(line) < 0.85 * width))
    return "\n\n".join(out)


def read_docx(content: bytes) -> Iterator[Fields]:
    """One article a file; its core properties name title and author."""
    _check_zip(content)
    import docx

    try:
        document = docx.Document(io.BytesIO(content))
        lines = [paragraph.text for paragraph in document.paragraphs]
        for table in document.tables[:50]:
            lines += [" | ".join(cell.text for cell in row.cells) for row in table.rows[:500]]
        title = next((p.text for p in document.paragraphs if p.style and p.style.name in ("Title", "Heading 1")), "")
        properties = document.core_properties
        named, author = properties.title, properties.author
    except (KeyError, ValueError, AttributeError, OSError, etree.LxmlError) as error:
        raise UnreadableError(f"expected a Word file, found damage: {str(error)[:120]}") from error
    author = "" if (author or "").lower() in ("python-docx", "user", "admin") else author
    read_from = {"text": "docx", "title": "heading" if title else "docx property", "byline": "docx property"}
    text = "\n\n".join(line for line in lines if line.strip())
    yield _with_visible_date({"text": text, "title": title or named, "byline": author, "read_from": read_from})


def read_mail(content: bytes) -> Iterator[Fields]:
    """One article a message: its date is the message's, its outlet who sent it."""
    yield _message(content)


def read_mailbox(path: Path) -> Iterator[Fields | UnreadableError]:
    """Every message of an mbox file."""
    box = mailbox.mbox(str(path), create=False)
    if not len(box):
        raise UnreadableError("expected a mailbox with messages, found none")
    for key in box.keys():  # noqa: SIM118  # a mailbox iterates over messages
        try:
            yield _message(box.get_bytes(key))
        except UnreadableError as error:
            yield error
        except (ValueError, LookupError, AttributeError, TypeError, IndexError) as error:
            yield UnreadableError(f"expected a mail message, found damage: {str(error)[:120]}")


def _message(content: bytes) -> Fields:
    message = message_from_bytes(content, policy=policy.default)
    if not isinstance(message, EmailMessage) or not (message["from"] or message["subject"] or message["date"]):
        raise UnreadableError("expected a mail message, found no sender, subject or date")
    fields = _mail_body(message)
    subject = re.sub(r"^(?:(?:fwd?|re|aw|wg)\s*:\s*)+", "", str(message["subject"] or ""), flags=re.I)
    sender = re.sub(r"\s*<[^>]*>\s*$", "", str(message["from"] or "")).strip(' "')
    read_from = {**fields.get("read_from", {}), "title": "mail subject", "outlet": "mail sender"}
    date = find_date(str(message["date"] or ""))
    if date:
        read_from["published_at"] = "mail date"
    key = str(message["message-id"] or "").strip("<> ")
    return {"text": fields["text"], "marks": fields.get("marks", {}), "title": subject, "outlet": sender,
            "byline": fields.get("byline"), "language": fields.get("language"), "published_at": date,
            "key": f"mid:{key}" if key else None, "read_from": read_from}  # fmt: skip


def _mail_body(message: EmailMessage) -> Fields:
    for kind in ("html", "plain"):
        part = message.get_body(preferencelist=(kind,))
        if part is None:
            continue
        payload = part.get_payload(decode=True)
        text = decode(payload, part.get_content_charset()) if isinstance(payload, bytes) else ""
        if kind == "html" and (page := read_page(text)):
            return page
        if kind == "plain" and text.strip():
            return {"text": text, "read_from": {"text": "mail"}}
    raise UnreadableError("expected a mail message with text, found none")


def read_epub(content: bytes) -> Iterator[Fields | UnreadableError]:
    """One article a chapter with running text."""
    with _check_zip(content) as book:
        try:
            container = _xml(_part(book, "META-INF/container.xml"))
            root = container.xpath("//*[local-name()='rootfile']/@full-path")[0]
            package = _xml(_part(book, root))
            files = {n.get("id"): n.get("href") for n in package.xpath("//*[local-name()='manifest']/*")}
            order = [files[key] for key in package.xpath("//*[local-name()='itemref']/@idref") if files.get(key)]
        except (KeyError, IndexError, etree.LxmlError, ValueError) as error:
            raise UnreadableError(
                f"expected an EPUB, found no readable list of chapters: {str(error)[:100]}"
            ) from error
        outlet, date = _named(package, "publisher") or _named(package, "title"), find_date(_named(package, "date"))
        for href in order[:MAX_PAGES]:
            try:
                page = read_page(decode(_part(book, normpath(join(dirname(root), unquote(href))))))
            except (KeyError, UnreadableError, ValueError) as error:
                yield UnreadableError(f"chapter {href[:80]}: {str(error)[:120]}")
                continue
            if page and len(page["text"]) >= LEAST_CHAPTER:
                page["outlet"] = page["outlet"] or outlet
                page["language"] = page["language"] or _named(package, "language")[:2] or None
                if not page["published_at"] and date:
                    page["published_at"], page["read_from"]["published_at"] = date, "epub date"
                yield {**page, "url": None, "key": href}


def read_warc(path: Path) -> Iterator[Fields | UnreadableError]:
    """Every page of a web archive that was answered with 200; its address is the record's."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    with path.open("rb") as file:
        pages = 0
        try:
            for record in ArchiveIterator(file):
                fields = _record(record)
                if fields is not None:
                    pages += 1
                    yield fields
        except (ArchiveLoadFailed, EOFError, OSError, ValueError, AttributeError, TypeError) as error:
            yield UnreadableError(f"expected a web archive, found damage after {pages} pages: {str(error)[:100]}")
            return
        if not pages:
            raise UnreadableError("expected a web archive with pages, found none")


def _record(record: Any) -> Fields | UnreadableError | None:
    if record.rec_type != "response" or record.http_headers is None or record.http_headers.get_statuscode() != "200":
        return None
    kind = record.http_headers.get_header("Content-Type") or ""
    if "html" not in kind:
        return None
    url = record.rec_headers.get_header("WARC-Target-URI")
    content = record.content_stream().read(MAX_PART + 1)
    if len(content) > MAX_PART:
        return UnreadableError(f"{url}: expected at most {MAX_PART:,} bytes, found more")
    charset = re.search(r"charset=[\"']?([\w.:-]+)", kind, re.I)
    page = read_page(decode(content, charset.group(1) if charset else None, html=True), url)
    return page or UnreadableError(f"{url}: expected a page with an article, found no running text")


def _with_visible_date(fields: Fields) -> Fields:
    """Take the date that stands in the first lines, where there is one."""
    for line in fields["text"].split("\n")[:8]:
        if len(line) <= 120 and not re.search(r"\b(?:updated|modified)\b", line, re.I) and (date := find_date(line)):
            fields["published_at"], fields["read_from"]["published_at"] = date, "visible text"
            break
    return fields


def _check_zip(content: bytes) -> zipfile.ZipFile:
    try:
        packed = zipfile.ZipFile(io.BytesIO(content))
        size = sum(info.file_size for info in packed.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, IndexError) as error:
        raise UnreadableError(f"expected a packed document, found damage: {str(error)[:120]}") from error
    if size > 10 * MAX_PART or len(packed.infolist()) > 20_000:
        raise UnreadableError(f"expected at most {10 * MAX_PART:,} bytes when unpacked, found {size:,}")
    return packed


def _part(book: zipfile.ZipFile, name: str) -> bytes:
    """One file of a packed one; what it says of its own size is not believed."""
    try:
        with book.open(name) as file:
            content = file.read(MAX_PART + 1)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise UnreadableError(f"expected a readable part {name[:80]}, found {str(error)[:100]}") from error
    except Exception as error:  # zlib.error and lzma's own classes share no base
        raise UnreadableError(f"expected a readable part {name[:80]}, found {type(error).__name__}") from error
    if len(content) > MAX_PART:
        raise UnreadableError(f"expected at most {MAX_PART:,} bytes in {name[:80]}, found more")
    return content


def _xml(content: bytes) -> Any:
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))


def _named(package: Any, name: str) -> str:
    found = package.xpath(f"//*[local-name()='metadata']/*[local-name()='{name}']/text()")
    return str(found[0]).strip()[:300] if found else ""
