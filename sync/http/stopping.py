"""The node's stop, as every feed can wait for it."""

import asyncio


class Stopping:
    """Set once, waited for by many. May be made before any event loop runs."""

    def __init__(self) -> None:
        self._future: asyncio.Future[bool] | None = None
        self._stopped = False

    @property
    def is_stopped(self) -> bool:
        """Whether the node is stopping."""
        return self._stopped

    def stop(self) -> None:
        """Wake everyone who waits, now and from now on. Called on the event loop."""
        self._stopped = True
        if self._future is not None and not self._future.done():
            self._future.set_result(True)

    def future(self) -> "asyncio.Future[bool]":
        """Return a future done at the stop, the same for all: one object serves every feed."""
        if self._future is None:
            self._future = asyncio.get_running_loop().create_future()
            if self._stopped:
                self._future.set_result(True)
        return self._future
