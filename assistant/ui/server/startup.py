"""Loads the library and the models in a thread while the page is already there."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from assistant.errors import BylineError, RunError
from assistant.settings import Settings

log = logging.getLogger(__name__)


@dataclass
class Boot:
    """What is loaded, what is loading, or why it failed.

    Attributes:
        settings: What the assistant is built from.
        build: Makes the assistant; takes seconds.
        doing: What is going on now, in words for the page; empty when ready.
        error: Why there is no assistant, or None.
    """

    settings: Settings
    build: Callable[[Settings], Any]
    doing: str = "Loading the library and the models"
    error: BylineError | None = None
    _assistant: Any = None
    _done: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin to load."""
        threading.Thread(target=self._load, name="byline-boot", daemon=True).start()

    def _load(self) -> None:
        try:
            self._assistant = self.build(self.settings)
        except BylineError as error:
            self.error = error
        except Exception as error:  # the page must say it, whatever it is
            log.exception("loading failed")
            self.error = RunError(f"Loading failed: {error}. Run `byline doctor`.")
        finally:
            self.doing = ""
            self._done.set()

    @property
    def assistant(self) -> Any | None:
        """The assistant once it is there."""
        return self._assistant

    async def ready(self) -> Any:
        """Wait for the assistant.

        Raises:
            BylineError: It could not be built.
        """
        while not self._done.is_set():
            await asyncio.sleep(0.05)
        if self.error is not None:
            raise self.error
        return self._assistant

    def wait(self) -> None:
        """Block until loading has ended, well or not; for threads."""
        self._done.wait()

    def close(self) -> None:
        """Close what was loaded."""
        if self._assistant is not None:
            self._assistant.close()
