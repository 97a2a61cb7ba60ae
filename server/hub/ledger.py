"""How many envelopes a hub holds, and how many of them central is not known to have."""

from dataclasses import dataclass

from server.hub.relay import ENVELOPES, Relay
from sync.all_docs import AllDocsQuery
from sync.engine import Engine
from sync.sequence import FROM_THE_START

PAGE_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Count:
    """Envelopes ``held``, and of these ``waiting`` for central."""

    held: int
    waiting: int


async def count(engine: Engine, relay: Relay) -> Count:
    """Count over all databases."""
    held = waiting = 0
    for database in await engine.databases():
        # Ids are listed in order: envelopes are those from "e" up to, but not including, "f".
        before, after = [await _rows_before(engine, database, key) for key in ("e", "f")]
        held += after - before
        waiting += await _waiting(engine, database, await relay.pushed_until(database))
    return Count(held, waiting)


async def _rows_before(engine: Engine, database: str, key: str) -> int:
    page = await engine.all_docs(database, AllDocsQuery(start_key=key, limit=1))
    return page.offset


async def _waiting(engine: Engine, database: str, since: str | None) -> int:
    last, found = since or FROM_THE_START, 0
    while True:
        page = await engine.changes(database, since=last, limit=PAGE_ROWS)
        found += sum(ENVELOPES.admits(change.identifier) for change in page.results)
        if not page.results:
            return found
        last = page.last_seq
