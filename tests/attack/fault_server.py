"""An OpenAI-compatible server that fails in one of seventeen ways, varied by a seed."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TRUE = "The ferry Marisol left Port Alder on 3 March with 214 people aboard [1]."
"""A sentence that passes verification; some faults cut it off."""

Fault = Callable[["Reply", random.Random], None]


class Reply:
    """One request being answered."""

    def __init__(self, handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
        self.handler = handler
        self.over = over

    def status(self, code: int, **headers: str) -> None:
        """A plain error."""
        body = b'{"error": {"message": "no", "type": "x", "code": "x"}}'
        self.handler.send_response(code)
        for name, value in {"content-type": "application/json", "content-length": str(len(body)), **headers}.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.end_headers()
        self.handler.wfile.write(body)

    def begin(self) -> None:
        """The head of a stream."""
        self.handler.send_response(200)
        self.handler.send_header("content-type", "text/event-stream")
        self.handler.end_headers()
        self.handler.wfile.flush()

    def event(self, line: str) -> None:
        """One event."""
        self.handler.wfile.write(f"data: {line}\n\n".encode())
        self.handler.wfile.flush()

    def words(self, text: str, rng: random.Random, finish: str | None = "stop") -> None:
        """A text in pieces of random length, with its finish reason and the end of the stream, or without."""
        while text:
            cut = rng.randrange(1, 20)
            self.event(chunk(text[:cut]))
            text = text[cut:]
        if finish:
            self.event(chunk("", finish))
            self.event("[DONE]")

    def wait(self, seconds: float) -> None:
        """Do nothing until the test is over, at most so long."""
        self.over.wait(seconds)


def chunk(text: str, finish: str | None = None) -> str:
    """One event's JSON."""
    choice = {"index": 0, "delta": {"content": text} if text else {}, "finish_reason": finish}
    return json.dumps({"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]})


def _streamed(text: str, finish: str | None = "stop") -> Fault:
    def fault(reply: Reply, rng: random.Random) -> None:
        reply.begin()
        reply.words(text, rng, finish)

    return fault


def _slow(reply: Reply, rng: random.Random) -> None:
    reply.wait(5)


def _stall(reply: Reply, rng: random.Random) -> None:
    reply.begin()
    reply.words(TRUE[: rng.randrange(1, len(TRUE))], rng, None)
    reply.wait(5)


def _cut(reply: Reply, rng: random.Random) -> None:
    reply.begin()
    reply.words((TRUE + " " + TRUE)[: rng.randrange(10, 2 * len(TRUE) - 5)], rng, None)
    reply.handler.connection.close()


def _broken(reply: Reply, rng: random.Random) -> None:
    reply.begin()
    reply.words(TRUE, rng, None)
    whole = chunk("more")
    reply.event(rng.choice(['{"choices": [', "{broken", whole[: rng.randrange(5, len(whole) - 2)]]))


def _refusal(reply: Reply, rng: random.Random) -> None:
    text = rng.choice(["I'm sorry, but I can't help with that.", "I cannot answer this.", "As a model I must decline."])
    _streamed(text)(reply, rng)


def _truncated(reply: Reply, rng: random.Random) -> None:
    other = "The ferry company did not answer questions about the crew [1]."
    _streamed(f"{TRUE} {other[: rng.randrange(8, len(other) - 8)]}", "length")(reply, rng)


def _wrong_citations(reply: Reply, rng: random.Random) -> None:
    wrong = [f"{TRUE[:-5]} [{n}]." for n in rng.sample(range(40, 90), 2)] + [
        TRUE[:-5] + ".",
        "The mayor resigned in May [1].",
    ]
    rng.shuffle(wrong)
    _streamed(" ".join(wrong))(reply, rng)


def _endless(reply: Reply, rng: random.Random) -> None:
    reply.begin()
    while not reply.over.is_set():
        reply.event(chunk(rng.choice(("and on ", "no end [1]. ", "word " * 40))))


FAULTS: dict[str, Fault | str] = {
    "refused": "http://127.0.0.1:9/v1",
    "dns": "http://nobody.invalid/v1",
    "401": lambda reply, rng: reply.status(401),
    "429": lambda reply, rng: reply.status(429),
    "429 retry-after": lambda reply, rng: reply.status(429, retry_after=str(rng.randrange(1, 60))),
    "500": lambda reply, rng: reply.status(500),
    "503": lambda reply, rng: reply.status(503),
    "slow first byte": _slow,
    "stall": _stall,
    "cut": _cut,
    "broken event": _broken,
    "empty": _streamed(""),
    "refusal": _refusal,
    "content filter": _streamed(TRUE, "content_filter"),
    "truncated": _truncated,
    "wrong citations": _wrong_citations,
    "endless": _endless,
}


class FaultServer:
    """Serves one fault; counts requests."""

    def __init__(self, fault: Fault, seed: int) -> None:
        self.requests = 0
        self.keys: list[str] = []
        self._over = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.requests += 1
                outer.keys.append(self.headers.get("authorization", ""))
                self.rfile.read(int(self.headers.get("content-length", 0)))
                try:
                    fault(Reply(self, outer._over), random.Random(seed))
                except OSError:  # the other side hung up, as it should
                    return

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self.began = time.monotonic()
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> FaultServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
