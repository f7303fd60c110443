"""Who may come in: users with hashed passwords in a file, sessions for browsers, Basic or bearer for programs.

A line of the file is `NAME:scrypt:SALT:HASH`. A user who is removed, or whose password is changed, is out at once.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from assistant.errors import UsageError
from assistant.ui.server.rates import Lockout
from assistant.ui.server.request_queue import BusyError
from assistant.ui.server.sessions import COOKIE, DAYS, Session, Sessions

SHORTEST = 8
LONGEST = 1_000
NAME = re.compile(r"[A-Za-z0-9._@-]{1,64}")
_COST = {"n": 2**14, "r": 8, "p": 1}
"""scrypt's cost: 16 MB and some 50 ms per attempt."""
_AT_ONCE = 2
_WAITING = 20
"""Attempts that may wait to be hashed; more are refused at once."""
ADVICE = "add users with `byline users add`"


def user_line(name: str, password: str) -> str:
    """A line for the users' file.

    Raises:
        UsageError: The name or the password is not allowed.
    """
    if not NAME.fullmatch(name):
        raise UsageError("A user name has 1 to 64 letters, digits or . _ @ -.")
    if len(password) < SHORTEST:
        raise UsageError(f"The password is too short: use at least {SHORTEST} characters.")
    if len(password) > LONGEST:
        raise UsageError(f"The password is too long: use at most {LONGEST} characters.")
    salt = secrets.token_bytes(16)
    return f"{name}:scrypt:{salt.hex()}:{_hash(password, salt).hex()}"


def add_user(path: Path, name: str, password: str) -> bool:
    """Add a user, or change a user's password; the file is made when it is not there.

    Returns:
        True when the user is new.

    Raises:
        UsageError: The name or password is not allowed, or the file cannot be read or written.
    """
    line = user_line(name, password)
    lines = _lines(path) if path.exists() else []
    others = [kept for kept in lines if _name(kept) != name]
    _replace(path, [*others, line])
    return len(others) == len(lines)


def list_users(path: Path) -> list[str]:
    """The names in a users' file, sorted; none when there is no file.

    Raises:
        UsageError: The file cannot be read, or a line is not valid.
    """
    return sorted(_parse(path, _lines(path))) if path.exists() else []


def remove_user(path: Path, name: str) -> None:
    """Remove a user.

    Raises:
        UsageError: There is no such user, or the file cannot be read or written.
    """
    lines = _lines(path) if path.exists() else []
    others = [kept for kept in lines if _name(kept) != name]
    if len(others) == len(lines):
        raise UsageError(f"There is no user {name!r} in {str(path)!r}. List them with `byline users list`.")
    _replace(path, others)


def _name(line: str) -> str:
    return "" if line.startswith("#") else line.partition(":")[0].strip()


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except OSError as error:
        raise UsageError(f"Cannot read the users' file {path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not a users' file: {ADVICE}.") from error


def _replace(path: Path, lines: list[str]) -> None:
    fresh = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.writelines(f"{line}\n" for line in lines)
        os.replace(fresh, path)
    except OSError as error:
        raise UsageError(f"Cannot write the users' file {path}: {error.strerror}.") from error


def _parse(path: Path, lines: list[str]) -> dict[str, tuple[bytes, bytes]]:
    found = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            name, kind, salt, digest = line.strip().split(":")
            if kind != "scrypt" or not NAME.fullmatch(name):
                raise ValueError
            found[name] = (bytes.fromhex(salt), bytes.fromhex(digest))
        except ValueError:
            raise UsageError(f"{path}, line {number}: this is no user's line; {ADVICE}.") from None
    return found


def _hash(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=salt, dklen=32, **_COST)


class Users:
    """The users' file, read again whenever it changes.

    Args:
        path: The file.

    Raises:
        UsageError: It cannot be read, has no users, or a line is not valid.
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
        except OSError as error:
            raise UsageError(f"Cannot read the users' file {self._path}: {error.strerror}.") from error
        if (state.st_mtime_ns, state.st_size) != self._seen:
            self._lines = _parse(self._path, _lines(self._path))
            if not self._lines:
                raise UsageError(f"There are no users in {self._path}: {ADVICE}.")
            self._seen = (state.st_mtime_ns, state.st_size)
        return self._lines.get(name)


class Login:
    """Decides who a request comes from.

    Args:
        users: The users.
        home: The data folder, where sessions are kept.
    """

    def __init__(self, users: Users, home: Path) -> None:
        self._users = users
        self.sessions = Sessions(home)
        self.lockout = Lockout()
        self._known: dict[bytes, str] = {}
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._inside = 0

    async def user(self, headers: Mapping[str, str], address: str) -> str | None:
        """The user of a request, or None.

        Raises:
            TooManyError: There were too many failed attempts.
            BusyError: Too many passwords are being checked.
            UsageError: The users' file cannot be read.
        """
        authorization = headers.get("authorization", "")
        if authorization:
            return await self._by_header(authorization, address)
        session = self.session(headers)
        return session.user if session else None

    def session(self, headers: Mapping[str, str]) -> Session | None:
        """The valid session that a request's cookie names, or None."""
        text = headers.get("cookie", "")
        if not text.isascii():
            return None
        try:
            cookie = SimpleCookie(text).get(COOKIE)
        except CookieError:
            return None
        session = self.sessions.find(cookie.value) if cookie else None
        stored = self._users.find(session.user) if session else None
        return session if session and stored and self.sessions.valid(session, stored[1]) else None

    async def check(self, name: str, password: str, address: str) -> bool:
        """Whether the password is the user's.

        Raises:
            TooManyError: There were too many failed attempts.
            BusyError: Too many passwords are being checked.
        """
        if not name or not password:
            return False
        self.lockout.check(name, address)
        if self._inside >= _AT_ONCE + _WAITING:
            raise BusyError("Busy. Try again in a moment.")
        self._inside += 1
        try:
            stored = self._users.find(name)
            salt, digest = stored or (b"nobody", b"")
            async with self._places:
                self.lockout.check(name, address)  # failures of others may have come while this one waited
                found = await asyncio.to_thread(_hash, password[:LONGEST], salt)
        finally:
            self._inside -= 1
        if stored is not None and hmac.compare_digest(found, digest):
            self.lockout.succeeded(name, address)
            return True
        self.lockout.failed(name, address)
        return False

    def cookie(self, name: str, secure: bool, address: str = "", agent: str = "") -> str:
        """The `set-cookie` header that signs a user in."""
        _, digest = self._users.find(name) or (b"", b"")
        value = self.sessions.start(name, digest, address, agent)
        return f"{COOKIE}={value}; Path=/; Max-Age={DAYS * 86_400}; HttpOnly; SameSite=Strict{'; Secure' if secure else ''}"

    async def _by_header(self, authorization: str, address: str) -> str | None:
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
        # A right password is remembered as a keyed hash, so that not every request has to be hashed slowly.
        seen = self.sessions.secret((stored[1] if stored else b"") + value.encode("utf-8", "surrogatepass"))
        if stored is not None and self._known.get(seen) == name:
            return name
        if not await self.check(name, password, address):
            return None
        self._known = dict([*list(self._known.items())[-999:], (seen, name)])
        return name


def signed_out() -> str:
    """The `set-cookie` header that removes the cookie."""
    return f"{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"
