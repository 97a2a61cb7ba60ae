"""Waiting for a request's body, not for ever."""

import asyncio

from sync.errors import RequestTimeout
from sync.http.asgi import Message, Receive
from sync.http.limits import Limits


class PatientReceive:
    """Receives a body within bounds: no silence over `body_silence_s`, no pace under `body_bytes_per_s`.

    The pace counts after `body_grace_s`. Once the body is whole, waiting for the client to leave has none.
    Raises RequestTimeout.
    """

    def __init__(self, receive: Receive, limits: Limits) -> None:
        self._receive = receive
        self._limits = limits
        self._began_at: float | None = None
        self._received = 0
        self._complete = False

    async def __call__(self) -> Message:
        """Return the next message (ASGI)."""
        if self._complete:
            return await self._receive()
        now = asyncio.get_running_loop().time()
        if self._began_at is None:
            self._began_at = now
        paced_s = self._limits.body_grace_s + self._received / self._limits.body_bytes_per_s
        try:
            async with asyncio.timeout_at(min(now + self._limits.body_silence_s, self._began_at + paced_s)):
                message = await self._receive()
        except TimeoutError as error:
            raise RequestTimeout("The request did not arrive within a reasonable time.") from error
        self._received += len(message.get("body", b""))
        self._complete = message["type"] == "http.disconnect" or not message.get("more_body", False)
        return message
