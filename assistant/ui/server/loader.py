"""Loads the library and the models in a thread while the page is already served."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from assistant.errors import BylineError, RunError
from assistant.settings import Settings

log = logging.getLogger(__name__)


@dataclass
class Loader:
    """The assistant, or why there is none yet.

    Attributes:
        settings: What the assistant is built from.
        build: Makes the assistant; takes seconds.
        doing: What is loading, in words for the page; empty when done.
        error: Why loading failed, or None.
    """

    settings: Settings
    build: Callable[[Settings], Any]
    doing: str = "Loading the library and the models"
    error: BylineError | None = None
    _assistant: Any = None
    _done: concurrent.futures.Future[None] = field(default_factory=concurrent.futures.Future)

    def start(self) -> None:
        """Begin to load."""
        threading.Thread(target=self._load, name="byline-loader", daemon=True).start()

    def _load(self) -> None:
        try:
            self._assistant = self.build(self.settings)
        except BylineError as error:
            self.error = error
        except Exception as error:  # the page shows any failure
            log.exception("loading failed")
            self.error = RunError(f"Loading failed: {error}. Run `byline doctor`.")
        finally:
            self.doing = ""
            self._done.set_result(None)

    @property
    def assistant(self) -> Any | None:
        """The assistant once it is loaded."""
        return self._assistant

    async def ready(self) -> Any:
        """Wait for the assistant.

        Raises:
            BylineError: It could not be built.
        """
        # Shielded: a waiter that is cancelled must not cancel the loading.
        await asyncio.shield(asyncio.wrap_future(self._done))
        if self.error is not None:
            raise self.error
        return self._assistant

    def wait(self) -> None:
        """Block until loading has ended or failed; for threads."""
        self._done.result()

    def health(self) -> dict[str, Any]:
        """What is loaded, for the page and for monitoring."""
        ready = self._assistant is not None
        return {"page": True, "ready": ready, "loading": self.doing, "error": str(self.error or "")}

    def close(self) -> None:
        """Close what was loaded."""
        if self._assistant is not None:
            self._assistant.close()
