"""Sessions of browsers: a signed cookie names one; the server keeps them, lists them and can revoke them."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from itsdangerous import BadData, URLSafeTimedSerializer

log = logging.getLogger(__name__)
COOKIE = "byline_session"
DAYS = 30
MOST = 50
"""Sessions of one user; the oldest ends."""


@dataclass(slots=True)
class Session:
    """A browser in which somebody is signed in.

    Attributes:
        id: Names it.
        user: Who.
        stamp: Fingerprint of the stored password: changing the password ends the session.
        created: Seconds since the epoch.
        address: Where it was started from.
        agent: The browser's own name.
    """

    id: str
    user: str
    stamp: str
    created: float
    address: str = ""
    agent: str = ""


class Sessions:
    """All sessions of a data folder; a restart keeps them.

    Args:
        home: The data folder.
    """

    def __init__(self, home: Path) -> None:
        self._key = _kept_key(home / "session.key")
        self._signer = URLSafeTimedSerializer(self._key, salt="byline session")
        self._file = home / "sessions.json"
        self._lock = threading.Lock()
        self._sessions = self._read()

    def start(self, user: str, digest: bytes, address: str = "", agent: str = "") -> str:
        """Sign a user in.

        Args:
            user: Who.
            digest: The stored hash of the password.
            address: Where from.
            agent: The browser's own name.

        Returns:
            The cookie's value.
        """
        session = Session(secrets.token_hex(8), user, self._stamp(digest), time.time(), address, agent[:200])
        with self._lock:
            self._sessions[session.id] = session
            mine = [one.id for one in self._sessions.values() if one.user == user]
            for old in mine[:-MOST]:
                del self._sessions[old]
            self._write()
        return str(self._signer.dumps(session.id))

    def find(self, value: str) -> Session | None:
        """The session that a cookie names, or None when there is none, it is forged or too old."""
        if not value.isascii():
            return None
        try:
            name = self._signer.loads(value, max_age=DAYS * 86_400)
        except BadData:
            return None
        return self._sessions.get(name) if isinstance(name, str) else None

    def valid(self, session: Session, digest: bytes) -> bool:
        """Whether the password is still the one that the session was started with."""
        return secrets.compare_digest(session.stamp, self._stamp(digest))

    def of(self, user: str) -> list[Session]:
        """A user's sessions, newest first."""
        with self._lock:
            mine = [session for session in self._sessions.values() if session.user == user]
        oldest = time.time() - DAYS * 86_400
        return sorted((one for one in mine if one.created > oldest), key=lambda one: one.created, reverse=True)

    def revoke(self, user: str, session_id: str) -> bool:
        """End one of a user's sessions; False when it is not theirs or has ended already."""
        with self._lock:
            session = self._sessions.get(session_id)
            if session is None or session.user != user:
                return False
            del self._sessions[session_id]
            self._write()
        return True

    def secret(self, data: bytes) -> bytes:
        """A keyed hash of something that is remembered only in this form."""
        return hashlib.blake2b(data, key=self._key.encode()[:64]).digest()

    def _stamp(self, digest: bytes) -> str:
        return self.secret(digest).hex()[:32]

    def _read(self) -> dict[str, Session]:
        try:
            rows = json.loads(self._file.read_text("utf-8"))
            found = [Session(**row) for row in rows]
        except (OSError, ValueError, TypeError):
            return {}
        oldest = time.time() - DAYS * 86_400
        return {session.id: session for session in found if session.created > oldest}

    def _write(self) -> None:
        fresh = self._file.with_suffix(".new")
        try:
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                json.dump([asdict(session) for session in self._sessions.values()], file)
            os.replace(fresh, self._file)
        except OSError as error:  # then a restart ends all sessions, and nothing else
            log.warning("sessions cannot be saved: %s", error)


def _kept_key(path: Path) -> str:
    """The key that signs cookies; kept so that a restart signs nobody out."""
    try:
        key = path.read_text("ascii").strip()
        if len(bytes.fromhex(key)) >= 32:
            return key
    except (OSError, ValueError):
        pass
    key = secrets.token_hex(32)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(key)
    except OSError as error:
        log.warning("the session key cannot be saved: %s", error)
    return key
