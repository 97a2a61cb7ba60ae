"""Updates of all databases: CouchDB's `_db_updates`, and a sweep where it does not exist or was not heard.

Every name is told at least once after each change, whatever breaks between: a position is taken first,
then a sweep finds what changed before it, then the feed tells what comes after it.
"""

import asyncio
import logging
from contextlib import suppress
from typing import Any, Final

import orjson

from sync.couchdb.client import Client
from sync.couchdb.sweep import Sweep
from sync.errors import MethodNotAllowed, NotFound, StorageFailed, SyncError, Unsupported
from sync.subscription import Subscription

HEARTBEAT_S: Final = 10.0
SILENCE_S: Final = 3 * HEARTBEAT_S
"""A feed without even a heartbeat for so long is taken for lost, in seconds."""
FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 30.0
SWEEP_PAUSE_S: Final = 1.0
"""Least time between two sweeps when CouchDB tells no updates, in seconds."""

_UPDATES: Final = "/_db_updates"
_log = logging.getLogger(__name__)


class Updates:
    """Follows CouchDB while somebody listens, and tells every listener."""

    def __init__(self, client: Client, *, sweep_pause_s: float = SWEEP_PAUSE_S) -> None:
        self._client = client
        self._sweep_pause_s = sweep_pause_s
        self._sweep = Sweep(client)
        self._listeners: set[Subscription] = set()
        self._following: asyncio.Task[None] | None = None
        self._failures = 0
        self._closed = False

    def subscribe(self) -> Subscription:
        """Return a new listener, to whom databases that changed before may be told once as well."""
        subscription = Subscription(self._listeners)
        if self._closed:
            subscription.close()
        elif self._following is None:
            self._following = asyncio.create_task(self._follow(), name="couchdb-updates")
        return subscription

    def publish(self, name: str) -> None:
        """Tell that a database changed: at once, for what this process wrote itself."""
        for listener in self._listeners:
            listener.publish(name)

    async def aclose(self) -> None:
        """Stop following and release every listener."""
        self._closed = True
        for listener in tuple(self._listeners):
            listener.close()
        if self._following is not None:
            self._following.cancel()
            with suppress(asyncio.CancelledError):
                await self._following

    async def _follow(self) -> None:
        while True:
            try:
                await self._hear()
            except SyncError as error:
                self._failures += 1
                _log.warning("CouchDB's updates are not heard", extra={"error": type(error).__name__})
            except Exception as error:  # noqa: BLE001 - the task outlives its own faults; they are logged
                self._failures += 1
                _log.exception("CouchDB's updates cannot be read", extra={"error": type(error).__name__})
            await asyncio.sleep(min(FIRST_PAUSE_S * 2 ** min(self._failures, 10), LONGEST_PAUSE_S))

    async def _hear(self) -> None:
        """Hear one feed to its end, or sweep once where there is no feed."""
        since = await self._position()
        started = asyncio.get_running_loop().time()
        for changed in await self._sweep.changed():
            self.publish(changed)
        if self._failures:
            _log.info("CouchDB's updates are heard again")
        self._failures = 0
        if since is None:
            # A sweep of a thousand databases takes a second: no more than a fifth of the time goes to it.
            lasted = asyncio.get_running_loop().time() - started
            await asyncio.sleep(max(self._sweep_pause_s, 4 * lasted))
            return
        parameters = {"feed": "continuous", "since": since, "heartbeat": str(int(HEARTBEAT_S * 1000))}
        async with self._client.lines(_UPDATES, parameters=parameters, silence_s=SILENCE_S) as lines:
            async for line in lines:
                if line.strip() and (name := _database_of(line)) is not None:
                    self.publish(name)

    async def _position(self) -> str | None:
        """Return the feed's present position; None where there is no `_global_changes` to tell updates."""
        parameters = {"feed": "normal", "since": "now", "limit": "1"}
        try:
            told: dict[str, Any] = await self._client.call("GET", _UPDATES, parameters=parameters)
        except (NotFound, MethodNotAllowed, Unsupported):
            return None
        return str(told["last_seq"])


def _database_of(line: str) -> str | None:
    """Return the database that a line names; the line that ends a feed names none."""
    try:
        told = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise StorageFailed("CouchDB's feed of updates was cut: try again later.") from error
    name = told.get("db_name") if isinstance(told, dict) else None
    return name if isinstance(name, str) and not name.startswith("_") else None
