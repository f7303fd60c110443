"""Answers in a chat model's words: its text is cut into sentences and each is checked.

What passes is yielded with exact citations; what does not is dropped with its reason. A sentence
without a marker is dropped too: no citation is attached after the fact.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from assistant.events import Checked, Draft
from assistant.grounding.citations import CitationBook, markers, without_markers
from assistant.grounding.verifier import Encoder, check_support, readable
from assistant.models.chat import NOT_FOUND, ChatModel
from assistant.reading.pipeline import header
from assistant.text.injection import is_order, plain_text
from assistant.text.lexical import fold
from assistant.types import Hit, Sentence
from prompts import load_prompt

PROMPT = "answer"
MAX_PASSAGES = 5
"""Passages a chat model is given: what it does not see it cannot mix up."""

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’')]*(?:\s*\[\d[\d,\s]*\])*(?=\s)|(?<=\])[.!?]?(?=\s+[A-Z“\"])|\n+")


_WHOLE = re.compile(r"(?:[.!?][\"”’')]*(?:\s*\[\d[\d,\s]*\])*|\][.!?]?)\s*$")
"""How a last sentence ends that was not cut off."""


_MARKUP = re.compile(
    r"!?\[[^\]]*\]\s*\([^)]*\)|</?[a-z!][^>]*>?|&(?:#\d+|#x[0-9a-f]+|[a-z]+);|javascript:|data:\w+/|\x60{3}", re.I
)
_ADDRESS = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]*:/*|//)?(?:[^\s/@]+@)?\b((?:[\w-]+\.)+(?:com|org|net|info|biz|io|co|ai|app|dev|xyz|top|site|online|shop|ru|cn|de|"
    r"fr|uk|us|eu|tv|me|gg|ly|to|test|example|invalid|local|onion)|(?:\d{1,3}\.){3}\d{1,3})\b",
    re.I,
)


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
        raw = plain_text(raw)
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
        if _MARKUP.search(text) or not _addresses(text) <= {
            host for hit in known for host in _addresses(hit.headline.url or "")
        }:
            self.dropped.append(
                f"{_ADDRESS.sub('[address]', _MARKUP.sub('[markup]', text))} (it holds an address or markup)"
            )
            return
        places = [(hit, span, words) for hit in known for span, words in readable(hit)]
        support = check_support(text, [words for _, _, words in places], " ".join(named(hit) for hit in known), encoder)
        if support.verdict == "unsupported":
            self.dropped.append(f"{text} ({support.reason})")
            return
        cites = tuple(self.book.cite(places[at][0], *places[at][1]) for at in _quoted_at(text, places, support.best))
        yield Checked(Sentence(text, tuple(dict.fromkeys(c.number for c in cites)), support.verdict), cites)


def _quoted_at(text: str, places: Sequence[tuple[Hit, tuple[int, int], str]], best: int) -> list[int]:
    """The sentence that carries the claim, and those that hold quotations which it does not hold."""
    found = [best]
    for quoted in re.findall(r"[“\"]([^“”\"]{3,}?)[”\"]", text):
        wanted = fold(quoted).strip(" .,;!?")
        if not any(wanted in fold(places[at][2]) for at in found):
            found += [at for at, place in enumerate(places) if wanted in fold(place[2])][:1]
    return found


def _addresses(text: str) -> set[str]:
    """The hosts named in a text, "www." left out."""
    return {match[1].lower().removeprefix("www.") for match in _ADDRESS.finditer(text)}


def format_passages(hits: Sequence[Hit]) -> str:
    """Numbered passages as data, one block each; what looks like a marker or a tag in them is made harmless."""
    blocks = []
    for number, hit in enumerate(hits, 1):
        text = " ".join(words for _, words in readable(hit))
        blocks.append(f"[{number}] {_harmless(named(hit))}\n<passage>\n{_harmless(text)}\n</passage>")
    return "\n".join(blocks)


def named(hit: Hit) -> str:
    """The passage's header, without a title or an outlet that gives orders."""
    head = hit.headline
    title = "" if _orders(head.title) else head.title
    outlet = None if head.outlet and _orders(head.outlet) else head.outlet
    return header(replace(hit, headline=replace(head, title=title, outlet=outlet)))


def _orders(text: str) -> bool:
    parts = re.split(r"(?<=[.!?:])\s+|\n", text)
    return any(is_order(part, strict=not part.endswith("?")) for part in (text, *parts))


def _harmless(text: str) -> str:
    text = " ".join(plain_text(text).split())
    return text.replace("<", "‹").replace(">", "›").replace("[", "(").replace("]", ")").replace("###", "")
