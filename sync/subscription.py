"""Listening to the updates of all databases, on the event loop, whatever the engine."""

import asyncio


class Subscription:
    """One listener to the updates of all databases (sync.engine.UpdateSubscription)."""

    def __init__(self, listeners: set["Subscription"]) -> None:
        self._listeners = listeners
        self._names: set[str] = set()
        self._woken = asyncio.Event()
        self._closed = False
        listeners.add(self)

    def publish(self, name: str) -> None:
        """Note that a database changed."""
        self._names.add(name)
        self._woken.set()

    async def wait(self, timeout_s: float) -> set[str]:
        """Return the names noted since the last call, waiting for one at most `timeout_s`."""
        if not self._names and not self._closed:
            self._woken.clear()
            try:
                await asyncio.wait_for(self._woken.wait(), timeout_s)
            except TimeoutError:
                return set()
        names, self._names = self._names, set()
        return names

    def close(self) -> None:
        """Stop listening and release whoever waits."""
        self._closed = True
        self._woken.set()
        self._listeners.discard(self)
