"""The library of the sample articles: made once, kept in pytest's cache folder, copied by every session.

Its key is what the library depends on: the articles, the embedding model, and the code that reads, stores and embeds.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from filelock import FileLock

from assistant.factory import open_library
from assistant.models import assets
from assistant.settings import load_settings
from eval.libraries import READY, library_home, library_key
from eval.suites import ROOT, digest_path, digest_values, ready_suite
from ingest.pipeline import ingest

CODE = ("assistant/storage", "assistant/text", "assistant/models/embeddings.py", "assistant/factory.py")


def sample_library(cache: Path) -> Path:
    """The prebuilt library; it is not to be written to.

    Args:
        cache: A folder that outlives the session.
    """
    suite, settings = ready_suite("sample"), load_settings(home=cache)
    parts = [digest_path(ROOT / part) for part in CODE] + [digest_path(assets.ENCODER_FILE)]
    home = cache / digest_values([library_key(suite, settings), *parts])
    with FileLock(cache / "sample-library.lock"):  # two workers start at once
        if not home.exists():
            for older in cache.iterdir():
                if older.is_dir():
                    shutil.rmtree(older)
            fresh = cache / "fresh"
            library, embedder = open_library(settings.model_copy(update={"home": fresh}))
            try:
                assert not ingest(library, embedder, [str(suite.articles)]).rejected
            finally:
                library.close()
            fresh.rename(home)
    return home


def code_of_reading() -> str:
    """Changes with the code that a reading depends on besides the reader's file."""
    parts = ("assistant/reading/model.py", "assistant/models/embeddings.py", "assistant/models/tokenizer.json")
    return digest_values([digest_path(ROOT / part) for part in parts])


def seed_evaluation(home: Path, library: Path) -> None:
    """Put a copy of the library where `byline eval` looks for that of the sample suite.

    Args:
        home: The data folder of the settings.
        library: From `sample_library`.
    """
    inside = library_home(ready_suite("sample"), load_settings(home=home))
    shutil.copytree(library, inside)
    (inside / READY).write_text("{}", "utf-8")
