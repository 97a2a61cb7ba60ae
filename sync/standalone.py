"""The one administrator of a stand-alone node: Basic authentication and cookie sessions.

As a CouchDB with one server administrator: nobody may be nobody (`GET /` answers anyone), and whoever
presents a name must prove it.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping
from typing import Final

from sync.errors import Unauthorized
from sync.http.principal import Principal
from sync.http.session_cookies import SessionCookies
from sync.security import SERVER_ADMIN

AUTHENTICATION_HANDLERS: Final = ("cookie", "default")
CHALLENGE: Final = 'Basic realm="server"'

_INCORRECT: Final = "Name or password is incorrect."


class Administrator:
    """Knows one name and its password (`sync.http.sessions.Accounts`, and an authorizer)."""

    def __init__(self, name: str, password: str, cookies: SessionCookies) -> None:
        self._name = name
        self._password = password
        self._cookies = cookies

    async def authorize(self, headers: Mapping[str, str]) -> Principal:
        """Name who sends these headers: the administrator, or nobody. Raises Unauthorized."""
        scheme, _, credentials = headers.get("authorization", "").partition(" ")
        if not scheme:
            if self._cookies.name(headers) == self._name:
                return self._principal("cookie")
            return Principal(None)
        if scheme.lower() != "basic":
            raise Unauthorized(_INCORRECT)
        try:
            presented = base64.b64decode(credentials.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise Unauthorized(_INCORRECT) from error
        name, _, password = presented.partition(":")
        return self._checked(name, password, "default")

    def login(self, name: str, password: str) -> tuple[Principal, str]:
        """Return who this is and the Set-Cookie header of a new session. Raises Unauthorized."""
        return self._checked(name, password, "cookie"), self._cookies.opened(self._name)

    def logout(self) -> str:
        """Return the Set-Cookie header that ends a session."""
        return self._cookies.closed()

    def _checked(self, name: str, password: str, how: str) -> Principal:
        # Both are compared, always: how long the answer takes says nothing of either.
        known = hmac.compare_digest(name.encode(), self._name.encode())
        proven = hmac.compare_digest(password.encode(), self._password.encode())
        if not (known and proven):
            raise Unauthorized(_INCORRECT)
        return self._principal(how)

    def _principal(self, how: str) -> Principal:
        return Principal(self._name, frozenset({SERVER_ADMIN}), authenticated=how)
