"""What `byline doctor` tells: versions, models, data folder, index, and what to do about what is wrong."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from assistant import __version__
from assistant.errors import BylineError
from assistant.factory import fingerprint
from assistant.models import assets
from assistant.settings import BUNDLED_CHAT, QUOTATIONS, Settings
from assistant.storage.library import Library
from assistant.storage.sqlite.catalogue import Catalogue

PACKAGES = ("langchain-core", "chromadb", "onnxruntime", "sentence-transformers", "gradio", "xllamacpp")
LOW_DISK = 500_000_000
"""Bytes of free disk below which something is said."""


@dataclass(frozen=True, slots=True)
class Health:
    """One thing that was looked at; `advice` is empty when it is well."""

    what: str
    state: str
    advice: str = ""


def examine(settings: Settings, opened: Library | None = None) -> list[Health]:
    """Look at everything; nothing is changed but that an absent data folder is made.

    Args:
        settings: What is in force.
        opened: The library of the data folder, where this process has it open already.
    """
    return [*_software(), *_models(settings), *_data(settings, opened)]


def _software() -> Iterator[Health]:
    yield Health("byline", __version__)
    for name in PACKAGES:
        try:
            yield Health(name, version(name))
        except PackageNotFoundError:
            yield Health(name, "not installed", "run `make setup`")


def _models(settings: Settings) -> Iterator[Health]:
    wrong = assets.check_files()
    yield Health(
        "bundled models", wrong[0] if wrong else "files are the pinned ones", "run `make setup`" if wrong else ""
    )
    there = assets.READER_FILE.exists()
    yield Health("reader", assets.READER_FILE.name if there else "missing", "" if there else "install Byline again")
    yield Health("embedding model", settings.embedding_model)
    kinds = {QUOTATIONS: "none: answers are made of quotations", BUNDLED_CHAT: "bundled, runs in this process"}
    address = f" at {settings.chat_url}" if settings.chat_url else ""
    if settings.chat_url and settings.chat_model == QUOTATIONS:
        kinds[QUOTATIONS] = "the default one"
    yield Health("chat model", kinds.get(settings.chat_model, settings.chat_model) + address)


def _data(settings: Settings, opened: Library | None) -> Iterator[Health]:
    yield Health("data folder", str(settings.home))
    try:
        library = opened or Library(settings.home, fingerprint(settings))
    except BylineError as error:
        yield Health("catalogue", "cannot be used", str(error))
        return
    try:
        yield from _library(library)
    finally:
        if opened is None:
            library.close()
    free = shutil.disk_usage(settings.home).free
    low = free < LOW_DISK
    yield Health("free disk", f"{free // 10**6:,} MB", "make space before adding articles" if low else "")
    writable = os.access(settings.home, os.W_OK)
    yield Health(
        "writing", "allowed" if writable else "not allowed", "" if writable else "change the folder's permissions"
    )


def _library(library: Library) -> Iterator[Health]:
    catalogue: Catalogue = library.catalogue
    damage = catalogue.check()
    yield Health("catalogue", damage or "whole", "restore the folder from a backup, or ingest again" if damage else "")
    counts = catalogue.counts()
    yield Health("articles", f"{counts['articles']:,} in {counts['passages']:,} passages")
    try:
        held = library.sync()
    except BylineError as error:
        yield Health("dense index", "cannot be used", str(error))
        return
    yield Health(
        "dense index", "in step with the catalogue" if held else "open in another process; stored vectors are searched"
    )
    if not counts["articles"]:
        yield Health("library", "empty; add articles with `byline ingest FILE...`")
