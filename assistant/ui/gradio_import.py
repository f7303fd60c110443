"""Imports Gradio without writing stub files; the page's modules import it from here.

At each import Gradio parses the source of all its components to write stub files for editors into its own folder.
That takes a quarter of the import time, and the folder may be read-only.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when Gradio is imported


@contextmanager
def _no_stubs() -> Iterator[None]:
    """Hide the source files of components during the import: Gradio writes no stub for a component without one."""
    find = inspect.getfile

    def getfile(thing: Any) -> str:
        if type(thing).__name__ == "ComponentMeta":
            raise OSError("no stub is wanted")
        return find(thing)

    inspect.getfile = getfile  # type: ignore[assignment]
    try:
        yield
    finally:
        inspect.getfile = find


with _no_stubs():
    import gradio

__all__ = ["gradio"]
