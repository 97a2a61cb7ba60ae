"""Several replications at once, one step at a time, in an order that a seed draws.

Whoever replicates asks for a turn before and after each request. Only one goes on at a time, until it asks
again: what they do to each other is then the same whenever the seed is.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine, Mapping
from typing import Any


class Conductor:
    """Gives turns. `between` is called when nobody is at work, before each turn."""

    def __init__(self, drawn: random.Random, between: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._drawn = drawn
        self._between = between
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._tasks: dict[str, asyncio.Task[Any]] = {}
        self._quiet = asyncio.Event()

    async def turn(self, name: str) -> None:
        """Wait for a turn; `name` is whose."""
        waiting = asyncio.get_running_loop().create_future()
        self._waiting[name] = waiting
        self._look()
        try:
            await waiting
        finally:
            self._waiting.pop(name, None)

    async def play(self, parts: Mapping[str, Callable[[], Coroutine[Any, Any, None]]]) -> None:
        """Run all the parts to their end."""
        for name, part in parts.items():
            self._tasks[name] = asyncio.ensure_future(self._part(name, part))
        while self._tasks:
            await self._quiet.wait()
            await self._between()
            self._quiet.clear()
            if self._waiting:
                chosen = self._drawn.choice(sorted(self._waiting))
                self._waiting.pop(chosen).set_result(None)
            else:
                self._look()

    async def cancel(self, owner: str) -> None:
        """End the parts of `owner`, whose names begin with its own: its node is gone."""
        ending = [task for name, task in self._tasks.items() if name.partition(" ")[0] == owner]
        for task in ending:
            task.cancel()
        if ending:
            await asyncio.wait(ending)

    async def _part(self, name: str, part: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await self.turn(name)
            await part()
        finally:
            del self._tasks[name]
            self._look()

    def _look(self) -> None:
        if len(self._waiting) >= len(self._tasks):
            self._quiet.set()
