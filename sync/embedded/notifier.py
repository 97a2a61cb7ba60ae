"""Telling those who wait that something was committed. Everything here runs on the event loop."""

import asyncio

from sync.errors import DatabaseNotFound


class DatabaseSignal:
    """The last committed update number of one database, and those who wait for the next."""

    def __init__(self, update_seq: int) -> None:
        self._update_seq = update_seq
        self._waiting: set[asyncio.Future[None]] = set()
        self._gone = False
        self._closed = False

    def publish(self, update_seq: int) -> None:
        """Announce a commit."""
        self._update_seq = max(update_seq, self._update_seq)
        self._wake()

    def destroy(self) -> None:
        """Tell every waiter that the database is gone."""
        self._gone = True
        self._wake()

    def close(self) -> None:
        """Release every waiter, now and from now on."""
        self._closed = True
        self._wake()

    @property
    def update_seq(self) -> int:
        """The last number committed."""
        return self._update_seq

    async def wait(self, since: int, timeout_s: float) -> bool:
        """Wait for a number above `since`; False after `timeout_s` or at the end. Raises DatabaseNotFound."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_s
        while True:
            if self._gone:
                raise DatabaseNotFound
            if self._update_seq > since:
                return True
            if self._closed or loop.time() >= deadline:
                return False
            # A future for each: leaving one that two thousand share takes as long as there are others.
            woken: asyncio.Future[None] = loop.create_future()
            self._waiting.add(woken)
            term = loop.call_at(deadline, _release, woken)
            try:
                await woken
            finally:
                term.cancel()
                self._waiting.discard(woken)

    def _wake(self) -> None:
        for woken in self._waiting:
            _release(woken)


def _release(woken: "asyncio.Future[None]") -> None:
    if not woken.done():
        woken.set_result(None)
