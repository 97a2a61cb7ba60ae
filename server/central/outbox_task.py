"""A task beside the projection that carries an outbox to the teams: woken, it drains, waits, tries again."""

import asyncio
import logging
from abc import ABC, abstractmethod

from sqlalchemy.exc import SQLAlchemyError

from server.central.errors import CentralError
from sync.errors import SyncError

PAUSE_S = 600.0
"""How often the calendar is looked at when nothing else wakes a task, in seconds."""
RETRY_S = 5.0

_log = logging.getLogger(__name__)


class OutboxTask(ABC):
    """``run`` is the task, ``wake`` tells it that rows may have changed; ``name`` is for the log."""

    name = "outbox"

    def __init__(self) -> None:
        self._woken = asyncio.Event()
        self._askers: list[asyncio.Future[None]] = []

    @abstractmethod
    async def drain(self) -> int:
        """Publish what is queued; return how many documents were written. What fails stays queued."""

    def wake(self) -> None:
        """Have the outbox looked at soon."""
        self._woken.set()

    async def caught_up(self) -> None:
        """Return once all that was in the outbox before this call is published; cancelled with the task."""
        asked = asyncio.get_running_loop().create_future()
        self._askers.append(asked)
        self._woken.set()
        await asked

    async def run(self) -> None:
        """Publish until cancelled; whatever fails is logged by its type and tried again."""
        try:
            while True:
                answered = [*self._askers]
                self._woken.clear()
                done = await self._attempt()
                for asked in answered if done else ():
                    self._askers.remove(asked)
                    if not asked.done():
                        asked.set_result(None)
                try:
                    async with asyncio.timeout(PAUSE_S if done else RETRY_S):
                        await self._woken.wait()
                except TimeoutError:
                    continue
        finally:
            for asked in self._askers:
                asked.cancel()

    async def _attempt(self) -> bool:
        try:
            await self.drain()
        except (SyncError, SQLAlchemyError, CentralError, OSError) as error:
            _log.warning("an outbox waits", extra={"error": type(error).__name__, "reason": self.name})
        except Exception as error:  # noqa: BLE001 - the task outlives its own faults; they are logged
            _log.exception(
                "an outbox met an unexpected error",
                extra={"error": type(error).__name__, "reason": self.name},
            )
        else:
            return True
        return False
