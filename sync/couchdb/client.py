"""Requests to one CouchDB: JSON both ways, failures as the seam's errors."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final
from urllib.parse import quote

import httpx
import orjson

from sync.couchdb.address import Address
from sync.couchdb.failures import AWAY, failure_of
from sync.document import DESIGN_PREFIX, LOCAL_PREFIX
from sync.errors import EngineClosed, StorageFailed

CONNECT_S: Final = 5.0
ANSWER_S: Final = 60.0
"""How long CouchDB may be silent in the middle of an answer, in seconds."""

Parameters = Mapping[str, str]


def database_path(name: str, *below: str) -> str:
    """Return the path of a database, or of what lies below it (segments that need no quoting)."""
    return "/" + "/".join((quote(name, safe=""), *below))


def document_path(name: str, identifier: str) -> str:
    """Return the path of a document; `_design/` and `_local/` keep their slash."""
    for prefix in (DESIGN_PREFIX, LOCAL_PREFIX):
        if identifier.startswith(prefix):
            return database_path(name, prefix + quote(identifier.removeprefix(prefix), safe=""))
    return database_path(name, quote(identifier, safe=""))


class NotJson(StorageFailed):
    """A success whose body is no JSON: an answer cut on the way, or not CouchDB's."""


class Client:
    """One administrator's connection; closed, every call raises EngineClosed."""

    def __init__(self, address: Address) -> None:
        self._http = httpx.AsyncClient(
            base_url=address.root,
            auth=(address.user, address.password),
            headers={"accept": "application/json"},
            # CouchDB sends a session cookie with each answer; an expired one would only be in the way.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S),
            limits=httpx.Limits(max_connections=200, max_keepalive_connections=20),
            trust_env=False,
        )
        self._closed = False

    async def call(
        self,
        method: str,
        path: str,
        *,
        parameters: Parameters | None = None,
        body: object = None,
        silence_s: float = ANSWER_S,
        token: str | None = None,
    ) -> Any:
        """Send a request and return the JSON of its answer; raises what `failure_of` says.

        `silence_s` bounds how long CouchDB may say nothing: a longpoll says nothing on purpose. `token` is
        presented in place of the administrator's name and password.
        """
        if self._closed:
            raise EngineClosed
        try:
            answer = await self._http.request(
                method,
                path,
                params=parameters,
                content=None if body is None else orjson.dumps(body),
                headers={"content-type": "application/json"},
                auth=httpx.USE_CLIENT_DEFAULT if token is None else _bearer(token),
                timeout=httpx.Timeout(silence_s, connect=CONNECT_S),
            )
        except (httpx.TransportError, RuntimeError) as error:
            raise self._away(error) from error
        return _read(answer.status_code, answer.content)

    @asynccontextmanager
    async def lines(
        self, path: str, *, parameters: Parameters, silence_s: float
    ) -> AsyncIterator[AsyncIterator[str]]:
        """Open a continuous feed; heartbeats are empty lines. Raises as `call` does, while it is read too."""
        if self._closed:
            raise EngineClosed
        timeout = httpx.Timeout(silence_s, connect=CONNECT_S)
        try:
            async with self._http.stream("GET", path, params=parameters, timeout=timeout) as answer:
                if answer.status_code != 200:
                    _read(answer.status_code, await answer.aread())
                yield answer.aiter_lines()
        except httpx.TransportError as error:
            raise self._away(error) from error

    async def aclose(self) -> None:
        """End every connection."""
        self._closed = True
        await self._http.aclose()

    def _away(self, error: Exception) -> StorageFailed | EngineClosed:
        return EngineClosed() if self._closed else StorageFailed(f"{AWAY} ({type(error).__name__})")


def _bearer(token: str) -> Callable[[httpx.Request], httpx.Request]:
    def presented(request: httpx.Request) -> httpx.Request:
        request.headers["authorization"] = f"Bearer {token}"
        return request

    return presented


def _read(status: int, content: bytes) -> Any:
    try:
        value = orjson.loads(content) if content else None
    except orjson.JSONDecodeError as error:
        if status < 300:
            raise NotJson("CouchDB's answer was cut: try again later.") from error
        value = None
    if status >= 300:
        raise failure_of(status, value)
    return value
