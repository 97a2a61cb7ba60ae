"""Waiting for changes within the life of one request."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeAlias

from sync.errors import DatabaseNotFound
from sync.http.stopping import Stopping

Wait: TypeAlias = Callable[[str, float], Coroutine[Any, Any, bool]]
"""Waits for something after a sequence, some seconds at most; False when nothing came."""


class Watch:
    """Tells of changes until a term: a token's end, the node's stop, the end of the database watched.

    `life_s` counts from now, in seconds. A wait ends after `silence_s` without a change, or tells every
    `heartbeat_s` that it goes on (then there is no other bound than the term, as in CouchDB).
    """

    def __init__(
        self,
        wait: Wait,
        *,
        life_s: float,
        silence_s: float,
        heartbeat_s: float | None,
        stopping: Stopping,
    ) -> None:
        self._wait = wait
        self._ends_at = asyncio.get_running_loop().time() + life_s
        self._silence_s = silence_s
        self._heartbeat_s = heartbeat_s
        self._stopping = stopping

    @property
    def heartbeat_s(self) -> float | None:
        """The longest silence that the client expects, None for no bound."""
        return self._heartbeat_s

    @property
    def is_stopped(self) -> bool:
        """Whether the node stops."""
        return self._stopping.is_stopped

    @property
    def is_over(self) -> bool:
        """Whether the term has come."""
        return self._stopping.is_stopped or self._remaining_s() <= 0

    async def signs(self, since: str) -> AsyncIterator[bool]:
        """Yield False at each heartbeat, True once something changed after `since`; end at the term."""
        while not self.is_over:
            pause_s = self._silence_s if self._heartbeat_s is None else self._heartbeat_s
            if await self._changed(since, min(pause_s, self._remaining_s())):
                yield True
                return
            if self._heartbeat_s is None:
                self._end()
            elif not self.is_over:
                yield False

    async def _changed(self, since: str, pause_s: float) -> bool:
        changed = False
        try:
            with self._stopping.interrupting():
                changed = await self._wait(since, pause_s)
        except DatabaseNotFound:
            # The client is told by its next request; what it has received stays true.
            self._end()
        return changed

    def _end(self) -> None:
        self._ends_at = asyncio.get_running_loop().time()

    def _remaining_s(self) -> float:
        return self._ends_at - asyncio.get_running_loop().time()
