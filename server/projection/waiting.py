"""Envelopes that wait for something central does not know yet: examined again when it may know it."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from sqlmodel import col, select

from server.central.publication import Forms
from server.projection import facts
from server.projection.examine import StoredDocument
from server.projection.project import Projector
from server.projection.reasons import WAITING
from server.store.database import Store
from server.store.read import Quarantined
from sync.document import Document
from sync.engine import Engine

BATCH = 200

_Extent = tuple[int, ...]


class Waiting:
    """Remembers what central knew at the last try, so that nothing is examined again for nothing.

    At the first try (a start of the server, perhaps of a newer one) envelopes on which the software failed
    are examined again too.
    """

    def __init__(self, store: Store, engine: Engine, projector: Projector, forms: Forms) -> None:
        self._store = store
        self._engine = engine
        self._projector = projector
        self._forms = forms
        self._known: _Extent | None = None

    async def retry(self) -> None:
        """Examine again all that waits, if central knows more than at the last try. Raises stores' errors."""
        known, waiting = await asyncio.to_thread(self._look)
        if known == self._known:
            return
        for database, identifiers in waiting.items():
            for start in range(0, len(identifiers), BATCH):
                await self._retry(database, identifiers[start : start + BATCH])
        self._known = known

    async def _retry(self, database: str, identifiers: Sequence[str]) -> None:
        found = await self._engine.bulk_get(database, [(identifier, None) for identifier in identifiers])
        documents = [
            StoredDocument(leaf.identifier, str(leaf.revision), leaf.body)
            for leaves in found
            for leaf in leaves
            if isinstance(leaf, Document) and not leaf.deleted
        ]
        await asyncio.to_thread(self._projector.again, self._store, database, documents)

    def _look(self) -> tuple[_Extent, dict[str, list[str]]]:
        reasons = WAITING if self._known is not None else WAITING | {"internal-error"}
        with self._store.session() as session:
            known = (*facts.extent(session), len(self._forms))
            rows = session.exec(
                select(Quarantined.database, Quarantined.envelope_id)
                .where(col(Quarantined.reason).in_(reasons))
                .order_by(Quarantined.database, Quarantined.envelope_id)
            )
            waiting: dict[str, list[str]] = defaultdict(list)
            for database, envelope_id in rows:
                waiting[database].append(envelope_id)
            return known, waiting
