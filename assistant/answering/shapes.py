"""The shape of an answer for each kind of question: how a chat model is asked to write it."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.types import QuestionKind

_SHORT = "Answer in one to three short sentences, the answer itself first."
_FORMS: dict[QuestionKind, str] = {
    "definition": "Say in two to four sentences who or what it is and what the passages report of it, the most important first.",
    "why": "Give the reasons that the passages give, in one to four sentences, the main one first.",
    "quotation": "Give the exact words in quotation marks, with who said them and on what occasion, in one to three sentences.",
    "list": 'Write one line for each item, beginning with "- ", each with its numbers. List all that the passages hold, each once.',
    "timeline": (
        'Write one line for each event in order of time, beginning with "- **date** – ". Take the date of the event where a passage gives it; '
        'else write the date of the article and "(published)" behind it.'
    ),
    "comparison": (
        'Write one line for each side, beginning with "- **name of the side** – ", then one line that says what differs. '
        "When the passages hold nothing about a side, say so in its line, without a number."
    ),
    "summary": "Write three to seven sentences that cover the whole story over the passages, the most important first, with names, numbers and outcomes.",
    "latest": "Begin with the newest state of things and its date, in one to three sentences; add what was different before when it helps.",
}


def form_for(kind: QuestionKind, sides: Sequence[str] = ()) -> str:
    """The instruction on the form of the answer, the last line of the prompt."""
    form = _FORMS.get(kind, _SHORT)
    named = f" The sides: {'; '.join(sides)}." if kind == "comparison" and sides else ""
    return f"{form}{named}"
