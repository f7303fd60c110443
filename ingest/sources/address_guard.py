"""Connects to public addresses only. The check is made on the IP address that is connected to.

It covers names that resolve to private addresses, redirects, and unusual spellings of 127.0.0.1.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

_INWARD = tuple(
    ipaddress.ip_network(block)
    for block in ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "3fff::/20", "fec0::/10")
)
"""Not a news site's although Python, depending on its version, counts some of them as public: a provider's
service on every machine of its cloud, protocol assignments, relays, examples, the old site-local addresses."""

Resolve = Callable[[str, int], list[str]]
Allowed = Callable[[str], bool]


class FetchError(Exception):
    """A page could not be fetched; the message is shown as the reason."""


class GoneError(FetchError):
    """The server says that there is no such page (404, 410)."""


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public network, also where it is wrapped in an IPv6 one."""
    ip: Any = ipaddress.ip_address(address.partition("%")[0])
    if ip.version == 6:
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.ip_address(int(ip) & 0xFFFFFFFF)
        if inner is None and int(ip) < 2**32:  # the old "IPv4-compatible" form
            inner = ipaddress.ip_address(int(ip))
        if inner is not None:
            return is_public(str(inner))
    if any(ip in block for block in _INWARD):
        return False
    return bool(ip.is_global and not ip.is_multicast and not ip.is_reserved)


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system would connect to them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def check_address(url: str) -> None:
    """Raise a `FetchError` unless it is an http or https address without a password in it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise FetchError(f"Not a valid address: {url[:120]!r} ({error})") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise FetchError(f"Not an http or https address: {url[:120]!r}")
    if parts.username or parts.password:
        raise FetchError("Addresses with a user name are not supported.")


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to checked addresses only, and reads until the deadline only."""

    def __init__(self, allowed: Allowed, resolve: Resolve) -> None:
        self._plain = httpcore.SyncBackend()
        self._allowed, self._resolve = allowed, resolve
        self.deadline = 0.0

    def left(self, timeout: float | None) -> float:
        """Seconds that may still be waited."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time limit for this page is reached")
        return left if timeout is None else min(timeout, left)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first of the host's addresses that answers, when all of them are allowed.

        Raises:
            FetchError: One of them leads inward.
        """
        addresses = self._resolve(host, port)
        for address in addresses:
            if not self._allowed(address):
                raise FetchError(
                    f"{host} leads to {address}, which is not on the public network; use --allow-private to allow it"
                )
        error: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                stream = self._plain.connect_tcp(address, port, self.left(timeout), local_address, socket_options)
                return _TimedStream(stream, self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failed:
                error = failed
        raise error

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        """Refuse.

        Raises:
            FetchError: Always.
        """
        raise FetchError("Not an http or https address.")


class _TimedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, backend: GuardedBackend) -> None:
        self._stream, self._backend = stream, backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._backend.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._backend.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._stream.start_tls(ssl_context, server_hostname, self._backend.left(timeout))
        return _TimedStream(inner, self._backend)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        self._stream.close()


class Transport(httpx.BaseTransport):
    """httpx over a connection pool whose connections are made by our backend."""

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._pool = httpcore.ConnectionPool(ssl_context=httpx.create_ssl_context(), network_backend=backend)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Hand a request on and its response back."""
        url = request.url
        response = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            response.status, headers=response.headers, stream=_Body(response.stream), extensions=response.extensions
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()
