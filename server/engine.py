"""Which replication engine this server has: its own, or the CouchDB that ``ESCALE_COUCHDB_URL`` names."""

import asyncio
import logging
import re
from collections.abc import Mapping

from server.settings import Settings
from sync.couchdb import provisioning
from sync.couchdb.address import Address
from sync.couchdb.engine import CouchDBEngine
from sync.embedded import EmbeddedEngine
from sync.engine import Engine
from sync.errors import StorageFailed
from sync.security import Security

PATIENCE_S = 60.0
"""For how long a server that starts waits for its CouchDB, in seconds: one power cut may have ended both."""

_PAUSE_S = 1.0
_TEAM_DATABASE = re.compile(r"t[0-9a-f]{32}")
_log = logging.getLogger(__name__)


def is_validated(name: str) -> bool:
    """Whether tablets write into a database, so that CouchDB must check what they write (wire §5)."""
    return _TEAM_DATABASE.fullmatch(name) is not None


async def open_engine(settings: Settings, *, patience_s: float = 0.0) -> EmbeddedEngine | CouchDBEngine:
    """Open the engine; wait at most ``patience_s`` seconds for a CouchDB that is away.

    Raises ``StorageError``, and ``Unauthorized`` when CouchDB does not know its administrator.
    """
    if settings.couchdb is None:
        return await EmbeddedEngine.open(settings.sync_store)
    return await _open_couchdb(settings.couchdb, patience_s)


async def mend(engine: Engine, expected: Mapping[str, Security]) -> None:
    """Complete what a crash left of a CouchDB's databases without security or validation function."""
    if isinstance(engine, CouchDBEngine):
        for step in await provisioning.databases(engine.client, expected, is_validated):
            if step.state is provisioning.State.DONE:
                _log.warning("a database was not as it must be", extra={"reason": str(step)})


async def _open_couchdb(address: Address, patience_s: float) -> CouchDBEngine:
    deadline = asyncio.get_running_loop().time() + patience_s
    while True:
        try:
            return await CouchDBEngine.open(address, is_validated=is_validated)
        except StorageFailed as error:
            if asyncio.get_running_loop().time() >= deadline:
                raise
            _log.warning("waiting for CouchDB", extra={"reason": error.reason})
        await asyncio.sleep(_PAUSE_S)
