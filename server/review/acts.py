"""A coordinator's act: written once, sealed, in the database that only central has (wire §5.2).

As with decisions, nothing changes in the read model here: the projection reads the document.
"""

import asyncio
from datetime import datetime

from server.central.databases import DECISIONS
from server.identifiers import new_uuid
from server.keys.organisation import OrganisationKeys
from server.projection.acts import ActBody, document_id, sealed_document
from sync.engine import Engine


async def perform(engine: Engine, keys: OrganisationKeys, act: ActBody, at: datetime) -> str:
    """Write an act; return the id of the document that says so. Raises the engine's errors.

    Whether the member may do so is the caller's to check, and to log.
    """
    key = new_uuid()
    identifier = document_id(key)
    body = await asyncio.to_thread(sealed_document, key, act, keys, at)
    await engine.put(DECISIONS, identifier, body, revision=None)
    return identifier
