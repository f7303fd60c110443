"""Byline: answers over a collection of news articles, every sentence with its exact quotation.

`open_assistant` is the way in. Importing this package loads no model and no other package; names are imported when
they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.api import NewsAssistant, open_assistant
    from assistant.chains import AnswerRunnable, ByLineRetriever
    from assistant.errors import BylineError, ModelError, RunError, StoreError, UsageError
    from assistant.types import Answer, Citation, Filters, Headline, Hit, Passage, Sentence

__version__ = "0.1.0"
__all__ = [
    "Answer", "AnswerRunnable", "ByLineRetriever", "BylineError", "Citation", "Filters", "Headline", "Hit", "ModelError",
    "NewsAssistant", "Passage", "RunError", "Sentence", "StoreError", "UsageError", "__version__", "open_assistant",
]  # fmt: skip

_HOME = {
    "assistant.api": ("NewsAssistant", "open_assistant"),
    "assistant.chains": ("AnswerRunnable", "ByLineRetriever"),
    "assistant.errors": ("BylineError", "ModelError", "RunError", "StoreError", "UsageError"),
    "assistant.types": ("Answer", "Citation", "Filters", "Headline", "Hit", "Passage", "Sentence"),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
