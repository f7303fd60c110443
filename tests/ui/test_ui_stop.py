"""Stop: the model's server is left at once; what was checked by then stays and says that it is not the whole."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.attack.fault_server import FaultServer, Reply, chunk
from tests.ui.conftest import Server, Visit

SENTENCE = "Kim vowed to “fully support” Russia’s military, which he described as a “fraternal duty” [1]. "


class Talker:
    """A chat model that says one good sentence and then never ends; it counts who still listens."""

    def __init__(self) -> None:
        self.listeners = 0
        self.most = 0
        self._guard = threading.Lock()

    def __call__(self, reply: Reply, rng: random.Random) -> None:
        self._count(1)
        try:
            reply.begin()
            reply.words(SENTENCE, rng, None)
            while not reply.over.is_set():
                reply.event(chunk("and so on "))
                time.sleep(0.02)
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        with self._guard:
            self.listeners += change
            self.most = max(self.most, self.listeners)


def test_stop_ends_the_decoding_and_marks_what_there_is(
    servers: Callable[..., Server], sample_home: Path, visit: Callable[..., Visit]
) -> None:
    talker = Talker()
    with FaultServer(talker, 0) as model:
        server = servers(sample_home, BYLINE_CHAT_MODEL="openai:m", BYLINE_CHAT_URL=model.url)
        tab = visit(server.url)
        page = tab.page
        page.fill("#byline-question textarea", "What did Kim pledge?")
        page.press("#byline-question textarea", "Enter")
        page.wait_for_selector(".is-asking .said:has-text('fraternal duty')")
        assert talker.listeners == 1
        tab.shot("streaming")
        page.click("#byline-stop")
        page.wait_for_selector(".is-stopped >> text=Stopped before the end")
        until = time.monotonic() + 10  # it hangs up within a piece or two; the machine may be busy
        while talker.listeners and time.monotonic() < until:
            time.sleep(0.02)
        assert (talker.listeners, talker.most) == (0, 1)
        tab.done()
        assert page.is_visible("#byline-send")
        tab.shot("stopped-in-part")
        page.reload()
        page.wait_for_selector(".is-stopped >> text=Stopped before the end")
        assert "fraternal duty" in page.inner_text(".is-stopped .answer")
        page.click(".is-stopped .cite")
        page.wait_for_selector("#byline-article mark.now")
        server.stop()
