"""How the full-text index writes a word: asked of SQLite's own tokenizer, remembered."""

from __future__ import annotations

import re
import threading

from assistant.storage.sqlite.connection import in_memory
from assistant.storage.sqlite.schema import STEMMER


class Stemmer:
    """Words as typed -> terms as the full-text index keeps them. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stems: dict[str, str] = {}
        self._con = in_memory(STEMMER)

    def stems(self, text: str) -> dict[str, str]:
        """Word of the text (lower case) -> its term."""
        words = dict.fromkeys(re.findall(r"\w+", text.lower()))
        with self._lock:
            for word in words:
                if word not in self._stems:
                    self._stems[word] = self._stem(word)
            return {word: self._stems[word] for word in words}

    def _stem(self, word: str) -> str:
        self._con.execute("DELETE FROM words")
        self._con.execute("INSERT INTO words VALUES (?)", (word,))
        row = self._con.execute("SELECT term FROM terms").fetchone()
        return row[0] if row else word

    def close(self) -> None:
        """Close the index in memory."""
        self._con.close()
