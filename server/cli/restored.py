"""``escale restored``: the replication store was put back from a copy, and is another store from then on.

Tablets and hubs remember how far they had read and written, by the store's identities; a copy has the same
ones and lacks what came after it. With new identities, everyone starts again from the first change.
"""

import argparse
import asyncio

from server.cli.console import BadInput, say
from server.cli.opened import explained
from server.demo.texts import text
from server.settings import Settings
from sync.embedded import EmbeddedEngine


def run(_options: argparse.Namespace, configured: Settings) -> int:
    """Draw the identities anew and say of how many databases; return 0. The server must be stopped."""
    if configured.couchdb is not None:
        raise BadInput(text("restored_couchdb"))
    if not configured.sync_store.is_dir():
        raise BadInput(text("restored_none", directory=configured.data))
    with explained(configured):
        databases = asyncio.run(_renewed(configured))
    say(text("restored", databases=databases))
    return 0


async def _renewed(configured: Settings) -> int:
    engine = await EmbeddedEngine.open(configured.sync_store)
    try:
        await engine.renew_identities()
        return len(await engine.databases())
    finally:
        await engine.aclose()
