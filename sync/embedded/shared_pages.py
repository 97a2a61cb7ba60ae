"""Pages of changes, read once for all who ask for the same at the same instant.

Tablets of one team wait at the same sequence: one commit wakes them all, and each asks for what came
after it. They are given the same page. Everything here runs on the event loop.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, TypeAlias

from sync.changes import ChangesPage, ChangesQuery

# How long a page is kept after it was read, for those who are woken last.
KEPT_S: Final = 0.1

Key: TypeAlias = tuple[Path, int, ChangesQuery]


class SharedPages:
    """Pages being read, and those just read. A commit makes every page of its database another one."""

    def __init__(self) -> None:
        self._pages: dict[Key, asyncio.Task[ChangesPage]] = {}

    async def page(
        self, path: Path, update_seq: int, query: ChangesQuery, read: Callable[[], Awaitable[ChangesPage]]
    ) -> ChangesPage:
        """Return the page that `query` asks for after the commit of `update_seq`; `read` reads it.

        Raises what reading raises, to everyone who asked.
        """
        key = (path, update_seq, query)
        reading = self._pages.get(key)
        if reading is None:
            reading = asyncio.ensure_future(_awaited(read))
            self._pages[key] = reading
            reading.add_done_callback(lambda done: self._read(key, done))
        # One who leaves must not take the page from the others.
        return await asyncio.shield(reading)

    def forget(self) -> None:
        """Share nothing that was read until now."""
        self._pages.clear()

    def _read(self, key: Key, reading: "asyncio.Task[ChangesPage]") -> None:
        if reading.cancelled() or reading.exception() is not None:
            self._pages.pop(key, None)
        else:
            asyncio.get_running_loop().call_later(KEPT_S, self._pages.pop, key, None)


async def _awaited(read: Callable[[], Awaitable[ChangesPage]]) -> ChangesPage:
    return await read()
