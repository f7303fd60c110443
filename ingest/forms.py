"""The table of forms: which suffix and media type is read by which function.

A new form needs one module with a reader (`Source` -> articles, one by one) and one entry here.
Readers are named, not imported: they run in the child process (`sandbox`), which imports what it needs.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Form:
    """One form of document.

    Attributes:
        name: What people call it.
        suffixes: Lower case, with the dot; the first is its usual one.
        reader: "module:function" under `ingest.parsing`.
        kinds: Media types.
        large: It is read piece by piece, so that files of several gigabytes are fine.
    """

    name: str
    suffixes: tuple[str, ...]
    reader: str
    kinds: tuple[str, ...] = ()
    large: bool = False


TABLE = (
    Form("text", (".txt", ".text"), "text_formats:read_text", ("text/plain",)),
    Form("Markdown", (".md", ".markdown"), "text_formats:read_markdown", ("text/markdown", "text/x-markdown")),
    Form("JSON", (".json",), "exports:read_json", ("application/json", "application/vnd.citationstyles.csl+json")),
    Form("JSON lines", (".jsonl", ".ndjson"), "exports:read_json_lines", ("application/x-ndjson",), large=True),
    Form("CSV", (".csv", ".tsv"), "exports:read_table", ("text/csv", "text/tab-separated-values")),
    Form("RIS", (".ris",), "bibliographic:read_ris", ("application/x-research-info-systems",)),
    Form("BibTeX", (".bib", ".bibtex"), "bibliographic:read_bibtex", ("application/x-bibtex", "text/x-bibtex")),
    Form("web page", (".html", ".htm", ".xhtml"), "pages:read_html", ("text/html", "application/xhtml+xml")),
    Form("feed", (".rss", ".atom", ".rdf", ".xml"), "feed_file:read_feed", ("application/rss+xml", "application/atom+xml")),
    Form("PDF", (".pdf",), "pdf:read_pdf", ("application/pdf",)),
    Form(
        "picture", (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp"), "scans:read_picture",
        ("image/png", "image/jpeg", "image/tiff", "image/webp"),
    ),
    Form(
        "Word", (".docx", ".docm"), "docx:read_docx",
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",
         "application/vnd.ms-word.document.macroenabled.12"),
    ),
    Form("mail", (".eml", ".mht", ".mhtml"), "mail:read_mail", ("message/rfc822", "multipart/related")),
    Form("mailbox", (".mbox", ".mbx"), "mail:read_mailbox", ("application/mbox",), large=True),
    Form("EPUB", (".epub",), "epub:read_epub", ("application/epub+zip",)),
    Form("web archive", (".warc", ".warc.gz"), "warc:read_warc", ("application/warc",), large=True),
    Form("zip", (".zip",), "archives:read_zip", ("application/zip", "application/x-zip-compressed"), large=True),
    Form(
        "tar", (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst"), "archives:read_tar",
        ("application/x-tar",), large=True,
    ),
    Form("packed file", (".gz", ".bz2", ".xz", ".zst"), "archives:read_packed", ("application/gzip", "application/x-gzip")),
)  # fmt: skip

SUFFIXES: dict[str, Form] = {suffix: form for form in TABLE for suffix in form.suffixes}
FORMS = tuple(sorted(SUFFIXES))
"""Suffixes of the forms that can be read."""
_KINDS = {kind: form.suffixes[0] for form in TABLE for kind in form.kinds}
_LONGEST_FIRST = sorted(FORMS, key=len, reverse=True)


def suffix_of(name: str) -> str:
    """The suffix of a file name, lower case, as the table has it (".warc.gz"); "" without one."""
    name = name.lower().replace("\\", "/").rpartition("/")[2]
    known = next((suffix for suffix in _LONGEST_FIRST if name.endswith(suffix)), "")
    return known or (f".{name.rpartition('.')[2]}" if "." in name[1:] else "")


def suffix_for(kind: str) -> str:
    """The suffix of a media type's form, or "" when it is not read."""
    return _KINDS.get(kind.partition(";")[0].strip().lower(), "")


def unsupported(suffix: str) -> str:
    """Says that files with a suffix, or without any, cannot be read."""
    return f"{suffix} files aren't supported" if suffix else "files without a suffix aren't supported"
