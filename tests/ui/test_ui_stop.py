"""Stop: the model's server is left at once; what was checked by then stays and says that it is not the whole."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from tests.attack.fault_server import FaultServer
from tests.ui.conftest import Server, Visit
from tests.ui.talker import Talker


def test_stop_ends_the_decoding_and_marks_what_there_is(
    servers: Callable[..., Server], sample_home: Path, visit: Callable[..., Visit]
) -> None:
    talker = Talker()
    with FaultServer(talker, 0) as model:
        server = servers(
            sample_home, BYLINE_CHAT_MODEL="openai:m", BYLINE_CHAT_URL=model.url, BYLINE_CHAT_PROFILE="small"
        )
        tab = visit(server.url)
        page = tab.page
        page.fill("#byline-question textarea", "What did Kim pledge?")
        page.press("#byline-question textarea", "Enter")
        page.wait_for_selector(".is-asking .said:has-text('fraternal duty')")
        assert talker.listeners == 1
        tab.shot("streaming")
        page.click("#byline-stop")
        page.wait_for_selector(".is-stopped >> text=Stopped early")
        until = time.monotonic() + 10  # it hangs up within a piece or two; the machine may be busy
        while talker.listeners and time.monotonic() < until:
            time.sleep(0.02)
        assert (talker.listeners, talker.most) == (0, 1)
        tab.done()
        assert page.is_visible("#byline-send")
        tab.shot("stopped-in-part")
        page.reload()
        page.wait_for_selector(".is-stopped >> text=Stopped early")
        assert "fraternal duty" in page.inner_text(".is-stopped .answer")
        page.click(".is-stopped .cite")
        page.wait_for_selector("#byline-article mark.now")
        server.stop()
