"""Imports Gradio without its stubs; the page's modules have it from here.

At each import Gradio reads and parses the source of all its components, to write stub files for editors into its own
folder. That is a quarter of its import's time, and the folder may not be ours to write to.
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
    """Gradio makes no stub for a component without a source file: while it is imported none of its has one."""
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
