"""Fetches one address: within limits, at the pace that the site asks for, and not from the local network unless allowed.

Which addresses may be connected to is checked by `ingest.sources.address_guard`. Parses robots.txt and nothing else.
"""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import httpcore
import httpx

from assistant.storage.records import Fetched
from ingest.sources.address_guard import (
    Allowed,
    FetchError,
    GoneError,
    GuardedBackend,
    Resolve,
    Transport,
    check_address,
    is_public,
    resolve,
)

AGENT = "Byline/0.1 (news reader; one page at a time)"
MAX_BYTES = 20_000_000
"""Largest page after decompression."""
MAX_REDIRECTS = 5
CONNECT_SECONDS = 10.0
TOTAL_SECONDS = 30.0
"""Total time for one page with its redirects, also for a server that sends a byte at a time."""
PAUSE_SECONDS = 0.5
"""Between two requests to one host; its robots.txt may ask for up to ten seconds."""


@dataclass(frozen=True, slots=True)
class Page:
    """What was fetched.

    Attributes:
        url: Where it was in the end, after redirects.
        content: Its bytes, unpacked.
        kind: Its media type, lower case, without parameters.
        charset: The one that the server named, or None.
        said: What to ask with next time.
    """

    url: str
    content: bytes
    kind: str
    charset: str | None
    said: Fetched


class Fetcher:
    """Fetches pages one at a time.

    Args:
        allow_private: Also connect to private and local addresses.
        allowed: Which addresses may be connected to; the public ones unless `allow_private`.
        resolve: How names become addresses.
        pause: Seconds between two requests to one host.
        seconds: For one page with its redirects.
        max_bytes: Largest page after decompression.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        allowed: Allowed | None = None,
        resolve: Resolve = resolve,
        pause: float = PAUSE_SECONDS,
        seconds: float = TOTAL_SECONDS,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        check = allowed or ((lambda _: True) if allow_private else is_public)
        self._backend = GuardedBackend(check, resolve)
        self._client = httpx.Client(
            transport=Transport(self._backend),
            timeout=httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)),
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": AGENT, "Accept-Encoding": "gzip", "Accept": "text/html,application/xml,*/*;q=0.5"},
        )
        self._pause, self._seconds, self._max_bytes = pause, seconds, max_bytes
        self._robots: dict[str, RobotFileParser] = {}
        self._last: dict[str, float] = {}

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, url: str, known: Fetched | None = None) -> Page | None:
        """Fetch a page.

        Args:
            url: Where.
            known: What the server said last time; then None is given when nothing changed.

        Raises:
            FetchError: The page is refused, unreachable, too slow, too large, or forbidden by robots.txt.
        """
        headers = {}
        if known and known.etag:
            headers["If-None-Match"] = known.etag
        if known and known.modified:
            headers["If-Modified-Since"] = known.modified
        for _ in range(MAX_REDIRECTS + 1):
            check_address(url)
            self._ask_robots(url)
            self._wait(url)
            found = self._once(url, headers)
            if not isinstance(found, str):
                return found
            url = urljoin(url, found)
        raise FetchError(f"The page has more than {MAX_REDIRECTS} redirects.")

    def _once(self, url: str, headers: dict[str, str]) -> Page | str | None:
        """One request: the page, where it redirects to, or None when nothing changed."""
        with self._request(url, headers) as response:
            status = response.status_code
            if status in (301, 302, 303, 307, 308) and response.headers.get("location"):
                return str(response.headers["location"])
            if status == 304:
                return None
            if status in (404, 410):
                raise GoneError(f"The server answered {status}: this page does not exist.")
            if status != 200:
                raise FetchError(f"The server answered {status}.")
            content = self._body(response, self._max_bytes)
            kind, _, rest = response.headers.get("content-type", "").partition(";")
            charset = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", rest, re.I)
            said = Fetched(response.headers.get("etag"), response.headers.get("last-modified"))
            return Page(url, content, kind.strip().lower(), charset.group(1) if charset else None, said)

    @contextmanager
    def _request(self, url: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
        self._backend.deadline = time.monotonic() + self._seconds
        try:
            with self._client.stream("GET", url, headers=headers) as response:
                yield response
        except (httpx.TimeoutException, httpcore.TimeoutException, TimeoutError) as error:
            raise FetchError(f"The server took longer than {self._seconds:g} s.") from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, UnicodeError) as error:
            raise FetchError(f"The server cannot be reached: {str(error)[:120] or type(error).__name__}") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
            raise FetchError(f"The server cannot be reached: {str(error)[:120] or type(error).__name__}") from error

    def _body(self, response: httpx.Response, limit: int) -> bytes:
        """Read and decompress the body; stop at the limit, so that a small file cannot fill the memory."""
        encoding = response.headers.get("content-encoding", "").strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise FetchError(f"The page is compressed with {encoding[:40]!r}; only gzip is supported.")
        unpack = None if encoding in ("", "identity") else zlib.decompressobj(zlib.MAX_WBITS | 32)
        parts, size = [], 0
        try:
            for chunk in response.iter_raw():
                part = unpack.decompress(chunk, limit + 1 - size) if unpack else chunk
                size += len(part)
                if size > limit:
                    raise FetchError(f"The page is larger than {limit:,} bytes.")
                parts.append(part)
        except zlib.error as error:
            raise FetchError(f"The compressed page is damaged: {error}") from error
        if unpack and not unpack.eof:
            raise FetchError("The compressed page is incomplete.")
        return b"".join(parts)

    def _ask_robots(self, url: str) -> None:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._robots:
            self._robots[origin] = self._read_robots(origin)
        if not self._robots[origin].can_fetch("Byline", url):
            raise FetchError(f"{origin}/robots.txt does not allow fetching this page.")

    def _read_robots(self, origin: str) -> RobotFileParser:
        """Read the rules of an origin. RFC 9309: everything is allowed without a file, nothing when it cannot be read."""
        rules, url = RobotFileParser(), f"{origin}/robots.txt"
        rules.modified()
        for _ in range(MAX_REDIRECTS):
            check_address(url)
            with self._request(url, {}) as response:
                status = response.status_code
                if status in (301, 302, 303, 307, 308) and response.headers.get("location"):
                    url = urljoin(url, response.headers["location"])
                    continue
                if status >= 500:
                    rules.disallow_all = True  # type: ignore[attr-defined]
                elif status == 200:
                    rules.parse(self._body(response, 500_000).decode("utf-8", "replace").splitlines())
                else:
                    rules.allow_all = True  # type: ignore[attr-defined]
                return rules
        rules.allow_all = True  # type: ignore[attr-defined]
        return rules

    def _wait(self, url: str) -> None:
        parts = urlsplit(url)
        rules = self._robots[f"{parts.scheme}://{parts.netloc}"]
        asked = rules.crawl_delay("Byline") if self._pause else 0
        pause = max(self._pause, min(float(asked or 0), 10.0))
        ahead = self._last.get(parts.netloc, -pause) + pause - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
        self._last[parts.netloc] = time.monotonic()
