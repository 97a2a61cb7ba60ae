"""One request to a CouchDB, its answer read within bounds, its failures in the words of a replication."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Final

import httpx
import orjson

from sync.replicator.errors import (
    BatchTooLarge,
    DatabaseMissing,
    PeerFailed,
    PeerMisbehaved,
    PeerRefused,
    PeerTimedOut,
    PeerUnreachable,
    ReplicationError,
    RequestUnfit,
)

_MAX_FAILURE_BYTES: Final = 64 * 1024
_LATER: Final = frozenset({408, 425, 429})
_BY_STATUS: Final[Mapping[int, type[ReplicationError]]] = {
    400: RequestUnfit,
    404: DatabaseMissing,
    412: RequestUnfit,
    413: BatchTooLarge,
    415: RequestUnfit,
    422: RequestUnfit,
    500: PeerFailed,
}


class HttpExchange:
    """Sends requests with JSON bodies and reads whole answers of at most `max_answer_bytes`."""

    def __init__(self, client: httpx.AsyncClient, *, timeout_s: float, max_answer_bytes: int) -> None:
        self._client = client
        self._timeout_s = timeout_s
        self._max_answer_bytes = max_answer_bytes

    async def answer(
        self,
        method: str,
        url: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: bytes | None = None,
        patience_s: float = 0.0,
        accepted: Collection[int] = (),
    ) -> bytes:
        """Return the body of a successful answer, or of one whose status is `accepted`.

        `patience_s`, of a request that waits, is how much longer than usual the peer may take in all: one
        that only sends heartbeats is asked again. Raises ReplicationError.
        """
        headers = {"accept": "application/json", "accept-encoding": "identity"}
        if body is not None:
            headers["content-type"] = "application/json"
        timeout = httpx.Timeout(self._timeout_s, read=self._timeout_s + patience_s)
        try:
            async with (
                asyncio.timeout(patience_s + self._timeout_s if patience_s else None),
                self._client.stream(
                    method, url, params=query, content=body, headers=headers, timeout=timeout
                ) as response,
            ):
                if response.is_success or response.status_code in accepted:
                    return await _whole(response, self._max_answer_bytes)
                raise failure(response.status_code, await _whole(response, _MAX_FAILURE_BYTES))
        except (httpx.TimeoutException, TimeoutError) as error:
            raise PeerTimedOut(f"no answer in time ({type(error).__name__})") from error
        except httpx.TransportError as error:
            raise PeerUnreachable(f"no answer ({type(error).__name__})") from error


def failure(status: int, body: bytes) -> ReplicationError:
    """Say what an unsuccessful answer means to a replication."""
    code, reason = _said(body)
    message = f"{status} {code}: {reason}".rstrip(": ")
    if status in _BY_STATUS:
        return _BY_STATUS[status](message, code=code, status=status)
    if status > 500 or status in _LATER:
        return PeerUnreachable(message, code=code, status=status)
    if 400 <= status < 500:
        return PeerRefused(message, code=code, status=status)
    return PeerMisbehaved(message, code=code, status=status)


async def _whole(response: httpx.Response, limit_bytes: int) -> bytes:
    read = bytearray()
    async for piece in response.aiter_bytes():
        read += piece
        if len(read) > limit_bytes:
            raise BatchTooLarge(f"an answer of more than {limit_bytes} bytes")
    return bytes(read)


def _said(body: bytes) -> tuple[str, str]:
    """Read CouchDB's `{"error", "reason"}`; anything else says nothing."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return "", ""
    if not isinstance(value, dict):
        return "", ""
    return str(value.get("error") or "")[:200], str(value.get("reason") or "")[:200]
