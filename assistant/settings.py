"""The one settings class and the only reader of the environment. It builds nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.errors import UsageError

BUNDLED_EMBEDDING = "bundled:all-MiniLM-L6-v2"
BUNDLED_CHAT = "bundled:smollm2-135m"
QUOTATIONS = "quotations"
PASSAGE_RULES = "3"
"""Part of a library's fingerprint: raised when the same text would be cut differently."""


class Settings(BaseSettings):
    """Everything a user may choose; each field is read from `BYLINE_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="BYLINE_", extra="forbid", frozen=True)

    home: Path = Field(
        default_factory=lambda: user_data_path("byline"), description="The data folder: catalogue, index, reports."
    )
    embedding_model: str = Field(
        default=BUNDLED_EMBEDDING, description="The bundled model, or the name of any sentence-transformers model."
    )
    chat_model: str = Field(
        default=QUOTATIONS,
        description=f"'{QUOTATIONS}' (no model writes), '{BUNDLED_CHAT}', or a LangChain name such as 'openai:gpt-5'.",
    )
    chat_url: str | None = Field(
        default=None, description="An OpenAI-compatible address, e.g. http://localhost:8000/v1."
    )
    chat_key: SecretStr | None = Field(
        default=None, description="The key for `chat_url`; providers' own names work too."
    )
    chat_profile: Literal["auto", "capable", "small"] = Field(
        default="auto",
        description="'capable': the model plans, declines and writes from many passages. 'small': it only words what the "
        "reader found. 'auto': the bundled model is small, every other one capable.",
    )
    chat_context: int = Field(default=16_000, ge=2_048, description="Context length of the chat model, in tokens.")
    chat_max_tokens: int = Field(
        default=0, ge=0, description="Longest reply of the chat model, in tokens; 0 chooses by profile."
    )
    chat_temperature: float | None = Field(
        default=0.0, ge=0, le=2, description="Sampling temperature; empty leaves it to the provider."
    )
    connect_timeout: float = Field(default=5.0, gt=0, description="Seconds to reach the chat model.")
    token_timeout: float = Field(default=30.0, gt=0, description="Seconds to the first and between tokens.")
    answer_timeout: float = Field(default=120.0, gt=0, description="Seconds for the whole text of an answer.")
    threads: int = Field(default=0, ge=0, description="Threads for the local models; 0 takes the machine's cores.")
    max_question: int = Field(default=4000, gt=0, description="Longest question, in characters.")
    host: str = Field(default="127.0.0.1", description="Address that `byline serve` listens on.")
    port: int = Field(default=7860, ge=0, le=65535, description="Port that `byline serve` listens on.")


def load_settings(**chosen: Any) -> Settings:
    """Read the settings from the environment, with `chosen` on top.

    Raises:
        UsageError: A value does not fit; the message names the variable.
    """
    try:
        return Settings(**{name: value for name, value in chosen.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = "BYLINE_" + "_".join(str(part) for part in first["loc"]).upper()
        raise UsageError(f"{name}: {first['msg'].lower()}, found {first.get('input')!r}.") from error
