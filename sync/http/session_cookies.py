"""Cookie sessions: a name and an end, sealed so that only this process can have written them.

CouchDB's `AuthSession` (https://docs.couchdb.org/en/stable/api/server/authn.html#cookie-authentication).
The secret is drawn when the process starts: a session ends with it at the latest.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Final

COOKIE_NAME: Final = "AuthSession"

_ATTRIBUTES: Final = "Version=1; Path=/; HttpOnly; SameSite=Strict"


class SessionCookies:
    """Writes and reads session cookies. `now` gives epoch seconds; a session lives `lifetime_s` seconds."""

    def __init__(self, now: Callable[[], float], *, lifetime_s: int = 600) -> None:
        self._now = now
        self._lifetime_s = lifetime_s
        self._secret = secrets.token_bytes(32)

    def opened(self, name: str) -> str:
        """Return the Set-Cookie header that opens a session."""
        ends_at = int(self._now()) + self._lifetime_s
        sealed = self._sealed(f"{name}:{ends_at:X}".encode())
        value = base64.urlsafe_b64encode(sealed).decode("ascii").rstrip("=")
        return f"{COOKIE_NAME}={value}; Max-Age={self._lifetime_s}; {_ATTRIBUTES}"

    def closed(self) -> str:
        """Return the Set-Cookie header that ends a session."""
        return f"{COOKIE_NAME}=; Max-Age=0; {_ATTRIBUTES}"

    def name(self, headers: Mapping[str, str]) -> str | None:
        """Return whose session the request belongs to; None without one that is ours and lasts."""
        try:
            sealed = SimpleCookie(headers.get("cookie", "")).get(COOKIE_NAME)
        except CookieError:
            return None
        if sealed is None:
            return None
        padded = sealed.value + "=" * (-len(sealed.value) % 4)
        try:
            found = base64.urlsafe_b64decode(padded)
        except ValueError:
            return None
        said = found[: -hashlib.sha256().digest_size]
        if not hmac.compare_digest(found, self._sealed(said)):
            return None
        name, _, ends_at = said.decode().rpartition(":")
        return name if int(ends_at, 16) > self._now() else None

    def _sealed(self, said: bytes) -> bytes:
        return said + hmac.new(self._secret, said, hashlib.sha256).digest()
