"""Which databases changed since the last look: where CouchDB tells no updates, and after each silence."""

import asyncio
from collections.abc import Sequence
from typing import Final

from sync.couchdb.client import Client, database_path
from sync.errors import BadRequest, NotFound

KEYS_A_CALL: Final = 100
"""What `_dbs_info` takes at once by default (`[chttpd] max_db_number_for_dbs_info_req`)."""


async def database_names(client: Client) -> list[str]:
    """Return the names of all databases but CouchDB's own, sorted."""
    return sorted(name for name in await client.call("GET", "/_all_dbs") if not name.startswith("_"))


class Sweep:
    """Compares every database's `update_seq`, as text, with what it was.

    A sequence may be written differently without a change (another node answered): its database is then
    told once too often, which costs a reading that finds nothing.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._seen: dict[str, str] = {}

    async def changed(self) -> set[str]:
        """Return the databases made, destroyed or written since the last call; all of them the first time."""
        names = await database_names(self._client)
        found: dict[str, str] = {}
        for start in range(0, len(names), KEYS_A_CALL):
            found |= await self._sequences(names[start : start + KEYS_A_CALL])
        changed = {name for name in found if self._seen.get(name) != found[name]}
        changed |= self._seen.keys() - found.keys()
        self._seen = found
        return changed

    async def _sequences(self, names: Sequence[str]) -> dict[str, str]:
        try:
            told = await self._client.call("POST", "/_dbs_info", body={"keys": names})
        except (NotFound, BadRequest):
            return await self._one_by_one(names)
        return {row["key"]: str(row["info"]["update_seq"]) for row in told if "info" in row}

    async def _one_by_one(self, names: Sequence[str]) -> dict[str, str]:
        """Ask for each: `_dbs_info` is not there, or is bounded more tightly."""
        told = await asyncio.gather(*(self._sequence(name) for name in names))
        return {name: sequence for name, sequence in zip(names, told, strict=True) if sequence is not None}

    async def _sequence(self, name: str) -> str | None:
        try:
            return str((await self._client.call("GET", database_path(name)))["update_seq"])
        except NotFound:
            return None
