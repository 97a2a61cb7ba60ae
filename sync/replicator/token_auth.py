"""Bearer tokens that expire (RFC 6750), as httpx's authentication."""

from collections.abc import AsyncGenerator
from typing import Protocol

import httpx


class TokenSource(Protocol):
    """Gives the token to present."""

    async def __call__(self, *, fresh: bool) -> str:
        """Return a token; `fresh`: another than the one given last, which was refused.

        Called before each request: it keeps what is still valid. What it raises ends the request; it
        raises `ReplicationError`, since that is what a replication can tell and mend.
        """


class TokenAuth(httpx.Auth):
    """Presents a token with each request; a 401 is answered by one fresh token, once."""

    def __init__(self, token: TokenSource) -> None:
        self._token = token

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Yield the request, and once more with a fresh token after a 401."""
        request.headers["authorization"] = f"Bearer {await self._token(fresh=False)}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            request.headers["authorization"] = f"Bearer {await self._token(fresh=True)}"
            yield request
