"""The chat model from the settings, and its text as a stream that ends by its deadline.

Any LangChain chat model by name, any OpenAI-compatible address, or the bundled SmolLM2 run by
llama.cpp in this process. Whatever goes wrong becomes one `ModelError` with one clear sentence.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import httpx
from pydantic import SecretStr

from assistant.errors import ModelError
from assistant.extras import require
from assistant.models import assets
from assistant.models.profile import ChatProfile, chat_profile
from assistant.models.streaming import Connections, StreamReader
from assistant.settings import BUNDLED_CHAT, QUOTATIONS, Settings

CHARACTERS_PER_TOKEN = 12
"""Cap on the characters of a reply, per token asked for: some servers ignore max_tokens."""
CONTEXT_TOKENS = 4096
SLOTS = 2
NOT_FOUND = "NOT FOUND"
"""What the prompt asks a model to write when the passages do not answer."""

Messages = Sequence[tuple[str, str]]


class ChatModel(Protocol):
    """What the chain needs of a chat model."""

    name: str
    profile: ChatProfile

    def stream(self, messages: Messages, stop: threading.Event | None = None) -> Iterator[str]:
        """Yield the answer's text piece by piece."""
        ...

    def complete(
        self, messages: Messages, stop: threading.Event | None = None, schema: Mapping[str, Any] | None = None
    ) -> str:
        """The whole reply; with a schema, JSON where the provider can be held to it."""
        ...

    def close(self) -> None:
        """Stop whatever was started."""
        ...


def make_chat_model(settings: Settings) -> ChatModel | None:
    """The chat model that the settings name, not started yet; None when answers are quotations only."""
    if settings.chat_model == QUOTATIONS and not settings.chat_url:
        return None
    return RemoteChatModel(settings) if settings.chat_model != BUNDLED_CHAT else BundledChatModel(settings)


class RemoteChatModel:
    """A LangChain chat model by name, or an OpenAI-compatible address.

    Attributes:
        extra: The extra of the installation that it needs.
    """

    extra = "providers"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.name = settings.chat_model if settings.chat_model != QUOTATIONS else "default"
        self.profile = chat_profile(settings)

    def _address(self) -> tuple[str | None, str | None]:
        key = self._settings.chat_key.get_secret_value() if self._settings.chat_key else None
        return self._settings.chat_url, key

    def _model(self, client: httpx.Client, schema: Mapping[str, Any] | None = None) -> Any:
        """Build the LangChain model; each request has its own connections, so that it can be cut."""
        address, key = self._address()
        tokens, temperature = self.profile.max_tokens, self.profile.temperature
        if address or self.name.startswith("openai:"):
            require("langchain_openai", self.extra, f"The chat model {self.name!r}")
        if address:
            from langchain_openai import ChatOpenAI

            model = ChatOpenAI(
                model=self.name.removeprefix("openai:"), base_url=address, api_key=SecretStr(key or "none"), http_client=client,
                max_retries=0, temperature=temperature, max_completion_tokens=tokens, stream_usage=False,
            )  # fmt: skip
            return model if schema is None else model.bind(response_format=_json_format(schema))
        require("langchain", "providers", f"The chat model {self.name!r}")
        from langchain.chat_models import init_chat_model

        extra: dict[str, Any] = {"http_client": client} if self.name.startswith("openai:") else {}
        if key:
            extra["api_key"] = key
        return init_chat_model(
            self.name,
            temperature=temperature,
            max_tokens=tokens,
            timeout=self._settings.token_timeout,
            max_retries=0,
            **extra,
        )

    def complete(
        self, messages: Messages, stop: threading.Event | None = None, schema: Mapping[str, Any] | None = None
    ) -> str:
        """The whole reply; see `stream`. A server that refuses the schema is asked again without it."""
        try:
            return "".join(self.stream(messages, stop, schema))
        except ModelError as error:
            if schema is None or getattr(error.__cause__, "status_code", None) not in (400, 404, 415, 422, 501):
                raise
            return "".join(self.stream(messages, stop))

    def stream(
        self, messages: Messages, stop: threading.Event | None = None, schema: Mapping[str, Any] | None = None
    ) -> Iterator[str]:
        """Yield the answer's text.

        Args:
            messages: (role, text) pairs, role "system" or "user".
            stop: Set by another thread to end the stream and the model's work at once.
            schema: JSON schema of the reply, for servers that can be held to one.

        Raises:
            ModelError: The model is missing, refused, could not be reached or was too slow.
        """
        settings = self._settings
        line = Connections(httpx.Timeout(settings.token_timeout, connect=settings.connect_timeout))
        pump = StreamReader(lambda: self._model(line.client, schema).stream(list(messages)), line)
        deadline = time.monotonic() + settings.answer_timeout
        length, longest = 0, CHARACTERS_PER_TOKEN * self.profile.max_tokens
        try:
            while True:
                left = min(settings.token_timeout + settings.connect_timeout, deadline - time.monotonic())
                piece = pump.next(left, stop)
                if piece is None:
                    self._check_end(pump, stop)
                    return
                length += len(piece)
                if length > longest:
                    raise ModelError(
                        f"The chat model {self.name!r} did not stop after {longest:,} characters: use another model."
                    )
                yield piece
        except TimeoutError as error:
            raise ModelError(
                f"The chat model {self.name!r} gave nothing for {settings.token_timeout:g} s or took longer than "
                f"{settings.answer_timeout:g} s in all; set BYLINE_TOKEN_TIMEOUT or BYLINE_ANSWER_TIMEOUT, or use another model."
            ) from error
        except ModelError:
            raise
        except Exception as error:  # providers raise classes of their own; each becomes one sentence
            raise ModelError(self._without_key(explain(error, self.name))) from error
        finally:
            pump.close()

    def _check_end(self, pump: StreamReader, stop: threading.Event | None) -> None:
        """An answer ends with its reason; a connection that merely closes has been cut."""
        if stop is not None and stop.is_set():
            return
        if pump.ended_by == "content_filter":
            raise ModelError(f"The chat model {self.name!r} withheld its answer (content filter): ask in other words.")
        if not pump.ended_by and self._address()[0]:
            raise ModelError(f"The chat model {self.name!r} broke off in the middle of its answer: try again.")

    def _without_key(self, text: str) -> str:
        key = self._address()[1]
        return text.replace(key, "[key]") if key else text

    def close(self) -> None:
        """Nothing was started."""


def _json_format(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "reply", "schema": dict(schema)}}


class BundledChatModel(RemoteChatModel):
    """SmolLM2-135M-Instruct on llama.cpp in this process; started on first use, on a loopback port."""

    extra = "local-llm"

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.name = BUNDLED_CHAT
        self._lock = threading.Lock()
        self._server: Any = None
        self._key = secrets.token_urlsafe(24)

    def _address(self) -> tuple[str | None, str | None]:
        with self._lock:
            if self._server is None:
                self._server = _start_llama(self._key, self._settings.threads)
        return f"{self._server.listening_address}/v1", self._key

    def close(self) -> None:
        """Stop llama.cpp."""
        with self._lock:
            self._server = None


def _start_llama(key: str, threads: int) -> Any:
    require("xllamacpp", "local-llm", "The bundled chat model")
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(assets.gguf_file())
    params.n_ctx, params.n_parallel = CONTEXT_TOKENS * SLOTS, SLOTS
    params.cpuparams.n_threads = threads or (os.cpu_count() or 1)
    params.cpuparams.poll = 0  # waiting threads sleep, so that a busy machine is not slowed further
    params.hostnames, params.port, params.api_keys = ["127.0.0.1"], 0, [key]
    params.verbosity = 0
    try:
        return xllamacpp.Server(params)
    except RuntimeError as error:
        raise ModelError(f"The bundled chat model cannot be started ({error}); run `byline doctor`.") from error


def explain(error: BaseException, name: str) -> str:
    """One sentence for what a provider raised: what happened and what to do."""
    status = getattr(error, "status_code", None)
    kinds = " ".join(cls.__name__ for cls in type(error).__mro__)
    text = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
    if status in (401, 403) or "AuthenticationError" in kinds:
        return f"The chat model {name!r} refused the key (HTTP {status}): set BYLINE_CHAT_KEY or the provider's own variable."
    if status == 404:
        return f"The chat model {name!r} is not known at its address (HTTP 404): check BYLINE_CHAT_MODEL and BYLINE_CHAT_URL."
    if status == 429:
        return f"The chat model {name!r} is over its limit (HTTP 429): try again later."
    if isinstance(status, int) and status >= 500:
        return f"The chat model {name!r} failed on its side (HTTP {status}): try again later."
    if "Timeout" in kinds:
        return f"The chat model {name!r} did not answer in time: set BYLINE_TOKEN_TIMEOUT, or use another model."
    if "APIConnectionError" in kinds or "ConnectError" in kinds:
        return f"The chat model {name!r} cannot be reached: check BYLINE_CHAT_URL and that its server runs."
    if "RemoteProtocolError" in kinds or "ReadError" in kinds or "JSONDecodeError" in kinds:
        return f"The chat model {name!r} broke off in the middle of its answer: try again."
    if isinstance(error, ImportError):
        return f"The chat model {name!r} needs a package that is not installed: {text}"
    if isinstance(error, ValueError) or "api_key" in text or "ValidationError" in kinds:
        return f"The chat model {name!r} cannot be used: {text} Check BYLINE_CHAT_MODEL and the key."
    return f"The chat model {name!r} failed ({type(error).__name__}): {text}"
