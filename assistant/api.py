"""The Python API: open a library, add articles, ask, search, and take part in LangChain chains."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Self

from assistant.chains import AnswerRunnable, ByLineRetriever
from assistant.events import Event
from assistant.factory import build_assistant
from assistant.query.follow_up import History
from assistant.settings import Settings, load_settings
from assistant.types import Answer, Filters, Hit
from ingest.pasting import pasted_document
from ingest.pipeline import Options, Report, ingest, store_documents


def open_assistant(home: str | os.PathLike[str] | None = None, **settings: Any) -> NewsAssistant:
    """Open a library, or create one.

    Args:
        home: The data folder; `BYLINE_HOME`, else the user data folder, when None.
        settings: Any setting by its field name, for example `chat_model="openai:gpt-5"`; see docs/configuration.md.
            What is not given is read from the environment and from `byline.toml` in the data folder.

    Returns:
        The opened library. Close it, or use it in a `with` block.

    Raises:
        UsageError: A setting is not allowed.
        StoreError: The data folder cannot be used.
        ModelError: A model is missing.
    """
    return NewsAssistant(load_settings(home=None if home is None else Path(home), **settings))


class NewsAssistant:
    """An opened library and everything that answers from it. Safe to use from several threads.

    Args:
        settings: See `open_assistant`.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._assistant = build_assistant(settings)

    def __enter__(self) -> Self:
        """Use the library in a `with` block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the library."""
        self.close()

    def add(self, *sources: str | os.PathLike[str], sync: bool = False) -> Report:
        """Add articles; unchanged ones are skipped.

        Args:
            sources: Files, folders, and addresses of pages, feeds and sitemaps.
            sync: Remove articles no longer in the sources.

        Returns:
            What was added, updated and rejected, with reasons.

        Raises:
            UsageError: There is no such file or folder.
            StoreError: The library cannot be written.
        """
        names = [os.fspath(source) for source in sources]
        return ingest(self._assistant.library, self._assistant.embedder, names, None, Options(sync=sync))

    def add_text(
        self,
        text: str,
        *,
        title: str | None = None,
        outlet: str | None = None,
        author: str | None = None,
        published_at: str | None = None,
        url: str | None = None,
    ) -> Report:
        """Add one article from its text; the same title replaces it. See `add`."""
        fields = {"title": title, "outlet": outlet, "author": author, "published_at": published_at, "url": url}
        document = pasted_document(text, {name: value for name, value in fields.items() if value is not None})
        return store_documents(self._assistant.library, self._assistant.embedder, [document])

    def ask(
        self, question: str, history: History = (), *, filters: Filters | None = None, as_of: date | None = None
    ) -> Answer:
        """Answer a question from the articles, or say that they do not answer it.

        Args:
            question: As typed.
            history: Earlier messages, `{"role": "user" or "assistant", "content": text}`, oldest first.
            filters: Which articles may be used.
            as_of: Nothing published later may be used.

        Returns:
            The answer; `status` is "answered" or "abstained".

        Raises:
            UsageError: The question is empty or too long.
            StoreError: The library cannot be read.
        """
        return self._assistant.answer(question, history, filters, as_of)

    def stream(
        self,
        question: str,
        history: History = (),
        *,
        filters: Filters | None = None,
        as_of: date | None = None,
        stop: threading.Event | None = None,
    ) -> Iterator[Event]:
        """Answer a question event by event; the last event is `Finished`, with the answer. See `ask`.

        Args:
            question: As typed.
            history: Earlier messages, oldest first.
            filters: Which articles may be used.
            as_of: Nothing published later may be used.
            stop: Set from another thread to stop the chat model.
        """
        return self._assistant.stream(question, history, filters, as_of, stop)

    def search(
        self, query: str, k: int = 10, *, filters: Filters | None = None, as_of: date | None = None
    ) -> list[Hit]:
        """Find passages without answering, best first."""
        return self._assistant.search(query, k, filters, as_of)

    def retriever(self, k: int = 10, *, filters: Filters | None = None, as_of: date | None = None) -> ByLineRetriever:
        """A LangChain retriever over the library; see `ByLineRetriever`."""
        return ByLineRetriever(assistant=self._assistant, k=k, filters=filters, as_of=as_of)

    def runnable(self) -> AnswerRunnable:
        """A LangChain runnable that answers questions; see `AnswerRunnable`."""
        return AnswerRunnable(self._assistant)

    def close(self) -> None:
        """Stop the chat model and close the library."""
        self._assistant.close()
