"""The chat model path against the real llama.cpp server, and a server that fails on command."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from assistant.answering.pipeline import Assistant
from assistant.errors import ModelError
from assistant.models.chat import BundledChatModel, RemoteChatModel, make_chat_model
from assistant.settings import BUNDLED_CHAT, load_settings

ASK = [("user", "Write a long story about a fisherman and the sea.")]


@pytest.fixture(scope="module")
def llama() -> Iterator[BundledChatModel]:
    model = BundledChatModel(load_settings(chat_model=BUNDLED_CHAT, token_timeout=120, answer_timeout=300))
    yield model
    model.close()


def over_http(llama: BundledChatModel, **settings: object) -> RemoteChatModel:
    """A model that knows the real llama.cpp only by its OpenAI-compatible address."""
    address, key = llama._address()
    return RemoteChatModel(load_settings(chat_model="openai:smollm2", chat_url=address, chat_key=key, **settings))


def test_the_real_model_streams_piece_by_piece(llama: BundledChatModel) -> None:
    pieces = []
    for piece in over_http(llama, token_timeout=120, answer_timeout=300).stream(ASK):
        pieces.append(piece)
        if len(pieces) == 5:
            break
    assert len(pieces) == 5
    assert "".join(pieces).strip()


def test_a_stopped_stream_ends_and_the_slot_is_free_again(llama: BundledChatModel) -> None:
    model, stop = over_http(llama, token_timeout=120, answer_timeout=300), threading.Event()
    seen = 0
    for _ in model.stream(ASK, stop):
        seen += 1
        stop.set()
    assert seen == 1
    for thread in threading.enumerate():
        if thread.name == "byline-chat":
            thread.join(10)
    assert not [thread for thread in threading.enumerate() if thread.name == "byline-chat"]
    assert next(iter(model.stream([("user", "Say hello.")])))


def test_the_servers_decode_ends_with_a_stop(llama: BundledChatModel) -> None:
    """llama.cpp itself says that none of its slots is at work any more."""
    model, stop = over_http(llama, token_timeout=120, answer_timeout=300), threading.Event()
    address, key = llama._address()
    slots = f"{str(address).removesuffix('/v1')}/slots"

    def at_work() -> int:
        found = httpx.get(slots, headers={"authorization": f"Bearer {key}"}, timeout=60)
        assert found.status_code == 200, found.text
        return sum(slot["is_processing"] for slot in found.json())

    stream = model.stream(ASK, stop)
    next(iter(stream))
    assert at_work() == 1
    stop.set()
    assert list(stream) == []
    until = time.monotonic() + 30  # it ends within a token; the machine may be busy
    while at_work() and time.monotonic() < until:
        time.sleep(0.02)
    assert at_work() == 0


def test_an_answer_that_takes_too_long_is_one_sentence(llama: BundledChatModel) -> None:
    with pytest.raises(ModelError, match="took longer than"):
        for _ in over_http(llama, token_timeout=120, answer_timeout=0.001).stream(ASK):
            pass


def test_a_wrong_key_is_refused_by_the_real_server(llama: BundledChatModel) -> None:
    address, _ = llama._address()
    settings = load_settings(chat_model="openai:smollm2", chat_url=address, chat_key="wrong", token_timeout=120)
    with pytest.raises(ModelError, match="refused the key"):
        list(RemoteChatModel(settings).stream(ASK))


def test_the_bundled_model_behind_the_checks_never_cites_what_is_not_there(
    llama: BundledChatModel, sample_assistant: Assistant
) -> None:
    answer = Assistant(replace(sample_assistant.parts, chat_model=llama)).answer("what did Kim pledge?")
    assert answer.status == "answered"
    for citation in answer.citations:
        article = sample_assistant.library.catalogue.article(citation.headline.version)
        assert article is not None
        assert article.text[citation.start : citation.end] == citation.quote


class FaultServer:
    """An OpenAI-compatible server that does one thing wrong."""

    def __init__(self, behave: Callable[[BaseHTTPRequestHandler], None]) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("content-length", 0)))
                try:
                    behave(self)
                except (BrokenPipeError, ConnectionResetError):
                    pass

            def log_message(self, *_: object) -> None:
                return

        self.requests = 0
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"

    def __enter__(self) -> FaultServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def status(code: int) -> Callable[[BaseHTTPRequestHandler], None]:
    def behave(request: BaseHTTPRequestHandler) -> None:
        body = b'{"error": {"message": "no", "type": "x", "code": "x"}}'
        request.send_response(code)
        request.send_header("content-type", "application/json")
        request.send_header("content-length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return behave


def events(*lines: str, then: float = 0.0) -> Callable[[BaseHTTPRequestHandler], None]:
    def behave(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("content-type", "text/event-stream")
        request.end_headers()
        for line in lines:
            request.wfile.write(f"data: {line}\n\n".encode())
            request.wfile.flush()
        time.sleep(then)

    return behave


CHUNK = '{"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"Kim "}}]}'


@pytest.mark.parametrize(
    ("behave", "message"),
    [
        (status(401), "refused the key"),
        (status(404), "not known at its address"),
        (status(429), "over its limit"),
        (status(500), "failed on its side"),
        (status(503), "failed on its side"),
        (events(then=3), "did not answer in time|gave nothing"),
        (events(CHUNK, then=3), "did not answer in time|gave nothing"),
        (events(CHUNK, "{broken"), "broke off|failed"),
    ],
    ids=["401", "404", "429", "500", "503", "slow first byte", "stall", "broken event"],
)
def test_each_fault_is_one_clear_sentence(behave: Callable[[BaseHTTPRequestHandler], None], message: str) -> None:
    with FaultServer(behave) as server:
        settings = load_settings(chat_model="openai:m", chat_url=server.url, token_timeout=0.5, connect_timeout=0.5)
        with pytest.raises(ModelError, match=message) as caught:
            list(RemoteChatModel(settings).stream(ASK))
    assert "\n" not in str(caught.value)


def test_a_refused_connection_is_one_clear_sentence() -> None:
    settings = load_settings(chat_model="openai:m", chat_url="http://127.0.0.1:9/v1")
    with pytest.raises(ModelError, match="cannot be reached"):
        list(RemoteChatModel(settings).stream(ASK))


def test_a_wrong_name_and_a_missing_key_are_one_clear_sentence_each() -> None:
    with pytest.raises(ModelError, match="cannot be used"):
        list(RemoteChatModel(load_settings(chat_model="nobody:nothing")).stream(ASK))
    with pytest.raises(ModelError, match="key"):
        list(RemoteChatModel(load_settings(chat_model="openai:gpt-5")).stream(ASK))


@pytest.mark.parametrize(
    "settings",
    [
        {"chat_model": "nobody:nothing"},
        {"chat_model": "openai:gpt-5"},
        {"chat_model": "openai:m", "chat_url": "http://127.0.0.1:9/v1"},
        {"chat_model": BUNDLED_CHAT},
    ],
    ids=["wrong name", "missing key", "refused", "missing model"],
)
def test_a_model_that_cannot_be_had_is_one_note_and_the_quoted_answer(
    settings: dict[str, str], sample_assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.models.assets.SMOLLM_PACKAGE", "a_package_that_is_not_there")
    model = make_chat_model(load_settings(**settings))
    assistant = Assistant(replace(sample_assistant.parts, chat_model=model))
    answer = assistant.answer("what did Kim pledge?")
    assert "fraternal duty" in answer.text
    assert answer.model == "quotations"
    assert len(answer.notes) == 1
    assert "\n" not in answer.notes[0]


def test_a_connection_that_is_cut_is_replaced_by_quotations(sample_assistant: Assistant) -> None:
    def cut(request: BaseHTTPRequestHandler) -> None:
        events(CHUNK)(request)
        request.connection.close()

    with FaultServer(cut) as server:
        model = RemoteChatModel(load_settings(chat_model="openai:m", chat_url=server.url, token_timeout=2))
        answer = Assistant(replace(sample_assistant.parts, chat_model=model)).answer("what did Kim pledge?")
    assert answer.model == "quotations"
    assert "fraternal duty" in answer.text
    assert answer.notes


def test_without_a_name_no_model_is_made() -> None:
    assert make_chat_model(load_settings()) is None
    assert isinstance(make_chat_model(load_settings(chat_model=BUNDLED_CHAT)), BundledChatModel)
