"""Writes central documents through the replication engine, and only when they say something new."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from server.central import documents
from server.central.documents import CentralDocument
from server.central.errors import ForgedDocument, NoTeamDatabase, PublicationContended
from server.central.team_keys import TeamKeyRing, TeamKeys
from server.keys.organisation import OrganisationKeys
from server.store.control import TeamDatabase
from server.store.database import Store
from sync.document import Document, IncomingDocument
from sync.engine import Engine

_ATTEMPTS = 5


class Central:
    """Publishes documents to teams' databases; ``now`` gives aware UTC instants."""

    def __init__(
        self, store: Store, engine: Engine, keys: OrganisationKeys, now: Callable[[], datetime]
    ) -> None:
        self.store = store
        self.engine = engine
        self.keys = keys
        self.team_keys = TeamKeys(keys)
        self.now = now
        # Tables read before another's change must not be published after it.
        self.one_at_a_time = asyncio.Lock()

    async def publish(self, database: str, offered: Sequence[CentralDocument]) -> int:
        """Write those of ``offered`` that differ from what the database holds; return how many were written.

        One transaction for all. Idempotent: a document that already says the same is left as it is, whatever
        epoch it was sealed to. Raises ``NoTeamDatabase``, ``PublicationContended``, and the engine's errors.
        """
        ring = await self.ring_of(database)
        waiting = {document.identifier: document for document in offered}
        written = 0
        for _ in range(_ATTEMPTS):
            if not waiting:
                return written
            present = await self._present(database, list(waiting))
            batch = await asyncio.to_thread(self._changed, waiting, present, ring)
            results = await self.engine.write(database, batch, new_edits=True) if batch else []
            lost = {result.identifier for result in results if result.error is not None}
            written += len(results) - len(lost)
            waiting = {identifier: waiting[identifier] for identifier in lost}
        if waiting:
            raise PublicationContended(f"{len(waiting)} documents of {database}")
        return written

    async def read(self, database: str, offered: Sequence[CentralDocument]) -> list[CentralDocument | None]:
        """Return what the database holds under the ids of ``offered``; None for nothing believable."""
        ring = await self.ring_of(database)
        present = await self._present(database, [document.identifier for document in offered])
        return [self._believed(present.get(d.identifier), database, ring) for d in offered]

    async def ring_of(self, database: str) -> TeamKeyRing:
        """Return the keys of the team that replicates a database; raise ``NoTeamDatabase``."""
        return await asyncio.to_thread(self._ring_of, database)

    def _ring_of(self, database: str) -> TeamKeyRing:
        with self.store.session() as session:
            row = session.get(TeamDatabase, database)
            if row is None:
                raise NoTeamDatabase(database)
            return self.team_keys.ring(session, row.team_id)

    async def _present(self, database: str, identifiers: Sequence[str]) -> dict[str, Document]:
        found = await self.engine.bulk_get(database, [(identifier, None) for identifier in identifiers])
        return {leaf.identifier: leaf for leaves in found for leaf in leaves if isinstance(leaf, Document)}

    def _changed(
        self,
        waiting: Mapping[str, CentralDocument],
        present: Mapping[str, Document],
        ring: TeamKeyRing,
    ) -> list[IncomingDocument]:
        issued_at = self.now()
        batch = []
        for identifier, document in waiting.items():
            stored = present.get(identifier)
            if self._believed(stored, document.database, ring) == document:
                continue
            body = {"jws": documents.sign(document, self.keys, ring, issued_at)}
            edited = () if stored is None else (stored.revision,)
            batch.append(IncomingDocument(identifier, body, edited))
        return batch

    def _believed(self, stored: Document | None, database: str, ring: TeamKeyRing) -> CentralDocument | None:
        if stored is None or stored.deleted:
            return None
        try:
            return documents.read(stored.body, stored.identifier, database, self.keys.signing, ring)
        except ForgedDocument:
            return None
