"""Who may come in: users with hashed passwords in a file, a signed cookie for browsers, Basic or bearer for programs.

    python -m assistant.ui.server.auth NAME >> users.txt     asks for a password and prints the user's line
    byline serve --auth users.txt

A line is `NAME:scrypt:SALT:HASH`. A user who is taken out of the file, or whose password is changed, is out at once.
"""

from __future__ import annotations

import asyncio
import base64
import getpass
import hashlib
import hmac
import os
import re
import secrets
import sys
import time
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from assistant.errors import UsageError

COOKIE = "byline_session"
DAYS = 30
SHORTEST = 8
NAME = re.compile(r"[A-Za-z0-9._@-]{1,64}")
_COST = {"n": 2**14, "r": 8, "p": 1}
"""scrypt's cost: 16 MB and some 50 ms a guess."""
_AT_ONCE = 4
_PAUSE = 1.0
"""Seconds that a wrong password costs."""


def user_line(name: str, password: str) -> str:
    """A line for the users' file.

    Raises:
        UsageError: The name or the password does not fit.
    """
    if not NAME.fullmatch(name):
        raise UsageError(f"Expected a name of letters, digits and . _ @ -, found {name!r}.")
    if len(password) < SHORTEST:
        raise UsageError(f"Expected a password of at least {SHORTEST} characters, found {len(password)}.")
    salt = secrets.token_bytes(16)
    return f"{name}:scrypt:{salt.hex()}:{_hash(password, salt).hex()}"


def _hash(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=salt, dklen=32, **_COST)


class Users:
    """The users' file, read anew whenever it changes.

    Args:
        path: The file.

    Raises:
        UsageError: It cannot be read, or a line does not fit.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = (0, 0)
        self._lines: dict[str, tuple[bytes, bytes]] = {}
        self.find("")

    def find(self, name: str) -> tuple[bytes, bytes] | None:
        """(salt, hash) of a user, or None."""
        try:
            state = self._path.stat()
            if (state.st_mtime_ns, state.st_size) != self._seen:
                self._lines = _read(self._path)
                self._seen = (state.st_mtime_ns, state.st_size)
        except OSError as error:
            raise UsageError(f"Expected the users' file {str(self._path)!r}: {error.strerror}.") from error
        return self._lines.get(name)


def _read(path: Path) -> dict[str, tuple[bytes, bytes]]:
    found = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.strip().split(":")
        try:
            name, kind, salt, digest = parts
            if kind != "scrypt" or not NAME.fullmatch(name):
                raise ValueError
            found[name] = (bytes.fromhex(salt), bytes.fromhex(digest))
        except ValueError:
            raise UsageError(
                f"{path}, line {number}: expected NAME:scrypt:SALT:HASH; make one with `python -m assistant.ui.server.auth NAME`."
            ) from None
    if not found:
        raise UsageError(
            f"Expected users in {str(path)!r}, found none: add one with `python -m assistant.ui.server.auth NAME`."
        )
    return found


class Login:
    """Decides who a request comes from.

    Args:
        users: The users.
        home: The data folder; a key for the cookies is kept there, so that a restart logs nobody out.
    """

    def __init__(self, users: Users, home: Path) -> None:
        self._users = users
        self._key = _kept_key(home / "session.key")
        self._known: dict[bytes, str] = {}
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def user(self, headers: Mapping[str, str]) -> str | None:
        """The user of a request with these headers, or None."""
        authorization = headers.get("authorization", "")
        if authorization:
            return await self._by_header(authorization)
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        except CookieError:
            return None
        return self._by_cookie(cookie.value) if cookie else None

    async def check(self, name: str, password: str) -> bool:
        """Whether the password is the user's; a wrong one takes its time."""
        stored = self._users.find(name)
        salt, digest = stored or (b"nobody", b"")
        async with self._places:
            found = await asyncio.to_thread(_hash, password[:1_000], salt)
            if stored is not None and hmac.compare_digest(found, digest):
                return True
            await asyncio.sleep(_PAUSE)
        return False

    def cookie(self, name: str, secure: bool) -> str:
        """The `set-cookie` header that logs a user in."""
        until = int(time.time()) + DAYS * 86_400
        value = f"{name}|{until}|{self._sign(name, until)}"
        encoded = base64.urlsafe_b64encode(value.encode()).decode().rstrip("=")
        return f"{COOKIE}={encoded}; Path=/; Max-Age={DAYS * 86_400}; HttpOnly; SameSite=Strict{'; Secure' if secure else ''}"

    def _by_cookie(self, value: str) -> str | None:
        try:
            name, until, signature = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode().split("|")
            wanted = self._sign(name, int(until))
        except ValueError:
            return None
        right = hmac.compare_digest(wanted, signature) and int(until) > time.time()
        return name if right and self._users.find(name) else None

    def _sign(self, name: str, until: int) -> str:
        """Bound to the stored password: changing it ends every session."""
        _, digest = self._users.find(name) or (b"", b"")
        return hmac.new(self._key + digest, f"{name}|{until}".encode(), hashlib.sha256).hexdigest()

    async def _by_header(self, authorization: str) -> str | None:
        kind, _, value = authorization.partition(" ")
        if kind.lower() == "basic":
            try:
                value = base64.b64decode(value, validate=True).decode()
            except ValueError:
                return None
        elif kind.lower() != "bearer":
            return None
        name, _, password = value.strip().partition(":")
        stored = self._users.find(name)
        if stored is None:
            await self.check(name, password)
            return None
        # A right password is remembered by a keyed hash, so that every request does not cost a guess's time.
        seen = hmac.new(self._key + stored[1], value.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
        if self._known.get(seen) == name:
            return name
        if not await self.check(name, password):
            return None
        self._known = dict([*list(self._known.items())[-999:], (seen, name)])
        return name


def logged_out() -> str:
    """The `set-cookie` header that logs out."""
    return f"{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"


def _kept_key(path: Path) -> bytes:
    try:
        return bytes.fromhex(path.read_text())
    except (OSError, ValueError):
        key = secrets.token_bytes(32)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(key.hex())
    except OSError:  # then a restart logs everybody out, and nothing else
        return key
    return key


def main(arguments: list[str]) -> int:
    """Ask for a password and print the user's line."""
    if len(arguments) != 1:
        sys.stderr.write("Usage: python -m assistant.ui.server.auth NAME >> users.txt\n")
        return 2
    try:
        # From a terminal the password is asked for, unseen; otherwise it is the first line of the input.
        typed = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        sys.stdout.write(user_line(arguments[0], typed) + "\n")
    except UsageError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
