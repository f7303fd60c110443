"""What `byline serve` may be told besides the settings, and where the page's static files are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

STATIC = Path(__file__).parents[1] / "static"


@dataclass(frozen=True, slots=True)
class Options:
    """Options of the web server.

    Attributes:
        api: Whether the HTTP API and MCP are served.
        auth: The users' file; everybody may come in when None.
        at_once: Questions answered at the same time.
        waiting: Maximum queued questions.
        unwatched: Seconds that an answer goes on after its page was closed; a reload takes it up again.
        allowed_hosts: Names that the server may also be called by, such as a proxy's.
        per_minute: Requests that cost work, per user (per address without a login) and minute; 0 means no limit.
        on_listening: Told the address once connections are accepted.
    """

    api: bool = True
    auth: Path | None = None
    at_once: int = 4
    waiting: int = 32
    unwatched: float = 20.0
    allowed_hosts: tuple[str, ...] = ()
    per_minute: int = 240
    on_listening: Callable[[str], None] | None = None
