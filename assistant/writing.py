"""Answers in a chat model's words: its text is cut into sentences and each is checked.

What passes is yielded with exact citations; what does not is dropped with its reason. A sentence
without a marker is dropped too: no citation is attached after the fact.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from assistant.chat_models import NOT_FOUND, ChatModel
from assistant.citations import CitationBook, markers, without_markers
from assistant.domain import Checked, Draft, Hit, Sentence
from assistant.evidence import header
from assistant.support import Encoder, check_support
from prompts import load_prompt

PROMPT = "answer"
MAX_PASSAGES = 5
"""Passages a chat model is given: what it does not see it cannot mix up."""

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’')]*(?:\s*\[\d[\d,\s]*\])*(?=\s)|(?<=\])[.!?]?(?=\s+[A-Z“\"])|\n+")


_WHOLE = re.compile(r"(?:[.!?][\"”’')]*(?:\s*\[\d[\d,\s]*\])*|\][.!?]?)\s*$")
"""How a last sentence ends that was not cut off."""


@dataclass
class Writing:
    """One run of a chat model over the evidence.

    Attributes:
        hits: What it may cite, in the order of their numbers.
        book: Where its citations are numbered.
        dropped: Sentences that failed, with the reason.
        declined: The model itself said that the passages do not answer.
    """

    hits: Sequence[Hit]
    book: CitationBook
    dropped: list[str] = field(default_factory=list)
    declined: bool = False

    def run(
        self, model: ChatModel, encoder: Encoder, question: str, stop: threading.Event | None
    ) -> Iterator[Draft | Checked]:
        """Stream the model's text: drafts as they come, sentences once they passed.

        Raises:
            ModelError: The model failed; what was yielded so far is to be withdrawn.
        """
        prompt = load_prompt(PROMPT)
        filled = prompt.user.format(passages=format_passages(self.hits), question=question)
        buffer = ""
        for piece in model.stream([("system", prompt.system), ("user", filled)], stop):
            yield Draft(piece)
            buffer += piece
            while match := _SENTENCE_END.search(buffer):
                sentence, buffer = buffer[: match.end()], buffer[match.end() :]
                yield from self._checked(sentence, encoder)
        if (stop is None or not stop.is_set()) and (rest := buffer.strip()):
            if _WHOLE.search(rest):
                yield from self._checked(rest, encoder)
            else:
                self.dropped.append(f"{without_markers(rest)} (it was cut off before its end)")

    def _checked(self, raw: str, encoder: Encoder) -> Iterator[Checked]:
        text = without_markers(raw)
        if not re.search(r"\w", text):
            return
        if NOT_FOUND.casefold() in text.casefold():
            self.declined = True
            return
        cited = markers(raw)
        known = [self.hits[number - 1] for number in cited if 1 <= number <= len(self.hits)]
        if not cited or len(known) != len(cited):
            self.dropped.append(f"{text} (it {'names a passage that is not there' if cited else 'cites nothing'})")
            return
        places = [(hit, span) for hit in known for span in hit.passage.sentences]
        sources = [hit.passage.text[a - hit.passage.start : b - hit.passage.start] for hit, (a, b) in places]
        support = check_support(text, sources, " ".join(header(hit) for hit in known), encoder)
        if support.verdict == "unsupported":
            self.dropped.append(f"{text} ({support.reason})")
            return
        hit, (start, end) = places[support.best]
        citation = self.book.cite(hit, start, end)
        yield Checked(Sentence(text, (citation.number,), support.verdict), (citation,))


def format_passages(hits: Sequence[Hit]) -> str:
    """Numbered passages as data, one block each; what looks like a marker or a brace in them is made harmless."""
    blocks = []
    for number, hit in enumerate(hits, 1):
        text = re.sub(r"\[(\d+)\]", r"(\1)", hit.passage.text).replace("\u200b", "")
        blocks.append(f"[{number}] {header(hit)}\n<passage>\n{text.replace('</passage>', '')}\n</passage>")
    return "\n".join(blocks)
