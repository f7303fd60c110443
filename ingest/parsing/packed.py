"""Opens packed documents (Word files, books) with limits: what they say of their own sizes is not believed."""

from __future__ import annotations

import zipfile
from typing import Any, BinaryIO

from lxml import etree

from ingest.parsing.source import MAX_PART, UnreadableError

MAX_WHOLE = 10 * MAX_PART
"""Most that the parts may unpack to together, as the document says, in bytes."""


def open_packed(file: BinaryIO, what: str) -> zipfile.ZipFile:
    """Open a packed document.

    Args:
        file: The document.
        what: What it is said to be ("Word file"), for the message.

    Raises:
        UnreadableError: It is damaged, or would unpack to too much.
    """
    try:
        packed = zipfile.ZipFile(file)
        size = sum(info.file_size for info in packed.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, IndexError) as error:
        raise UnreadableError(f"This {what} is damaged: {str(error)[:120]}") from error
    if size > MAX_WHOLE or len(packed.infolist()) > 20_000:
        raise UnreadableError(f"{size:,} bytes when unpacked is too large (limit {MAX_WHOLE:,})")
    return packed


def read_part(packed: zipfile.ZipFile, part: str | zipfile.ZipInfo, limit: int = MAX_PART) -> bytes:
    """One file of a packed document.

    Args:
        packed: The document.
        part: The file's name or entry.
        limit: Most that it may unpack to, in bytes.

    Raises:
        KeyError: There is none of this name.
        UnreadableError: It is damaged, locked or too large.
    """
    name = (part if isinstance(part, str) else part.filename)[-80:]
    try:
        with packed.open(part) as file:
            content = file.read(limit + 1)
    except KeyError:
        raise
    except RuntimeError as error:  # zipfile's word for a password; also unknown compression
        reason = "it needs a password" if "password" in str(error) else str(error)[:100]
        raise UnreadableError(f"{name} cannot be unpacked: {reason}") from error
    except MemoryError:
        raise
    except Exception as error:  # zlib.error and lzma's own classes share no base
        raise UnreadableError(f"{name} is damaged ({type(error).__name__}: {str(error)[:80]})") from error
    if len(content) > limit:
        raise UnreadableError(f"{name} is too large (limit {limit:,} bytes)")
    return content


def parse_xml(content: bytes) -> Any:
    """The root of an XML document; entities are not resolved."""
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
