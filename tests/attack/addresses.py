"""Internal addresses in every spelling, and a listener that records connections."""

from __future__ import annotations

import ipaddress
import random
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

LOOPBACK = "127.0.0.0/8"
INSIDE = (
    LOOPBACK, "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
    "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
)  # fmt: skip
"""The networks of IANA's special-purpose registry that a news site cannot be in."""

INSIDE_6 = (
    "::1/128", "::/128", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "2001:db8::/32", "3fff::/20", "100::/64",
    "64:ff9b:1::/48", "2001:10::/28",
)  # fmt: skip
METADATA = (
    "169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254", "fd20:ce::254",
)  # fmt: skip
"""Metadata services of cloud providers, which return keys and settings."""

NAMES = {
    "metadata.google.internal": "169.254.169.254", "instance-data.grenvik.test": "169.254.169.254", "127.0.0.5.by.test": "127.0.0.5",
    "intranet": "10.0.0.7", "db.grenvik.test": "192.168.4.9", "localhost": "127.0.1.1", "localhost.localdomain": "127.0.1.1",
    "xn--grn-vk-bya.test": "127.9.9.9", "grünvik.test": "127.3.2.1", "xn--grnvik-3ya.test": "127.3.2.1", "six.grenvik.test": "::1",
}  # fmt: skip
"""Invented names with the answers of an attacker's name server."""

OUTSIDE = "news.example"
"""A public site that an address may imitate."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address to try.

    Attributes:
        url: The address.
        family: How it is spelled.
        reaches: Whether it leads to the listener when nothing holds it back.
    """

    url: str
    family: str
    reaches: bool


def lookup(host: str, port: int) -> list[str]:
    """Resolve everything that any resolver accepts: old spellings of numbers, a trailing dot, the names above."""
    bare = host.rstrip(".").lower()
    if bare in NAMES:
        return [NAMES[bare]]
    if bare == OUTSIDE:
        return ["93.184.215.14"]
    found = socket.getaddrinfo(bare, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    return [str(found[0][4][0])]


def draw(network: str, rng: random.Random) -> str:
    """Draw an address of a network."""
    block = ipaddress.ip_network(network)
    return str(block[rng.randrange(block.num_addresses)])


def draw_loopback(rng: random.Random) -> str:
    """Draw a loopback address other than the one of the tests' sites."""
    return str(ipaddress.ip_address((127 << 24) + rng.randrange(2, 2**24 - 1)))


def _part(value: int, rng: random.Random) -> str:
    return rng.choice((str(value), f"0{value:o}", f"{value:#x}", f"0X{value:X}", f"0x{value:06x}"))


def _rewritten(text: str, digits: str, dot: str) -> str:
    return "".join(digits[int(char)] if char.isdigit() else dot for char in text)


def _embedded(prefix: str, suffix: str = "") -> Callable[[str, random.Random], str]:
    def write(ip: str, rng: random.Random) -> str:
        number = int(ipaddress.IPv4Address(ip))
        return f"[{prefix}{number >> 16:x}:{number & 0xFFFF:x}{suffix}]"

    return write


def _short(ip: str, rng: random.Random) -> str:
    a, b, rest = ip.split(".", 2)
    c, d = rest.split(".")
    return rng.choice((f"{a}.{(int(b) << 16) + (int(c) << 8) + int(d)}", f"{a}.{b}.{(int(c) << 8) + int(d):#x}"))


def _teredo(ip: str, rng: random.Random) -> str:
    turned = int(ipaddress.IPv4Address(ip)) ^ 0xFFFFFFFF
    return f"[2001:0:{rng.randrange(1, 65536):x}:{rng.randrange(1, 65536):x}::{turned >> 16:x}:{turned & 0xFFFF:x}]"


SPELLINGS: dict[str, Callable[[str, random.Random], str]] = {
    "dotted": lambda ip, rng: ip,
    "decimal": lambda ip, rng: str(int(ipaddress.IPv4Address(ip))),
    "hex": lambda ip, rng: f"{int(ipaddress.IPv4Address(ip)):#010x}",
    "octal": lambda ip, rng: f"0{int(ipaddress.IPv4Address(ip)):o}",
    "mixed": lambda ip, rng: ".".join(_part(int(part), rng) for part in ip.split(".")),
    "short": _short,
    "dot at the end": lambda ip, rng: f"{ip}.",
    "mapped": _embedded("::ffff:"),
    "mapped, written out": lambda ip, rng: f"[0:0:0:0:0:ffff:{ip}]",
}
"""Spellings that the system itself reads as the address."""

WRAPPED: dict[str, Callable[[str, random.Random], str]] = {
    "compatible": _embedded("::"),
    "translated": _embedded("::ffff:0:"),
    "NAT64": _embedded("64:ff9b::"),
    "6to4": _embedded("2002:", "::"),
    "Teredo": _teredo,
    "wide digits": lambda ip, rng: _rewritten(ip, "０１２３４５６７８９", rng.choice(".。．")),
    "circled digits": lambda ip, rng: _rewritten(ip, "⓪①②③④⑤⑥⑦⑧⑨", "。"),
}
"""Spellings that a gateway or another program may decode."""

TRICKS = (
    "http://{outside}@{ip}:{port}/a", "http://{outside}%2f@{ip}:{port}/a", "http://{outside}:80@{ip}:{port}/", "http://{ip}:{port}\\@{outside}/",
    "http://{outside}\\@{ip}:{port}/", "http://{ip}:{port}#@{outside}/", "http://{ip}:{port}?@{outside}/", "http://{ip}:{port};@{outside}/",
    "http://a:b@{ip}:{port}/", "http:///{ip}:{port}/a", "http:\\\\{ip}:{port}\\a", "http://{ip}\t:{port}/", "http://\n{ip}:{port}/", "http://%31%32%37.0.0.1:{port}/",
    "http://{ip}%00.{outside}:{port}/", "http://{outside}\r\nhost: {ip}:{port}/", "HTTP://{ip}:{port}/", "https://{ip}:{port}/", "http://[{ip}]:{port}/", "http://[::1%25lo]:{port}/",
)  # fmt: skip
SCHEMES = (
    "file://{file}", "FILE://{file}", "file://localhost{file}", "file://{ip}{file}", "gopher://{ip}:{port}/_GET%20/", "ftp://{ip}:{port}/a", "dict://{ip}:{port}/d:a",
    "ldap://{ip}:{port}/", "tftp://{ip}:{port}/a", "sftp://{ip}:{port}/", "jar:http://{ip}:{port}!/a", "unix://{file}", "http+unix://%2Fvar%2Frun%2Fa.sock/", "netdoc://{file}",
    "view-source://{ip}:{port}/", "ws://{ip}:{port}/", "data://text/plain,a", "php://filter/resource={file}", "smb://{ip}/share", "nfs://{ip}/a",
)  # fmt: skip


def make_addresses(number: int, port: int, file: str, seed: int) -> list[Address]:
    """Make different addresses of all families.

    Args:
        number: How many.
        port: Where the listener is, on every address of this machine.
        file: A path that must not be read.
        seed: Of the drawing.
    """
    rng = random.Random(seed)
    found: dict[str, Address] = {}
    kinds: Sequence[Callable[[int], Address]] = (
        lambda n: _spelled(draw_loopback(rng), SPELLINGS, n, port, rng, reaches=True),
        lambda n: _spelled(draw(INSIDE[n % len(INSIDE)], rng), SPELLINGS, rng.randrange(99), port, rng),
        lambda n: _spelled(draw_loopback(rng), WRAPPED, n, port, rng),
        lambda n: _six(draw(INSIDE_6[n % len(INSIDE_6)], rng), port),
        lambda n: _metadata(METADATA[n % len(METADATA)], rng),
        lambda n: _named(list(NAMES)[n % len(NAMES)], port, rng),
        lambda n: Address(_fill(TRICKS[n % len(TRICKS)], port, file, rng), "trick", False),
        lambda n: Address(_fill(SCHEMES[n % len(SCHEMES)], port, file, rng), "scheme", False),
    )
    at = 0
    while len(found) < number:
        address = kinds[at % len(kinds)](at // len(kinds))
        found.setdefault(address.url, address)
        at += 1
    return list(found.values())


def _spelled(
    ip: str,
    ways: dict[str, Callable[[str, random.Random], str]],
    turn: int,
    port: int,
    rng: random.Random,
    reaches: bool = False,
) -> Address:
    name = list(ways)[turn % len(ways)]
    return Address(f"http://{ways[name](ip, rng)}:{port}/{rng.randrange(10**6)}", name, reaches)


def _six(ip: str, port: int) -> Address:
    whole = ipaddress.IPv6Address(ip).exploded if int(ipaddress.IPv6Address(ip)) % 2 else ip
    return Address(f"http://[{whole}]:{port}/", "IPv6", False)


def _metadata(ip: str, rng: random.Random) -> Address:
    path = rng.choice(("latest/meta-data/iam/", "computeMetadata/v1/?recursive=true", "metadata/instance", "opc/v2/"))
    six = ":" in ip
    name, host = ("IPv6", f"[{ip}]") if six else (way := rng.choice(list(SPELLINGS)), SPELLINGS[way](ip, rng))
    return Address(f"http://{host}/{path}{rng.randrange(99)}", f"metadata, {name}", False)


def _named(name: str, port: int, rng: random.Random) -> Address:
    written = rng.choice((name, name.upper(), f"{name}.", name.replace("l", "ⓛ").replace("a", "ａ")))
    return Address(f"http://{written}:{port}/{rng.randrange(99)}", "name", False)


def _fill(form: str, port: int, file: str, rng: random.Random) -> str:
    values = {"ip": draw_loopback(rng), "port": port, "file": file, "outside": OUTSIDE}
    return form.format(**values)


def has_ipv6() -> bool:
    """Whether this machine has an IPv6 address to listen on."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


PAGE = b"<html><body><h1>Inside</h1><p>The vault of Grenvik opens at nine with the word heliotrope, its keeper said.</p></body></html>"
WORD = "heliotrope"
"""A word on the listener's page and in the file that must not be read."""


class Trap:
    """Listens on addresses of this machine, answers with a page, and records the addresses that were reached.

    Args:
        hosts: Addresses; by default all that this machine has.
        port: 0 takes a free one.
    """

    def __init__(self, hosts: Sequence[str] = ("0.0.0.0", "::"), port: int = 0) -> None:  # noqa: S104  every address is needed
        self.found_at: list[str] = []
        self._sockets: list[socket.socket] = []
        self.port = port
        for host in hosts:
            if ":" in host and not has_ipv6():
                continue
            listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if ":" in host:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.bind((host, self.port))
            listener.listen(50)
            self.port = listener.getsockname()[1]
            self._sockets.append(listener)
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                self.found_at.append(str(connection.getsockname()[0]))
                connection.settimeout(2)
                try:
                    connection.recv(4096)
                    head = f"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {len(PAGE)}\r\nconnection: close\r\n\r\n"
                    connection.sendall(head.encode() + PAGE)
                except OSError:
                    continue

    def close(self) -> None:
        """Stop listening."""
        for listener in self._sockets:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
