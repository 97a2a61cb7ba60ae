"""A coordinator's act: written once, sealed, in the database that only central has (wire §5.2).

As with decisions, nothing changes in the read model here: the projection reads the document.
"""

import asyncio
import uuid
from datetime import datetime

import msgspec

from server.central.databases import DECISIONS
from server.identifiers import new_uuid, sha256_hex
from server.keys.organisation import OrganisationKeys
from server.projection.acts import ActBody, document_id, sealed_document
from server.review.errors import Outrun
from sync.engine import Engine
from sync.errors import Conflict


async def perform(
    engine: Engine, keys: OrganisationKeys, act: ActBody, at: datetime, *, after: str | None = None
) -> str:
    """Write an act; return the id of the document that says so. Raises the engine's errors.

    ``after``: the id of the act on the same subject that its author had before their eyes, empty when there
    was none. The new act's key then follows from it, so that of two written upon one state the second is
    refused, whichever process it comes through: raises ``Outrun``. Whether the member may do so is the
    caller's to check, and to log.
    """
    key = new_uuid() if after is None else _key_after(act, after)
    identifier = document_id(key)
    body = await asyncio.to_thread(sealed_document, key, act, keys, at)
    try:
        await engine.put(DECISIONS, identifier, body, revision=None)
    except Conflict as conflict:
        raise Outrun from conflict
    return identifier


def _key_after(act: ActBody, after: str) -> str:
    kind = msgspec.to_builtins(act)["act"]
    return str(uuid.UUID(hex=sha256_hex(f"{kind}:{act.subject}:{after}")[:32]))
