"""The node's stop, as every feed can wait for it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Stopping:
    """Set once, waited for by many. May be made before any event loop runs."""

    def __init__(self) -> None:
        self._stopped = False
        self._waiting: set[asyncio.Task[object]] = set()

    @property
    def is_stopped(self) -> bool:
        """Whether the node is stopping."""
        return self._stopped

    def stop(self) -> None:
        """Interrupt everyone who waits, now and from now on. Called on the event loop."""
        self._stopped = True
        for task in self._waiting:
            task.cancel()

    @contextmanager
    def interrupting(self) -> Iterator[None]:
        """End the block early, silently, when the node stops while the current task waits in it.

        The task itself is interrupted, and no other task or future stands between: two thousand tablets
        wait so. A task that somebody else cancels too is cancelled.
        """
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("only a task can wait")
        if self._stopped:
            task.cancel()
        self._waiting.add(task)
        try:
            yield
        except asyncio.CancelledError:
            if not self._stopped or task.uncancel() > 0:
                raise
        finally:
            self._waiting.discard(task)
