"""What a chat model can be trusted with: decided once, from its name and the settings."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.settings import BUNDLED_CHAT, Settings


@dataclass(frozen=True, slots=True)
class ChatProfile:
    """How a chat model is used.

    Attributes:
        capable: Whether it plans, decides that the passages do not answer, and writes from many passages. A small
            model only words what the reader found.
        passages: Passages it is given for a single fact.
        passages_shaped: The same for a list, a timeline, a comparison, a summary.
        budget: Characters of all passages together, from its context length.
        max_tokens: Tokens of its longest reply.
        temperature: Sampling temperature; None leaves it to the provider.
    """

    capable: bool
    passages: int
    passages_shaped: int
    budget: int
    max_tokens: int
    temperature: float | None


CHARACTERS_PER_TOKEN = 3.5
"""Of English news text, on the low side."""
RESERVED = 2_000
"""Tokens of the context that are kept for instructions, question and reply."""


def chat_profile(settings: Settings) -> ChatProfile:
    """The profile of the chat model that the settings name."""
    small = settings.chat_profile == "small" or (
        settings.chat_profile == "auto" and settings.chat_model == BUNDLED_CHAT and not settings.chat_url
    )
    if small:
        return ChatProfile(False, 5, 5, 12_000, settings.chat_max_tokens or 400, settings.chat_temperature)
    budget = int(max(2_000, settings.chat_context - RESERVED) * CHARACTERS_PER_TOKEN)
    return ChatProfile(True, 12, 40, budget, settings.chat_max_tokens or 1_200, settings.chat_temperature)
