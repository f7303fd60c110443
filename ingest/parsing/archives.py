"""Reads zip and tar archives and packed single files: every member by its own form, with the same limits inside.

Nothing is unpacked to disk. A member that is damaged, locked or of a form that is not read is one line.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO

import zstandard

from ingest.forms import suffix_of, unsupported
from ingest.parsing.documents import known, read_document, read_member, reason_of
from ingest.parsing.encoding import decode
from ingest.parsing.packed import read_part
from ingest.parsing.source import MAX_MEMBER, MAX_MEMBERS, Item, Member, Source, UnreadableError
from ingest.parsing.zip_repair import local_members

_JUNK = {"__macosx", "thumbs.db", "desktop.ini", ".ds_store"}
_RECORDS = {".json", ".jsonl", ".ndjson", ".mbox", ".warc", ".tar", ".ris", ".bib"}
"""Forms of which a part is still a number of whole articles."""
_DAMAGE = (OSError, EOFError, lzma.LZMAError, zstandard.ZstdError, tarfile.TarError, ValueError)


def read_zip(source: Source) -> Iterator[Item]:
    """Every member of a zip archive; one without its list of members is searched for them."""
    with source.open() as file:
        try:
            packed = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, IndexError):
            yield from _repaired(source, file)
            return
        infos = [info for info in packed.infolist() if not info.is_dir()]
        if len(infos) > MAX_MEMBERS:
            raise UnreadableError(f"{len(infos):,} files are too many for one archive (limit {MAX_MEMBERS:,})")
        yield from _members(source, ((_name(info), _ZipMember(packed, info)) for info in infos))


class _ZipMember:
    def __init__(self, packed: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        self.packed, self.info = packed, info

    def read(self) -> bytes:
        if self.info.flag_bits & 1:
            raise UnreadableError("it is locked with a password")
        return read_part(self.packed, self.info, MAX_MEMBER)


class _Bytes:
    def __init__(self, content: bytes) -> None:
        self.content = content

    def read(self) -> bytes:
        return self.content


def _repaired(source: Source, file: BinaryIO) -> Iterator[Item]:
    """What can still be read of a zip archive that was cut off or damaged; that it was is one line."""
    found = list(local_members(file, source.budget))
    if not found:
        raise UnreadableError("This .zip file is damaged.")
    yield from _members(source, ((name, _Bytes(content)) for name, content in found))
    yield UnreadableError(f"This .zip file is damaged: {len(found)} members of it could be read.")


def _members(source: Source, members: Iterator[tuple[str, Any]]) -> Iterator[Item]:
    """Read members by their names; those that no one wrote as articles are passed over."""
    taken = 0
    for number, (name, member) in enumerate(members):
        if number < source.skip:
            taken += 1
            continue
        pieces = name.lower().replace("\\", "/").split("/")
        if any(piece in _JUNK or (piece.startswith(".") and piece.strip(".")) for piece in pieces):
            continue
        taken += 1
        yield Member(number, name)
        if not known(name):
            yield UnreadableError(unsupported(suffix_of(name)), name, lost=False)
            continue
        try:
            content = member.read()
        except Exception as error:  # a damaged member is its own matter
            yield UnreadableError(reason_of(error), name)
            continue
        yield from read_member(source, name, content)
        if source.budget.unpacked < 0 or source.budget.members < 0:
            raise UnreadableError("the archive unpacks to too much: the rest of it was not read")
    if not taken:
        raise UnreadableError("The archive is empty.")


def _name(info: zipfile.ZipInfo) -> str:
    """A member's name; zip files from other systems hold it in an encoding that they do not name."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return decode(info.filename.encode("cp437"))
    except Exception:  # a name that cannot be decoded is still a name
        return info.filename


def read_tar(source: Source) -> Iterator[Item]:
    """Every member of a tar archive, packed or not."""
    with source.open() as file, _unpacking(file) as stream:
        try:
            with tarfile.open(fileobj=stream, mode="r|", ignore_zeros=True) as packed:
                yield from _members(source, _tar_members(packed))
        except _DAMAGE as error:
            raise UnreadableError(
                f"This archive is damaged; what was before it was read: {str(error)[:100]}"
            ) from error


class _TarMember:
    def __init__(self, packed: tarfile.TarFile, info: tarfile.TarInfo) -> None:
        self.packed, self.info = packed, info

    def read(self) -> bytes:
        if self.info.size > MAX_MEMBER:
            raise UnreadableError(f"{self.info.size:,} bytes is too large (limit {MAX_MEMBER:,})")
        file = self.packed.extractfile(self.info)
        content = file.read() if file is not None else b""
        if len(content) < self.info.size:
            raise UnreadableError("it is cut off")
        return content


def _tar_members(packed: tarfile.TarFile) -> Iterator[tuple[str, Any]]:
    for info in packed:
        packed.members = []  # type: ignore[attr-defined]  # tarfile keeps all that it has seen
        if info.isfile():
            yield info.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace"), _TarMember(packed, info)


def _unpacking(file: BinaryIO) -> Any:
    head = file.read(6)
    file.seek(0)
    if head.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=file)
    if head.startswith(b"BZh"):
        return bz2.BZ2File(file)
    if head.startswith(b"\xfd7zXZ"):
        return lzma.LZMAFile(file)
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        return zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(
            file, read_across_frames=True, closefd=False
        )
    return file


def _some(stream: Any) -> bytes:
    """The next bytes; of a file that is cut off, those before the cut come first."""
    part = stream.read1(1 << 16) if hasattr(stream, "read1") else stream.read(1 << 16)
    return bytes(part)


def read_packed(source: Source) -> Iterator[Item]:
    """The one file in a packed one ("news.jsonl.gz"); of one that is cut off, as much as there is."""
    name = source.name[: -len(suffix_of(source.name))] if suffix_of(source.name) else source.name
    content, fault = b"", ""
    with source.open() as file:
        try:
            with _unpacking(file) as stream:
                while len(content) <= MAX_MEMBER and (part := _some(stream)):
                    content += part
        except MemoryError:
            raise
        except Exception as error:  # zlib.error, lzma's and zstandard's errors share no base
            fault = (
                f"The packed file is damaged: only its first {len(content):,} bytes could be read ({str(error)[:80]})"
            )
    if len(content) > MAX_MEMBER:
        raise UnreadableError(f"it is too large when unpacked (limit {MAX_MEMBER:,} bytes)")
    if content[257:262] == b"ustar":
        name = f"{name}.tar"
    if content and (not fault or suffix_of(name) in _RECORDS):  # half a text would give half sentences
        yield from read_document(source.inside(name, content))
    if fault:
        raise UnreadableError(fault)
    if not content:
        raise UnreadableError("The packed file is empty.")
