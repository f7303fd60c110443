"""Reads any document of the table, and the members of those that hold others. Runs in the child process."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

from assistant.errors import UsageError
from ingest.forms import FORMS, SUFFIXES, suffix_of, unsupported
from ingest.parsing.source import Item, Source, UnreadableError, placed


def read_document(source: Source) -> Iterator[Item]:
    """Read every article of a document.

    Raises:
        UnreadableError: It holds no article, or is of a form that is not read.
    """
    suffix = source.form or suffix_of(source.name)
    form = SUFFIXES.get(suffix)
    if form is None:
        raise UnreadableError(unsupported(suffix), lost=False)
    module, _, function = form.reader.partition(":")
    yield from getattr(importlib.import_module(f"ingest.parsing.{module}"), function)(source)


def read_member(
    source: Source, name: str, content: bytes, label: int | str = "", *, form: str = "", charset: str | None = None
) -> Iterator[Item]:
    """Read a document that lies in another; whatever is wrong with it is its own.

    Args:
        source: The document that holds it.
        name: Its file name.
        content: Its bytes.
        label: What it is called in messages and places; its name when not given.
        form: Suffix of its form, where the name does not tell.
        charset: The encoding that was named with it.
    """
    label = label if label != "" else name
    try:
        yield from placed(read_document(source.inside(name, content, form=form, charset=charset)), label)
    except Exception as error:  # parsers of damaged files raise anything; the others must still be read
        lost = getattr(error, "lost", True)
        yield UnreadableError(reason_of(error), label, lost=lost)


def reason_of(error: Exception) -> str:
    """What to tell a person about an exception of a parser."""
    if isinstance(error, UnreadableError | UsageError):
        return str(error)
    if isinstance(error, MemoryError):
        return "cannot be read: it takes more memory than is allowed"
    return f"cannot be read, it is damaged ({type(error).__name__}: {str(error)[:100]})"


def known(name: str) -> bool:
    """Whether a file of this name is of a form that is read."""
    return suffix_of(name) in FORMS
