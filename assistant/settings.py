"""The settings class, and the only module that reads the environment and the configuration file. It builds nothing."""

from __future__ import annotations

import difflib
import os
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import load_dotenv
from platformdirs import user_data_path
from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.errors import UsageError

BUNDLED_EMBEDDING = "bundled:all-MiniLM-L6-v2"
BUNDLED_CHAT = "bundled:smollm2-135m"
QUOTATIONS = "quotations"
PASSAGE_RULES = "3"
"""Part of a library's fingerprint; raised when the same text would be split differently."""
CONFIG_FILE = "byline.toml"
"""Name of the configuration file that is read from the data folder."""
PREFIX = "BYLINE_"
NOT_SETTINGS = frozenset(("BYLINE_SOAK",))
"""Variables with the prefix that only the tests read."""


class Settings(BaseSettings):
    """All settings; each field is read from `BYLINE_<NAME>`, else from the configuration file."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    home: Path = Field(
        default_factory=lambda: user_data_path("byline"), description="The data folder: articles, index, reports."
    )
    embedding_model: str = Field(
        default=BUNDLED_EMBEDDING, description="The bundled model, or the name of any sentence-transformers model."
    )
    chat_model: str = Field(
        default=QUOTATIONS,
        description=f"`{QUOTATIONS}` (no chat model), `{BUNDLED_CHAT}`, or a LangChain name such as `openai:gpt-5`.",
    )
    chat_url: str | None = Field(
        default=None, description="An OpenAI-compatible address, for example `http://localhost:8000/v1`."
    )
    chat_key: SecretStr | None = Field(
        default=None, description="The key for `chat_url`. The providers' own variables work too."
    )
    chat_profile: Literal["auto", "capable", "small"] = Field(
        default="auto",
        description="`capable`: the model plans, declines and writes from many passages. `small`: it only words what the "
        "reader found. `auto`: the bundled model is small, every other one capable.",
    )
    chat_context: int = Field(default=16_000, ge=2_048, description="Context length of the chat model, in tokens.")
    chat_max_tokens: int = Field(
        default=0, ge=0, description="Longest reply of the chat model, in tokens; 0 chooses by profile."
    )
    chat_temperature: Annotated[float | None, BeforeValidator(lambda value: None if value == "" else value)] = Field(
        default=0.0, ge=0, le=2, description="Sampling temperature; an empty value leaves it to the provider."
    )
    connect_timeout: float = Field(default=5.0, gt=0, description="Seconds to connect to the chat model.")
    token_timeout: float = Field(default=30.0, gt=0, description="Seconds to the first token and between tokens.")
    answer_timeout: float = Field(default=120.0, gt=0, description="Seconds for a whole answer of the chat model.")
    threads: int = Field(default=0, ge=0, description="Threads for the local models; 0 uses all cores.")
    max_question: int = Field(default=4000, gt=0, description="Longest question, in characters.")
    host: str = Field(default="127.0.0.1", description="Address that `byline serve` listens on.")
    port: int = Field(default=7860, ge=0, le=65535, description="Port that `byline serve` listens on.")


def load_settings(config: Path | None = None, **chosen: Any) -> Settings:
    """Read the settings: `chosen`, else the environment, else the configuration file, else the defaults.

    Args:
        config: The configuration file; `byline.toml` in the data folder when None, if there is one.
        chosen: Values by field name; None means not chosen.

    Raises:
        UsageError: A value is not allowed, or the configuration file cannot be read; the message names it.
    """
    given = {name: value for name, value in chosen.items() if value is not None}
    if config is not None:
        values = _read_config(config)
        if isinstance(home := values.get("home"), str):
            values["home"] = config.parent / Path(home).expanduser()
        return _build(given, values, config)
    settings = _build(given, {}, None)
    path = settings.home / CONFIG_FILE
    if not path.is_file():
        return settings
    values = _read_config(path)
    if "home" in values:
        raise UsageError(f"Remove 'home' from {str(path)!r}: a data folder cannot name another one.")
    return _build(given, values, path)


def read_dotenv(folder: Path) -> None:
    """Put the variables of a folder's `.env` file into the environment; variables that are set keep their values.

    Args:
        folder: Usually the current folder. Only the command line does this, never an import.
    """
    load_dotenv(folder / ".env", override=False)


def unknown_variables() -> list[str]:
    """One sentence for every `BYLINE_*` variable that is not a setting."""
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    wrong = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in {*known, *NOT_SETTINGS})
    return [f"Ignored {name}: there is no such setting.{_suggestion(name, known)}" for name in wrong]


def _build(given: dict[str, Any], config: dict[str, Any], path: Path | None) -> Settings:
    in_environment = {name.upper() for name in os.environ}
    below = {name: value for name, value in config.items() if PREFIX + name.upper() not in in_environment}
    try:
        return Settings(**{**below, **given})
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"])
        source = f"{name} in {str(path)!r}" if name in below and name not in given else PREFIX + name.upper()
        value = "" if name == "chat_key" else f" is {first.get('input')!r}"
        raise UsageError(f"{source}{value}: {first['msg'][0].lower()}{first['msg'][1:]}.") from error


def _read_config(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(f"Cannot read the configuration file {str(path)!r}: {error.strerror}.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"The configuration file {str(path)!r} is not valid TOML: {error}.") from error
    known = list(Settings.model_fields)
    for name in values:
        if name not in known:
            raise UsageError(f"There is no setting {name!r} ({str(path)!r}).{_suggestion(name, known)}")
    return values


def _suggestion(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 1, 0.7)
    return f" Did you mean {near[0]}?" if near else ""
