"""Checks the installation, the models, the data folder and the library, for `byline doctor` and the settings page.

Whatever a check runs into becomes one `Health` with advice; no check raises.
"""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from assistant import __version__
from assistant.errors import BylineError, ModelError, StoreError
from assistant.extras import install_command
from assistant.factory import fingerprint
from assistant.models import assets
from assistant.models.chat import make_chat_model
from assistant.models.embeddings import make_embedder
from assistant.reading.model import Reader
from assistant.reading.scoring import load_weights
from assistant.settings import BUNDLED_CHAT, QUOTATIONS, Settings
from assistant.storage.library import Library
from assistant.storage.opening import CATALOGUE, open_folder

PACKAGES = ("chromadb", "gradio", "langchain-core", "onnxruntime")
EXTRAS = {
    "sentence-transformers": "sentence-transformers",
    "local-llm": "xllamacpp",
    "providers": "langchain-openai",
    "eval": "statsmodels",
}
"""Extra -> a package that comes with it."""
LOW_DISK = 500_000_000
"""Bytes of free disk space below which there is a warning."""


@dataclass(frozen=True, slots=True)
class Health:
    """The result of one check; `advice` is empty when it passed."""

    what: str
    state: str
    advice: str = ""


def examine(settings: Settings, opened: Library | None = None) -> list[Health]:
    """Run every check. Creates nothing in a data folder that holds no library.

    Args:
        settings: The settings in force.
        opened: The library of the data folder, where this process has it open. The models are then open, too, and
            are not opened a second time.
    """
    models = _models(settings) if opened is None else ()
    return [*_software(), *models, _chat_model(settings, opened is None), *_data(settings, opened)]


def _attempt(what: str, check: Callable[[], str]) -> Health:
    try:
        return Health(what, check())
    except Exception as error:  # whatever a library raises is reported, and the other checks still run
        return Health(what, "failed", _sentence(error))


def _sentence(error: Exception) -> str:
    if isinstance(error, BylineError):
        return str(error)
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"


def _software() -> Iterator[Health]:
    yield Health("byline", __version__)
    yield Health("python", platform.python_version())
    for name in PACKAGES:
        found = _version(name)
        yield Health(name, found or "not installed", "" if found else f"pip install {name}")
    for extra, name in EXTRAS.items():
        found = _version(name)
        yield Health(f"extra [{extra}]", f"{name} {found}" if found else f"optional: {install_command(extra)}")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _models(settings: Settings) -> Iterator[Health]:
    wrong = assets.check_files()
    yield Health("model files", "damaged" if wrong else "verified", " ".join(wrong))
    yield _attempt("embedding model", lambda: _open_embedder(settings))
    yield _attempt("reader", _open_reader)


def _open_embedder(settings: Settings) -> str:
    embedder = make_embedder(settings.embedding_model, settings.threads)
    (row,) = embedder.encode(["The council met on Monday."])
    if abs(float(np.linalg.norm(row)) - 1) > 1e-3:
        raise ModelError(f"The embedding model {embedder.name!r} gives vectors whose length is not one; use another.")
    return f"{embedder.name}, {len(row)} dimensions"


def _open_reader() -> str:
    load_weights(assets.READER_FILE.with_suffix(".json"))
    Reader(assets.READER_FILE, assets.tokenizer_file()).open()
    return assets.READER_FILE.name


def _chat_model(settings: Settings, start: bool) -> Health:
    if settings.chat_model == BUNDLED_CHAT and start:
        return _attempt("chat model", lambda: _start_chat_model(settings))
    names = {QUOTATIONS: "none, answers are quotations", BUNDLED_CHAT: "bundled, runs in this process"}
    if settings.chat_url:
        names[QUOTATIONS] = "the server's default"
    address = f" at {settings.chat_url}" if settings.chat_url else ""
    return Health("chat model", names.get(settings.chat_model, settings.chat_model) + address)


def _start_chat_model(settings: Settings) -> str:
    model = make_chat_model(settings)
    if model is None:
        return "none"
    try:
        for _ in model.stream([("user", "Reply with the one word: ready")]):
            return f"{model.name}, answers"
    finally:
        model.close()
    raise ModelError(f"The chat model {model.name!r} starts but answers nothing; install its weights again.")


def _data(settings: Settings, opened: Library | None) -> Iterator[Health]:
    yield Health("data folder", str(settings.home))
    yield _attempt("disk", lambda: _check_disk(settings.home))
    if opened is None and not (settings.home / CATALOGUE).exists():
        yield Health("library", "none yet; add articles with `byline ingest FILE...`")
        return
    try:
        with nullcontext(opened) if opened else closing(open_folder(settings.home, fingerprint(settings))) as library:
            yield from _library(library)
    except Exception as error:  # a damaged file can fail at any of its pages
        yield Health("catalogue", "cannot be used", _sentence(error))


def _check_disk(home: Path) -> str:
    """Check the folder, or the nearest one that exists: its kind, the right to write, the free space."""
    place = next(path for path in (home, *home.absolute().parents) if path.exists())
    if not place.is_dir():
        raise StoreError(f"{str(place)!r} is a file, not a folder: use another --home.")
    if not os.access(place, os.W_OK):
        raise StoreError(f"{str(place)!r} cannot be written: change its permissions, or use another --home.")
    free = shutil.disk_usage(place).free
    if free < LOW_DISK:
        raise StoreError(f"Only {free // 10**6:,} MB are free: free some space before you add articles.")
    return f"{free // 10**6:,} MB free, can be written"


def _library(library: Library) -> Iterator[Health]:
    catalogue = library.catalogue
    if damage := catalogue.check():
        yield Health("catalogue", f"damaged: {damage}", "restore a backup, or ingest the articles into a new folder")
        return
    yield Health("catalogue", "intact")
    counts = catalogue.counts()
    yield Health("articles", f"{counts['articles']:,} in {counts['passages']:,} passages")
    yield _attempt("vector index", lambda: _check_index(library))


def _check_index(library: Library) -> str:
    return "up to date" if library.sync() else "open in another process; this one searches the stored vectors"
