"""What an embedding model wants before its texts. A model is added by one entry; without one it gets none.

The prefixes are those that the models' cards name.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

_SEARCH = "Represent this sentence for searching relevant passages: "


@dataclass(frozen=True, slots=True)
class EmbeddingProfile:
    """How texts are given to an embedding model.

    Attributes:
        query: Put before a query.
        passage: Put before a passage.
    """

    query: str = ""
    passage: str = ""

    @property
    def mark(self) -> str:
        """Part of a library's fingerprint: empty when passages are embedded as they are."""
        return f" after {self.passage.strip()!r}" if self.passage else ""


PROFILES: dict[str, EmbeddingProfile] = {
    "e5-small*": EmbeddingProfile("query: ", "passage: "),
    "e5-base*": EmbeddingProfile("query: ", "passage: "),
    "e5-large*": EmbeddingProfile("query: ", "passage: "),
    "multilingual-e5-small": EmbeddingProfile("query: ", "passage: "),
    "multilingual-e5-base": EmbeddingProfile("query: ", "passage: "),
    "multilingual-e5-large": EmbeddingProfile("query: ", "passage: "),
    "bge-small-en*": EmbeddingProfile(_SEARCH),
    "bge-base-en*": EmbeddingProfile(_SEARCH),
    "bge-large-en*": EmbeddingProfile(_SEARCH),
    "mxbai-embed-large*": EmbeddingProfile(_SEARCH),
    "snowflake-arctic-embed-[xsml]*": EmbeddingProfile(_SEARCH),
    "nomic-embed-text*": EmbeddingProfile("search_query: ", "search_document: "),
}
"""Last part of a model's name, as a pattern, in lower case -> its profile."""


def embedding_profile(name: str) -> EmbeddingProfile:
    """The profile of a model by its name or the folder it is in."""
    last = name.rstrip("/").rpartition("/")[2].lower()
    return next((profile for pattern, profile in PROFILES.items() if fnmatchcase(last, pattern)), EmbeddingProfile())
