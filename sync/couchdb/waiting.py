"""Waiting for a change of one database: CouchDB's longpoll, as often as it takes."""

import asyncio
from typing import Final

from sync.couchdb.client import Client, database_path

LONGEST_POLL_S: Final = 50.0
"""CouchDB ends a longpoll by itself after 60 seconds (`[chttpd] changes_timeout`)."""
_MARGIN_S: Final = 15.0
_PAUSE_S: Final = 0.05


async def wait_for_change(client: Client, name: str, since: str, timeout_s: float) -> bool:
    """Return True once something changed after `since`, False after `timeout_s`."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_s
    while True:
        remaining = min(max(0.0, deadline - loop.time()), LONGEST_POLL_S)
        told = await client.call(
            "GET",
            database_path(name, "_changes"),
            parameters={
                "feed": "longpoll" if remaining else "normal",
                "since": since,
                "limit": "1",
                "timeout": str(max(1, round(remaining * 1000))),
            },
            silence_s=remaining + _MARGIN_S,
        )
        if told["results"]:
            return True
        if loop.time() >= deadline:
            return False
        since = str(told["last_seq"])
        # A poll that ends before its time (a node that leaves, a database destroyed) is not asked in a loop.
        await asyncio.sleep(_PAUSE_S)
