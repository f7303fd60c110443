"""Tasks that chat clients set a model beside the conversation (titles, tags, follow-ups, search queries), and their templates.

They are no questions about the articles. They get a short JSON reply without a search, and a question that a client
wrapped in a template of its own is taken out of it.
"""

from __future__ import annotations

import json
import re

_TASK = re.compile(r"^\s*#{1,4}\s*Task\s*:", re.I)
_OUTPUT = re.compile(r"#{1,4}\s*Output\b.*?\{\s*[\"'](\w+)[\"']\s*:", re.I | re.S)
_USER = re.compile(r"^\s*USER\s*:\s*(.+)$", re.I | re.M)
_QUERY = re.compile(r"<(user_query|query|question)>\s*(.+?)\s*</\1>", re.I | re.S)
_LISTS = ("tags", "queries", "follow_ups", "followups", "questions", "keywords")
_TEXTS = ("text", "prompt", "emoji")
TITLE_LENGTH = 60


def task_reply(message: str) -> str | None:
    """The JSON reply to a client's own task; None when the message is a question.

    Args:
        message: The last user message.
    """
    if not _TASK.search(message):
        return None
    named = _OUTPUT.search(message)
    if named is None:
        return None
    key = named[1]
    if key == "title":
        return json.dumps({key: _title(message)}, ensure_ascii=False)
    if key in _LISTS:
        return json.dumps({key: []})
    return json.dumps({key: ""}) if key in _TEXTS else None


def _title(message: str) -> str:
    """The first question of the conversation, cut at a word."""
    asked = _USER.search(message)
    words = " ".join(asked[1].split()).rstrip("?!. ") if asked else "Conversation"
    return words if len(words) <= TITLE_LENGTH else words[:TITLE_LENGTH].rsplit(" ", 1)[0] + " …"


def unwrapped(message: str) -> str:
    """The question in a client's retrieval template; the message itself when it is none.

    The client's own context is left out: answers come from the library only.
    """
    if not _TASK.search(message) or "</context>" not in message.lower():
        return message
    queries: list[tuple[str, str]] = _QUERY.findall(message)
    if queries:
        return queries[-1][1].strip()
    rest = message[message.lower().rindex("</context>") + len("</context>") :].strip()
    return re.sub(r"^(?:#{1,4}\s*)?(?:user\s+)?(?:query|question)\s*:\s*", "", rest, flags=re.I) or message
